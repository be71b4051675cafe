/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

#define FIRST_BRANCH "main"

/* One version being made: its texts that are kept already are found out first. */
typedef struct
{
  BtySoulJob *job;
  BtySoulMade made;
  BtySoulChange *what;
  BtySoulState state;
  char *hashes[BTY_SOUL_N_FILES]; /* of what.texts; NULL where that is NULL or kept already */
  guint next;
  BtySoulRef *ref;
  BtySoul *soul;
  BtySoulVersion *version;
} Make;

static void
make_free (Make *make)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    g_free (make->hashes[i]);
  bty_soul_change_free (make->what);
  g_clear_pointer (&make->ref, bty_soul_ref_unref);
  g_clear_pointer (&make->soul, bty_soul_unref);
  g_clear_pointer (&make->version, bty_soul_version_unref);
  g_free (make);
}

static void
end (Make *make, GError *error)
{
  BtySoulMade made = make->made;
  BtySoulJob *job = make->job;
  BtySoulVersion *version = error == NULL ? g_steal_pointer (&make->version) : NULL;

  make_free (make);
  made (job, version, error);
}

static void
put_text (BtyBatch *batch, const char *bot, const char *hash, const char *text)
{
  g_autoptr (BtySoulText) record = bty_soul_text_new ();

  record->bot = g_strdup (bot);
  record->key = bty_soul_text_key (bot, hash);
  record->text = g_strdup (text);
  bty_batch_put (batch, record);
}

void
bty_soul_put_texts (BtyBatch *batch, const char *bot, const BtySoulTexts *texts)
{
  g_autoptr (GHashTable) put = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      g_autofree char *hash = texts->text[i] != NULL ? bty_soul_text_hash (texts->text[i], -1) : NULL;

      if (hash == NULL || g_hash_table_contains (put, hash))
        continue;
      put_text (batch, bot, hash, texts->text[i]);
      g_hash_table_add (put, g_steal_pointer (&hash));
    }
}

static void
set_texts (BtySoulVersion *version, const BtySoulTexts *texts)
{
  char **places[BTY_SOUL_N_FILES] = { &version->soul, &version->identity, &version->user };

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (texts->text[i] != NULL)
      bty_record_take_string (places[i], bty_soul_text_hash (texts->text[i], -1));
}

/* Its head is stamped here, not by the batch, since the hash is over it. */
static BtySoulVersion *
version_new (const char *bot, gint64 number, const BtySoulChange *what)
{
  BtySoulVersion *version = bty_soul_version_new ();

  version->record.id = bty_id_new ();
  version->record.created_at = g_get_real_time ();
  version->bot = g_strdup (bot);
  version->number = number;
  version->key = bty_soul_version_key (bot, number);
  version->branch = g_strdup (what->branch != NULL ? what->branch : FIRST_BRANCH);
  version->merged = g_strdup (what->merged);
  version->author_kind = what->author_kind;
  version->author = g_strdup (what->author);
  version->cause = what->cause;
  version->note = g_strdup (what->note);
  return version;
}

BtySoulVersion *
bty_soul_version_first (const char *bot, const BtySoulChange *what)
{
  BtySoulVersion *version = version_new (bot, 1, what);

  set_texts (version, &what->texts);
  version->hash = bty_soul_hash (version);
  return version;
}

/* The commit. */

static void
on_applied (GObject *store, GAsyncResult *result, gpointer data)
{
  Make *make = data;
  BtySoulJob *job = make->job;
  GError *error = NULL;
  g_autofree char *key = NULL;

  if (!bty_store_apply_finish (BTY_STORE (store), result, &error))
    {
      end (make, error);
      return;
    }
  key = g_strconcat ("soul/", make->soul->bot, NULL);
  bty_anchor_set (job->service->anchor, key, make->version->number, make->version->hash);
  bty_soul_unref (job->soul);
  job->soul = g_steal_pointer (&make->soul);
  end (make, NULL);
}

static gboolean
is_in_use (const Make *make)
{
  return g_strcmp0 (make->what->branch, make->job->soul->branch) == 0;
}

static void
fill_version (Make *make)
{
  const BtySoul *soul = make->job->soul;
  const BtySoulVersion *base = make->job->base;
  BtySoulVersion *version = version_new (soul->bot, soul->last + 1, make->what);

  version->parent = g_strdup (base->record.id);
  version->soul = g_strdup (base->soul);
  version->identity = g_strdup (base->identity);
  version->user = g_strdup (base->user);
  set_texts (version, &make->what->texts);
  version->previous = g_strdup (soul->chain);
  version->hash = bty_soul_hash (version);
  make->version = version;
}

static void
fill_soul (Make *make)
{
  BtySoul *soul = bty_soul_edit (make->job->soul);
  const BtySoulVersion *version = make->version;

  soul->last = version->number;
  bty_record_take_string (&soul->chain, g_strdup (version->hash));
  if (is_in_use (make))
    {
      bty_record_take_string (&soul->version, g_strdup (version->record.id));
      soul->number = version->number;
      soul->state = make->state;
      if (soul->state != BTY_SOUL_HELD)
        bty_record_take_string (&soul->reason, NULL);
    }
  make->soul = soul;
}

