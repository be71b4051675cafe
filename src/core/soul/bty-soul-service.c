/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

G_DEFINE_FINAL_TYPE (BtySoulService, bty_soul_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "soul",
    .key = "debounce_ms",
    .type = BTY_SETTING_INT,
    .fallback = "1500",
    .unit = "ms",
    .min = 10,
    .max = 600000,
    .summary = N_ ("How long a bot's files must be quiet after a save until they become a version") },
  { .group = "soul",
    .key = "max_file",
    .type = BTY_SETTING_INT,
    .fallback = "262144",
    .unit = "bytes",
    .min = 1024,
    .max = 1048576,
    .summary = N_ ("Longest SOUL.md, IDENTITY.md or USER.md") },
  { .group = "soul",
    .key = "watches",
    .type = BTY_SETTING_INT,
    .fallback = "2048",
    .min = 0,
    .max = 1000000,
    .summary = N_ ("How many bots' folders are watched for saves; the others are looked at from time to time"),
    .flags = BTY_SETTING_RESTART },
  { .group = "soul",
    .key = "sweep",
    .type = BTY_SETTING_INT,
    .fallback = "60",
    .unit = "s",
    .min = 1,
    .max = 86400,
    .summary = N_ ("How often folders that are not watched are looked at"),
    .flags = BTY_SETTING_RESTART },
  { .group = "soul",
    .key = "proposals",
    .type = BTY_SETTING_INT,
    .fallback = "50",
    .min = 1,
    .max = 1000,
    .summary = N_ ("How many proposals about one bot may wait for a person") },
};

void
bty_soul_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
entry_free (BtySoulEntry *entry)
{
  g_free (entry->slug);
  g_free (entry->refused);
  g_free (entry);
}

static void
bty_soul_service_finalize (GObject *object)
{
  BtySoulService *self = BTY_SOUL_SERVICE (object);

  g_clear_handle_id (&self->sweep, g_source_remove);
  g_clear_object (&self->checking);
  g_clear_pointer (&self->watch, bty_soul_watch_free);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  g_clear_pointer (&self->anchor, bty_anchor_free);
  g_clear_pointer (&self->kept, bty_soul_kept_free);
  g_clear_object (&self->settings);
  g_clear_object (&self->store);
  g_free (self->next_slice);
  g_free (self->data_dir);
  G_OBJECT_CLASS (bty_soul_service_parent_class)->finalize (object);
}

static void
bty_soul_service_class_init (BtySoulServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_soul_service_finalize;
}

static void
bty_soul_service_init (BtySoulService *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) entry_free);
}

static void check (BtySoulJob *job);

static void
on_saved (const char *slug, gpointer data)
{
  BtySoulJob *job = bty_soul_job_new (data, slug, check, NULL);

  job->reads = FALSE;
  bty_soul_job_start (job);
}

static void
set_quiet (BtySoulService *self)
{
  bty_soul_watch_set_quiet (self->watch, (guint) bty_settings_get_int (self->settings, "soul", "debounce_ms"));
}

static void
on_setting_changed (BtySettings *settings, const char *name, gpointer data)
{
  if (g_str_equal (name, "soul.debounce_ms"))
    set_quiet (data);
}

BtySoulService *
bty_soul_service_new (BtyStore *store, BtySettings *settings, const char *data_dir)
{
  BtySoulService *self = g_object_new (BTY_TYPE_SOUL_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  self->anchor = bty_anchor_new (data_dir);
  self->kept = bty_soul_kept_new ();
  self->watch = bty_soul_watch_new ((guint) bty_settings_get_int (settings, "soul", "watches"), on_saved, self);
  set_quiet (self);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_setting_changed), self, 0);
  return self;
}

BtyAnchor *
bty_soul_service_get_anchor (BtySoulService *self)
{
  return self->anchor;
}

BtyStore *
bty_soul_service_get_store (BtySoulService *self)
{
  return self->store;
}

BtySoulChange *
bty_soul_change_new (const char *slug, BtySoulCause cause)
{
  BtySoulChange *change = g_new0 (BtySoulChange, 1);

  change->slug = g_strdup (slug);
  change->cause = cause;
  return change;
}

BtySoulChange *
bty_soul_change_copy (const BtySoulChange *change)
{
  BtySoulChange *copy = bty_soul_change_new (change->slug, change->cause);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    copy->texts.text[i] = g_strdup (change->texts.text[i]);
  copy->branch = g_strdup (change->branch);
  copy->expected = g_strdup (change->expected);
  copy->merged = g_strdup (change->merged);
  copy->author_kind = change->author_kind;
  copy->author = g_strdup (change->author);
  copy->note = g_strdup (change->note);
  return copy;
}

