/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* Settle */

static void
set_anchor (BtySoulJob *job)
{
  g_autofree char *key = g_strconcat ("soul/", job->soul->bot, NULL);

  bty_anchor_set (job->service->anchor, key, job->soul->last, job->soul->chain);
  job->entry->anchored = TRUE;
}

static void
on_accepted (BtySoulJob *job, BtySoulVersion *version, GError *error)
{
  if (bty_soul_is_lost_race (error))
    {
      g_error_free (error);
      bty_soul_job_again (job);
      return;
    }
  if (error != NULL)
    {
      bty_soul_job_fail (job, error);
      return;
    }
  set_anchor (job);
  job->entry->known = TRUE;
  job->entry->stamped = FALSE;
  bty_soul_job_return (job, version, bty_record_unref);
}

static void
on_released (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      set_anchor (job);
      job->entry->known = TRUE;
      bty_soul_job_return_version (job);
    }
  else if (bty_soul_is_lost_race (error))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else
    bty_soul_job_fail (job, error);
}

static void
on_restoring (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      job->entry->known = TRUE;
      job->run = bty_soul_job_return_version;
      g_clear_pointer (&job->soul, bty_soul_unref);
      job->soul = bty_soul_ref (job->next);
      /* What is saved while this is being written is an edit, which counts. */
      bty_soul_job_write (job, job->files, bty_soul_job_return_version);
    }
  else if (bty_soul_is_lost_race (error))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else
    bty_soul_job_fail (job, error);
}

static void
release (BtySoulJob *job, BtySoulState state, GAsyncReadyCallback callback)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  g_clear_pointer (&job->next, bty_soul_unref);
  job->next = bty_soul_edit (job->soul);
  job->next->state = state;
  bty_record_take_string (&job->next->reason, NULL);
  bty_batch_put (batch, job->next);
  bty_batch_publish (batch, "soul.changed", job->next);
  bty_store_apply_async (job->service->store, batch, NULL, callback, job);
}

static void
accept (BtySoulJob *job)
{
  guint differences = bty_soul_job_differences (job, job->version);
  g_autoptr (BtySoulChange) change = bty_soul_change_new (job->entry->slug, BTY_SOUL_ACCEPTED);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if ((differences & (1u << i)) != 0 && job->files->file[i].problem != NULL)
        {
          bty_soul_job_fail (
            job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                              _ ("this cannot be accepted: %s. Mend it, or “boternity-ctl soul restore %s”"),
                              job->files->file[i].problem, job->entry->slug));
          return;
        }
      if ((differences & (1u << i)) != 0)
        change->texts.text[i] = g_strdup (job->files->file[i].text);
    }
  if (differences == 0 && job->broken == NULL)
    {
      release (job, BTY_SOUL_OK, on_released);
      return;
    }
  change->author_kind = BTY_AUTHOR_PERSON;
  change->author = g_strdup (job->author);
  change->note = g_strdup (job->note);
  g_clear_pointer (&job->base, bty_soul_version_unref);
  job->base = bty_soul_version_ref (job->version);
  bty_soul_make (job, change, BTY_SOUL_OK, on_accepted);
}

static void
settle (BtySoulJob *job)
{
  const char *slug = job->entry->slug;

  if (job->soul->state != BTY_SOUL_HELD)
    bty_soul_job_fail (job,
                       g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                    _ ("the soul of “%s” is not held: there is nothing to accept or restore"), slug));
  else if (job->accept)
    accept (job);
  else if (job->broken != NULL)
    bty_soul_job_fail (job,
                       g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                    _ ("there is nothing to restore “%s” from: %s. Put a backup back, or take it as "
                                       "it is with “boternity-ctl soul accept %s”"),
                                    slug, job->broken, slug));
  else
    release (job, BTY_SOUL_WRITING, on_restoring);
}

void
bty_soul_service_settle_async (BtySoulService *self, const char *slug, gboolean accepts, const char *author,
                               const char *note, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulJob *job;

  g_task_set_source_tag (task, bty_soul_service_settle_async);
  g_task_set_check_cancellable (task, FALSE);
  job = bty_soul_job_new (self, slug, settle, task);
  job->accept = accepts;
  job->author = g_strdup (author);
  job->note = g_strdup (note);
  bty_soul_job_start (job);
}

BtySoulVersion *
bty_soul_service_settle_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Switch */

static void
on_head_of_branch (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  g_clear_pointer (&job->base, bty_soul_version_unref);
  job->base = bty_store_get_finish (BTY_STORE (store), result, &error);
  if (job->base == NULL)
    {
      bty_soul_job_fail (job, error);
      return;
    }
  bty_soul_version_unref (job->version);
  job->version = bty_soul_version_ref (job->base);
  bty_record_take_string (&job->soul->branch, g_strdup (job->change->branch));
  bty_record_take_string (&job->soul->version, g_strdup (job->version->record.id));
  job->soul->number = job->version->number;
  release (job, BTY_SOUL_WRITING, on_restoring);
}

static void
on_branch_to_use (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  g_autoptr (BtySoulRef) ref = bty_store_get_finish (BTY_STORE (store), result, &error);
  BtySoul *soul;

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("the soul of “%s” has no branch “%s”: “boternity-ctl soul branch %s” lists them"),
                   job->soul->slug, job->change->branch, job->soul->slug);
    }
  if (ref == NULL)
    {
      bty_soul_job_fail (job, error);
      return;
    }
  soul = bty_soul_edit (job->soul);
  bty_soul_unref (job->soul);
  job->soul = soul;
  bty_store_get_async (BTY_STORE (store), &bty_soul_version_schema, "id", ref->version, NULL, on_head_of_branch, job);
}

static void
switch_branch (BtySoulJob *job)
{
  if (job->soul->state == BTY_SOUL_HELD)
    bty_soul_job_fail_held (job);
  else if (g_strcmp0 (job->change->branch, job->soul->branch) == 0)
    bty_soul_job_return_version (job);
  else
    bty_soul_job_get_branch (job, job->change->branch, on_branch_to_use);
}

static void
start_switch (BtySoulService *self, BtySoulChange *change, GTask *task)
{
  BtySoulJob *job = bty_soul_job_new (self, change->slug, switch_branch, task);

  job->change = change;
  bty_soul_job_start (job);
}

void
bty_soul_service_switch_async (BtySoulService *self, const char *slug, const char *branch, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulChange *change = bty_soul_change_new (slug, BTY_SOUL_EDITED);

  g_task_set_source_tag (task, bty_soul_service_switch_async);
  g_task_set_check_cancellable (task, FALSE);
  change->branch = g_strdup (branch);
  bty_soul_gate_pass (self, change, task, start_switch);
}

BtySoulVersion *
bty_soul_service_switch_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
