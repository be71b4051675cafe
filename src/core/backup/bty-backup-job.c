/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-job.h"

/* How often the caller is told how far it is (ms). */
#define TICK 250

BtyBackupJob *
bty_backup_job_new (GObject *service, BtyCall *call)
{
  BtyBackupJob *self = g_new0 (BtyBackupJob, 1);

  self->service = service;
  self->holder = g_object_ref (service);
  self->call = call != NULL ? bty_call_ref (call) : NULL;
  self->cancellable = call != NULL ? g_object_ref (bty_call_cancellable (call)) : g_cancellable_new ();
  self->began = g_get_real_time ();
  self->progress = bty_backup_progress_new ();
  g_mutex_init (&self->lock);
  return self;
}

static void
job_free (BtyBackupJob *self)
{
  g_clear_handle_id (&self->ticker, g_source_remove);
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_pointer (&self->call, bty_call_unref);
  g_clear_pointer (&self->given, bty_secret_unref);
  g_clear_pointer (&self->answer, bty_record_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->subjects, g_strfreev);
  g_clear_pointer (&self->place.folders, g_hash_table_unref);
  g_clear_object (&self->place.store);
  g_clear_object (&self->loader);
  g_clear_object (&self->cancellable);
  bty_backup_progress_unref (self->progress);
  g_mutex_clear (&self->lock);
  g_free (self->place.data_dir);
  g_free (self->place.config_dir);
  g_free (self->folder);
  g_free (self->name);
  g_clear_object (&self->holder);
  g_free (self);
}

double
bty_backup_job_get_seconds (BtyBackupJob *self)
{
  return (double) (g_get_real_time () - self->began) / G_USEC_PER_SEC;
}

static BtyBackupProgress *
copy_progress (BtyBackupJob *self)
{
  BtyBackupProgress *copy = bty_backup_progress_new ();

  g_mutex_lock (&self->lock);
  copy->rows = self->progress->rows;
  copy->files = self->progress->files;
  copy->bytes = self->progress->bytes;
  copy->total = self->progress->total;
  g_mutex_unlock (&self->lock);
  return copy;
}

static gboolean
on_tick (gpointer data)
{
  BtyBackupJob *self = data;
  g_autoptr (BtyBackupProgress) progress = copy_progress (self);

  bty_call_emit (self->call, progress);
  return G_SOURCE_CONTINUE;
}

static void
note_progress (gint64 rows, gint64 files, gint64 bytes, gint64 total, gpointer data)
{
  BtyBackupJob *self = data;

  g_mutex_lock (&self->lock);
  self->progress->rows = rows;
  self->progress->files = files;
  self->progress->bytes = bytes;
  self->progress->total = total;
  g_mutex_unlock (&self->lock);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyBackupJob *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_good = g_task_propagate_boolean (G_TASK (result), &error);

  g_clear_handle_id (&self->ticker, g_source_remove);
  if (self->done != NULL)
    self->done (self, error);
  for (guint i = 0; self->call != NULL && is_good && self->items != NULL && i < self->items->len; i++)
    bty_call_emit (self->call, self->items->pdata[i]);
  if (self->call != NULL && is_good)
    bty_call_return (self->call, self->answer);
  else if (self->call != NULL)
    bty_call_fail (self->call, error);
  job_free (self);
}

static gpointer
thread_main (gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBackupJob *self = g_task_get_task_data (task);
  BtyBackupWork work = { self->cancellable, note_progress, self };
  g_autoptr (GError) error = NULL;

  bty_backup_work_be_modest ();
  if (self->run (self, &work, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
  return NULL;
}

void
bty_backup_job_start (BtyBackupJob *self)
{
  g_autoptr (GTask) task = g_task_new (self->holder, NULL, on_ended, self);

  g_task_set_source_tag (task, bty_backup_job_start);
  g_task_set_task_data (task, self, NULL);
  if (self->call != NULL && (bty_call_operation (self->call)->effect & BTY_EFFECT_STREAMING) != 0)
    self->ticker = g_timeout_add (TICK, on_tick, self);
  self->thread = g_thread_new ("bty-backup", thread_main, g_steal_pointer (&task));
}

void
bty_backup_job_cancel (BtyBackupJob *self)
{
  g_cancellable_cancel (self->cancellable);
}

void
bty_backup_job_fail (BtyBackupJob *self, const GError *error)
{
  if (self->done != NULL)
    self->done (self, error);
  if (self->call != NULL)
    bty_call_fail (self->call, error);
  job_free (self);
}
