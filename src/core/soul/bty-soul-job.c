/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* A file that was saved so short a time ago may be saved in two steps: it is looked at again, so many times. */
#define FRESH     (200 * 1000)
#define MAX_WAITS 20
#define MAX_TRIES 8

static void load (BtySoulJob *job);

BtySoulEntry *
bty_soul_service_entry (BtySoulService *self, const char *slug)
{
  BtySoulEntry *entry = g_hash_table_lookup (self->entries, slug);

  if (entry != NULL)
    return entry;
  entry = g_new0 (BtySoulEntry, 1);
  entry->slug = g_strdup (slug);
  g_queue_init (&entry->jobs);
  g_hash_table_insert (self->entries, entry->slug, entry);
  return entry;
}

gint64
bty_soul_service_max_file (BtySoulService *self)
{
  return bty_settings_get_int (self->settings, "soul", "max_file");
}

/* Jobs, one after the other. */

BtySoulJob *
bty_soul_job_new (BtySoulService *self, const char *slug, BtySoulJobFunc run, GTask *task)
{
  BtySoulJob *job = g_new0 (BtySoulJob, 1);

  job->service = g_object_ref (self);
  job->entry = bty_soul_service_entry (self, slug);
  job->run = run;
  job->task = task;
  job->reads = TRUE;
  return job;
}

static void
forget_what_was_read (BtySoulJob *job)
{
  g_clear_pointer (&job->soul, bty_soul_unref);
  g_clear_pointer (&job->version, bty_soul_version_unref);
  g_clear_pointer (&job->base, bty_soul_version_unref);
  g_clear_pointer (&job->next, bty_soul_unref);
  g_clear_pointer (&job->files, bty_soul_files_free);
  g_clear_pointer (&job->broken, g_free);
  g_clear_pointer (&job->notice, g_free);
}

static void
job_free (BtySoulJob *job)
{
  forget_what_was_read (job);
  g_clear_pointer (&job->change, bty_soul_change_free);
  g_free (job->author);
  g_free (job->note);
  g_clear_object (&job->task);
  g_object_unref (job->service);
  g_free (job);
}

static gboolean
start_next (gpointer data)
{
  load (data);
  return G_SOURCE_REMOVE;
}

void
bty_soul_job_start (BtySoulJob *job)
{
  BtySoulEntry *entry = job->entry;

  g_queue_push_tail (&entry->jobs, job);
  job->service->n_jobs += 1;
  if (g_queue_get_length (&entry->jobs) == 1)
    load (job);
}

/* The soul of a bot that is not there is not kept in mind. */
static void
end (BtySoulJob *job, gboolean is_gone)
{
  BtySoulService *self = job->service;
  BtySoulEntry *entry = job->entry;

  g_queue_pop_head (&entry->jobs);
  self->n_jobs -= 1;
  if (!g_queue_is_empty (&entry->jobs))
    g_idle_add_full (G_PRIORITY_DEFAULT, start_next, g_queue_peek_head (&entry->jobs), NULL);
  else if (is_gone)
    {
      bty_soul_watch_remove (self->watch, entry->slug);
      g_hash_table_remove (self->entries, entry->slug);
    }
  job_free (job);
}

void
bty_soul_job_return (BtySoulJob *job, gpointer result, GDestroyNotify free_func)
{
  g_autoptr (GTask) task = g_steal_pointer (&job->task);

  end (job, FALSE);
  if (task != NULL)
    g_task_return_pointer (task, result, free_func);
  else if (result != NULL && free_func != NULL)
    free_func (result);
}

void
bty_soul_job_fail (BtySoulJob *job, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&job->task);
  gboolean is_gone = job->soul == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  gboolean is_told = task != NULL || is_gone;

  if (!is_told)
    g_message ("the soul of “%s”: %s", job->entry->slug, error->message);
  end (job, is_gone);
  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

void
bty_soul_job_again (BtySoulJob *job)
{
  if (job->tries++ < MAX_TRIES)
    {
      forget_what_was_read (job);
      load (job);
      return;
    }
  bty_soul_job_fail (job, g_error_new (BTY_ERROR, BTY_ERROR_ABORTED,
                                       _ ("the soul of “%s” is being changed by others again and again: try again"),
                                       job->entry->slug));
}

/* The files. */

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtySoulJob *job = data;
  BtySoulService *self = source;
  g_autofree char *folder = bty_soul_folder (self->data_dir, job->entry->slug);
  gint64 max = (gint64) GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (task), "bty-max"));
  gboolean is_known = !job->reads && job->entry->known && job->entry->stamped;

  g_task_return_pointer (task, bty_soul_files_read (folder, max, is_known ? job->entry->stamps : NULL),
                         (GDestroyNotify) bty_soul_files_free);
}

static void read_files (BtySoulJob *job);

static gboolean
read_again (gpointer data)
{
  read_files (data);
  return G_SOURCE_REMOVE;
}

