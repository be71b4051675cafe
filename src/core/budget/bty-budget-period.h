/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyPeriodSpan:
 * @label: names it in keys: `2026-11-21`, `2026-11`; empty for periods that have no end
 * @since: its first microsecond since 1970, @until: that of the one after it; 0: never
 */
typedef struct
{
  char label[16];
  gint64 since;
  gint64 until;
} BtyPeriodSpan;

/** bty_period_span_at: which day or month of @zone it is at @now, microseconds since 1970 */
void bty_period_span_at (BtyPeriodSpan *span, BtyBudgetPeriod period, GTimeZone *zone, gint64 now);
/** bty_period_is_each: whether every call, turn or session begins anew */
gboolean bty_period_is_each (BtyBudgetPeriod period);
