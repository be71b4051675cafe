/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-fake-store.h"

#include <string.h>

struct _BtyFakeStore
{
  GObject parent_instance;
  GHashTable *tables; /* name of a type -> GHashTable of id -> JSON */
  GQueue jobs;
  guint source;
  GError *next_error;
  gboolean spares_lazy;
  gint64 position; /* of the last event */
  gboolean closed;
};

static void init_store (BtyStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyFakeStore, bty_fake_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_STORE, init_store))

/* One call, done when its turn comes: the data of its task. */
typedef struct
{
  void (*run) (BtyFakeStore *self, GTask *task);
  BtyBatch *batch;
  BtyQuery *query;
  const BtySchema *schema;
  char *field;
  char *value;
} Job;

static void
job_free (Job *job)
{
  g_clear_pointer (&job->batch, bty_batch_unref);
  g_clear_pointer (&job->query, bty_query_unref);
  g_free (job->field);
  g_free (job->value);
  g_free (job);
}

static void
bty_fake_store_finalize (GObject *object)
{
  BtyFakeStore *self = BTY_FAKE_STORE (object);

  g_assert (g_queue_is_empty (&self->jobs)); /* a task keeps its store */
  g_hash_table_unref (self->tables);
  g_clear_error (&self->next_error);
  G_OBJECT_CLASS (bty_fake_store_parent_class)->finalize (object);
}

static void
bty_fake_store_class_init (BtyFakeStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_fake_store_finalize;
}

static void
bty_fake_store_init (BtyFakeStore *self)
{
  self->tables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_hash_table_unref);
  g_queue_init (&self->jobs);
}

BtyStore *
bty_fake_store_new (void)
{
  return g_object_new (BTY_TYPE_FAKE_STORE, NULL);
}

void
bty_fake_store_fail_next (BtyFakeStore *self, BtyErrorCode code, const char *message)
{
  g_clear_error (&self->next_error);
  self->next_error = g_error_new_literal (BTY_ERROR, (gint) code, message);
  self->spares_lazy = FALSE;
}

void
bty_fake_store_fail_next_awaited (BtyFakeStore *self, BtyErrorCode code, const char *message)
{
  bty_fake_store_fail_next (self, code, message);
  self->spares_lazy = TRUE;
}

static GHashTable *
table_of (BtyFakeStore *self, const BtySchema *schema)
{
  GHashTable *table = g_hash_table_lookup (self->tables, schema->name);

  if (table == NULL)
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (self->tables, (gpointer) schema->name, table);
    }
  return table;
}

guint
bty_fake_store_count (BtyFakeStore *self, const BtySchema *schema)
{
  return g_hash_table_size (table_of (self, schema));
}

char *
bty_fake_store_dump (BtyFakeStore *self)
{
  GString *text = g_string_new (NULL);
  GHashTableIter tables;
  gpointer name, table;

  g_hash_table_iter_init (&tables, self->tables);
  while (g_hash_table_iter_next (&tables, &name, &table))
    {
      GHashTableIter rows;
      gpointer id, json;

      g_hash_table_iter_init (&rows, table);
      while (g_hash_table_iter_next (&rows, &id, &json))
        g_string_append_printf (text, "%s %s\n", (char *) name, (char *) json);
    }
  return g_string_free (text, FALSE);
}

static gpointer
read_row (const BtySchema *schema, const char *json)
{
  g_autoptr (GError) error = NULL;
  gpointer record = bty_record_from_store (schema, json, -1, &error);

  g_assert_no_error (error);
  return record;
}

/* All records of a type. */
static GPtrArray *
read_table (GHashTable *table, const BtySchema *schema)
{
  GPtrArray *records = bty_record_list_new ();
  GHashTableIter rows;
  gpointer json;

  g_hash_table_iter_init (&rows, table);
  while (g_hash_table_iter_next (&rows, NULL, &json))
    g_ptr_array_add (records, read_row (schema, json));
  return records;
}

/* Comparing. */

static gboolean
is_null (gconstpointer record, const BtyField *field)
{
  return bty_record_is_null_at (record, field->offset);
}

static int
compare_doubles (double a, double b)
{
  return (a > b) - (a < b);
}

