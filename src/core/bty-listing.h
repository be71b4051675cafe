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

/**
 * bty_listing_answer_some:
 * @keep: whether a record is shown
 * @data: what @keep is given besides the record, referenced meanwhile
 *
 * As bty_listing_answer(); a page may come out shorter than @limit, and still be followed by another.
 */
void bty_listing_answer_some (BtyCall *call, BtyStore *store, BtyQuery *query, const char *cursor, gint64 limit,
                              gboolean (*keep) (gconstpointer record, GObject *data), GObject *data);
