/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

/* What it means when files are not those of the version in use: an edit, a crash in the middle of writing them, or a tampering. */

static char *
anchor_key (const BtySoulJob *job)
{
  return g_strconcat ("soul/", job->soul->bot, NULL);
}

/* The chain, once in a process. */

static void
warn_new (const BtySoulJob *job)
{
  BtySoulService *self = job->service;

  if (self->is_warned || job->entry->known || !bty_anchor_is_new (self->anchor))
    return;
  self->is_warned = TRUE;
  g_message ("what is kept outside the database to notice a rewritten history was not there: it begins anew with what "
             "the database says now");
}

static void
trust (BtySoulJob *job, BtySoulJobFunc then)
{
  g_autofree char *key = anchor_key (job);

  job->entry->anchored = job->broken == NULL;
  if (job->broken == NULL)
    bty_anchor_set (job->service->anchor, key, job->soul->last, job->soul->chain != NULL ? job->soul->chain : "-");
  then (job);
}

static void
distrust (BtySoulJob *job, gint64 number)
{
  if (job->broken == NULL)
    job->broken = g_strdup_printf (
      _ (
        "its history was rewritten, or an older copy of the database was put back: version %lld is not the one that was kept outside"),
      (long long) number);
}

typedef struct
{
  BtySoulJob *job;
  BtySoulJobFunc then;
  char *hash;
} Anchored;

static void
on_anchored (GObject *store, GAsyncResult *result, gpointer data)
{
  Anchored *anchored = data;
  BtySoulJob *job = anchored->job;
  BtySoulJobFunc then = anchored->then;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_store_get_finish (BTY_STORE (store), result, &error);
  g_autofree char *hash = version != NULL ? bty_soul_hash (version) : NULL;
  gboolean is_same = g_strcmp0 (hash, anchored->hash) == 0;

  g_free (anchored->hash);
  g_free (anchored);
  if (version == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      bty_soul_job_fail (job, g_steal_pointer (&error));
      return;
    }
  if (!is_same)
    distrust (job, version != NULL ? version->number : 0);
  trust (job, then);
}

void
bty_soul_job_check_chain (BtySoulJob *job, BtySoulJobFunc then)
{
  g_autofree char *key = anchor_key (job);
  g_autofree char *version = NULL;
  const char *hash;
  gint64 number;
  Anchored *anchored;

  if (job->entry->anchored)
    {
      then (job);
      return;
    }
  warn_new (job);
  if (!bty_anchor_get (job->service->anchor, key, &number, &hash))
    trust (job, then);
  else if (number < job->soul->last)
    {
      anchored = g_new0 (Anchored, 1);
      anchored->job = job;
      anchored->then = then;
      anchored->hash = g_strdup (hash);
      version = bty_soul_version_key (job->soul->bot, number);
      bty_store_get_async (job->service->store, &bty_soul_version_schema, "key", version, NULL, on_anchored, anchored);
    }
  else
    {
      if (number > job->soul->last || g_strcmp0 (hash, job->soul->chain) != 0)
        distrust (job, number);
      trust (job, then);
    }
}

static void
remember (BtySoulJob *job)
{
  BtySoulEntry *entry = job->entry;

  entry->known = TRUE;
  g_clear_pointer (&entry->refused, g_free);
  if (job->files->same)
    return;
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    entry->stamps[i] = job->files->file[i].stamp;
  entry->stamped = TRUE;
}

/* Held. */

static char *
describe (const BtySoulJob *job, guint differences)
{
  g_autoptr (GString) text = g_string_new (job->broken != NULL ? job->broken : NULL);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      const char *problem = job->files->file[i].problem;

      if ((differences & (1u << i)) == 0)
        continue;
      if (text->len > 0)
        g_string_append (text, "; ");
      if (problem != NULL)
        g_string_append (text, problem);
      else
        g_string_append_printf (text, _ ("%s was changed while no daemon watched over it"),
                                bty_enum_nick (bty_soul_files, (int) i));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
hold (BtySoulJob *job, guint differences)
{
  g_autofree char *reason = describe (job, differences);

  g_message ("the soul of “%s” is held: %s", job->entry->slug, reason);
  bty_soul_job_put_state (job, BTY_SOUL_HELD, reason, "soul.held", bty_soul_job_go_on);
}

/* An edit that cannot be a version: told once, and the last good version counts. */

static void
refuse (BtySoulJob *job, guint differences)
{
  g_autofree char *reason = describe (job, differences);
  g_autoptr (BtyBatch) batch = NULL;
  g_autoptr (BtySoul) told = NULL;

  job->notice = g_strdup_printf (_ ("%s; version %lld is used meanwhile"), reason, (long long) job->soul->number);
  if (g_strcmp0 (job->entry->refused, reason) != 0)
    {
      g_message ("the soul of “%s”: %s", job->entry->slug, job->notice);
      g_free (job->entry->refused);
      job->entry->refused = g_strdup (reason);
      batch = bty_batch_new ();
      told = bty_soul_edit (job->soul);
      bty_record_take_string (&told->reason, g_strdup (reason));
      bty_batch_publish (batch, "soul.refused", told);
      bty_store_apply_async (job->service->store, batch, NULL, NULL, NULL);
    }
  job->entry->stamped = FALSE;
  bty_soul_job_go_on (job);
}

/* An edit. */

static void
on_edit_made (BtySoulJob *job, BtySoulVersion *version, GError *error)
{
  if (error != NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED))
    {
      bty_soul_job_fail (job, error);
      return;
    }
  g_clear_error (&error);
  if (version != NULL)
    g_info ("the soul of “%s” is at version %" G_GINT64_FORMAT, job->entry->slug, version->number);
  g_clear_pointer (&version, bty_soul_version_unref);
  bty_soul_job_again (job);
}

