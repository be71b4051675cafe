/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-sql"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sql-migrations.h"
#include "bty-sql-table.h"

#define N_HEAD 4 /* id, revision, created_at, updated_at */

static void
add_names (GString *out, const BtySqlTable *table)
{
  for (guint i = 0; i < table->n_columns; i++)
    g_string_append_printf (out, "%s\"%s\"", i > 0 ? ", " : "", table->columns[i]->name);
}

static void
build_own (BtySqlTable *table)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  g_autoptr (GString) changes = g_string_new (NULL);
  guint n = table->n_columns;

  add_names (names, table);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (places, "%s$%u", i > 0 ? ", " : "", i + 1);
      if (i > 0)
        g_string_append_printf (changes, "%s\"%s\" = $%u", i > 1 ? ", " : "", table->columns[i]->name, i);
    }
  table->select = g_strdup_printf ("SELECT %s FROM \"%s\" WHERE TRUE", names->str, table->name);
  table->insert = g_strdup_printf ("INSERT INTO \"%s\" (%s) VALUES (%s)", table->name, names->str, places->str);
  table->update = g_strdup_printf ("UPDATE \"%s\" SET %s WHERE id = $%u AND revision = $%u", table->name, changes->str,
                                   n, n + 1);
  table->remove = g_strdup_printf ("DELETE FROM \"%s\" WHERE id = $1 AND revision = $2", table->name);
  table->revision = g_strdup_printf ("SELECT revision FROM \"%s\" WHERE id = $1", table->name);
}

/* The type's name stands in the text, not in a parameter, so that indexes over part of the table can serve. */
static void
build_generic (BtySqlTable *table)
{
  g_auto (GStrv) parts = g_strsplit (table->schema->name, "'", -1);
  g_autofree char *type = g_strjoinv ("''", parts);

  table->select = g_strdup_printf ("SELECT json FROM record WHERE type = '%s'", type);
  table->insert = g_strdup_printf ("INSERT INTO record (type, id, revision, created_at, updated_at, json) "
                                   "VALUES ('%s', $1, $2, $3, $4, $5)",
                                   type);
  table->update = g_strdup_printf ("UPDATE record SET revision = $1, created_at = $2, updated_at = $3, json = $4 "
                                   "WHERE type = '%s' AND id = $5 AND revision = $6",
                                   type);
  table->remove = g_strdup_printf ("DELETE FROM record WHERE type = '%s' AND id = $1 AND revision = $2", type);
  table->revision = g_strdup_printf ("SELECT revision FROM record WHERE type = '%s' AND id = $1", type);
}

static const BtySqlTable *
build (const BtySchema *schema)
{
  BtySqlTable *table = g_new0 (BtySqlTable, 1);
  const BtyField **columns = g_new0 (const BtyField *, schema->n_fields);

  table->schema = schema;
  table->is_own = bty_sql_is_own (schema);
  table->name = table->is_own ? schema->name : "record";
  for (guint i = 0; i < (table->is_own ? schema->n_fields : N_HEAD); i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (bty_view_takes (BTY_VIEW_STORE, field))
        columns[table->n_columns++] = field;
    }
  table->columns = columns;
  if (table->is_own)
    build_own (table);
  else
    build_generic (table);
  return table;
}

const BtySqlTable *
bty_sql_table_get (const BtySchema *schema)
{
  static GMutex lock;
  static GHashTable *tables;
  const BtySqlTable *table;

  g_mutex_lock (&lock);
  if (tables == NULL)
    tables = g_hash_table_new (NULL, NULL);
  table = g_hash_table_lookup (tables, schema);
  if (table == NULL)
    {
      table = build (schema);
      g_hash_table_insert (tables, (gpointer) schema, (gpointer) table);
    }
  g_mutex_unlock (&lock);
  return table;
}

gboolean
bty_sql_table_has_column (const BtySqlTable *table, const BtyField *field)
{
  return table->is_own || field->offset < sizeof (BtyRecord);
}

char *
bty_sql_table_expression (const BtySqlTable *table, const BtyField *field)
{
  g_autofree char *member = NULL;

  if (bty_sql_table_has_column (table, field))
    return g_strdup_printf ("\"%s\"", field->name);
  member = g_strdup_printf ("json_extract(json, '$.\"%s\"')", field->name);
  if (field->type != BTY_FIELD_TYPE_TIME)
    return g_steal_pointer (&member);
  /* 2026-01-02T03:04:05Z with 0, 3 or 6 digits of a fraction -> always 6 and no Z */
  return g_strdup_printf (
    "substr(substr(%s, 1, length(%s) - 1) || CASE length(%s) WHEN 20 THEN '.000000' ELSE '000' END, 1, 26)", member,
    member, member);
}

