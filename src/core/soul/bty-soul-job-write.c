/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-service-private.h"

void
bty_soul_job_go_on (BtySoulJob *job)
{
  BtySoulService *self = job->service;
  g_autofree char *folder = bty_soul_folder (self->data_dir, job->entry->slug);

  bty_soul_watch_add (self->watch, job->entry->slug, folder);
  job->run (job);
}

/* Puts the soul into a state by a commit of its own. */
typedef struct
{
  BtySoulJob *job;
  BtySoul *soul;
  BtySoulJobFunc then;
} Put;

static void
on_put (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Put *put = data;
  g_autoptr (BtySoul) soul = put->soul;
  BtySoulJob *job = put->job;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      bty_soul_unref (job->soul);
      job->soul = g_steal_pointer (&soul);
      put->then (job);
    }
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else
    bty_soul_job_fail (job, error);
}

void
bty_soul_job_put_state (BtySoulJob *job, BtySoulState state, const char *reason, const char *topic, BtySoulJobFunc then)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Put *put = g_new0 (Put, 1);

  put->job = job;
  put->then = then;
  put->soul = bty_soul_edit (job->soul);
  put->soul->state = state;
  bty_record_take_string (&put->soul->reason, g_strdup (reason));
  bty_batch_put (batch, put->soul);
  if (topic != NULL)
    bty_batch_publish (batch, topic, put->soul);
  bty_store_apply_async (job->service->store, batch, NULL, on_put, put);
}

/* Writing the files of the version in use. */

typedef struct
{
  BtySoulJob *job;
  BtySoulJobFunc then;
  BtySoulTexts texts;
  char *folder;
  BtySoulStamp expected[BTY_SOUL_N_FILES];
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  bty_soul_texts_clear (&write->texts);
  g_free (write->folder);
  g_free (write);
}

static void
ok_again (BtySoulJob *job)
{
  job->entry->known = TRUE;
  bty_soul_job_again (job);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  Write *write = g_task_get_task_data (G_TASK (result));
  BtySoulJob *job = write->job;
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      bty_soul_job_put_state (job, BTY_SOUL_OK, NULL, NULL, write->then != NULL ? write->then : ok_again);
      return;
    }
  /* It is kept, and its files are written when the soul is next asked for. */
  job->notice = g_strdup_printf (_ ("version %lld is kept, but its files cannot be written: %s"),
                                 (long long) job->soul->number, error->message);
  g_message ("the soul of “%s”: %s", job->entry->slug, job->notice);
  bty_soul_job_go_on (job);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Write *write = data;
  GError *error = NULL;

  if (bty_soul_files_put (write->folder, &write->texts, write->expected, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_texts_to_write (GObject *source, GAsyncResult *result, gpointer data)
{
  Write *write = data;
  BtySoulJob *job = write->job;
  GError *error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_load_finish (BTY_SOUL_SERVICE (source), result, &error);
  g_autoptr (GTask) task = NULL;

  if (prompt == NULL)
    {
      write_free (write);
      bty_soul_job_fail (job, error);
      return;
    }
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    write->texts.text[i] = g_steal_pointer (&prompt->texts.text[i]);
  task = g_task_new (job->service, NULL, on_written, NULL);
  g_task_set_source_tag (task, on_texts_to_write);
  g_task_set_task_data (task, write, write_free);
  g_task_run_in_thread (task, write_in_thread);
}

void
bty_soul_job_write (BtySoulJob *job, const BtySoulFilesNow *seen, BtySoulJobFunc then)
{
  Write *write = g_new0 (Write, 1);

  write->job = job;
  write->then = then;
  write->folder = bty_soul_folder (job->service->data_dir, job->entry->slug);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    write->expected[i] = seen->file[i].stamp;
  job->entry->stamped = FALSE;
  bty_soul_service_load_async (job->service, job->version, NULL, on_texts_to_write, write);
}
