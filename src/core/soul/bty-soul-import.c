/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-import.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-service-private.h"

#define MAX_NOTE 2000

BtySoulRecords *
bty_soul_records_new (void)
{
  BtySoulRecords *history = g_new0 (BtySoulRecords, 1);

  history->versions = bty_record_list_new ();
  history->texts = bty_record_list_new ();
  history->refs = bty_record_list_new ();
  return history;
}

void
bty_soul_records_free (BtySoulRecords *history)
{
  g_clear_pointer (&history->soul, bty_soul_unref);
  g_ptr_array_unref (history->versions);
  g_ptr_array_unref (history->texts);
  g_ptr_array_unref (history->refs);
  g_free (history);
}

/* The check */

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* Fills @keys (borrowed) with those of the texts. */
static gboolean
check_texts (const BtySoulRecords *history, GHashTable *keys, GError **error)
{
  for (guint i = 0; i < history->texts->len; i++)
    {
      const BtySoulText *text = g_ptr_array_index (history->texts, i);
      g_autofree char *hash = bty_soul_text_hash (text->text, -1);
      g_autofree char *key = bty_soul_text_key (history->soul->bot, hash);

      if (strcmp (text->key, key) != 0 || strcmp (text->bot, history->soul->bot) != 0)
        return refuse (error, _ ("the text “%.64s” is not what its hash says"), text->key);
      if (!bty_id_is_valid (text->record.id) || !g_hash_table_add (keys, text->key))
        return refuse (error, _ ("the text “%.64s” is there twice, or has no identifier"), text->key);
    }
  return TRUE;
}

static gboolean
is_known (GHashTable *ids, const char *id)
{
  return id == NULL || g_hash_table_contains (ids, id);
}

static gboolean
check_texts_of (const BtySoulVersion *version, GHashTable *keys, GError **error)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      g_autofree char *key = bty_soul_text_key (version->bot, bty_soul_version_text (version, i));

      if (!g_hash_table_contains (keys, key))
        return refuse (error, _ ("version %lld: the text of its %s is missing"), (long long) version->number,
                       bty_enum_nick (bty_soul_files, (int) i));
    }
  return TRUE;
}

static gboolean
check_version (const BtySoulRecords *history, guint index, GHashTable *ids, GError **error)
{
  const BtySoulVersion *version = g_ptr_array_index (history->versions, index);
  const BtySoulVersion *before = index > 0 ? g_ptr_array_index (history->versions, index - 1) : NULL;
  g_autofree char *hash = bty_soul_hash (version);
  g_autofree char *key = bty_soul_version_key (history->soul->bot, (gint64) index + 1);

  if (version->number != (gint64) index + 1 || strcmp (version->key, key) != 0 ||
      strcmp (version->bot, history->soul->bot) != 0)
    return refuse (error, _ ("version %lld stands where number %u of this bot is due"), (long long) version->number,
                   index + 1);
  if (strcmp (version->hash, hash) != 0)
    return refuse (error, _ ("version %lld is not what its hash says"), (long long) version->number);
  if (g_strcmp0 (version->previous, before != NULL ? before->hash : NULL) != 0)
    return refuse (error, _ ("version %lld is not chained to the one before"), (long long) version->number);
  if (!is_known (ids, version->parent) || !is_known (ids, version->merged))
    return refuse (error, _ ("version %lld was made from one that is not before it"), (long long) version->number);
  if (!bty_id_is_valid (version->record.id) || g_hash_table_contains (ids, version->record.id))
    return refuse (error, _ ("version %lld has the identifier of another one"), (long long) version->number);
  g_hash_table_insert (ids, version->record.id, (gpointer) version);
  return TRUE;
}

static gboolean
check_refs (const BtySoulRecords *history, GHashTable *ids, GError **error)
{
  const BtySoul *soul = history->soul;
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean has_branch = FALSE;

  for (guint i = 0; i < history->refs->len; i++)
    {
      const BtySoulRef *ref = g_ptr_array_index (history->refs, i);
      g_autofree char *key = bty_soul_ref_key (soul->bot, ref->kind, ref->name);
      const BtySoulVersion *version = g_hash_table_lookup (ids, ref->version);

      if (strcmp (ref->key, key) != 0 || strcmp (ref->bot, soul->bot) != 0 || !bty_id_is_valid (ref->record.id) ||
          !g_hash_table_add (keys, ref->key))
        return refuse (error, _ ("the name “%s” is there twice, or is not this bot's"), ref->name);
      if (version == NULL || version->number != ref->number)
        return refuse (error, _ ("the name “%s” stands for a version that is not there"), ref->name);
      has_branch = has_branch || (ref->kind == BTY_SOUL_BRANCH && g_strcmp0 (ref->name, soul->branch) == 0);
    }
  return has_branch || refuse (error, _ ("the branch in use is not among the names"));
}

gboolean
bty_soul_records_check (const BtySoulRecords *history, GError **error)
{
  const BtySoul *soul = history->soul;
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  const BtySoulVersion *last, *head;

  if (soul == NULL || history->versions->len == 0 || !bty_id_is_valid (soul->bot) || !bty_id_is_valid (soul->record.id))
    return refuse (error, _ ("it holds no soul"));
  if (!check_texts (history, keys, error))
    return FALSE;
  for (guint i = 0; i < history->versions->len; i++)
    if (!check_version (history, i, ids, error) ||
        !check_texts_of (g_ptr_array_index (history->versions, i), keys, error))
      return FALSE;
  last = g_ptr_array_index (history->versions, history->versions->len - 1);
  head = soul->version != NULL ? g_hash_table_lookup (ids, soul->version) : NULL;
  if (soul->last != last->number || g_strcmp0 (soul->chain, last->hash) != 0)
    return refuse (error, _ ("the soul does not end with its newest version"));
  if (head == NULL || head->number != soul->number)
    return refuse (error, _ ("the version in use is not among the versions"));
  return check_refs (history, ids, error);
}

