/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sqlite-error.h"
#include "bty-sqlite-options.h"
#include "bty-sql-table.h"

/*
 * BtySqliteConnection:
 *
 * One connection with its prepared statements. Used by one thread at a time.
 */
typedef struct
{
  sqlite3 *db;
  char *file;
  GHashTable *statements; /* text -> sqlite3_stmt */
} BtySqliteConnection;

typedef enum
{
  BTY_SQLITE_WRITE,
  BTY_SQLITE_READ,
} BtySqliteMode;

/* Opens @file and sets what every connection has: write-ahead log, durable commits, foreign keys, no traces of what is deleted. */
BtySqliteConnection *bty_sqlite_connection_open (const char *file, BtySqliteMode mode, const BtySqliteOptions *options,
                                                 GError **error);
void bty_sqlite_connection_close (BtySqliteConnection *self);

/* Always FALSE */
gboolean bty_sqlite_connection_fail (BtySqliteConnection *self, int code, GError **error);

/* Runs statements that give no rows and are not worth keeping. */
gboolean bty_sqlite_connection_run (BtySqliteConnection *self, const char *sql, GError **error);

/*
 * (transfer none) (nullable): a prepared statement, kept for the next time; bty_sqlite_statement_done() gives it back.
 */
sqlite3_stmt *bty_sqlite_connection_prepare (BtySqliteConnection *self, const char *sql, GError **error);
/* Steps a kept statement that gives no rows, and gives it back. */
gboolean bty_sqlite_connection_step (BtySqliteConnection *self, const char *sql, GError **error);
/* Drops the kept statements when they are many. Between two pieces of work, while no statement is in use. */
void bty_sqlite_connection_trim (BtySqliteConnection *self);
void bty_sqlite_statement_done (sqlite3_stmt *statement);

/* A number that @sql gives; FALSE with no error set when it gives no row. */
gboolean bty_sqlite_connection_get_int (BtySqliteConnection *self, const char *sql, gint64 *value, GError **error);

/* What bty-sql binds and reads with: the statement is a sqlite3_stmt. */
void bty_sqlite_bind (gpointer statement, guint index, const BtySqlValue *value);
void bty_sqlite_read (gpointer statement, guint column, BtySqlValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteConnection, bty_sqlite_connection_close)
/* So that a statement is given back on every way out. */
typedef sqlite3_stmt BtySqliteStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqliteStatement, bty_sqlite_statement_done)
