/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sqlite-reader.h"
#include "bty-sqlite-text.h"

/* How many gets are taken together. */
#define MAX_GETS 32
/* How often SQLite asks whether to go on, in steps of its machine: some ten microseconds. */
#define STEPS 2000
/* How much of a value an error shows (bytes). */
#define MAX_SHOWN 100

struct _BtySqliteReaders
{
  char *file;
  BtySqliteOptions options;
  BtySqliteLoop *loop;
  GPtrArray *threads;
  GMutex lock;
  GCond cond;
  GQueue waiting;
  guint n_idle;
  int is_closing; /* atomic */
};

typedef struct
{
  BtySqliteReaders *readers;
  BtySqliteConnection *connection;
  GCancellable *cancellable; /* of the read that is running */
} Reader;

void
bty_sqlite_read_free (BtySqliteRead *read)
{
  g_clear_object (&read->task);
  g_clear_pointer (&read->query, bty_query_unref);
  g_clear_pointer (&read->result, bty_record_unref);
  g_clear_error (&read->error);
  g_free (read->value);
  g_free (read);
}

static int
on_progress (gpointer data)
{
  Reader *self = data;

  return g_atomic_int_get (&self->readers->is_closing) || g_cancellable_is_cancelled (self->cancellable);
}

static gboolean
open_connection (Reader *self, GError **error)
{
  if (self->connection != NULL)
    return TRUE;
  self->connection = bty_sqlite_connection_open (self->readers->file, BTY_SQLITE_READ, &self->readers->options, error);
  if (self->connection == NULL)
    return FALSE;
  sqlite3_progress_handler (self->connection->db, STEPS, on_progress, self);
  return TRUE;
}

static void
fail_not_found (const BtySqliteRead *read, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (read->value, (gssize) MIN (strlen (read->value), MAX_SHOWN));

  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no %s whose %s is “%s”"), read->schema->name,
               read->field->name, shown);
}

static gpointer
get_row (Reader *self, const BtySqlTable *table, sqlite3_stmt *statement, const BtySqliteRead *read, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return bty_sql_table_hydrate (table, bty_sqlite_read, statement, error);
  if (code == SQLITE_DONE)
    fail_not_found (read, error);
  else
    bty_sqlite_connection_fail (self->connection, code, error);
  return NULL;
}

static gpointer
get (Reader *self, const BtySqliteRead *read, GError **error)
{
  const BtySqlTable *table = bty_sql_table_get (read->schema);
  g_autofree char *sql = bty_sql_table_select_by (table, read->field);
  g_auto (BtySqlValue) value = { 0 };
  gpointer scratch = NULL;
  gpointer record = NULL;

  if (bty_sql_table_value_of_text (table, read->field, read->value, &scratch, &value, error))
    {
      g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self->connection, sql, error);

      if (statement != NULL)
        {
          BtySqlValue borrowed = value;

          borrowed.owned = NULL;
          bty_sqlite_bind (statement, 1, &borrowed);
          record = get_row (self, table, statement, read, error);
        }
    }
  g_clear_pointer (&scratch, bty_record_unref);
  return record;
}

static gboolean
collect (Reader *self, const BtySqlQuery *query, GPtrArray *items, GError **error)
{
  g_autoptr (BtySqliteStatement) statement = bty_sqlite_connection_prepare (self->connection, query->sql, error);
  int code;

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < query->values->len; i++)
    {
      BtySqlValue borrowed = g_array_index (query->values, BtySqlValue, i);

      borrowed.owned = NULL;
      bty_sqlite_bind (statement, i + 1, &borrowed);
    }
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gpointer record = bty_sql_table_hydrate (query->table, bty_sqlite_read, statement, error);

      if (record == NULL)
        return FALSE;
      g_ptr_array_add (items, record);
    }
  return code == SQLITE_DONE || bty_sqlite_connection_fail (self->connection, code, error);
}

static gpointer
run_query (Reader *self, BtyQuery *query, GError **error)
{
  const char *words = bty_query_get_words (query);
  g_autofree char *match = words != NULL ? bty_sqlite_text_match (words) : NULL;
  g_autoptr (GPtrArray) items = bty_record_list_new ();
  g_autoptr (BtySqlQuery) sql_query = NULL;
  BtySqlTextSearch search;
  gboolean has_text;

  has_text = bty_sqlite_text_search (bty_query_get_schema (query), match != NULL ? match : "\"\"",
                                     self->readers->options.text_candidates, &search);
  sql_query = bty_sql_query_new (query, has_text ? &search : NULL, error);
  if (sql_query == NULL)
    return NULL;
  /* No word at all matches nothing. */
  if ((words == NULL || match != NULL) && !collect (self, sql_query, items, error))
    return NULL;
  return bty_sql_query_make_page (sql_query, query, g_steal_pointer (&items));
}

