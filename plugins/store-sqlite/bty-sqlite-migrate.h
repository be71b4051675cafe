/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-connection.h"
#include "bty-sql-migrations.h"

/*
 * BtySqliteSchema:
 * @steps: (array length=n_steps): of the portable subset; @extra: (array length=n_steps): ended by NULL: what only SQLite has
 *
 * What a database is to become; the program's own is bty_sqlite_schema, tests make others.
 */
typedef struct
{
  const BtySqlMigration *steps;
  const char *const *const *extra;
  guint n_steps;
} BtySqliteSchema;

extern const BtySqliteSchema bty_sqlite_schema;

/*
 * Brings the database up to date in one transaction, after copying it to `FILE.before-N`. A failure leaves it as it was. Reads one
 * number when there is nothing to do.
 */
gboolean bty_sqlite_migrate (BtySqliteConnection *self, const BtySqliteSchema *schema, GError **error);

/* The steps after version @from up to @to, in one transaction, without a copy: for a file that is new. */
gboolean bty_sqlite_migrate_between (BtySqliteConnection *self, const BtySqliteSchema *schema, gint64 from, gint64 to,
                                     GError **error);

/* Makes the names in a folder durable. */
gboolean bty_sqlite_sync_folder (const char *folder, GError **error);
