/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-migrate.h"

/*
 * Gives all rows of the database in one read transaction: what is written meanwhile is not among them. Not given is what is made anew
 * (the text index), what counts for this file only (marks), and answers that are kept for requests that come twice. Any schema,
 * also an older one. The snapshot begins before the first piece is given.
 * @self: a connection for this alone
 */
gboolean bty_sqlite_dump (BtySqliteConnection *self, BtyStoreSink sink, gpointer data, gint64 *n_rows, GError **error);

/*
 * Makes @folder/boternity.db out of such a dump: the tables as they were, by this program's own migrations, then the rows, then the
 * migrations that followed. No SQL comes from outside. Ends with an integrity check and a sync; a failure leaves no file.
 * @cancellable: (nullable):
 */
gboolean bty_sqlite_load (const char *folder, const BtySqliteOptions *options, const BtySqliteSchema *schema,
                          BtyStoreSource source, gpointer data, GCancellable *cancellable, gint64 *n_rows,
                          GError **error);
