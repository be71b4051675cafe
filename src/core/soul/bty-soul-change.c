/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-policy.h"
#include "soul/bty-soul-service-private.h"

static void
fail_held (BtySoulJob *job)
{
  const char *slug = job->entry->slug;

  bty_soul_job_fail (job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                       _ ("the soul of “%s” is held: %s. First “boternity-ctl soul accept %s” or "
                                          "“boternity-ctl soul restore %s”"),
                                       slug, job->soul->reason != NULL ? job->soul->reason : "", slug, slug));
}

static void
return_version (BtySoulJob *job)
{
  bty_soul_job_return (job, bty_soul_version_ref (job->version), bty_record_unref);
}

/* The new version is in use: its files come next. */
static void
write_version (BtySoulJob *job, BtySoulVersion *version, gboolean is_forced)
{
  BtySoulStamp stamps[BTY_SOUL_N_FILES];

  bty_soul_version_unref (job->version);
  job->version = version;
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    stamps[i] = job->files->file[i].stamp;
  job->run = return_version; /* where the files cannot be written now, the version is kept all the same */
  bty_soul_job_write (job, is_forced ? NULL : stamps, return_version);
}

static gboolean
is_lost_race (const GError *error)
{
  return g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) ||
         g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
}

/* Change */

static void
on_changed (BtySoulJob *job, BtySoulVersion *version, GError *error)
{
  if (is_lost_race (error))
    {
      g_error_free (error);
      bty_soul_job_again (job);
    }
  else if (error != NULL)
    bty_soul_job_fail (job, error);
  else if (g_strcmp0 (version->record.id, job->soul->version) == 0)
    write_version (job, version, FALSE);
  else
    bty_soul_job_return (job, version, bty_record_unref);
}

static gboolean
check_texts (BtySoulJob *job, GError **error)
{
  gint64 max = bty_soul_service_max_file (job->service);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      const char *text = job->change->texts.text[i];
      g_autofree char *problem = text != NULL ? bty_soul_text_check (bty_enum_nick (bty_soul_files, (int) i), text,
                                                                     strlen (text), max)
                                              : NULL;

      if (problem == NULL)
        continue;
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, problem);
      return FALSE;
    }
  return TRUE;
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
    g_set_error (
      &error, BTY_ERROR, BTY_ERROR_ABORTED,
      _ ("the soul of “%s” is at version %" G_GINT64_FORMAT " by now: read it again, then repeat the change"),
      job->soul->slug, job->base->number);
  else if (check_texts (job, &error) && keep_differences (job) == 0 && change->merged == NULL)
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

static void
get_branch (BtySoulJob *job, const char *name, GAsyncReadyCallback callback)
{
  g_autofree char *key = bty_soul_ref_key (job->soul->bot, BTY_SOUL_BRANCH, name);

  bty_store_get_async (job->service->store, &bty_soul_ref_schema, "key", key, NULL, callback, job);
}

static void
change_soul (BtySoulJob *job)
{
  const BtySoulChange *change = job->change;

  if (job->soul->state == BTY_SOUL_HELD)
    fail_held (job);
  else if (job->notice != NULL)
    bty_soul_job_fail (job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                                         _ ("what was saved with an editor comes first: %s"), job->notice));
  else if (change->branch != NULL && g_strcmp0 (change->branch, job->soul->branch) != 0)
    get_branch (job, change->branch, on_branch);
  else
    {
      g_clear_pointer (&job->base, bty_soul_version_unref);
      job->base = bty_soul_version_ref (job->version);
      change_base (job);
    }
}

static BtySoulChange *
copy (const BtySoulChange *change)
{
  BtySoulChange *same = bty_soul_change_new (change->slug, change->cause);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    same->texts.text[i] = g_strdup (change->texts.text[i]);
  same->branch = g_strdup (change->branch);
  same->expected = g_strdup (change->expected);
  same->merged = g_strdup (change->merged);
  same->author_kind = change->author_kind;
  same->author = g_strdup (change->author);
  same->note = g_strdup (change->note);
  return same;
}

void
bty_soul_service_change_async (BtySoulService *self, BtySoulChange *change, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulJob *job;

  g_task_set_source_tag (task, bty_soul_service_change_async);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told */
  job = bty_soul_job_new (self, change->slug, change_soul, task);
  job->change = copy (change);
  bty_soul_job_start (job);
}

BtySoulVersion *
bty_soul_service_change_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

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
  if (is_lost_race (error))
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
      return_version (job);
    }
  else if (is_lost_race (error))
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
      job->run = return_version;
      g_clear_pointer (&job->soul, bty_soul_unref);
      job->soul = bty_soul_ref (job->next);
      bty_soul_job_write (job, NULL, return_version);
    }
  else if (is_lost_race (error))
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
      if (job->files->file[i].problem != NULL)
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
    fail_held (job);
  else if (g_strcmp0 (job->change->branch, job->soul->branch) == 0)
    return_version (job);
  else
    get_branch (job, job->change->branch, on_branch_to_use);
}

void
bty_soul_service_switch_async (BtySoulService *self, const char *slug, const char *branch, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulJob *job;

  g_task_set_source_tag (task, bty_soul_service_switch_async);
  g_task_set_check_cancellable (task, FALSE);
  job = bty_soul_job_new (self, slug, switch_branch, task);
  job->change = bty_soul_change_new (slug, BTY_SOUL_EDITED);
  job->change->branch = g_strdup (branch);
  bty_soul_job_start (job);
}

BtySoulVersion *
bty_soul_service_switch_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
