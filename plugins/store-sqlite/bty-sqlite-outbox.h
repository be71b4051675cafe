/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/* Adds the events that were committed and not told to @events, in order; *@last_row is the row of the last one. */
gboolean bty_sqlite_outbox_read (BtySqliteConnection *self, GPtrArray *events, gint64 *last_row, GError **error);
/* Takes out those that were told, up to @row; 0 for none. */
gboolean bty_sqlite_outbox_delete (BtySqliteConnection *self, gint64 row, GError **error);
/* Puts one in, inside a transaction. */
gboolean bty_sqlite_outbox_add (BtySqliteConnection *self, gconstpointer event, GError **error);
