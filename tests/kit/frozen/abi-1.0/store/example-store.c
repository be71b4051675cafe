/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <string.h>

#include "example-compare.h"
#include "example-store.h"

/*
 * Keeps records in memory. A record that was put is never changed again, so that it can be kept and given out as it is. A store
 * with a disk does its work in a thread of its own and answers when it is durable.
 */
struct _ExampleStore
{
  GObject parent_instance;
  GHashTable *types; /* name of a record type -> GHashTable of id -> record */
};

static void init_store (BtyStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleStore, example_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_STORE, init_store))

static void
example_store_finalize (GObject *object)
{
  g_hash_table_unref (EXAMPLE_STORE (object)->types);
  G_OBJECT_CLASS (example_store_parent_class)->finalize (object);
}

static void
example_store_class_init (ExampleStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = example_store_finalize;
}

static void
example_store_init (ExampleStore *self)
{
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

static GHashTable *
table_of (ExampleStore *self, const BtySchema *schema)
{
  GHashTable *table = g_hash_table_lookup (self->types, schema->name);

  if (table == NULL)
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bty_record_unref);
      g_hash_table_insert (self->types, g_strdup (schema->name), table);
    }
  return table;
}

/* Writing: everything is checked before the first change is made. */

static gboolean
check_revision (GHashTable *table, const BtyChange *change, GError **error)
{
  const BtyRecord *stored = g_hash_table_lookup (table, change->record->id);
  gint64 revision = stored != NULL ? stored->revision : 0;

  if (revision == change->expected && (stored != NULL || change->kind == BTY_CHANGE_PUT))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
               "the %s is at revision %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT ": read it again",
               change->record->schema->name, revision, change->expected);
  return FALSE;
}

static const BtyRecord *
find_by (GHashTable *table, gconstpointer probe, const BtyField *field)
{
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    if (example_compare_field (record, probe, field) == 0)
      return record;
  return NULL;
}

static gboolean
check_unique (GHashTable *table, const BtyRecord *record, GError **error)
{
  for (guint i = 0; i < record->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (record->schema, i);
      const BtyRecord *other = (field->flags & BTY_UNIQUE) != 0 && !bty_record_is_null_at (record, field->offset)
                                 ? find_by (table, record, field)
                                 : NULL;

      if (other == NULL || strcmp (other->id, record->id) == 0)
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, "there is a %s with the same %s already",
                   record->schema->name, field->name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_batch (ExampleStore *self, BtyBatch *batch, GError **error)
{
  for (guint i = 0; i < bty_batch_get_n_changes (batch); i++)
    {
      const BtyChange *change = bty_batch_get_change (batch, i);
      GHashTable *table = table_of (self, change->record->schema);

      if (!check_revision (table, change, error) ||
          (change->kind == BTY_CHANGE_PUT && !check_unique (table, change->record, error)))
        return FALSE;
    }
  return TRUE;
}

static void
apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  ExampleStore *self = EXAMPLE_STORE (store);
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, data);
  GPtrArray *events = bty_batch_get_events (batch);
  GError *error = NULL;

  if (!check_batch (self, batch, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < bty_batch_get_n_changes (batch); i++)
    {
      const BtyChange *change = bty_batch_get_change (batch, i);
      GHashTable *table = table_of (self, change->record->schema);

      if (change->kind == BTY_CHANGE_PUT)
        g_hash_table_insert (table, g_strdup (change->record->id), bty_record_ref (change->record));
      else
        g_hash_table_remove (table, change->record->id);
    }
  if (events->len > 0)
    g_signal_emit_by_name (self, "committed", events); /* after the commit and before the callback */
  g_task_return_boolean (task, TRUE);
}

static gboolean
apply_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Reading. */

static void
get_async (BtyStore *store, const BtySchema *schema, const char *name, const char *value, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  int index = bty_schema_find (schema, name, -1, 0);
  g_autoptr (BtyRecord) probe = bty_record_new (schema);
  const BtyRecord *found = NULL;

  g_return_if_fail (index >= 0);
  if (bty_record_read_text (probe, BTY_VIEW_STORE, name, value, NULL))
    found = find_by (table_of (EXAMPLE_STORE (store), schema), probe, bty_schema_get_field (schema, (guint) index));
  if (found != NULL)
    g_task_return_pointer (task, bty_record_ref (found), bty_record_unref);
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no %s has the %s “%s”", schema->name, name, value);
}

static gpointer
get_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  gpointer record = g_task_propagate_pointer (G_TASK (result), error);

  if (record == NULL)
    bty_error_convert (error); /* a cancelled task says so in GIO's words */
  return record;
}

/* The cursor is the id of the last record of the page before. */
static gboolean
skip_to (GPtrArray *records, const char *cursor, GError **error)
{
  for (guint i = 0; cursor != NULL && i < records->len; i++)
    if (strcmp (((BtyRecord *) g_ptr_array_index (records, i))->id, cursor) == 0)
      {
        g_ptr_array_remove_range (records, 0, i + 1);
        return TRUE;
      }
  if (cursor == NULL)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "“%s” is no cursor of this query: begin anew", cursor);
  return FALSE;
}

static GPtrArray *
find_all (ExampleStore *self, BtyQuery *query, GError **error)
{
  GHashTable *table = table_of (self, bty_query_get_schema (query));
  g_autoptr (GPtrArray) records = bty_record_list_new ();
  GHashTableIter iter;
  gpointer record;

  if (bty_query_get_words (query) != NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
                           "this store has no text index: filter by a field");
      return NULL;
    }
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    g_ptr_array_add (records, bty_record_ref (record));
  g_ptr_array_sort_with_data (records, example_compare_rows, query);
  if (!example_filter (records, query, error) || !skip_to (records, bty_query_get_after (query), error))
    return NULL;
  return g_steal_pointer (&records);
}

static void
query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  GError *error = NULL;
  GPtrArray *records = find_all (EXAMPLE_STORE (store), query, &error);
  guint limit = bty_query_get_limit (query);
  BtyPage *page;

  if (records == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  page = bty_page_new ();
  page->items = records;
  if (records->len > limit)
    {
      g_ptr_array_set_size (records, (int) limit);
      page->next_cursor = g_strdup (((BtyRecord *) g_ptr_array_index (records, limit - 1))->id);
    }
  g_task_return_pointer (task, page, bty_record_unref);
}

static BtyPage *
query_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return get_finish (store, result, error);
}

/* The rest. */

static gboolean
open_store (BtyStore *store, const char *folder, GError **error)
{
  return TRUE;
}

static void
close_store (BtyStore *store)
{
}

static char *
describe (BtyStore *store)
{
  return g_strdup ("in memory");
}

static void
init_store (BtyStoreInterface *iface)
{
  iface->open = open_store;
  iface->close = close_store;
  iface->apply_async = apply_async;
  iface->apply_finish = apply_finish;
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->query_async = query_async;
  iface->query_finish = query_finish;
  iface->describe = describe;
}
