/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-sqlite-batch.h"
#include "bty-sqlite-outbox.h"
#include "bty-sqlite-text.h"
#include "bty-sqlite-writer.h"

#define MAX_GROUP 256
/* How long a group waits to become as large as the one before (us). */
#define MIN_WAIT 200
#define MAX_WAIT 1000
/* How long it must be quiet before deleted text is merged away (us). */
#define QUIET (G_USEC_PER_SEC / 5)

struct _BtySqliteWriter
{
  BtySqliteConnection *connection;
  BtySqliteLoop *loop;
  BtySqliteCheckpoint *checkpoint;
  GHashTable *prepared; /* types of the generic table whose indexes are there */
  GThread *thread;
  GMutex lock;
  GCond cond;
  GQueue waiting;
  guint wanted; /* how many must wait for the thread to be woken */
  gboolean is_closing;
  gint64 told;
  gint64 page_size;

  /* the thread's own */
  guint expected; /* size of the last group */
  gint64 last_duration;
  gboolean is_dirty; /* deleted text is to be merged away */
  gboolean is_merging;
};

static void
set_error_all (GQueue *group, const GError *error)
{
  for (GList *link = group->head; link != NULL; link = link->next)
    {
      BtySqliteWrite *write = link->data;

      g_clear_error (&write->error);
      write->error = g_error_copy (error);
      write->last_event = 0;
    }
}

static gboolean
touches_text (BtyBatch *batch)
{
  for (guint i = 0; i < bty_batch_get_n_changes (batch); i++)
    {
      const BtyChange *change = bty_batch_get_change (batch, i);

      if (change->record->schema == &bty_message_schema && change->expected > 0)
        return TRUE;
    }
  return FALSE;
}

/* FALSE when the transaction is over. */
static gboolean
apply (BtySqliteWriter *self, BtySqliteWrite *write)
{
  sqlite3 *db = self->connection->db;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (write->task)))
    {
      g_set_error_literal (&write->error, BTY_ERROR, BTY_ERROR_CANCELLED,
                           _ ("the change was cancelled before it was made"));
      return TRUE;
    }
  if (!bty_sqlite_batch_apply (self->connection, write->batch, self->prepared, &write->error))
    return !sqlite3_get_autocommit (db);
  if (bty_batch_get_events (write->batch)->len > 0)
    write->last_event = sqlite3_last_insert_rowid (db);
  self->is_dirty |= touches_text (write->batch);
  return TRUE;
}

/* All in one transaction; FALSE when that failed as a whole. */
static gboolean
commit (BtySqliteWriter *self, GQueue *group, gint64 told, GError **error)
{
  if (!bty_sqlite_connection_step (self->connection, "BEGIN IMMEDIATE", error) ||
      !bty_sqlite_outbox_delete (self->connection, told, error))
    return FALSE;
  for (GList *link = group->head; link != NULL; link = link->next)
    {
      BtySqliteWrite *write = link->data;

      if (!apply (self, write))
        {
          if (error != NULL)
            *error = g_error_copy (write->error);
          return FALSE;
        }
    }
  return bty_sqlite_connection_step (self->connection, "COMMIT", error);
}

/*
 * Row numbers of the outbox are used again once it is empty, so a number that was used to delete is forgotten; after a failure
 * it is remembered again.
 */
static void
commit_or_fail (BtySqliteWriter *self, GQueue *group, gint64 told)
{
  g_autoptr (GError) error = NULL;

  if (commit (self, group, told, &error))
    return;
  if (!sqlite3_get_autocommit (self->connection->db))
    bty_sqlite_connection_run (self->connection, "ROLLBACK", NULL);
  g_hash_table_remove_all (self->prepared);
  set_error_all (group, error);
  g_mutex_lock (&self->lock);
  self->told = MAX (self->told, told);
  g_mutex_unlock (&self->lock);
}

static void
write_group (BtySqliteWriter *self, GQueue *group, gint64 told)
{
  gint64 start = g_get_monotonic_time ();

  self->is_merging = FALSE;
  self->expected = group->length;
  bty_sqlite_connection_trim (self->connection);
  bty_sqlite_checkpoint_enter (self->checkpoint);
  commit_or_fail (self, group, told);
  bty_sqlite_checkpoint_leave (self->checkpoint);
  self->last_duration = g_get_monotonic_time () - start;
  bty_sqlite_loop_push_all (self->loop, BTY_SQLITE_THEN, group);
}

/* One step; TRUE when it was the last. */
static gboolean
merge_text (BtySqliteWriter *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_done = FALSE;
  gboolean is_good;

  bty_sqlite_checkpoint_enter (self->checkpoint);
  is_good = bty_sqlite_text_merge (self->connection, !self->is_merging, &is_done, &error);
  bty_sqlite_checkpoint_leave (self->checkpoint);
  if (!is_good)
    {
      g_warning ("deleted text cannot be merged away for now: %s", error->message);
      self->is_dirty = FALSE; /* the mark in the database remembers it */
      return FALSE;
    }
  self->is_dirty = !is_done;
  self->is_merging = !is_done;
  return is_done;
}