void
bty_sql_table_value (const BtySqlTable *table, BtySqlValue *value, gconstpointer record, const BtyField *field)
{
  if (bty_sql_table_has_column (table, field))
    bty_sql_value_of_field (value, record, field);
  else
    bty_sql_value_of_member (value, record, field);
}

gboolean
bty_sql_table_value_of_text (const BtySqlTable *table, const BtyField *field, const char *text, gpointer *scratch,
                             BtySqlValue *value, GError **error)
{
  if (field->type == BTY_FIELD_TYPE_STRING || field->type == BTY_FIELD_TYPE_TEXT)
    {
      *value = (BtySqlValue){ .kind = BTY_SQL_TEXT, .text = text };
      return TRUE;
    }
  *scratch = bty_record_new (table->schema);
  if (!bty_record_read_text (*scratch, BTY_VIEW_STORE, field->name, text, error))
    return FALSE;
  bty_sql_table_value (table, value, *scratch, field);
  return TRUE;
}

char *
bty_sql_table_select_by (const BtySqlTable *table, const BtyField *field)
{
  g_autofree char *expression = bty_sql_table_expression (table, field);

  return g_strdup_printf ("%s AND %s = $1", table->select, expression);
}

static guint
bind_field (gconstpointer record, const BtyField *field, guint index, BtySqlBind bind, gpointer statement)
{
  BtySqlValue value;

  bty_sql_value_of_field (&value, record, field);
  bind (statement, index, &value);
  return index + 1;
}

static guint
bind_json (gconstpointer record, guint index, BtySqlBind bind, gpointer statement)
{
  char *json = bty_record_to_json (record, BTY_VIEW_STORE);
  BtySqlValue value = { .kind = BTY_SQL_TEXT, .text = json, .owned = json };

  bind (statement, index, &value);
  return index + 1;
}

guint
bty_sql_table_bind_insert (const BtySqlTable *table, gconstpointer record, BtySqlBind bind, gpointer statement)
{
  guint index = 1;

  for (guint i = 0; i < table->n_columns; i++)
    index = bind_field (record, table->columns[i], index, bind, statement);
  if (!table->is_own)
    index = bind_json (record, index, bind, statement);
  return index - 1;
}

guint
bty_sql_table_bind_update (const BtySqlTable *table, gconstpointer record, gint64 expected, BtySqlBind bind,
                           gpointer statement)
{
  BtySqlValue revision = { .kind = BTY_SQL_INTEGER, .integer = expected };
  guint index = 1;

  for (guint i = 1; i < table->n_columns; i++)
    index = bind_field (record, table->columns[i], index, bind, statement);
  if (!table->is_own)
    index = bind_json (record, index, bind, statement);
  index = bind_field (record, table->columns[0], index, bind, statement);
  bind (statement, index, &revision);
  return index;
}

static gpointer
hydrate_json (const BtySqlTable *table, BtySqlRead read, gpointer row, GError **error)
{
  BtySqlValue value = { 0 };
  gpointer record;

  read (row, 0, &value);
  record = value.kind == BTY_SQL_TEXT ? bty_record_from_store (table->schema, value.text, -1, NULL) : NULL;
  if (record == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                 _ ("a record of type “%s” cannot be read any more: restore the database from a copy"),
                 table->schema->name);
  return record;
}

gpointer
bty_sql_table_hydrate (const BtySqlTable *table, BtySqlRead read, gpointer row, GError **error)
{
  gpointer record;

  if (!table->is_own)
    return hydrate_json (table, read, row, error);
  record = bty_record_new (table->schema);
  for (guint i = 0; i < table->n_columns; i++)
    {
      BtySqlValue value = { 0 };
      gboolean is_good;

      read (row, i, &value);
      is_good = bty_sql_value_store (&value, record, table->columns[i], error);
      g_clear_pointer (&value.bytes, g_bytes_unref);
      if (!is_good)
        {
          g_prefix_error (error, "%s: ", table->name);
          bty_record_unref (record);
          return NULL;
        }
    }
  return record;
}