static int
compare_ints (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

/* Null comes before all else. */
static int
compare_field (gconstpointer a, gconstpointer b, const BtyField *field)
{
  gconstpointer left = G_STRUCT_MEMBER_P (a, field->offset);
  gconstpointer right = G_STRUCT_MEMBER_P (b, field->offset);

  if (is_null (a, field) || is_null (b, field))
    return is_null (b, field) - is_null (a, field);
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
      return strcmp (*(char *const *) left, *(char *const *) right);
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      return compare_ints (*(const gint64 *) left, *(const gint64 *) right);
    case BTY_FIELD_TYPE_DOUBLE:
      return compare_doubles (*(const double *) left, *(const double *) right);
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_ENUM:
      return compare_ints (*(const int *) left, *(const int *) right);
    default:
      g_error ("the field %s cannot be compared", field->name);
    }
}

static gboolean
matches (gconstpointer record, gconstpointer probe, const BtyFilter *filter)
{
  int order = compare_field (record, probe, filter->field);

  if (is_null (record, filter->field))
    return filter->match == BTY_MATCH_NOT_EQUAL;
  switch (filter->match)
    {
    case BTY_MATCH_EQUAL:
      return order == 0;
    case BTY_MATCH_NOT_EQUAL:
      return order != 0;
    case BTY_MATCH_LESS:
      return order < 0;
    case BTY_MATCH_LESS_OR_EQUAL:
      return order <= 0;
    case BTY_MATCH_GREATER:
      return order > 0;
    case BTY_MATCH_GREATER_OR_EQUAL:
      return order >= 0;
    default:
      g_assert_not_reached ();
    }
}

/* Applying. */

static gboolean
check_unique (GHashTable *table, const BtyRecord *record, GError **error)
{
  g_autoptr (GPtrArray) others = read_table (table, record->schema);

  for (guint f = 0; f < record->schema->n_fields; f++)
    {
      const BtyField *field = bty_schema_get_field (record->schema, f);

      for (guint i = 0; (field->flags & BTY_UNIQUE) != 0 && !is_null (record, field) && i < others->len; i++)
        {
          const BtyRecord *other = others->pdata[i];

          if (strcmp (other->id, record->id) == 0 || compare_field (other, record, field) != 0)
            continue;
          g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS, "another %s has the same %s", record->schema->name,
                       field->name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
change (GHashTable *table, const BtyChange *change, GError **error)
{
  const BtyRecord *record = change->record;
  const char *json = g_hash_table_lookup (table, record->id);
  g_autoptr (BtyRecord) stored = json != NULL ? read_row (record->schema, json) : NULL;
  gint64 revision = stored != NULL ? stored->revision : 0;

  if (revision != change->expected || (change->kind == BTY_CHANGE_DELETE && stored == NULL))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
                   "the %s is at revision %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, record->schema->name, revision,
                   change->expected);
      return FALSE;
    }
  if (change->kind == BTY_CHANGE_DELETE)
    {
      g_hash_table_remove (table, record->id);
      return TRUE;
    }
  if (!check_unique (table, record, error))
    return FALSE;
  g_hash_table_insert (table, g_strdup (record->id), bty_record_to_json (record, BTY_VIEW_STORE));
  return TRUE;
}

static GHashTable *
copy_tables (GHashTable *tables)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_hash_table_unref);
  GHashTableIter iter;
  gpointer name, table;

  g_hash_table_iter_init (&iter, tables);
  while (g_hash_table_iter_next (&iter, &name, &table))
    {
      GHashTable *rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      GHashTableIter iter_rows;
      gpointer id, json;

      g_hash_table_iter_init (&iter_rows, table);
      while (g_hash_table_iter_next (&iter_rows, &id, &json))
        g_hash_table_insert (rows, g_strdup (id), g_strdup (json));
      g_hash_table_insert (copy, name, rows);
    }
  return copy;
}

static void
keep_events (BtyFakeStore *self, GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      BtyEvent *event = events->pdata[i];

      event->position = ++self->position;
      BTY_SET_NULL (event, BtyEvent, position, FALSE);
      g_hash_table_insert (table_of (self, &bty_event_schema), g_strdup (event->record.id),
                           bty_record_to_json (event, BTY_VIEW_STORE));
    }
}

static void
apply (BtyFakeStore *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autoptr (GHashTable) before = copy_tables (self->tables);
  GPtrArray *events = bty_batch_get_events (job->batch);
  GError *error = NULL;

  for (guint i = 0; error == NULL && i < bty_batch_get_n_changes (job->batch); i++)
    {
      const BtyChange *next = bty_batch_get_change (job->batch, i);

      change (table_of (self, next->record->schema), next, &error);
    }
  if (error != NULL)
    {
      g_hash_table_unref (self->tables);
      self->tables = g_steal_pointer (&before);
      g_task_return_error (task, error);
      return;
    }
  keep_events (self, events);
  if (events->len > 0)
    g_signal_emit_by_name (self, "committed", events);
  g_task_return_boolean (task, TRUE);
}

