/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-policy.h"
#include "soul/bty-soul-service-private.h"

void
bty_soul_job_fail_held (BtySoulJob *job)
{
  const char *slug = job->entry->slug;

  bty_soul_job_fail (job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                       _ ("the soul of “%s” is held: %s. First “boternity-ctl soul accept %s” or "
                                          "“boternity-ctl soul restore %s”"),
                                       slug, job->soul->reason != NULL ? job->soul->reason : "", slug, slug));
}

void
bty_soul_job_return_version (BtySoulJob *job)
{
  bty_soul_job_return (job, bty_soul_version_ref (job->version), bty_record_unref);
}

/* The new version is in use: its files come next. */
static void
write_version (BtySoulJob *job, BtySoulVersion *version)
{
  bty_soul_version_unref (job->version);
  job->version = version;
  job->run = bty_soul_job_return_version; /* where the files cannot be written now, the version is kept all the same */
  bty_soul_job_write (job, job->files, bty_soul_job_return_version);
}

gboolean
bty_soul_is_lost_race (const GError *error)
{
  return g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) ||
         g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
}

/* Change */

static void
on_changed (BtySoulJob *job, BtySoulVersion *version, GError *error)
{
  if (bty_soul_is_lost_race (error))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else if (error != NULL)
    bty_soul_job_fail (job, error);
  else if (g_strcmp0 (version->record.id, job->soul->version) == 0)
    write_version (job, version);
  else
    bty_soul_job_return (job, version, bty_record_unref);
}

/* Leaves in the change only what differs from the base. */
static guint
keep_differences (BtySoulJob *job)
{
  guint n = 0;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      char **text = &job->change->texts.text[i];
      g_autofree char *hash = *text != NULL ? bty_soul_text_hash (*text, -1) : NULL;

      if (g_strcmp0 (hash, bty_soul_version_text (job->base, (BtySoulFile) i)) == 0)
        g_clear_pointer (text, g_free);
      n += *text != NULL;
    }
  return n;
}

static void
make_change (BtySoulJob *job)
{
  gboolean is_in_use = job->change->branch == NULL || g_strcmp0 (job->change->branch, job->soul->branch) == 0;

  bty_soul_make (job, job->change, is_in_use ? BTY_SOUL_WRITING : job->soul->state, on_changed);
}

static void
on_base_texts (GObject *source, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  g_autoptr (BtySoulPrompt) before = bty_soul_service_load_finish (BTY_SOUL_SERVICE (source), result, &error);
  BtySoulTexts after = { 0 };

  for (guint i = 0; before != NULL && i < BTY_SOUL_N_FILES; i++)
    after.text[i] = job->change->texts.text[i] != NULL ? job->change->texts.text[i] : before->texts.text[i];
  if (before == NULL ||
      !bty_soul_policy_check (job->soul, job->change->author_kind, job->change->cause, &before->texts, &after, &error))
    bty_soul_job_fail (job, error);
  else
    make_change (job);
}

static void
change_base (BtySoulJob *job)
{
  const BtySoulChange *change = job->change;
  GError *error = NULL;

  if (change->expected != NULL && g_strcmp0 (change->expected, job->base->record.id) != 0)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_ABORTED,
                 _ ("the soul of “%s” is at version %lld by now: read it again, then repeat the change"),
                 job->soul->slug, (long long) job->base->number);
  else if (bty_soul_texts_check (&change->texts, bty_soul_service_max_file (job->service), &error) &&
           keep_differences (job) == 0 && change->merged == NULL)
    {
      bty_soul_job_return (job, bty_soul_version_ref (job->base), bty_record_unref);
      return;
    }
  if (error != NULL)
    bty_soul_job_fail (job, error);
  else if (change->author_kind == BTY_AUTHOR_BOT)
    bty_soul_service_load_async (job->service, job->base, NULL, on_base_texts, job);
  else
    make_change (job);
}

static void
on_base (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;

  g_clear_pointer (&job->base, bty_soul_version_unref);
  job->base = bty_store_get_finish (BTY_STORE (store), result, &error);
  if (job->base == NULL)
    bty_soul_job_fail (job, error);
  else
    change_base (job);
}

static void
on_branch (GObject *store, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  g_autoptr (BtySoulRef) ref = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (ref != NULL)
    {
      bty_store_get_async (BTY_STORE (store), &bty_soul_version_schema, "id", ref->version, NULL, on_base, job);
      return;
    }
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("the soul of “%s” has no branch “%s”"), job->soul->slug,
                   job->change->branch);
    }
  bty_soul_job_fail (job, error);
}

void
bty_soul_job_get_branch (BtySoulJob *job, const char *name, GAsyncReadyCallback callback)
{
  g_autofree char *key = bty_soul_ref_key (job->soul->bot, BTY_SOUL_BRANCH, name);

  bty_store_get_async (job->service->store, &bty_soul_ref_schema, "key", key, NULL, callback, job);
}

static void
change_soul (BtySoulJob *job)
{
  const BtySoulChange *change = job->change;

  if (job->soul->state == BTY_SOUL_HELD)
    bty_soul_job_fail_held (job);
  else if (job->notice != NULL)
    bty_soul_job_fail (job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                         _ ("what was saved with an editor comes first: %s"), job->notice));
  else if (change->branch != NULL && g_strcmp0 (change->branch, job->soul->branch) != 0)
    bty_soul_job_get_branch (job, change->branch, on_branch);
  else
    {
      g_clear_pointer (&job->base, bty_soul_version_unref);
      job->base = bty_soul_version_ref (job->version);
      change_base (job);
    }
}

static void
start_change (BtySoulService *self, BtySoulChange *change, GTask *task)
{
  BtySoulJob *job = bty_soul_job_new (self, change->slug, change_soul, task);

  job->change = change;
  bty_soul_job_start (job);
}

void
bty_soul_service_change_async (BtySoulService *self, BtySoulChange *change, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_soul_service_change_async);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told */
  bty_soul_gate_pass (self, bty_soul_change_copy (change), task, start_change);
}

BtySoulVersion *
bty_soul_service_change_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
