/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_listing_answer:
 *
 * Carries out a list operation: runs @query, emits its records and returns the #BtyPage, or fails the call. @cursor (nullable) and @limit
 * are the request's.
 */
void bty_listing_answer (BtyCall *call, BtyStore *store, BtyQuery *query, const char *cursor, gint64 limit);

/** bty_listing_where_time: only records whose @field, a time, is so; @time: microseconds since 1970 */
void bty_listing_where_time (BtyQuery *query, const char *field, BtyMatch match, gint64 time);