/* Reading. */

static gboolean
read_probe (const BtySchema *schema, const BtyField *field, const char *value, gpointer *probe, GError **error)
{
  *probe = bty_record_new (schema);
  return bty_record_read_text (*probe, BTY_VIEW_STORE, field->name, value, error);
}

static void
get (BtyFakeStore *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autoptr (GPtrArray) all = read_table (table_of (self, job->schema), job->schema);
  int index = bty_schema_find (job->schema, job->field, -1, 0);
  const BtyField *field = index >= 0 ? bty_schema_get_field (job->schema, (guint) index) : NULL;
  g_autoptr (BtyRecord) probe = NULL;
  GError *error = NULL;

  g_assert (field != NULL && (field->flags & BTY_UNIQUE) != 0);
  if (!read_probe (job->schema, field, job->value, (gpointer *) &probe, &error))
    g_clear_error (&error); /* a value that no record can have */
  else
    for (guint i = 0; i < all->len; i++)
      if (compare_field (all->pdata[i], probe, field) == 0)
        {
          g_task_return_pointer (task, bty_record_ref (all->pdata[i]), bty_record_unref);
          return;
        }
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no %s has the %s “%s”", job->schema->name, job->field,
                           job->value);
}

static gboolean
filter_out (GPtrArray *records, BtyQuery *query, GError **error)
{
  GPtrArray *filters = bty_query_get_filters (query);

  for (guint f = 0; f < filters->len; f++)
    {
      const BtyFilter *filter = filters->pdata[f];
      g_autoptr (BtyRecord) probe = NULL;

      if (!read_probe (bty_query_get_schema (query), filter->field, filter->value, (gpointer *) &probe, error))
        return FALSE;
      for (guint i = records->len; i > 0; i--)
        if (!matches (records->pdata[i - 1], probe, filter))
          g_ptr_array_remove_index (records, i - 1);
    }
  return TRUE;
}

static int
compare_in_order (gconstpointer a, gconstpointer b, BtyQuery *query)
{
  const BtyRecord *left = a;
  const BtyRecord *right = b;
  gboolean descending = FALSE;
  const BtyField *field = bty_query_get_order (query, &descending);
  int order = compare_field (left, right, field);

  if (order == 0)
    order = strcmp (left->id, right->id);
  return descending ? -order : order;
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer query)
{
  return compare_in_order (*(const gpointer *) a, *(const gpointer *) b, query);
}

/* A cursor is the record that it stands behind, so that it holds when that one is deleted. */
static gboolean
skip_to (GPtrArray *records, BtyQuery *query, GError **error)
{
  const char *cursor = bty_query_get_after (query);
  gsize length = 0;
  g_autofree guchar *json = cursor != NULL ? g_base64_decode (cursor, &length) : NULL;
  g_autoptr (BtyRecord) last = NULL;

  if (cursor == NULL)
    return TRUE;
  last = length > 0 ? bty_record_from_store (bty_query_get_schema (query), (const char *) json, (gssize) length, NULL)
                    : NULL;
  if (last == NULL || last->id == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "“%s” is no cursor: take next_cursor of a page",
                   cursor);
      return FALSE;
    }
  while (records->len > 0 && compare_in_order (records->pdata[0], last, query) <= 0)
    g_ptr_array_remove_index (records, 0);
  return TRUE;
}

static guint
count_words (const BtyMessage *message, GStrv words)
{
  g_auto (GStrv) own = g_str_tokenize_and_fold (message->text != NULL ? message->text : "", NULL, NULL);
  guint n = 0;

  for (guint i = 0; words[i] != NULL; i++)
    n += g_strv_contains ((const char *const *) own, words[i]);
  return n;
}

static int
compare_fitness (gconstpointer a, gconstpointer b, gpointer words)
{
  const BtyMessage *left = *(BtyMessage *const *) a;
  const BtyMessage *right = *(BtyMessage *const *) b;
  int order = (int) count_words (right, words) - (int) count_words (left, words);

  return order != 0 ? order : strcmp (right->record.id, left->record.id);
}

static gboolean
search (GPtrArray *records, BtyQuery *query, GError **error)
{
  g_auto (GStrv) words = g_str_tokenize_and_fold (bty_query_get_words (query), NULL, NULL);

  if (bty_query_get_schema (query) != &bty_message_schema)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, "%s has no text index",
                   bty_query_get_schema (query)->name);
      return FALSE;
    }
  for (guint i = records->len; i > 0; i--)
    if (count_words (records->pdata[i - 1], words) == 0)
      g_ptr_array_remove_index (records, i - 1);
  g_ptr_array_sort_with_data (records, compare_fitness, words);
  return TRUE;
}

