/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include "capsule/bty-capsule.h"

#include <glib/gi18n-lib.h>

static const BtyField head_fields[] = {
  BTY_FIELD_INT64 (BtyCapsuleHead, format, BTY_REQUIRED, N_ ("Format of the lines that follow"), .min = 1,
                   .max = 1000000),
  BTY_FIELD_STRING (BtyCapsuleHead, program, BTY_REQUIRED, N_ ("What wrote it"), .max = 200),
  BTY_FIELD_TIME (BtyCapsuleHead, written_at, BTY_REQUIRED, N_ ("When it was written")),
  BTY_FIELD_STRING (BtyCapsuleHead, name, BTY_REQUIRED, N_ ("Name of the bot"), .min = 1, .max = 200),
  BTY_FIELD_STRING (BtyCapsuleHead, slug, BTY_REQUIRED, N_ ("Its slug"), .min = 1, .max = 64),
  BTY_FIELD_STRING (BtyCapsuleHead, bot, BTY_REQUIRED, N_ ("Its identifier"), .max = 36),
  BTY_FIELD_STRING (BtyCapsuleHead, chain, BTY_REQUIRED, N_ ("Hash of its soul's newest version"), .max = 64),
  BTY_FIELD_STRV (BtyCapsuleHead, needs, 0, N_ ("What it needs: provider:NAME, secret:NAME"), .max = 200),
  BTY_FIELD_STRV (BtyCapsuleHead, skills, 0, N_ ("Names of its skills"), .max = 1000),
  BTY_FIELD_INT64 (BtyCapsuleHead, versions, BTY_REQUIRED, N_ ("Versions of its soul"), .min = 1, .max = 10000000),
  BTY_FIELD_INT64 (BtyCapsuleHead, texts, BTY_REQUIRED, N_ ("Texts of these"), .min = 1, .max = 10000000),
  BTY_FIELD_INT64 (BtyCapsuleHead, refs, BTY_REQUIRED, N_ ("Branches and tags"), .min = 1, .max = 100000),
  BTY_FIELD_INT64 (BtyCapsuleHead, files, BTY_REQUIRED, N_ ("Files besides those of the soul"), .max = 10000),
  BTY_FIELD_INT64 (BtyCapsuleHead, sessions, BTY_REQUIRED, N_ ("Conversations"), .max = 10000000),
  BTY_FIELD_INT64 (BtyCapsuleHead, messages, BTY_REQUIRED, N_ ("Messages of these"), .max = 10000000),
};
BTY_DEFINE_RECORD (BtyCapsuleHead, bty_capsule_head, "capsule_head", N_ ("The first line of a capsule"), head_fields)

BtyCapsule *
bty_capsule_new (void)
{
  BtyCapsule *capsule = g_new0 (BtyCapsule, 1);

  capsule->history = bty_soul_records_new ();
  capsule->files = bty_record_list_new ();
  capsule->sessions = bty_record_list_new ();
  capsule->messages = bty_record_list_new ();
  return capsule;
}

void
bty_capsule_free (BtyCapsule *capsule)
{
  g_clear_pointer (&capsule->head, bty_capsule_head_unref);
  g_clear_pointer (&capsule->bot, bty_bot_unref);
  bty_soul_records_free (capsule->history);
  g_ptr_array_unref (capsule->files);
  g_ptr_array_unref (capsule->sessions);
  g_ptr_array_unref (capsule->messages);
  g_free (capsule);
}

GBytes *
bty_capsule_write (BtyCapsule *capsule, const BtySecret *passphrase, const BtyCapsuleLimits *limits, GError **error)
{
  g_autoptr (GString) text = bty_capsule_write_text (capsule);

  return bty_capsule_pack (text, passphrase, limits, error);
}

BtyCapsule *
bty_capsule_read (GBytes *bytes, const BtySecret *passphrase, const BtyCapsuleLimits *limits, GError **error)
{
  gboolean is_sealed = FALSE;
  g_autoptr (GString) text = bty_capsule_unpack (bytes, passphrase, limits, &is_sealed, error);
  g_autoptr (BtyCapsule) capsule = NULL;

  if (text == NULL)
    return NULL;
  capsule = bty_capsule_read_text (text->str, text->len, error);
  if (capsule == NULL || !bty_soul_records_check (capsule->history, error))
    return NULL;
  capsule->is_sealed = is_sealed;
  return g_steal_pointer (&capsule);
}

/* Another bot's */

static void
new_id (BtyRecord *record, GHashTable *map)
{
  char *id = bty_id_new ();

  g_hash_table_insert (map, g_strdup (record->id), g_strdup (id));
  g_free (record->id);
  record->id = id;
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Identifiers sort by time, and the order of a conversation is that of its turns: so new ones are made in the order of the old. */
static GHashTable *
map_turns (GPtrArray *messages)
{
  GHashTable *map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) turns = g_ptr_array_new ();

  for (guint i = 0; i < messages->len; i++)
    {
      const BtyMessage *message = g_ptr_array_index (messages, i);

      if (message->turn != NULL)
        g_ptr_array_add (turns, message->turn);
    }
  g_ptr_array_sort (turns, compare_text);
  for (guint i = 0; i < turns->len; i++)
    if (!g_hash_table_contains (map, turns->pdata[i]))
      g_hash_table_insert (map, g_strdup (turns->pdata[i]), bty_id_new ());
  return map;
}

void
bty_capsule_rename (BtyCapsule *capsule, const char *bot)
{
  g_autoptr (GHashTable) map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) turns = map_turns (capsule->messages);

  bty_record_take_string (&capsule->bot->record.id, g_strdup (bot));
  bty_soul_records_rechain (capsule->history, bot);
  for (guint i = 0; i < capsule->sessions->len; i++)
    {
      BtySession *session = g_ptr_array_index (capsule->sessions, i);

      new_id (&session->record, map);
      bty_record_take_string (&session->bot, g_strdup (bot));
    }
  for (guint i = 0; i < capsule->messages->len; i++)
    {
      BtyMessage *message = g_ptr_array_index (capsule->messages, i);

      new_id (&message->record, map);
      bty_record_take_string (&message->bot, g_strdup (bot));
      bty_record_take_string (&message->session, g_strdup (g_hash_table_lookup (map, message->session)));
      if (message->turn != NULL)
        bty_record_take_string (&message->turn, g_strdup (g_hash_table_lookup (turns, message->turn)));
    }
}
