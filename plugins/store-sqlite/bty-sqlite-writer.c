/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-sqlite-batch.h"
#include "bty-sqlite-outbox.h"
#include "bty-sqlite-text.h"
#include "bty-sqlite-writer.h"

#define MAX_GROUP 256
/* After one with a batch that failed, so many groups are carried out batch by batch. */
#define APART 8
/* How long a group waits to become as large as the one before (us). */
#define MIN_WAIT 200
#define MAX_WAIT 1000
/* How long a lazy batch waits for another one that it can share a sync with (us). */
#define LAZY_WAIT (G_USEC_PER_SEC / 10)
/* How long it must be quiet before deleted text is merged away (us). */
#define QUIET (G_USEC_PER_SEC / 5)
/* Old events are looked for after so many new ones (or a quarter of those that stay), and after so much time (us); so many go in one step. */
#define PRUNE_AFTER  256
#define PRUNE_PERIOD (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define PRUNE_STEP   512

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
  guint n_eager;   /* of those that wait: how many are not lazy */
  gint64 lazy_due; /* when lazy ones have waited long enough */
  guint wanted;    /* how many eager ones must wait for the thread to be woken */
  gboolean is_closing;
  gint64 told;
  gint64 page_size;
  gint64 event_age;
  gint64 event_count;

  /* the thread's own */
  guint n_apart;  /* of the next groups are carried out batch by batch */
  guint expected; /* how many eager ones were in the last group */
  gint64 last_duration;
  gboolean is_dirty; /* deleted text is to be merged away */
  gboolean is_merging;
  guint added;       /* events since old ones were looked for */
  gint64 next_prune; /* when they are looked for while nothing waits */
};