static void
query (BtyFakeStore *self, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  const BtySchema *schema = bty_query_get_schema (job->query);
  g_autoptr (GPtrArray) records = read_table (table_of (self, schema), schema);
  guint limit = bty_query_get_limit (job->query);
  gboolean by_words = bty_query_get_words (job->query) != NULL;
  BtyPage *page;
  GError *error = NULL;

  g_ptr_array_sort_with_data (records, compare_rows, job->query);
  if (!filter_out (records, job->query, &error) || (by_words && !search (records, job->query, &error)) ||
      (!by_words && !skip_to (records, job->query, &error)))
    {
      g_task_return_error (task, error);
      return;
    }
  page = bty_page_new ();
  page->items = g_steal_pointer (&records);
  if (page->items->len > limit)
    {
      g_autofree char *last = bty_record_to_json (page->items->pdata[limit - 1], BTY_VIEW_STORE);

      g_ptr_array_set_size (page->items, (gint) limit);
      page->next_cursor = by_words ? NULL : g_base64_encode ((const guchar *) last, strlen (last));
    }
  g_task_return_pointer (task, page, bty_record_unref);
}

/* The calls, one after the other. */

static gboolean
run_next (gpointer data)
{
  BtyFakeStore *self = data;
  g_autoptr (GTask) task = g_queue_pop_head (&self->jobs);
  Job *job = g_task_get_task_data (task);
  gboolean is_spared = self->spares_lazy && job->batch != NULL && bty_batch_is_lazy (job->batch);
  GError *error = is_spared ? NULL : g_steal_pointer (&self->next_error);

  self->source = 0;
  if (!g_queue_is_empty (&self->jobs))
    self->source = g_idle_add_full (G_PRIORITY_DEFAULT, run_next, self, NULL);
  if (self->closed)
    g_set_error (error == NULL ? &error : NULL, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "the store is closed");
  if (error != NULL)
    g_task_return_error (task, error);
  else if (!g_task_return_error_if_cancelled (task))
    job->run (self, task);
  return G_SOURCE_REMOVE;
}

static void
enqueue (BtyStore *store, Job *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyFakeStore *self = BTY_FAKE_STORE (store);
  GTask *task = g_task_new (store, cancellable, callback, data);

  g_task_set_source_tag (task, enqueue);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told */
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_queue_push_tail (&self->jobs, task);
  if (self->source == 0)
    self->source = g_idle_add_full (G_PRIORITY_DEFAULT, run_next, self, NULL);
}

static gboolean
store_open (BtyStore *store, const char *folder, GError **error)
{
  BTY_FAKE_STORE (store)->closed = FALSE;
  return TRUE;
}

static void
store_close (BtyStore *store)
{
  BTY_FAKE_STORE (store)->closed = TRUE;
}

static void
store_apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback,
                   gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->run = apply;
  job->batch = bty_batch_ref (batch);
  enqueue (store, job, cancellable, callback, data);
}

static void
store_get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value,
                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->run = get;
  job->schema = schema;
  job->field = g_strdup (field);
  job->value = g_strdup (value);
  enqueue (store, job, cancellable, callback, data);
}

static void
store_query_async (BtyStore *store, BtyQuery *question, GCancellable *cancellable, GAsyncReadyCallback callback,
                   gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->run = query;
  job->query = bty_query_ref (question);
  enqueue (store, job, cancellable, callback, data);
}

static gboolean
store_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  gboolean done = g_task_propagate_boolean (G_TASK (result), error);

  return done || bty_error_convert (error);
}

static gpointer
store_finish_record (BtyStore *store, GAsyncResult *result, GError **error)
{
  gpointer record = g_task_propagate_pointer (G_TASK (result), error);

  if (record == NULL)
    bty_error_convert (error);
  return record;
}

static BtyPage *
store_finish_page (BtyStore *store, GAsyncResult *result, GError **error)
{
  return store_finish_record (store, result, error);
}

static char *
store_describe (BtyStore *store)
{
  return g_strdup ("in memory");
}

static void
init_store (BtyStoreInterface *iface)
{
  iface->open = store_open;
  iface->close = store_close;
  iface->apply_async = store_apply_async;
  iface->apply_finish = store_finish;
  iface->get_async = store_get_async;
  iface->get_finish = store_finish_record;
  iface->query_async = store_query_async;
  iface->query_finish = store_finish_page;
  iface->describe = store_describe;
}
