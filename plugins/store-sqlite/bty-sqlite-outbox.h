/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/*
 * BtySqliteRetention:
 * @keep_count: how many of the newest events stay
 * @not_before: microseconds since 1970: older ones go
 * @step: how many are taken out at most at a time
 */
typedef struct
{
  gint64 keep_count;
  gint64 not_before;
  gint64 step;
} BtySqliteRetention;

/* Adds the events that were committed and not told to @events, in order; *@last is the position of the last one. */
gboolean bty_sqlite_outbox_read (BtySqliteConnection *self, GPtrArray *events, gint64 *last, GError **error);
/* Marks those up to @position as told; 0 for none. */
gboolean bty_sqlite_outbox_set_told (BtySqliteConnection *self, gint64 position, GError **error);
/* Puts one in, inside a transaction. */
gboolean bty_sqlite_outbox_add (BtySqliteConnection *self, gconstpointer event, GError **error);
/* Takes away what is known of a record that is deleted: its events stay, without their data. */
gboolean bty_sqlite_outbox_forget (BtySqliteConnection *self, const char *subject, GError **error);
/* The last of the told events that go in the next step, in *@position; 0 for none. Never the newest of all. */
gboolean bty_sqlite_outbox_find_outdated (BtySqliteConnection *self, const BtySqliteRetention *retention,
                                          gint64 *position, GError **error);
/* Takes out those up to @position; 0 for none. */
gboolean bty_sqlite_outbox_prune (BtySqliteConnection *self, gint64 position, GError **error);
