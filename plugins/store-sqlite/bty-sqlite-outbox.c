/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include "bty-sqlite-outbox.h"

#define UNTOLD " AND position > (SELECT position FROM event_told) ORDER BY position"

/* The last of the oldest events, at most $1 of them, of which there are more than $2 newer ones, or which are older than $3. */
#define OUTDATED                                                                                                            \
  "SELECT max (position) FROM (SELECT position, created_at FROM event WHERE position < (SELECT max (position) FROM event) " \
  "AND position <= (SELECT position FROM event_told) ORDER BY position LIMIT $1) "                                          \
  "WHERE position <= (SELECT max (position) FROM event) - $2 OR created_at < $3"

gboolean
bty_sqlite_outbox_read (BtySqliteConnection *self, GPtrArray *events, gint64 *last, GError **error)
{
  const BtySqlTable *table = bty_sql_table_get (&bty_event_schema);
  g_autofree char *sql = g_strconcat (table->select, UNTOLD, NULL);
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
  if (events->len > 0)
    *last = ((const BtyEvent *) g_ptr_array_index (events, events->len - 1))->position;
  return TRUE;
}

static gboolean
run_with (BtySqliteConnection *self, const char *sql, gint64 position, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, position);
  code = sqlite3_step (statement);
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self, code, error);
}

gboolean
bty_sqlite_outbox_set_told (BtySqliteConnection *self, gint64 position, GError **error)
{
  return position == 0 || run_with (self, "UPDATE event_told SET position = $1 WHERE position < $1", position, error);
}

gboolean
bty_sqlite_outbox_find_outdated (BtySqliteConnection *self, const BtySqliteRetention *retention, gint64 *position,
                                 GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self, OUTDATED, error);
  int code;

  *position = 0;
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, retention->step);
  sqlite3_bind_int64 (statement, 2, retention->keep_count);
  sqlite3_bind_int64 (statement, 3, retention->not_before);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *position = sqlite3_column_int64 (statement, 0);
  return code == SQLITE_ROW || bty_sqlite_connection_fail (self, code, error);
}

gboolean
bty_sqlite_outbox_prune (BtySqliteConnection *self, gint64 position, GError **error)
{
  return position == 0 || run_with (self, "DELETE FROM event WHERE position <= $1", position, error);
}

gboolean
bty_sqlite_outbox_forget (BtySqliteConnection *self, const char *subject, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (
    self, "UPDATE event SET data = NULL WHERE subject = $1", error);
  int code;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, subject, -1, SQLITE_STATIC);
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
