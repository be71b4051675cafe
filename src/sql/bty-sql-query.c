/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-sql"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sql-cursor.h"
#include "bty-sql-query.h"

static const char *const operators[] = {
  [BTY_MATCH_EQUAL] = "=",   [BTY_MATCH_NOT_EQUAL] = "IS DISTINCT FROM",
  [BTY_MATCH_LESS] = "<",    [BTY_MATCH_LESS_OR_EQUAL] = "<=",
  [BTY_MATCH_GREATER] = ">", [BTY_MATCH_GREATER_OR_EQUAL] = ">=",
};

static void
clear_value (gpointer value)
{
  bty_sql_value_clear (value);
}

static void
unref_record (gpointer record)
{
  if (record != NULL)
    bty_record_unref (record);
}

/* Takes over what *@value owns; gives the number of the parameter. */
static guint
add_value (BtySqlQuery *self, BtySqlValue *value)
{
  g_array_append_val (self->values, *value);
  value->owned = NULL;
  return self->values->len;
}

static guint
add_text (BtySqlQuery *self, const char *text)
{
  BtySqlValue value = { .kind = BTY_SQL_TEXT };

  value.owned = g_strdup (text);
  value.text = value.owned;
  return add_value (self, &value);
}

static guint
add_integer (BtySqlQuery *self, gint64 integer)
{
  BtySqlValue value = { .kind = BTY_SQL_INTEGER, .integer = integer };

  return add_value (self, &value);
}

static gboolean
add_filter (BtySqlQuery *self, GString *sql, const BtyFilter *filter, GError **error)
{
  g_auto (BtySqlValue) value = { 0 };
  gpointer scratch = NULL;
  g_autofree char *expression = NULL;
  gboolean is_good;

  is_good = bty_sql_table_value_of_text (self->table, filter->field, filter->value, &scratch, &value, error);
  g_ptr_array_add (self->scratch, scratch);
  if (!is_good)
    return FALSE;
  expression = bty_sql_table_expression (self->table, filter->field);
  g_string_append_printf (sql, " AND %s %s $%u", expression, operators[filter->match], add_value (self, &value));
  return TRUE;
}