static void
commit (Make *make)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  BtySoulTexts *texts = &make->what->texts;
  g_autoptr (GHashTable) put = g_hash_table_new (g_str_hash, g_str_equal);
  BtySoulRef *ref = bty_soul_ref_edit (make->ref);

  fill_version (make);
  fill_soul (make);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (make->hashes[i] != NULL && g_hash_table_add (put, make->hashes[i]))
      put_text (batch, make->soul->bot, make->hashes[i], texts->text[i]);
  bty_soul_ref_unref (make->ref);
  make->ref = ref;
  bty_record_take_string (&ref->version, g_strdup (make->version->record.id));
  ref->number = make->version->number;
  bty_batch_put (batch, make->version);
  bty_batch_put (batch, make->soul);
  bty_batch_put (batch, ref);
  bty_batch_publish (batch, "soul.changed", make->soul);
  bty_store_apply_async (make->job->service->store, batch, NULL, on_applied, make);
}

/* What is kept already. */

static void find_next (Make *make);

static void
on_text (GObject *store, GAsyncResult *result, gpointer data)
{
  Make *make = data;
  GError *error = NULL;
  g_autoptr (BtySoulText) text = bty_store_get_finish (BTY_STORE (store), result, &error);

  if (text == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      end (make, error);
      return;
    }
  g_clear_error (&error);
  if (text != NULL)
    g_clear_pointer (&make->hashes[make->next], g_free);
  make->next += 1;
  find_next (make);
}

static void
find_next (Make *make)
{
  g_autofree char *key = NULL;

  while (make->next < BTY_SOUL_N_FILES && make->hashes[make->next] == NULL)
    make->next += 1;
  if (make->next == BTY_SOUL_N_FILES)
    {
      commit (make);
      return;
    }
  key = bty_soul_text_key (make->job->soul->bot, make->hashes[make->next]);
  bty_store_get_async (make->job->service->store, &bty_soul_text_schema, "key", key, NULL, on_text, make);
}

static void
on_ref (GObject *store, GAsyncResult *result, gpointer data)
{
  Make *make = data;
  GError *error = NULL;

  make->ref = bty_store_get_finish (BTY_STORE (store), result, &error);
  if (make->ref == NULL)
    end (make, error);
  else
    find_next (make);
}

void
bty_soul_make (BtySoulJob *job, const BtySoulChange *what, BtySoulState state, BtySoulMade made)
{
  Make *make = g_new0 (Make, 1);
  g_autofree char *key = NULL;

  make->job = job;
  make->made = made;
  make->state = state;
  make->what = bty_soul_change_copy (what);
  if (make->what->branch == NULL)
    make->what->branch = g_strdup (job->soul->branch);
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    if (what->texts.text[i] != NULL)
      make->hashes[i] = bty_soul_text_hash (what->texts.text[i], -1);
  key = bty_soul_ref_key (job->soul->bot, BTY_SOUL_BRANCH, make->what->branch);
  bty_store_get_async (job->service->store, &bty_soul_ref_schema, "key", key, NULL, on_ref, make);
}

/* A soul's beginning. */

static void
put_branch (BtyBatch *batch, const BtySoulVersion *version)
{
  g_autoptr (BtySoulRef) ref = bty_soul_ref_new ();

  ref->key = bty_soul_ref_key (version->bot, BTY_SOUL_BRANCH, version->branch);
  ref->bot = g_strdup (version->bot);
  ref->kind = BTY_SOUL_BRANCH;
  ref->name = g_strdup (version->branch);
  ref->version = g_strdup (version->record.id);
  ref->number = version->number;
  bty_batch_put (batch, ref);
}

void
bty_soul_service_begin (BtySoulService *self, BtyBatch *batch, const char *bot, const BtySoulChange *change)
{
  g_autoptr (BtySoulVersion) version = bty_soul_version_first (bot, change);
  g_autoptr (BtySoul) soul = bty_soul_new ();
  BtySoulEntry *entry;

  soul->bot = g_strdup (bot);
  soul->slug = g_strdup (change->slug);
  soul->state = BTY_SOUL_OK;
  soul->branch = g_strdup (version->branch);
  soul->version = g_strdup (version->record.id);
  soul->number = soul->last = 1;
  soul->chain = g_strdup (version->hash);
  bty_batch_put (batch, soul);
  bty_batch_put (batch, version);
  bty_soul_put_texts (batch, bot, &change->texts);
  put_branch (batch, version);
  entry = bty_soul_service_entry (self, change->slug);
  entry->known = TRUE;
  entry->anchored = entry->stamped = FALSE; /* of another bot that had this name */
  bty_soul_watch_remove (self->watch, change->slug);
}
