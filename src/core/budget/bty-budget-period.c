/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-period.h"

/* The first moment of a day, which is not midnight everywhere: clocks are put forward at midnight in some places. */
static gint64
begin_of (GTimeZone *zone, const GDate *day)
{
  g_autoptr (GDateTime) begin = g_date_time_new (zone, g_date_get_year (day), (int) g_date_get_month (day),
                                                 g_date_get_day (day), 0, 0, 0);

  return begin != NULL ? g_date_time_to_unix (begin) * G_USEC_PER_SEC : 0;
}

void
bty_period_span_at (BtyPeriodSpan *span, BtyBudgetPeriod period, GTimeZone *zone, gint64 now)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) here = NULL;
  GDate day;
  int year;
  int month;
  int of_month;

  *span = (BtyPeriodSpan){ 0 };
  if (period != BTY_PERIOD_DAY && period != BTY_PERIOD_MONTH)
    return;
  utc = g_date_time_new_from_unix_utc (now / G_USEC_PER_SEC);
  here = g_date_time_to_timezone (utc, zone);
  g_date_time_get_ymd (here, &year, &month, &of_month);
  g_date_clear (&day, 1);
  g_date_set_dmy (&day, period == BTY_PERIOD_DAY ? (GDateDay) of_month : 1, (GDateMonth) month, (GDateYear) year);
  span->since = begin_of (zone, &day);
  if (period == BTY_PERIOD_DAY)
    {
      g_snprintf (span->label, sizeof span->label, "%04d-%02d-%02d", year, month, of_month);
      g_date_add_days (&day, 1);
    }
  else
    {
      g_snprintf (span->label, sizeof span->label, "%04d-%02d", year, month);
      g_date_add_months (&day, 1);
    }
  span->until = begin_of (zone, &day);
}

gboolean
bty_period_is_each (BtyBudgetPeriod period)
{
  return period == BTY_PERIOD_CALL || period == BTY_PERIOD_TURN || period == BTY_PERIOD_SESSION;
}