static void
make_edit (BtySoulJob *job, guint differences)
{
  g_autoptr (BtySoulChange) change = bty_soul_change_new (job->entry->slug, BTY_SOUL_EDITED);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if ((differences & (1u << i)) != 0)
      change->texts.text[i] = g_strdup (job->files->file[i].text);
  change->author_kind = BTY_AUTHOR_PERSON;
  change->author = g_strdup ("owner");
  job->base = bty_soul_version_ref (job->version);
  bty_soul_make (job, change, BTY_SOUL_OK, on_edit_made);
}

/* After a crash: nothing that is written over may be lost, so what the files hold must be kept as a text of this soul. */

typedef struct
{
  BtySoulJob *job;
  guint differences;
  guint next;
} Mend;

static void mend_next (Mend *mend);

static void
on_kept_text (GObject *store, GAsyncResult *result, gpointer data)
{
  Mend *mend = data;
  BtySoulJob *job = mend->job;
  GError *error = NULL;
  g_autoptr (BtySoulText) text = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (text == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_free (mend);
      bty_soul_job_fail (job, error);
      return;
    }
  g_clear_error (&error);
  if (text == NULL)
    {
      guint differences = mend->differences;

      g_free (mend);
      if (job->entry->known)
        make_edit (job, differences);
      else
        hold (job, differences);
      return;
    }
  mend->next += 1;
  mend_next (mend);
}

static void
mend_next (Mend *mend)
{
  BtySoulJob *job = mend->job;
  g_autofree char *key = NULL;

  while (mend->next < BTY_SOUL_N_FILES && (mend->differences & (1u << mend->next)) == 0)
    mend->next += 1;
  if (mend->next < BTY_SOUL_N_FILES)
    {
      key = bty_soul_text_key (job->soul->bot, job->files->file[mend->next].hash);
      bty_store_get_async (job->service->store, &bty_soul_text_schema, "key", key, NULL, on_kept_text, mend);
      return;
    }
  g_free (mend);
  bty_soul_job_write (job, job->files, NULL);
}

static guint
find_problems (const BtySoulJob *job, guint differences)
{
  guint problems = 0;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (job->files->file[i].problem != NULL)
      problems |= 1u << i;
  return problems & differences; /* what is a version already stays one, also under stricter rules */
}

static void
judge_difference (BtySoulJob *job, guint differences)
{
  guint problems = find_problems (job, differences);
  Mend *mend;

  if (problems != 0 && job->entry->known)
    refuse (job, problems);
  else if (job->soul->state == BTY_SOUL_WRITING && problems == 0)
    {
      mend = g_new0 (Mend, 1);
      mend->job = job;
      mend->differences = differences;
      mend_next (mend);
    }
  else if (job->entry->known)
    make_edit (job, differences);
  else
    hold (job, differences);
}

void
bty_soul_job_judge (BtySoulJob *job)
{
  guint differences = bty_soul_job_differences (job, job->version);

  if (job->soul->state == BTY_SOUL_HELD || job->looks)
    bty_soul_job_go_on (job);
  else if (job->broken != NULL)
    hold (job, differences);
  else if (differences != 0)
    judge_difference (job, differences);
  else
    {
      remember (job);
      if (job->soul->state == BTY_SOUL_WRITING)
        bty_soul_job_put_state (job, BTY_SOUL_OK, NULL, NULL, bty_soul_job_go_on);
      else
        bty_soul_job_go_on (job);
    }
}