static gboolean
add_filters (BtySqlQuery *self, GString *sql, const BtyQuery *query, GError **error)
{
  GPtrArray *filters = bty_query_get_filters (query);

  for (guint i = 0; i < filters->len; i++)
    {
      if (!add_filter (self, sql, g_ptr_array_index (filters, i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_never_null (const BtySqlTable *table, const BtyField *field)
{
  if (bty_sql_table_has_column (table, field) && field->offset < sizeof (BtyRecord))
    return TRUE;
  return table->is_own && (field->flags & BTY_REQUIRED) != 0;
}

/* What comes after the cursor in (order, id), both in one direction. Null is least. */
static void
add_position (BtySqlQuery *self, GString *sql, const BtyField *order, gboolean descending, BtySqlCursor *cursor)
{
  g_autofree char *expression = bty_sql_table_expression (self->table, order);
  BtySqlValue value = cursor->value;
  const char *beyond = descending ? "<" : ">";
  guint place;

  if (strcmp (order->name, "id") == 0)
    {
      g_string_append_printf (sql, " AND id %s $%u", beyond, add_text (self, cursor->id));
      return;
    }
  if (value.kind == BTY_SQL_NULL)
    {
      place = add_text (self, cursor->id);
      g_string_append_printf (sql, descending ? " AND (%s IS NULL AND id < $%u)" : " AND (%s IS NOT NULL OR id > $%u)",
                              expression, place);
      return;
    }
  value.owned = g_steal_pointer (&cursor->text);
  place = add_value (self, &value);
  if (descending && !is_never_null (self->table, order))
    g_string_append_printf (sql, " AND ((%s, id) < ($%u, $%u) OR %s IS NULL)", expression, place, place + 1,
                            expression);
  else
    g_string_append_printf (sql, " AND (%s, id) %s ($%u, $%u)", expression, beyond, place, place + 1);
  add_text (self, cursor->id);
}

static gboolean
build_plain (BtySqlQuery *self, GString *sql, const BtyQuery *query, GError **error)
{
  gboolean descending;
  const BtyField *order = bty_query_get_order (query, &descending);
  g_autofree char *expression = bty_sql_table_expression (self->table, order);
  g_auto (BtySqlCursor) cursor = { 0 };

  g_string_append (sql, self->table->select);
  if (!add_filters (self, sql, query, error))
    return FALSE;
  if (bty_query_get_after (query) != NULL)
    {
      if (!bty_sql_cursor_read (&cursor, query, error))
        return FALSE;
      add_position (self, sql, order, descending, &cursor);
    }
  g_string_append_printf (sql, " ORDER BY %s %s", expression, descending ? "DESC NULLS LAST" : "ASC NULLS FIRST");
  if (strcmp (order->name, "id") != 0)
    g_string_append_printf (sql, ", id %s", descending ? "DESC" : "ASC");
  g_string_append_printf (sql, " LIMIT $%u", add_integer (self, bty_query_get_limit (query) + 1));
  return TRUE;
}

/* Best first has no place that a later write cannot move: the cursor counts. */
static gboolean
build_search (BtySqlQuery *self, GString *sql, const BtyQuery *query, const BtySqlTextSearch *search, GError **error)
{
  g_auto (BtySqlCursor) cursor = { 0 };
  const char *columns_end = strstr (self->table->select, " FROM ");

  g_return_val_if_fail (columns_end != NULL, FALSE);
  if (bty_query_get_after (query) != NULL && !bty_sql_cursor_read (&cursor, query, error))
    return FALSE;
  self->offset = MAX (cursor.value.integer, 0);
  g_string_append_len (sql, self->table->select, columns_end - self->table->select);
  g_string_append_printf (sql, " FROM (SELECT \"%s\".*, %s AS score FROM %s", self->table->name, search->score,
                          search->from);
  add_text (self, search->match);
  if (!add_filters (self, sql, query, error))
    return FALSE;
  g_string_append_printf (sql, " ORDER BY %s LIMIT $%u)", search->newest, add_integer (self, search->candidates));
  g_string_append_printf (sql, " ORDER BY score, row DESC LIMIT $%u",
                          add_integer (self, bty_query_get_limit (query) + 1));
  g_string_append_printf (sql, " OFFSET $%u", add_integer (self, self->offset));
  return TRUE;
}

static gboolean
check (const BtyQuery *query, const BtySqlTextSearch *search, GError **error)
{
  const BtySchema *schema = bty_query_get_schema (query);

  if (bty_query_get_words (query) == NULL || search != NULL)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
               _ ("records of type “%s” have no text index: search messages, or filter by a field"), schema->name);
  return FALSE;
}

BtySqlQuery *
bty_sql_query_new (const BtyQuery *query, const BtySqlTextSearch *search, GError **error)
{
  g_autoptr (BtySqlQuery) self = g_new0 (BtySqlQuery, 1);
  g_autoptr (GString) sql = g_string_sized_new (512);
  gboolean is_good;

  self->table = bty_sql_table_get (bty_query_get_schema (query));
  self->values = g_array_new (FALSE, FALSE, sizeof (BtySqlValue));
  g_array_set_clear_func (self->values, clear_value);
  self->scratch = g_ptr_array_new_with_free_func (unref_record);
  if (!check (query, search, error))
    return NULL;
  if (bty_query_get_words (query) != NULL)
    is_good = build_search (self, sql, query, search, error);
  else
    is_good = build_plain (self, sql, query, error);
  self->sql = g_string_free (g_steal_pointer (&sql), FALSE);
  return is_good ? g_steal_pointer (&self) : NULL;
}

void
bty_sql_query_free (BtySqlQuery *self)
{
  g_clear_pointer (&self->values, g_array_unref);
  g_clear_pointer (&self->scratch, g_ptr_array_unref);
  g_free (self->sql);
  g_free (self);
}

BtyPage *
bty_sql_query_make_page (const BtySqlQuery *self, const BtyQuery *query, GPtrArray *items)
{
  BtyPage *page = bty_page_new ();
  guint limit = bty_query_get_limit (query);
  g_auto (BtySqlValue) value = { 0 };
  const BtyRecord *last;

  page->items = items;
  if (items->len <= limit)
    return page;
  g_ptr_array_set_size (items, (gint) limit);
  last = g_ptr_array_index (items, limit - 1);
  if (bty_query_get_words (query) != NULL)
    value = (BtySqlValue){ .kind = BTY_SQL_INTEGER, .integer = self->offset + limit };
  else
    bty_sql_table_value (self->table, &value, last, bty_query_get_order (query, NULL));
  page->next_cursor = bty_sql_cursor_write (query, last->id, &value);
  return page;
}
