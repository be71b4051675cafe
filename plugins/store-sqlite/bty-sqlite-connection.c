/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include "bty-sqlite-connection.h"

/* Queries of third parties make new texts; past this many the kept statements are dropped. */
#define MAX_STATEMENTS 256

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

gboolean
bty_sqlite_connection_fail (BtySqliteConnection *self, int code, GError **error)
{
  return bty_sqlite_error_set (error, self->db, code, self->file);
}

static gboolean
set_up (BtySqliteConnection *self, BtySqliteMode mode, const BtySqliteOptions *options, GError **error)
{
  /* A savepoint notes the pages that it changes, in a file once there are many: a batch has few, and a file costs more than it does. */
  const char *more = mode == BTY_SQLITE_WRITE ? "cache_size=-2048; PRAGMA temp_store=MEMORY; PRAGMA query_only=OFF"
                                              : "cache_size=-1024; PRAGMA query_only=ON";
  g_autofree char *pragmas = g_strdup_printf ("PRAGMA synchronous=%s; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; "
                                              "PRAGMA wal_autocheckpoint=0; PRAGMA %s",
                                              options->synchronous, more);

  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, (int) options->busy_timeout);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return bty_sqlite_connection_run (self, pragmas, error);
}

BtySqliteConnection *
bty_sqlite_connection_open (const char *file, BtySqliteMode mode, const BtySqliteOptions *options, GError **error)
{
  g_autoptr (BtySqliteConnection) self = g_new0 (BtySqliteConnection, 1);
  int code;

  self->file = g_strdup (file);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  code = sqlite3_open_v2 (file, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, options->vfs);
  if (code != SQLITE_OK)
    {
      bty_sqlite_connection_fail (self, code, error);
      return NULL;
    }
  if (!set_up (self, mode, options, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
bty_sqlite_connection_close (BtySqliteConnection *self)
{
  g_clear_pointer (&self->statements, g_hash_table_unref);
  sqlite3_close (self->db);
  g_free (self->file);
  g_free (self);
}

gboolean
bty_sqlite_connection_run (BtySqliteConnection *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || bty_sqlite_connection_fail (self, code, error);
}

sqlite3_stmt *
bty_sqlite_connection_prepare (BtySqliteConnection *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    return statement;
  code = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      bty_sqlite_connection_fail (self, code, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, g_strdup (sql), statement);
  return statement;
}

void
bty_sqlite_connection_trim (BtySqliteConnection *self)
{
  if (g_hash_table_size (self->statements) > MAX_STATEMENTS)
    g_hash_table_remove_all (self->statements);
}

void
bty_sqlite_statement_done (sqlite3_stmt *statement)
{
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

gboolean
bty_sqlite_connection_step (BtySqliteConnection *self, const char *sql, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  return code == SQLITE_DONE || code == SQLITE_ROW || bty_sqlite_connection_fail (self, code, error);
}

gboolean
bty_sqlite_connection_get_int (BtySqliteConnection *self, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *value = sqlite3_column_int64 (statement, 0);
  else if (code != SQLITE_DONE)
    bty_sqlite_connection_fail (self, code, error);
  return code == SQLITE_ROW;
}

void
bty_sqlite_bind (gpointer statement, guint index, const BtySqlValue *value)
{
  gconstpointer data;
  gsize length;

  switch (value->kind)
    {
    case BTY_SQL_INTEGER:
      sqlite3_bind_int64 (statement, (int) index, value->integer);
      break;
    case BTY_SQL_REAL:
      sqlite3_bind_double (statement, (int) index, value->real);
      break;
    case BTY_SQL_TEXT:
      sqlite3_bind_text (statement, (int) index, value->text, -1, value->owned != NULL ? g_free : SQLITE_STATIC);
      break;
    case BTY_SQL_BYTES:
      data = g_bytes_get_data (value->bytes, &length);
      sqlite3_bind_blob64 (statement, (int) index, data != NULL ? data : "", length, SQLITE_STATIC);
      break;
    default:
      sqlite3_bind_null (statement, (int) index);
      break;
    }
}

void
bty_sqlite_read (gpointer statement, guint column, BtySqlValue *value)
{
  switch (sqlite3_column_type (statement, (int) column))
    {
    case SQLITE_INTEGER:
      value->kind = BTY_SQL_INTEGER;
      value->integer = sqlite3_column_int64 (statement, (int) column);
      break;
    case SQLITE_FLOAT:
      value->kind = BTY_SQL_REAL;
      value->real = sqlite3_column_double (statement, (int) column);
      break;
    case SQLITE_TEXT:
      value->kind = BTY_SQL_TEXT;
      value->text = (const char *) sqlite3_column_text (statement, (int) column);
      break;
    case SQLITE_BLOB:
      value->kind = BTY_SQL_BYTES;
      value->bytes = g_bytes_new (sqlite3_column_blob (statement, (int) column),
                                  (gsize) sqlite3_column_bytes (statement, (int) column));
      break;
    default:
      value->kind = BTY_SQL_NULL;
      break;
    }
}
