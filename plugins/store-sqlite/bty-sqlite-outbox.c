/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include "bty-sqlite-outbox.h"

gboolean
bty_sqlite_outbox_read (BtySqliteConnection *self, GPtrArray *events, gint64 *last_row, GError **error)
{
  const BtySqlTable *table = bty_sql_table_get (&bty_event_schema);
  g_autofree char *sql = g_strconcat (table->select, " ORDER BY row", NULL);
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gpointer event = bty_sql_table_hydrate (table, bty_sqlite_read, statement, error);

      if (event == NULL)
        return FALSE;
      g_ptr_array_add (events, event);
    }
  if (code != SQLITE_DONE)
    return bty_sqlite_connection_fail (self, code, error);
  return events->len == 0 || bty_sqlite_connection_get_int (self, "SELECT max (row) FROM event", last_row, error);
}

gboolean
bty_sqlite_outbox_delete (BtySqliteConnection *self, gint64 row, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = NULL;
  int code;

  if (row == 0)
    return TRUE;
  statement = bty_sqlite_connection_prepare (self, "DELETE FROM event WHERE row <= $1", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, row);
  code = sqlite3_step (statement);
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self, code, error);
}

gboolean
bty_sqlite_outbox_add (BtySqliteConnection *self, gconstpointer event, GError **error)
{
  const BtySqlTable *table = bty_sql_table_get (&bty_event_schema);
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, table->insert, error);
  int code;

  if (statement == NULL)
    return FALSE;
  bty_sql_table_bind_insert (table, event, bty_sqlite_bind, statement);
  code = sqlite3_step (statement);
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self, code, error);
}