static void
run (Reader *self, BtySqliteRead *read)
{
  self->cancellable = g_task_get_cancellable (read->task);
  if (!g_cancellable_is_cancelled (self->cancellable))
    {
      if (read->query != NULL)
        read->result = run_query (self, read->query, &read->error);
      else
        read->result = get (self, read, &read->error);
    }
  if (read->result == NULL && g_cancellable_is_cancelled (self->cancellable))
    {
      g_clear_error (&read->error);
      g_set_error_literal (&read->error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the read was cancelled"));
    }
  self->cancellable = NULL;
}

static void
run_all (Reader *self, GQueue *reads)
{
  g_autoptr (GError) error = NULL;
  gboolean is_open = open_connection (self, &error);

  if (is_open)
    bty_sqlite_connection_trim (self->connection);
  is_open = is_open && (reads->length == 1 || bty_sqlite_connection_step (self->connection, "BEGIN", &error));
  for (GList *link = reads->head; link != NULL; link = link->next)
    {
      BtySqliteRead *read = link->data;

      if (is_open)
        run (self, read);
      else
        read->error = g_error_copy (error);
    }
  if (is_open && reads->length > 1)
    bty_sqlite_connection_step (self->connection, "COMMIT", NULL);
  bty_sqlite_loop_push_all (self->readers->loop, BTY_SQLITE_FIRST, reads);
}

/* With the lock: one query, or the gets at the head of the queue. */
static void
take (BtySqliteReaders *self, GQueue *reads)
{
  do
    g_queue_push_tail_link (reads, g_queue_pop_head_link (&self->waiting));
  while (self->waiting.length > 0 && reads->length < MAX_GETS && ((BtySqliteRead *) reads->tail->data)->query == NULL &&
         ((BtySqliteRead *) self->waiting.head->data)->query == NULL);
}

static gpointer
thread_main (gpointer data)
{
  BtySqliteReaders *readers = data;
  Reader self = { .readers = readers };

  g_mutex_lock (&readers->lock);
  while (!g_atomic_int_get (&readers->is_closing))
    {
      GQueue reads = G_QUEUE_INIT;

      if (readers->waiting.length == 0)
        {
          readers->n_idle++;
          g_cond_wait (&readers->cond, &readers->lock);
          readers->n_idle--;
          continue;
        }
      take (readers, &reads);
      g_mutex_unlock (&readers->lock);
      run_all (&self, &reads);
      g_mutex_lock (&readers->lock);
    }
  g_mutex_unlock (&readers->lock);
  g_clear_pointer (&self.connection, bty_sqlite_connection_close);
  return NULL;
}

BtySqliteReaders *
bty_sqlite_readers_new (const char *file, const BtySqliteOptions *options, BtySqliteLoop *loop)
{
  BtySqliteReaders *self = g_new0 (BtySqliteReaders, 1);

  self->file = g_strdup (file);
  self->options = *options;
  self->loop = loop;
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->waiting);
  return self;
}

void
bty_sqlite_readers_push (BtySqliteReaders *self, BtySqliteRead *read)
{
  read->done.link = (GList){ .data = read };
  g_mutex_lock (&self->lock);
  g_queue_push_tail_link (&self->waiting, &read->done.link);
  if (self->n_idle > 0)
    g_cond_signal (&self->cond);
  else if (self->threads->len < self->options.readers)
    g_ptr_array_add (self->threads, g_thread_new ("bty-reader", thread_main, self));
  g_mutex_unlock (&self->lock);
}

static void
fail_waiting (BtySqliteReaders *self)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      BtySqliteRead *read = link->data;

      g_set_error_literal (&read->error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                           _ ("the store was closed before the read began"));
    }
  if (self->waiting.length > 0)
    bty_sqlite_loop_push_all (self->loop, BTY_SQLITE_FIRST, &self->waiting);
}

void
bty_sqlite_readers_free (BtySqliteReaders *self)
{
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->is_closing, TRUE);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  fail_waiting (self);
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->file);
  g_free (self);
}
