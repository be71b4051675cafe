/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables, written by hand, are those of the records; the indexes are those that the queries need. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "bty-sql-query.h"
#include "bty-sqlite-file.h"
#include "store-fixture.h"

typedef struct
{
  char *folder;
  BtySqliteConnection *connection;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  BtySqliteOptions options;
  gboolean was_unclean;
  g_autoptr (GError) error = NULL;

  bty_sqlite_options_load (&options, NULL);
  f->folder = g_dir_make_tmp ("boternity-schema-XXXXXX", NULL);
  f->connection = bty_sqlite_file_open (f->folder, &options, &bty_sqlite_schema, &was_unclean, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_sqlite_connection_close (f->connection);
  store_remove_folder (f->folder);
  g_free (f->folder);
}

static const char *
type_of (const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      return "INTEGER";
    case BTY_FIELD_TYPE_DOUBLE:
      return "REAL";
    case BTY_FIELD_TYPE_BYTES:
      return "BLOB";
    default:
      return "TEXT";
    }
}

/* A scalar that cannot be null in the struct is not null in the table. */
static gboolean
must_not_be_null (const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
    case BTY_FIELD_TYPE_DOUBLE:
    case BTY_FIELD_TYPE_ENUM:
      return (field->flags & BTY_NULLABLE) == 0;
    default:
      return (field->flags & BTY_REQUIRED) != 0;
    }
}

static void
check_table (Fixture *f, const BtySchema *schema)
{
  g_autofree char *sql = g_strdup_printf (
    "SELECT name, type, \"notnull\" FROM pragma_table_info ('%s') WHERE name <> 'row'", schema->name);
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (f->connection, sql, NULL);

  g_test_message ("%s", schema->name);
  g_assert_nonnull (statement);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (!bty_view_takes (BTY_VIEW_STORE, field))
        continue;
      g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
      g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, field->name);
      g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 1), ==, type_of (field));
      g_assert_cmpint (sqlite3_column_int (statement, 2), ==, must_not_be_null (field));
    }
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
}

static void
test_columns (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; bty_sql_own_schemas[i] != NULL; i++)
    check_table (f, bty_sql_own_schemas[i]);
}

static void
test_unique (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; bty_sql_own_schemas[i] != NULL; i++)
    {
      const BtySchema *schema = bty_sql_own_schemas[i];

      for (guint j = 0; j < schema->n_fields; j++)
        {
          const BtyField *field = bty_schema_get_field (schema, j);
          gint64 n = 0;
          g_autofree char *sql = g_strdup_printf (
            "SELECT count(*) FROM pragma_index_list ('%s') AS list WHERE \"unique\" AND "
            "(SELECT group_concat (name) FROM pragma_index_info (list.name)) = '%s'",
            schema->name, field->name);

          g_assert_true (bty_sqlite_connection_get_int (f->connection, sql, &n, NULL));
          g_assert_cmpint (n, ==, (field->flags & BTY_UNIQUE) != 0 ? 1 : 0);
        }
    }
}

/* What the daemon asks often goes by an index, without sorting. */
static void
check_plan (Fixture *f, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (f->connection, explain, NULL);

  g_assert_nonnull (statement);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *step = (const char *) sqlite3_column_text (statement, 3);

      g_test_message ("%s: %s", sql, step);
      g_assert_false (g_str_has_prefix (step, "USE TEMP B-TREE"));
      g_assert_true (strstr (step, "USING INDEX") != NULL || strstr (step, "VIRTUAL TABLE") != NULL ||
                     strstr (step, "USING INTEGER PRIMARY KEY") != NULL);
    }
}

static void
check_query (Fixture *f, const BtySchema *schema, const char *where, const char *order, gboolean descending)
{
  g_autoptr (BtyQuery) query = bty_query_new (schema);
  g_autoptr (BtySqlQuery) sql_query = NULL;

  if (where != NULL)
    bty_query_where (query, where, BTY_MATCH_EQUAL, "queued");
  if (order != NULL)
    bty_query_order (query, order, descending);
  sql_query = bty_sql_query_new (query, NULL, NULL);
  g_assert_nonnull (sql_query);
  check_plan (f, sql_query->sql);
}

/* How subscriptions read the log. */
static void
check_events (Fixture *f, const char *field, BtyMatch match, const char *topic, gboolean descending)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_event_schema);
  g_autoptr (BtySqlQuery) sql_query = NULL;

  bty_query_where (query, field, match, "7");
  if (topic != NULL)
    bty_query_where (query, "topic", BTY_MATCH_EQUAL, topic);
  bty_query_order (query, field, descending);
  sql_query = bty_sql_query_new (query, NULL, NULL);
  g_assert_nonnull (sql_query);
  check_plan (f, sql_query->sql);
}

static void
test_plans (Fixture *f, gconstpointer unused)
{
  check_query (f, &bty_bot_schema, NULL, NULL, FALSE);
  check_query (f, &bty_bot_schema, NULL, "name", FALSE);
  check_query (f, &bty_session_schema, "slug", "active_at", TRUE);
  check_query (f, &bty_session_schema, "bot", "active_at", TRUE);
  check_query (f, &bty_session_schema, NULL, "active_at", TRUE);
  check_query (f, &bty_message_schema, "session", "id", FALSE);
  check_query (f, &bty_message_schema, "session", "id", TRUE);
  check_query (f, &bty_message_schema, "turn", NULL, FALSE);
  check_query (f, &bty_turn_schema, "session", "id", TRUE);
  check_query (f, &bty_turn_schema, "state", NULL, FALSE);
  check_events (f, "position", BTY_MATCH_GREATER, NULL, FALSE);
  check_events (f, "position", BTY_MATCH_GREATER, "bot.created", FALSE);
  check_events (f, "position", BTY_MATCH_LESS_OR_EQUAL, NULL, TRUE);
  check_events (f, "position", BTY_MATCH_LESS_OR_EQUAL, "bot.created", TRUE);
  check_events (f, "id", BTY_MATCH_GREATER_OR_EQUAL, NULL, FALSE);
  check_plan (f, "SELECT * FROM idempotency WHERE created_at < 1 ORDER BY created_at, id");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/schema/columns", Fixture, NULL, set_up, test_columns, tear_down);
  g_test_add ("/store/schema/unique", Fixture, NULL, set_up, test_unique, tear_down);
  g_test_add ("/store/schema/plans", Fixture, NULL, set_up, test_plans, tear_down);
  return g_test_run ();
}
