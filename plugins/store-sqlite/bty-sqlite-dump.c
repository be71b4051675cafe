/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <string.h>

#include "bty-sqlite-dump.h"
#include "bty-sqlite-piece.h"

/* Ids are shorter. */
#define MAX_SUBJECT 64

typedef struct
{
  BtySqliteConnection *connection;
  BtyStoreSink sink;
  gpointer data;
  GByteArray *piece;
  gint64 n_rows;
} Dump;

static gboolean
is_passing (const char *table)
{
  return strcmp (table, "idempotency") == 0 || strcmp (table, "mark") == 0;
}

static gboolean
give (Dump *self, const char *subject, GError **error)
{
  gboolean is_taken = self->sink (subject, self->piece->data, self->piece->len, self->data, error);

  g_byte_array_set_size (self->piece, 0);
  return is_taken;
}

static gboolean
give_number (Dump *self, char kind, gint64 number, guint n_bytes, GError **error)
{
  bty_sqlite_piece_put (self->piece, (guint64) kind, 1);
  bty_sqlite_piece_put (self->piece, (guint64) number, n_bytes);
  return give (self, NULL, error);
}

/* (transfer full) (nullable): the first column of all rows */
static GPtrArray *
list_names (BtySqliteConnection *connection, const char *sql, const char *argument, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (connection, sql, error);
  int code;

  if (statement == NULL)
    return NULL;
  if (argument != NULL)
    sqlite3_bind_text (statement, 1, argument, -1, SQLITE_STATIC);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (names, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  if (code == SQLITE_DONE)
    return g_steal_pointer (&names);
  bty_sqlite_connection_fail (connection, code, error);
  return NULL;
}

/* Which bot a row is about. Events are about all kinds of records, most of which name their bot. */
static const char *
subject_of (const char *table, GPtrArray *columns)
{
  if (strcmp (table, "bot") == 0)
    return "id";
  if (strcmp (table, "event") == 0)
    return "CASE WHEN topic LIKE 'bot.%' THEN subject WHEN json_valid (data) THEN json_extract (data, '$.bot') END";
  return g_ptr_array_find_with_equal_func (columns, "bot", g_str_equal, NULL) ? "bot" : "NULL";
}

static char *
write_select (const char *table, GPtrArray *columns)
{
  g_autoptr (GString) sql = g_string_new ("SELECT ");

  g_string_append (sql, subject_of (table, columns));
  for (guint i = 0; i < columns->len; i++)
    g_string_append_printf (sql, ", \"%s\"", (const char *) columns->pdata[i]);
  g_string_append_printf (sql, " FROM \"%s\"", table);
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static gboolean
give_row (Dump *self, guint number, sqlite3_stmt *statement, guint n_columns, GError **error)
{
  char subject[MAX_SUBJECT + 1] = "";
  int length = sqlite3_column_bytes (statement, 0);

  if (sqlite3_column_type (statement, 0) == SQLITE_TEXT && length > 0 && length <= MAX_SUBJECT)
    memcpy (subject, sqlite3_column_text (statement, 0), (gsize) length);
  bty_sqlite_piece_put (self->piece, BTY_SQLITE_PIECE_ROW, 1);
  bty_sqlite_piece_put (self->piece, number, 2);
  for (guint i = 0; i < n_columns; i++)
    bty_sqlite_piece_put_value (self->piece, statement, (int) i + 1);
  self->n_rows++;
  return give (self, subject, error);
}

/* (transfer full) (nullable) */
static GPtrArray *
list_columns (Dump *self, const char *table, GError **error)
{
  return list_names (self->connection, "SELECT name FROM pragma_table_info ($1)", table, error);
}

static gboolean
give_rows (Dump *self, guint number, const char *table, GError **error)
{
  g_autoptr (GPtrArray) columns = list_columns (self, table, error);
  g_autofree char *sql = columns != NULL ? write_select (table, columns) : NULL;
  g_autoptr (BtySqliteStatement) statement = NULL;
  int code;

  if (sql != NULL)
    statement = bty_sqlite_connection_prepare (self->connection, sql, error);
  if (statement == NULL)
    return FALSE;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      if (!give_row (self, number, statement, columns->len, error))
        return FALSE;
    }
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self->connection, code, error);
}

static gboolean
give_table (Dump *self, guint number, const char *table, GError **error)
{
  g_autoptr (GPtrArray) columns = list_columns (self, table, error);

  if (columns == NULL)
    return FALSE;
  bty_sqlite_piece_put (self->piece, BTY_SQLITE_PIECE_TABLE, 1);
  bty_sqlite_piece_put (self->piece, number, 2);
  bty_sqlite_piece_put (self->piece, columns->len, 2);
  bty_sqlite_piece_put_name (self->piece, table);
  for (guint i = 0; i < columns->len; i++)
    bty_sqlite_piece_put_name (self->piece, columns->pdata[i]);
  return give (self, NULL, error);
}

/* Tables before rows: that is the only order that a load needs. */
static gboolean
give_all (Dump *self, GError **error)
{
  g_autoptr (GPtrArray) tables = NULL;
  gint64 version = 0;

  /* The first read begins the snapshot. */
  if (!bty_sqlite_connection_get_int (self->connection, "PRAGMA user_version", &version, error))
    return FALSE;
  tables = list_names (self->connection,
                       "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                       "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                       NULL, error);
  if (tables == NULL || !give_number (self, BTY_SQLITE_PIECE_VERSION, version, 4, error))
    return FALSE;
  for (guint i = 0; i < tables->len; i++)
    {
      if (!is_passing (tables->pdata[i]) && !give_table (self, i, tables->pdata[i], error))
        return FALSE;
    }
  for (guint i = 0; i < tables->len; i++)
    {
      if (!is_passing (tables->pdata[i]) && !give_rows (self, i, tables->pdata[i], error))
        return FALSE;
    }
  return give_number (self, BTY_SQLITE_PIECE_END, self->n_rows, 8, error);
}

gboolean
bty_sqlite_dump (BtySqliteConnection *self, BtyStoreSink sink, gpointer data, gint64 *n_rows, GError **error)
{
  g_autoptr (GByteArray) piece = g_byte_array_new ();
  Dump dump = { .connection = self, .sink = sink, .data = data, .piece = piece };
  gboolean is_given;

  if (!bty_sqlite_connection_run (self, "BEGIN", error))
    return FALSE;
  is_given = give_all (&dump, error);
  bty_sqlite_connection_run (self, "ROLLBACK", NULL);
  if (n_rows != NULL)
    *n_rows = dump.n_rows;
  return is_given;
}