void
bty_soul_change_free (BtySoulChange *change)
{
  g_free (change->slug);
  bty_soul_texts_clear (&change->texts);
  g_free (change->branch);
  g_free (change->expected);
  g_free (change->merged);
  g_free (change->author);
  g_free (change->note);
  g_free (change);
}

void
bty_soul_prompt_free (BtySoulPrompt *prompt)
{
  g_clear_pointer (&prompt->version, bty_soul_version_unref);
  bty_soul_texts_clear (&prompt->texts);
  g_free (prompt->text);
  g_free (prompt->notice);
  g_free (prompt);
}

void
bty_soul_service_end (BtySoulService *self, BtyBatch *batch, const BtySoul *soul)
{
  bty_batch_delete (batch, soul);
  bty_soul_watch_remove (self->watch, soul->slug);
}

/* Get */

/* What is wrong with the files at this moment is told, and not kept: the next look may find it mended. */
static void
check (BtySoulJob *job)
{
  BtySoul *soul = bty_soul_ref (job->soul);

  if (job->notice != NULL)
    {
      bty_soul_unref (soul);
      soul = bty_soul_edit (job->soul);
      bty_record_take_string (&soul->reason, g_strdup (job->notice));
    }
  bty_soul_job_return (job, soul, bty_record_unref);
}

void
bty_soul_service_get_async (BtySoulService *self, const char *slug, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulJob *job;

  g_task_set_source_tag (task, bty_soul_service_get_async);
  job = bty_soul_job_new (self, slug, check, task);
  job->reads = FALSE;
  bty_soul_job_start (job);
}

BtySoul *
bty_soul_service_get_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Read */

static void
on_loaded_to_read (GObject *source, GAsyncResult *result, gpointer data)
{
  BtySoulJob *job = data;
  GError *error = NULL;
  BtySoulPrompt *prompt = bty_soul_service_load_finish (BTY_SOUL_SERVICE (source), result, &error);

  if (prompt == NULL)
    {
      bty_soul_job_fail (job, error);
      return;
    }
  prompt->notice = g_strdup (job->notice);
  bty_soul_job_return (job, prompt, (GDestroyNotify) bty_soul_prompt_free);
}

static BtySoulPrompt *
prompt_of_files (BtySoulJob *job)
{
  BtySoulPrompt *prompt = g_new0 (BtySoulPrompt, 1);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    prompt->texts.text[i] = g_steal_pointer (&job->files->file[i].text);
  prompt->text = bty_soul_compose (&prompt->texts);
  return prompt;
}

static void
read_prompt (BtySoulJob *job)
{
  const char *slug = job->entry->slug;
  BtySoulPrompt *prompt;

  if (job->soul->state == BTY_SOUL_HELD)
    {
      bty_soul_job_fail (
        job, g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                          _ ("the soul of “%s” is held: %s. “boternity-ctl soul diff %s” shows what changed; then "
                             "“boternity-ctl soul accept %s” or “boternity-ctl soul restore %s”"),
                          slug, job->soul->reason != NULL ? job->soul->reason : "", slug, slug, slug));
      return;
    }
  if (job->files->same || bty_soul_job_differences (job, job->version) != 0)
    {
      bty_soul_service_load_async (job->service, job->version, NULL, on_loaded_to_read, job);
      return;
    }
  prompt = prompt_of_files (job);
  prompt->version = bty_soul_version_ref (job->version);
  prompt->notice = g_strdup (job->notice);
  bty_soul_job_return (job, prompt, (GDestroyNotify) bty_soul_prompt_free);
}

void
bty_soul_service_read_async (BtySoulService *self, const char *slug, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_soul_service_read_async);
  bty_soul_job_start (bty_soul_job_new (self, slug, read_prompt, task));
}

BtySoulPrompt *
bty_soul_service_read_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What the files hold */

static void
read_now (BtySoulJob *job)
{
  g_autoptr (GString) problems = g_string_new (NULL);
  BtySoulPrompt *prompt;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (job->files->file[i].problem != NULL)
      g_string_append_printf (problems, "%s%s", problems->len > 0 ? "; " : "", job->files->file[i].problem);
  prompt = prompt_of_files (job);
  if (problems->len > 0)
    prompt->notice = g_strdup (problems->str);
  bty_soul_job_return (job, prompt, (GDestroyNotify) bty_soul_prompt_free);
}

void
bty_soul_service_read_files_async (BtySoulService *self, const char *slug, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  BtySoulJob *job;

  g_task_set_source_tag (task, bty_soul_service_read_files_async);
  job = bty_soul_job_new (self, slug, read_now, task);
  job->looks = TRUE;
  bty_soul_job_start (job);
}

BtySoulPrompt *
bty_soul_service_read_files_finish (BtySoulService *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
