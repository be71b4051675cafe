/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include "bty-sqlite-checkpoint.h"

/* How long writers are held up for a reader that keeps the log from beginning anew. */
#define MAX_WAIT_MS 1000

struct _BtySqliteCheckpoint
{
  char *file;
  BtySqliteOptions options;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gint64 size;       /* of the log */
  gint64 threshold;  /* at which it is next worth a try */
  gboolean is_ready; /* the thread can do it */
  gboolean is_scrub;
  gboolean is_shut;    /* the gate */
  gboolean is_writing; /* somebody is through it */
  GCond gate;
  guint n_holds;
  gboolean is_closing;
};

static gboolean
has_work (BtySqliteCheckpoint *self)
{
  return (self->is_scrub && self->n_holds == 0) || self->size >= self->threshold;
}

static int
choose_mode (BtySqliteCheckpoint *self)
{
  int mode = self->size >= self->options.wal_cap ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;

  /* Beginning anew keeps the file's length; one that outgrew its cap is cut. */
  if (self->is_scrub || self->size >= 2 * self->options.wal_cap)
    mode = SQLITE_CHECKPOINT_TRUNCATE;
  if (self->n_holds > 0)
    mode = SQLITE_CHECKPOINT_PASSIVE;
  else
    self->is_scrub = FALSE;
  /* Until the log begins anew, the next try is worth it only after as much again. */
  self->threshold = self->size + self->options.checkpoint_size;
  return mode;
}

static void
run (BtySqliteConnection *connection, int mode)
{
  int n_log = 0;
  int n_done = 0;
  int code = sqlite3_wal_checkpoint_v2 (connection->db, NULL, mode, &n_log, &n_done);

  g_debug ("checkpoint in mode %d: %d of %d pages, %s", mode, n_done, n_log, sqlite3_errstr (code));
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
    g_warning ("cannot copy the log into %s: %s", connection->file, sqlite3_errmsg (connection->db));
}

/* With the lock. Most is copied while writes go on, so that the gate is shut for the rest only. */
static void
begin_anew (BtySqliteCheckpoint *self, BtySqliteConnection *connection, int mode)
{
  g_mutex_unlock (&self->lock);
  run (connection, SQLITE_CHECKPOINT_PASSIVE);
  g_mutex_lock (&self->lock);
  self->is_shut = TRUE;
  while (self->is_writing)
    g_cond_wait (&self->gate, &self->lock);
  g_mutex_unlock (&self->lock);
  run (connection, mode);
  g_mutex_lock (&self->lock);
  self->is_shut = FALSE;
  g_cond_broadcast (&self->gate);
}

void
bty_sqlite_checkpoint_enter (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  while (self->is_shut)
    g_cond_wait (&self->gate, &self->lock);
  self->is_writing = TRUE;
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_checkpoint_leave (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  self->is_writing = FALSE;
  if (self->is_shut)
    g_cond_broadcast (&self->gate);
  g_mutex_unlock (&self->lock);
}

static gpointer
thread_main (gpointer data)
{
  BtySqliteCheckpoint *self = data;
  g_autoptr (BtySqliteConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = bty_sqlite_connection_open (self->file, BTY_SQLITE_WRITE, &self->options, &error);
  if (connection == NULL)
    g_warning ("the log of the database will grow: %s", error->message);
  g_mutex_lock (&self->lock);
  self->is_ready = connection != NULL;
  while (!self->is_closing)
    {
      int mode;

      if (connection == NULL || !has_work (self))
        {
          g_cond_wait (&self->cond, &self->lock);
          continue;
        }
      mode = choose_mode (self);
      if (mode != SQLITE_CHECKPOINT_PASSIVE)
        {
          begin_anew (self, connection, mode);
          continue;
        }
      g_mutex_unlock (&self->lock);
      run (connection, mode);
      g_mutex_lock (&self->lock);
    }
  self->is_shut = FALSE;
  g_cond_broadcast (&self->gate);
  g_mutex_unlock (&self->lock);
  return NULL;
}

BtySqliteCheckpoint *
bty_sqlite_checkpoint_new (const char *file, const BtySqliteOptions *options)
{
  BtySqliteCheckpoint *self = g_new0 (BtySqliteCheckpoint, 1);

  self->file = g_strdup (file);
  self->options = *options;
  self->options.busy_timeout = MIN (options->busy_timeout, MAX_WAIT_MS);
  self->threshold = options->checkpoint_size;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_cond_init (&self->gate);
  return self;
}

void
bty_sqlite_checkpoint_free (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_cond_clear (&self->gate);
  g_free (self->file);
  g_free (self);
}

static void
wake (BtySqliteCheckpoint *self)
{
  if (self->thread == NULL)
    self->thread = g_thread_new ("bty-checkpoint", thread_main, self);
  g_cond_signal (&self->cond);
}

void
bty_sqlite_checkpoint_notice (BtySqliteCheckpoint *self, gint64 size)
{
  g_mutex_lock (&self->lock);
  if (size < self->size)
    self->threshold = self->options.checkpoint_size; /* it has begun anew */
  self->size = size;
  /* Well above the cap there is no waiting for the thread's turn. */
  if (has_work (self) && self->is_ready && self->n_holds == 0 &&
      size >= self->options.wal_cap + self->options.wal_cap / 2)
    self->is_shut = TRUE;
  if (has_work (self))
    wake (self);
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_checkpoint_scrub (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  self->is_scrub = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_checkpoint_hold (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  self->n_holds++;
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_checkpoint_release (BtySqliteCheckpoint *self)
{
  g_mutex_lock (&self->lock);
  if (--self->n_holds == 0 && (self->is_scrub || self->size >= self->options.wal_cap))
    {
      self->threshold = MIN (self->threshold, self->size);
      wake (self);
    }
  g_mutex_unlock (&self->lock);
}