/* @error: (nullable) */
static void
set_outcome_all (GQueue *group, const GError *error)
{
  for (GList *link = group->head; link != NULL; link = link->next)
    {
      BtySqliteWrite *write = link->data;

      g_clear_error (&write->error);
      write->error = error != NULL ? g_error_copy (error) : NULL;
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

static gboolean
is_cancelled (BtySqliteWrite *write)
{
  if (!g_cancellable_is_cancelled (g_task_get_cancellable (write->task)))
    return FALSE;
  g_set_error_literal (&write->error, BTY_ERROR, BTY_ERROR_CANCELLED,
                       _ ("the change was cancelled before it was made"));
  return TRUE;
}

static void
note_applied (BtySqliteWriter *self, BtySqliteWrite *write)
{
  guint n_events = bty_batch_get_events (write->batch)->len;

  if (n_events > 0)
    {
      write->last_event = sqlite3_last_insert_rowid (self->connection->db);
      self->added += n_events;
    }
  self->is_dirty |= touches_text (write->batch);
}

/* FALSE when the transaction is over, or is to be. Only where each is carried out @apart, those that fail keep their error, and the others
 * are done. */
static gboolean
apply (BtySqliteWriter *self, GQueue *group, gboolean apart, GError **error)
{
  for (GList *link = group->head; link != NULL; link = link->next)
    {
      BtySqliteWrite *write = link->data;

      if (is_cancelled (write))
        continue;
      if ((apart ? bty_sqlite_batch_apply_apart : bty_sqlite_batch_apply) (self->connection, write->batch,
                                                                           self->prepared, &write->error))
        note_applied (self, write);
      else if (!apart || sqlite3_get_autocommit (self->connection->db))
        {
          if (error != NULL)
            *error = g_error_copy (write->error);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
find_outdated (BtySqliteWriter *self, gint64 *position, GError **error)
{
  BtySqliteRetention retention = { .keep_count = self->event_count,
                                   .not_before = g_get_real_time () - self->event_age,
                                   .step = PRUNE_STEP };

  return bty_sqlite_outbox_find_outdated (self->connection, &retention, position, error);
}

/* So that the log stays within its bounds also where there is never a quiet moment. */
static gboolean
prune_now_and_then (BtySqliteWriter *self, GError **error)
{
  gint64 position = 0;

  if (self->added < CLAMP (self->event_count / 4, 1, PRUNE_AFTER))
    return TRUE;
  self->added = 0;
  return find_outdated (self, &position, error) && bty_sqlite_outbox_prune (self->connection, position, error);
}

static gboolean
begin (BtySqliteWriter *self, gint64 told, GError **error)
{
  return bty_sqlite_connection_step (self->connection, "BEGIN IMMEDIATE", error) &&
         bty_sqlite_outbox_set_told (self->connection, told, error) && prune_now_and_then (self, error);
}

static void
roll_back (BtySqliteWriter *self)
{
  if (!sqlite3_get_autocommit (self->connection->db))
    bty_sqlite_connection_run (self->connection, "ROLLBACK", NULL);
  g_hash_table_remove_all (self->prepared); /* the indexes that were made are gone as well */
}

static gboolean
commit_apart (BtySqliteWriter *self, GQueue *group, gint64 told, GError **error)
{
  return begin (self, told, error) && apply (self, group, TRUE, error) &&
         bty_sqlite_connection_step (self->connection, "COMMIT", error);
}

/* All in one transaction; FALSE when that failed as a whole. That one of them cannot be done is rare: so they are done together, and each
 * by itself when that failed, and for a while after it. */
static gboolean
commit (BtySqliteWriter *self, GQueue *group, gint64 told, GError **error)
{
  guint added = self->added;
  gboolean is_dirty = self->is_dirty;

  if (self->n_apart > 0)
    {
      self->n_apart -= 1;
      return commit_apart (self, group, told, error);
    }
  if (!begin (self, told, error))
    return FALSE;
  if (apply (self, group, FALSE, NULL))
    return bty_sqlite_connection_step (self->connection, "COMMIT", error);
  self->n_apart = APART;
  roll_back (self);
  set_outcome_all (group, NULL);
  self->added = added;
  self->is_dirty = is_dirty;
  return commit_apart (self, group, told, error);
}

/* What was marked as told is forgotten; after a failure it is remembered again. */
static void
commit_or_fail (BtySqliteWriter *self, GQueue *group, gint64 told)
{
  g_autoptr (GError) error = NULL;
  guint added = self->added;

  if (commit (self, group, told, &error))
    return;
  roll_back (self);
  self->added = added;
  set_outcome_all (group, error);
  g_mutex_lock (&self->lock);
  self->told = MAX (self->told, told);
  g_mutex_unlock (&self->lock);
}

static void
write_group (BtySqliteWriter *self, GQueue *group, gint64 told)
{
  gint64 start = g_get_monotonic_time ();

  self->is_merging = FALSE;
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

/* One step; FALSE when there is nothing more to take out, or it failed. */
static gboolean
prune_step (BtySqliteWriter *self)
{
  g_autoptr (GError) error = NULL;
  gint64 position = 0;
  gboolean is_good;

  bty_sqlite_checkpoint_enter (self->checkpoint);
  is_good = find_outdated (self, &position, &error) && bty_sqlite_outbox_prune (self->connection, position, &error);
  bty_sqlite_checkpoint_leave (self->checkpoint);
  if (!is_good)
    g_warning ("old events cannot be taken out for now: %s", error->message);
  return is_good && position > 0;
}

/* With the lock. Waits, for an hour at most, and then takes out what is too old while nothing else is to be done. */
static void
wait_and_prune (BtySqliteWriter *self)
{
  if (g_cond_wait_until (&self->cond, &self->lock, self->next_prune))
    return;
  g_mutex_unlock (&self->lock);
  if (!prune_step (self))
    self->next_prune = g_get_monotonic_time () + PRUNE_PERIOD;
  g_mutex_lock (&self->lock);
}

/* With the lock. */
static gboolean
is_due (BtySqliteWriter *self)
{
  return self->is_closing || self->n_eager > 0 ||
         (self->waiting.length > 0 && g_get_monotonic_time () >= self->lazy_due);
}

/* With the lock. Waits until a batch is there, merging text while none is; FALSE when the store closes. */
static gboolean
wait_for_work (BtySqliteWriter *self)
{
  while (!is_due (self))
    {
      self->wanted = 1;
      if (self->waiting.length > 0)
        g_cond_wait_until (&self->cond, &self->lock, self->lazy_due);
      else if (!self->is_dirty)
        wait_and_prune (self);
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
  while (self->n_eager < self->wanted && !self->is_closing)
    {
      if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
        break;
    }
  self->wanted = G_MAXUINT;
}

static void
take (BtySqliteWriter *self, GQueue *group)
{
  guint n_before = self->n_eager;

  while (group->length < MAX_GROUP && self->waiting.length > 0)
    {
      GList *link = g_queue_pop_head_link (&self->waiting);
      BtySqliteWrite *write = link->data;

      self->n_eager -= !bty_batch_is_lazy (write->batch);
      g_queue_push_tail_link (group, link);
    }
  self->expected = n_before - self->n_eager;
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
bty_sqlite_writer_new (BtySqliteConnection *connection, BtySqliteLoop *loop, BtySqliteCheckpoint *checkpoint,
                       const BtySqliteOptions *options)
{
  BtySqliteWriter *self = g_new0 (BtySqliteWriter, 1);

  self->connection = connection;
  self->loop = loop;
  self->checkpoint = checkpoint;
  self->event_age = options->event_age;
  self->event_count = options->event_count;
  self->next_prune = g_get_monotonic_time () + QUIET;
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
  gboolean is_lazy = bty_batch_is_lazy (write->batch);

  write->done.link = (GList){ .data = write };
  g_mutex_lock (&self->lock);
  if (self->waiting.length == 0)
    self->lazy_due = g_get_monotonic_time () + LAZY_WAIT;
  g_queue_push_tail_link (&self->waiting, &write->done.link);
  self->n_eager += !is_lazy;
  start (self);
  if (is_lazy ? self->waiting.length == 1 : self->n_eager >= self->wanted)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_writer_set_told (BtySqliteWriter *self, gint64 position)
{
  g_mutex_lock (&self->lock);
  self->told = MAX (self->told, position);
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
  roll_back (self);
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
