/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"

/*
 * Carries out @batch inside the transaction that is open. After a failure the transaction must be rolled back.
 * @prepared: (element-type BtySchema): types of the generic table whose indexes are there
 */
gboolean bty_sqlite_batch_apply (BtySqliteConnection *self, BtyBatch *batch, GHashTable *prepared, GError **error);

/* The same under a savepoint: a failure undoes this batch alone, unless it ended the transaction (sqlite3_get_autocommit()). SQLite keeps
 * a copy of each page that changes under it, which is a third of what a small batch costs. */
gboolean bty_sqlite_batch_apply_apart (BtySqliteConnection *self, BtyBatch *batch, GHashTable *prepared,
                                       GError **error);