/* With the lock. Waits until a batch is there, merging text while none is; FALSE when the store closes. */
static gboolean
wait_for_work (BtySqliteWriter *self)
{
  while (self->waiting.length == 0 && !self->is_closing)
    {
      self->wanted = 1;
      if (!self->is_dirty)
        g_cond_wait (&self->cond, &self->lock);
      else if (self->is_merging || !g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + QUIET))
        {
          g_mutex_unlock (&self->lock);
          if (merge_text (self))
            bty_sqlite_checkpoint_scrub (self->checkpoint);
          g_mutex_lock (&self->lock);
        }
    }
  return self->waiting.length > 0;
}

/*
 * With the lock. Who writes again after each answer comes back one by one: without a moment's patience the first of them would be
 * committed alone, at the price of a sync of its own.
 */
static void
gather (BtySqliteWriter *self)
{
  gint64 deadline = g_get_monotonic_time () + CLAMP (self->last_duration, MIN_WAIT, MAX_WAIT);

  self->wanted = MIN (self->expected, MAX_GROUP);
  while (self->waiting.length < self->wanted && !self->is_closing)
    {
      if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
        break;
    }
  self->wanted = G_MAXUINT;
}

static void
take (BtySqliteWriter *self, GQueue *group)
{
  while (group->length < MAX_GROUP && self->waiting.length > 0)
    g_queue_push_tail_link (group, g_queue_pop_head_link (&self->waiting));
}

static gpointer
thread_main (gpointer data)
{
  BtySqliteWriter *self = data;

  g_mutex_lock (&self->lock);
  while (wait_for_work (self))
    {
      GQueue group = G_QUEUE_INIT;
      gint64 told;

      gather (self);
      take (self, &group);
      told = self->told;
      self->told = 0;
      g_mutex_unlock (&self->lock);
      write_group (self, &group, told);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static int
on_wal (gpointer data, sqlite3 *db, const char *name, int pages)
{
  BtySqliteWriter *self = data;

  bty_sqlite_checkpoint_notice (self->checkpoint, (gint64) pages * self->page_size);
  return SQLITE_OK;
}

static void
start (BtySqliteWriter *self)
{
  if (self->thread == NULL)
    self->thread = g_thread_new ("bty-writer", thread_main, self);
}

BtySqliteWriter *
bty_sqlite_writer_new (BtySqliteConnection *connection, BtySqliteLoop *loop, BtySqliteCheckpoint *checkpoint)
{
  BtySqliteWriter *self = g_new0 (BtySqliteWriter, 1);

  self->connection = connection;
  self->loop = loop;
  self->checkpoint = checkpoint;
  self->prepared = g_hash_table_new (NULL, NULL);
  self->wanted = 1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->waiting);
  self->page_size = 4096; /* SQLite's default, should it not say */
  bty_sqlite_connection_get_int (connection, "PRAGMA page_size", &self->page_size, NULL);
  sqlite3_wal_hook (connection->db, on_wal, self);
  self->is_dirty = bty_sqlite_text_is_dirty (connection);
  if (self->is_dirty)
    start (self);
  return self;
}

void
bty_sqlite_writer_push (BtySqliteWriter *self, BtySqliteWrite *write)
{
  write->done.link = (GList){ .data = write };
  g_mutex_lock (&self->lock);
  g_queue_push_tail_link (&self->waiting, &write->done.link);
  start (self);
  if (self->waiting.length >= self->wanted)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_writer_set_told (BtySqliteWriter *self, gint64 row)
{
  g_mutex_lock (&self->lock);
  self->told = MAX (self->told, row);
  g_mutex_unlock (&self->lock);
}

/* What was told would be told again; what was deleted would be found: worth a moment at the end. */
static void
tidy (BtySqliteWriter *self)
{
  g_autoptr (GError) error = NULL;
  GQueue none = G_QUEUE_INIT;

  if (self->told > 0 && !commit (self, &none, self->told, &error))
    g_warning ("events that were told will be told again: %s", error->message);
  if (!sqlite3_get_autocommit (self->connection->db))
    bty_sqlite_connection_run (self->connection, "ROLLBACK", NULL);
  while (self->is_dirty)
    merge_text (self);
}

void
bty_sqlite_writer_free (BtySqliteWriter *self)
{
  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
  tidy (self);
  sqlite3_wal_hook (self->connection->db, NULL, NULL);
  sqlite3_wal_checkpoint_v2 (self->connection->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  bty_sqlite_connection_close (self->connection);
  g_hash_table_unref (self->prepared);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}
