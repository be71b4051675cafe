/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "bty-sqlite-cache.h"
#include "bty-sqlite-check.h"
#include "bty-sqlite-dump.h"
#include "bty-sqlite-file.h"
#include "bty-sqlite-outbox.h"
#include "bty-sqlite-reader.h"
#include "bty-sqlite-writer.h"
#include "bty-store-sqlite.h"

/* Above that of the loop's source: see finish_write(). */
#define TASK_PRIORITY (G_PRIORITY_DEFAULT - 1)
/* How often a dump asks whether to go on, in steps of SQLite's machine. */
#define DUMP_STEPS 2000

struct _BtyStoreSqlite
{
  GObject parent;
  BtySqliteOptions options;
  const BtySqliteSchema *schema;
  char *file;
  BtySqliteLoop *loop;
  BtySqliteCheckpoint *checkpoint;
  BtySqliteWriter *writer;
  BtySqliteReaders *readers;
  BtySqliteCache *cache;
  BtySqliteCheck *check; /* after an unclean end */

  GMutex lock; /* of what dumps in other threads look at */
  GCond cond;
  guint n_dumps;
  gboolean is_open;
  int is_closing; /* atomic */
};

static void bty_store_sqlite_store_init (BtyStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyStoreSqlite, bty_store_sqlite, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_STORE, bty_store_sqlite_store_init))

static BtyHost *settings_host;

void
bty_store_sqlite_set_host (BtyHost *host)
{
  settings_host = host;
}

/* What an earlier process committed and did not get to tell. */
typedef struct
{
  BtySqliteDone done;
  BtyStoreSqlite *store;
  GPtrArray *events;
  gint64 last;
} Leftover;

static void
tell (BtyStoreSqlite *self, GPtrArray *events, gint64 last)
{
  if (events->len == 0)
    return;
  g_signal_emit_by_name (self, "committed", events);
  /* A handler may have closed the store; what it told is then told again. */
  if (self->writer != NULL)
    bty_sqlite_writer_set_told (self->writer, last);
}

static void
tell_leftover (BtySqliteDone *done)
{
  Leftover *leftover = (Leftover *) done;

  if (leftover->store->writer != NULL)
    tell (leftover->store, leftover->events, leftover->last);
  g_ptr_array_unref (leftover->events);
  g_object_unref (leftover->store);
  g_free (leftover);
}

static gboolean
find_leftover (BtyStoreSqlite *self, BtySqliteConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) events = bty_record_list_new ();
  gint64 last = 0;
  Leftover *leftover;

  if (!bty_sqlite_outbox_read (connection, events, &last, error))
    return FALSE;
  if (events->len == 0)
    return TRUE;
  leftover = g_new0 (Leftover, 1);
  leftover->done.run = tell_leftover;
  leftover->store = g_object_ref (self);
  leftover->events = g_steal_pointer (&events);
  leftover->last = last;
  bty_sqlite_loop_push (self->loop, BTY_SQLITE_THEN, &leftover->done);
  return TRUE;
}

static gboolean
bty_store_sqlite_open (BtyStore *store, const char *folder, GError **error)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  g_autoptr (BtySqliteConnection) connection = NULL;
  gboolean was_unclean;

  /* Answers of before may still be on their way. */
  if (self->file != NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("a store is opened once: make another"));
      return FALSE;
    }
  connection = bty_sqlite_file_open (folder, &self->options, self->schema, &was_unclean, error);
  if (connection == NULL)
    return FALSE;
  self->loop = bty_sqlite_loop_new ();
  if (!find_leftover (self, connection, error))
    {
      g_clear_pointer (&self->loop, bty_sqlite_loop_end);
      return FALSE;
    }
  self->file = g_strdup (connection->file);
  self->checkpoint = bty_sqlite_checkpoint_new (self->file, &self->options);
  self->readers = bty_sqlite_readers_new (self->file, &self->options, self->loop);
  self->cache = bty_sqlite_cache_new (self->options.cache_records, self->options.cache_size);
  self->writer = bty_sqlite_writer_new (g_steal_pointer (&connection), self->loop, self->checkpoint, &self->options);
  if (was_unclean)
    {
      g_message ("the database was not closed when the process before ended: checking it in the background");
      self->check = bty_sqlite_check_start (self->file, &self->options);
    }
  g_mutex_lock (&self->lock);
  self->is_open = TRUE;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Breaks them off, wherever they are. */
static void
end_dumps (BtyStoreSqlite *self)
{
  g_atomic_int_set (&self->is_closing, TRUE);
  g_mutex_lock (&self->lock);
  self->is_open = FALSE;
  while (self->n_dumps > 0)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/* Readers before the writer, whose last act is to empty the log. */
static void
bty_store_sqlite_close (BtyStore *store)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);

  end_dumps (self);
  g_clear_pointer (&self->check, bty_sqlite_check_free);
  g_clear_pointer (&self->readers, bty_sqlite_readers_free);
  g_clear_pointer (&self->writer, bty_sqlite_writer_free);
  g_clear_pointer (&self->checkpoint, bty_sqlite_checkpoint_free);
  g_clear_pointer (&self->loop, bty_sqlite_loop_end);
}