/* A file that is being written at this moment is given the time to become whole. */
static gboolean
is_unsettled (const BtySoulJob *job)
{
  gint64 age = g_get_real_time () - job->files->newest;

  if (job->files->same || bty_soul_job_differences (job, job->version) == 0)
    return FALSE;
  return job->entry->known && (job->files->changing || (age >= 0 && age < FRESH));
}

static void
take_files (BtySoulJob *job, BtySoulFilesNow *files)
{
  g_clear_pointer (&job->files, bty_soul_files_free);
  job->files = files;
  if (is_unsettled (job) && job->waits < MAX_WAITS)
    {
      job->waits += 1;
      g_timeout_add (FRESH / 1000 / 2, read_again, job);
      return;
    }
  job->waits = 0;
  bty_soul_job_judge (job);
}

static void
on_files_read (GObject *source, GAsyncResult *result, gpointer data)
{
  take_files (data, g_task_propagate_pointer (G_TASK (result), NULL));
}

static void
read_files (BtySoulJob *job)
{
  g_autoptr (GTask) task = g_task_new (job->service, NULL, on_files_read, job);
  gint64 max = bty_soul_service_max_file (job->service);

  g_task_set_source_tag (task, read_files);
  g_task_set_task_data (task, job, NULL);
  g_object_set_data (G_OBJECT (task), "bty-max", GSIZE_TO_POINTER ((gsize) max));
  g_task_run_in_thread (task, read_in_thread);
}

guint
bty_soul_job_differences (const BtySoulJob *job, const BtySoulVersion *version)
{
  guint differences = 0;

  for (guint i = 0; i < BTY_SOUL_N_FILES && !job->files->same; i++)
    if (!g_str_equal (job->files->file[i].hash, bty_soul_version_text (version, (BtySoulFile) i)))
      differences |= 1u << i;
  return differences;
}

/* The records. */

static void
on_version (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  g_autofree char *hash = NULL;

  job->version = bty_store_get_finish (BTY_STORE (store), result, &error);
  if (job->version == NULL)
    {
      bty_soul_job_fail (job, error);
      return;
    }
  hash = bty_soul_hash (job->version);
  if (g_strcmp0 (hash, job->version->hash) != 0)
    job->broken = g_strdup_printf (_ ("version %lld is not what its hash says: the database was changed"),
                                   (long long) job->version->number);
  bty_soul_job_check_chain (job, read_files);
}

/* Bots that are older than versions: what their files hold becomes the first one. */

static void
on_adopted (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      job->entry->known = TRUE;
      load (job);
    }
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else
    bty_soul_job_fail (job, error);
}

static void
on_files_to_adopt (GObject *source, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  BtySoulService *self = job->service;
  g_autoptr (BtySoulFilesNow) files = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (BtySoulChange) change = bty_soul_change_new (job->entry->slug, BTY_SOUL_CREATED);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (files->file[i].text == NULL)
        g_message ("the first version of the soul of “%s” is made without a file: %s", job->entry->slug,
                   files->file[i].problem);
      change->texts.text[i] = g_strdup (files->file[i].text != NULL ? files->file[i].text : "");
    }
  change->author_kind = BTY_AUTHOR_PROGRAM;
  change->author = g_strdup ("boternity");
  bty_soul_service_begin (self, batch, job->soul->bot, change);
  g_clear_pointer (&job->soul, bty_soul_unref);
  bty_store_apply_async (self->store, batch, NULL, on_adopted, job);
}

static void
on_bot (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (store), result, &error);
  g_autoptr (GTask) task = NULL;

  if (bot == NULL)
    {
      if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
        {
          g_clear_error (&error);
          g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                       _ ("no bot is called “%s”: “boternity-ctl bot list” names them all"), job->entry->slug);
        }
      bty_soul_job_fail (job, error);
      return;
    }
  job->soul = bty_soul_new ();
  job->soul->bot = g_strdup (bot->record.id);
  task = g_task_new (job->service, NULL, on_files_to_adopt, job);
  g_task_set_source_tag (task, on_bot);
  g_task_set_task_data (task, job, NULL);
  g_object_set_data (G_OBJECT (task), "bty-max", GSIZE_TO_POINTER ((gsize) bty_soul_service_max_file (job->service)));
  g_task_run_in_thread (task, read_in_thread);
}

static void
on_soul (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  job->soul = bty_store_get_finish (BTY_STORE (store), result, &error);
  if (job->soul != NULL)
    bty_store_get_async (BTY_STORE (store), &bty_soul_version_schema, "id",
                         job->soul->version != NULL ? job->soul->version : "", NULL, on_version, job);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      bty_store_get_async (BTY_STORE (store), &bty_bot_schema, "slug", job->entry->slug, NULL, on_bot, job);
    }
  else
    bty_soul_job_fail (job, error);
}

static void
load (BtySoulJob *job)
{
  if (job->task != NULL && g_cancellable_is_cancelled (g_task_get_cancellable (job->task)))
    {
      bty_soul_job_fail (job, g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the call was cancelled")));
      return;
    }
  bty_store_get_async (job->service->store, &bty_soul_schema, "slug", job->entry->slug, NULL, on_soul, job);
}
