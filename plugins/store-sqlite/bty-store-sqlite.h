/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-migrate.h"

/*
 * BtyStoreSqlite:
 *
 * The store in one SQLite file. Main context; see README.md for its threads.
 */
#define BTY_TYPE_STORE_SQLITE (bty_store_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (BtyStoreSqlite, bty_store_sqlite, BTY, STORE_SQLITE, GObject)

/* Whose settings stores that are made from now on use; without a host the defaults count. */
void bty_store_sqlite_set_host (BtyHost *host);

/* (transfer none): what open will go by, to be changed by tests before it */
BtySqliteOptions *bty_store_sqlite_get_options (BtyStoreSqlite *self);
void bty_store_sqlite_set_schema (BtyStoreSqlite *self, const BtySqliteSchema *schema);