static gboolean
fail_closed (BtyStoreSqlite *self, GTask *task)
{
  if (self->writer != NULL)
    return FALSE;
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the store is closed: start the daemon again"));
  return TRUE;
}

static GTask *
make_task (BtyStore *store, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (store, cancellable, callback, data);

  g_task_set_source_tag (task, tag);
  /* What was committed is not called cancelled. Reads look for themselves. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_priority (task, TASK_PRIORITY);
  return task;
}

/* The events of a batch stand next to each other in the log. Nobody has seen them yet. */
static void
set_positions (GPtrArray *events, gint64 last)
{
  for (guint i = 0; i < events->len; i++)
    {
      BtyEvent *event = g_ptr_array_index (events, i);

      event->position = last - (events->len - 1 - i);
      BTY_SET_NULL (event, BtyEvent, position, FALSE);
    }
}

/*
 * On the main context, in the order of the calls. A task that was made in this very turn of the loop answers by a source of its own;
 * its priority is above the loop's, so that it still comes before those that are finished after it.
 */
static void
finish_write (BtySqliteDone *done)
{
  BtySqliteWrite *write = (BtySqliteWrite *) done;
  BtyStoreSqlite *self = g_task_get_source_object (write->task);
  g_autoptr (GTask) task = g_steal_pointer (&write->task);

  if (write->error == NULL)
    {
      for (guint i = 0; i < bty_batch_get_n_changes (write->batch); i++)
        bty_sqlite_cache_change (self->cache, bty_batch_get_change (write->batch, i));
      set_positions (bty_batch_get_events (write->batch), write->last_event);
      tell (self, bty_batch_get_events (write->batch), write->last_event);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, g_steal_pointer (&write->error));
  bty_batch_unref (write->batch);
  g_free (write);
}

static void
bty_store_sqlite_apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  g_autoptr (GTask) task = make_task (store, bty_store_sqlite_apply_async, cancellable, callback, data);
  BtySqliteWrite *write;

  if (fail_closed (self, task))
    return;
  write = g_new0 (BtySqliteWrite, 1);
  write->done.run = finish_write;
  write->task = g_steal_pointer (&task);
  write->batch = bty_batch_ref (batch);
  bty_sqlite_writer_push (self->writer, write);
}

static gboolean
bty_store_sqlite_apply_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
answer (BtySqliteRead *read)
{
  if (read->error == NULL && read->result == NULL)
    g_set_error_literal (&read->error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the read was cancelled"));
  if (read->error != NULL)
    g_task_return_error (read->task, g_steal_pointer (&read->error));
  else
    g_task_return_pointer (read->task, g_steal_pointer (&read->result), bty_record_unref);
  bty_sqlite_read_free (read);
}

static void
finish_cached (BtySqliteDone *done)
{
  BtySqliteRead *read = (BtySqliteRead *) done;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (read->task)))
    g_clear_pointer (&read->result, bty_record_unref);
  answer (read);
}

static void
finish_read (BtySqliteDone *done)
{
  BtySqliteRead *read = (BtySqliteRead *) done;
  BtyStoreSqlite *self = g_task_get_source_object (read->task);

  if (read->query == NULL)
    bty_sqlite_cache_end_read (self->cache, read->stamp, read->result);
  answer (read);
}

static void
bty_store_sqlite_get_async (BtyStore *store, const BtySchema *schema, const char *name, const char *value,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  g_autoptr (GTask) task = make_task (store, bty_store_sqlite_get_async, cancellable, callback, data);
  int index = bty_schema_find (schema, name, -1, 0);
  BtySqliteRead *read;

  g_return_if_fail (index >= 0 && (bty_schema_get_field (schema, (guint) index)->flags & BTY_UNIQUE) != 0);
  if (fail_closed (self, task))
    return;
  read = g_new0 (BtySqliteRead, 1);
  read->task = g_steal_pointer (&task);
  read->schema = schema;
  read->field = bty_schema_get_field (schema, (guint) index);
  read->result = bty_sqlite_cache_get (self->cache, schema, read->field, value);
  if (read->result != NULL)
    {
      read->done.run = finish_cached;
      bty_sqlite_loop_push (self->loop, BTY_SQLITE_FIRST, &read->done);
      return;
    }
  read->done.run = finish_read;
  read->value = g_strdup (value);
  read->stamp = bty_sqlite_cache_begin_read (self->cache);
  bty_sqlite_readers_push (self->readers, read);
}

static gpointer
bty_store_sqlite_get_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
bty_store_sqlite_query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  g_autoptr (GTask) task = make_task (store, bty_store_sqlite_query_async, cancellable, callback, data);
  BtySqliteRead *read;

  if (fail_closed (self, task))
    return;
  read = g_new0 (BtySqliteRead, 1);
  read->done.run = finish_read;
  read->task = g_steal_pointer (&task);
  read->query = bty_query_ref (query);
  bty_sqlite_readers_push (self->readers, read);
}