/* Another bot's */

/* What was said about it, and the hash that it had; the end of a note that is too long gives way. */
static char *
note_with_hash (const char *note, const char *hash)
{
  g_autofree char *was = g_strdup_printf (_ ("(imported; its hash was %s)"), hash);
  glong room = MAX_NOTE - g_utf8_strlen (was, -1) - 1;
  g_autofree char *cut = NULL;

  if (note == NULL || *note == '\0')
    return g_steal_pointer (&was);
  cut = g_utf8_substring (note, 0, MIN (g_utf8_strlen (note, -1), room));
  return g_strconcat (cut, " ", was, NULL);
}

static void
map_id (char **place, GHashTable *map)
{
  if (*place != NULL)
    bty_record_take_string (place, g_strdup (g_hash_table_lookup (map, *place)));
}

static void
take_id (BtyRecord *record, GHashTable *map)
{
  char *id = bty_id_new ();

  if (map != NULL)
    g_hash_table_insert (map, g_strdup (record->id), g_strdup (id));
  bty_record_take_string (&record->id, id);
}

static void
rechain_version (BtySoulVersion *version, const char *bot, const char *previous, GHashTable *map)
{
  map_id (&version->parent, map);
  map_id (&version->merged, map);
  take_id (&version->record, map);
  bty_record_take_string (&version->bot, g_strdup (bot));
  bty_record_take_string (&version->key, bty_soul_version_key (bot, version->number));
  bty_record_take_string (&version->previous, g_strdup (previous));
  bty_record_take_string (&version->note, note_with_hash (version->note, version->hash));
  bty_record_take_string (&version->hash, bty_soul_hash (version));
}

void
bty_soul_records_rechain (BtySoulRecords *history, const char *bot)
{
  g_autoptr (GHashTable) map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *previous = NULL;

  for (guint i = 0; i < history->texts->len; i++)
    {
      BtySoulText *text = g_ptr_array_index (history->texts, i);
      g_autofree char *hash = bty_soul_text_hash (text->text, -1);

      take_id (&text->record, NULL);
      bty_record_take_string (&text->bot, g_strdup (bot));
      bty_record_take_string (&text->key, bty_soul_text_key (bot, hash));
    }
  for (guint i = 0; i < history->versions->len; i++)
    {
      BtySoulVersion *version = g_ptr_array_index (history->versions, i);

      rechain_version (version, bot, previous, map);
      previous = version->hash;
    }
  for (guint i = 0; i < history->refs->len; i++)
    {
      BtySoulRef *ref = g_ptr_array_index (history->refs, i);

      take_id (&ref->record, NULL);
      map_id (&ref->version, map);
      bty_record_take_string (&ref->bot, g_strdup (bot));
      bty_record_take_string (&ref->key, bty_soul_ref_key (bot, ref->kind, ref->name));
    }
  take_id (&history->soul->record, NULL);
  map_id (&history->soul->version, map);
  bty_record_take_string (&history->soul->bot, g_strdup (bot));
  bty_record_take_string (&history->soul->chain, g_strdup (previous));
}

static const BtySoulVersion *
version_in_use (const BtySoulRecords *history)
{
  return g_ptr_array_index (history->versions, (guint) history->soul->number - 1);
}

void
bty_soul_records_load (const BtySoulRecords *history, BtySoulTexts *texts)
{
  const BtySoulVersion *version = version_in_use (history);

  for (guint file = 0; file < BTY_SOUL_N_FILES; file++)
    {
      g_autofree char *key = bty_soul_text_key (version->bot, bty_soul_version_text (version, file));

      for (guint i = 0; i < history->texts->len; i++)
        {
          const BtySoulText *text = g_ptr_array_index (history->texts, i);

          if (strcmp (text->key, key) == 0)
            bty_record_take_string (&texts->text[file], g_strdup (text->text));
        }
    }
}

/* Into the store */

static void
put_all (BtyBatch *batch, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      BtyRecord *record = g_ptr_array_index (records, i);

      record->revision = 0;
      bty_batch_put (batch, record);
    }
}

void
bty_soul_service_adopt (BtySoulService *self, BtyBatch *batch, BtySoulRecords *history, const char *slug)
{
  BtySoul *soul = history->soul;
  BtySoulEntry *entry = bty_soul_service_entry (self, slug);
  g_autofree char *key = g_strconcat ("soul/", soul->bot, NULL);

  soul->record.revision = 0;
  soul->state = BTY_SOUL_OK;
  g_clear_pointer (&soul->reason, g_free);
  bty_record_take_string (&soul->slug, g_strdup (slug));
  bty_batch_put (batch, soul);
  put_all (batch, history->versions);
  put_all (batch, history->texts);
  put_all (batch, history->refs);
  entry->known = TRUE;
  entry->stamped = FALSE;
  entry->anchored = FALSE;
  /* A bot that was here before and went further than what comes back now would be taken for one that was tampered with. */
  bty_anchor_set (self->anchor, key, soul->last, soul->chain);
}

void
bty_soul_service_return (BtySoulService *self, BtyBatch *batch, BtySoul *soul)
{
  BtySoulEntry *entry = bty_soul_service_entry (self, soul->slug);

  soul->record.revision = 0;
  bty_batch_put (batch, soul);
  /* What happened to its files while it was deleted was nobody's edit. */
  entry->known = FALSE;
  entry->stamped = FALSE;
  entry->anchored = FALSE;
}