static BtyPage *
bty_store_sqlite_query_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static const char *
describe_check (BtyStoreSqlite *self)
{
  if (self->writer == NULL)
    return _ (", closed");
  if (self->check == NULL)
    return "";
  switch (bty_sqlite_check_get_state (self->check))
    {
    case BTY_SQLITE_CHECK_RUNNING:
      return _ (", being checked after an unclean end");
    case BTY_SQLITE_CHECK_PASSED:
      return _ (", quick check passed");
    case BTY_SQLITE_CHECK_FAILED:
      return _ (", DAMAGED: keep a copy of it and put a backup in its place");
    default:
      return _ (", quick check broken off");
    }
}

static guint64
size_of (const char *file)
{
  GStatBuf status;

  return file != NULL && g_stat (file, &status) == 0 ? (guint64) status.st_size : 0;
}

static char *
bty_store_sqlite_describe (BtyStore *store)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  g_autofree char *log = g_strconcat (self->file != NULL ? self->file : "", "-wal", NULL);
  g_autofree char *size = g_format_size (size_of (self->file) + size_of (log));

  return g_strdup_printf ("SQLite %s, %s%s", sqlite3_libversion (), size, describe_check (self));
}

/* One dump on its way; its connection asks it whether to go on. */
typedef struct
{
  BtyStoreSqlite *store;
  GCancellable *cancellable;
} Dump;

static int
on_progress (gpointer data)
{
  Dump *dump = data;

  return g_atomic_int_get (&dump->store->is_closing) || g_cancellable_is_cancelled (dump->cancellable);
}

static gboolean
begin_dump (BtyStoreSqlite *self, GError **error)
{
  gboolean is_open;

  g_mutex_lock (&self->lock);
  is_open = self->is_open;
  self->n_dumps += is_open;
  g_mutex_unlock (&self->lock);
  if (is_open)
    bty_sqlite_checkpoint_hold (self->checkpoint);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the store is closed: start the daemon again"));
  return is_open;
}

static void
end_dump (BtyStoreSqlite *self)
{
  bty_sqlite_checkpoint_release (self->checkpoint);
  g_mutex_lock (&self->lock);
  self->n_dumps--;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

static gboolean
bty_store_sqlite_dump (BtyStore *store, BtyStoreSink sink, gpointer data, GCancellable *cancellable, gint64 *n_rows,
                       GError **error)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);
  Dump dump = { self, cancellable };
  gboolean is_given = FALSE;

  if (!begin_dump (self, error))
    return FALSE;
  {
    g_autoptr (BtySqliteConnection) connection = bty_sqlite_connection_open (self->file, BTY_SQLITE_READ,
                                                                             &self->options, error);

    if (connection != NULL)
      {
        sqlite3_progress_handler (connection->db, DUMP_STEPS, on_progress, &dump);
        is_given = bty_sqlite_dump (connection, sink, data, n_rows, error);
      }
  }
  end_dump (self);
  return is_given;
}

static gboolean
bty_store_sqlite_load (BtyStore *store, const char *folder, BtyStoreSource source, gpointer data,
                       GCancellable *cancellable, gint64 *n_rows, GError **error)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (store);

  return bty_sqlite_load (folder, &self->options, self->schema, source, data, cancellable, n_rows, error);
}

static void
bty_store_sqlite_store_init (BtyStoreInterface *iface)
{
  iface->open = bty_store_sqlite_open;
  iface->close = bty_store_sqlite_close;
  iface->apply_async = bty_store_sqlite_apply_async;
  iface->apply_finish = bty_store_sqlite_apply_finish;
  iface->get_async = bty_store_sqlite_get_async;
  iface->get_finish = bty_store_sqlite_get_finish;
  iface->query_async = bty_store_sqlite_query_async;
  iface->query_finish = bty_store_sqlite_query_finish;
  iface->describe = bty_store_sqlite_describe;
  iface->dump = bty_store_sqlite_dump;
  iface->load = bty_store_sqlite_load;
}

static void
bty_store_sqlite_dispose (GObject *object)
{
  bty_store_sqlite_close (BTY_STORE (object));
  G_OBJECT_CLASS (bty_store_sqlite_parent_class)->dispose (object);
}

static void
bty_store_sqlite_finalize (GObject *object)
{
  BtyStoreSqlite *self = BTY_STORE_SQLITE (object);

  g_clear_pointer (&self->cache, bty_sqlite_cache_free);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->file);
  G_OBJECT_CLASS (bty_store_sqlite_parent_class)->finalize (object);
}

static void
bty_store_sqlite_class_init (BtyStoreSqliteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  /* Statistics of memory are a lock that all threads share. Refused, and no harm, when SQLite is in use already. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  object_class->dispose = bty_store_sqlite_dispose;
  object_class->finalize = bty_store_sqlite_finalize;
}

static void
bty_store_sqlite_init (BtyStoreSqlite *self)
{
  bty_sqlite_options_load (&self->options, settings_host);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->schema = &bty_sqlite_schema;
}

BtySqliteOptions *
bty_store_sqlite_get_options (BtyStoreSqlite *self)
{
  return &self->options;
}

void
bty_store_sqlite_set_schema (BtyStoreSqlite *self, const BtySqliteSchema *schema)
{
  self->schema = schema;
}
