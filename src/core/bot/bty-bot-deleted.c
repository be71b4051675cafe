/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-deleted.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"

#define KEEP_DAYS   30
#define MANY        1000
#define DAY_SECONDS (24 * 60 * 60)

static const BtySetting settings_table[] = {
  { .group = "bots",
    .key = "keep_deleted_days",
    .type = BTY_SETTING_INT,
    .fallback = "30",
    .unit = "d",
    .min = 0,
    .max = 3650,
    .summary = N_ ("How long a deleted bot can be restored; 0: not at all") },
};

void
bty_bot_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

gboolean
bty_bot_service_is_deleted (BtyBotService *self, const char *bot)
{
  return bot != NULL && g_hash_table_contains (self->deleted, bot);
}

GHashTable *
bty_bot_service_get_deleted (BtyBotService *self)
{
  return self->deleted;
}

/* What is kept */

BtyDeletedBot *
bty_deleted_bot_of (BtyBotService *self, const BtyBot *bot, const BtySoul *soul)
{
  BtyDeletedBot *deleted = bty_deleted_bot_new ();
  GString *saved = g_string_new (NULL);
  BtyJsonWriter writer;
  gint64 days = KEEP_DAYS;

  if (self->settings != NULL)
    days = bty_settings_get_int (self->settings, "bots", "keep_deleted_days");
  bty_json_writer_init (&writer, saved);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, "bot");
  bty_record_write_json (bot, BTY_VIEW_STORE, &writer);
  if (soul != NULL)
    {
      bty_json_writer_key (&writer, "soul");
      bty_record_write_json (soul, BTY_VIEW_STORE, &writer);
    }
  bty_json_writer_end_object (&writer);
  deleted->bot = g_strdup (bot->record.id);
  deleted->slug = g_strdup (bot->slug);
  deleted->name = g_strdup (bot->name);
  deleted->saved = g_string_free (saved, FALSE);
  deleted->folder = bty_bot_files_name_aside (bot->slug);
  deleted->expires_at = g_get_real_time () + days * DAY_SECONDS * G_USEC_PER_SEC;
  return deleted;
}

static gboolean
read_saved (BtyJsonReader *reader, BtyBot **bot, BtySoul **soul, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  const char *raw;
  gsize length;

  if (token != BTY_JSON_OBJECT_BEGIN)
    return FALSE;
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gboolean is_bot = bty_json_reader_key_is (reader, "bot");
      gboolean is_soul = bty_json_reader_key_is (reader, "soul");
      const BtySchema *schema = is_bot ? &bty_bot_schema : &bty_soul_schema;
      BtyRecord *record = NULL;

      if (bty_json_reader_skip (reader, &raw, &length, error) == BTY_JSON_ERROR)
        return FALSE;
      if (!is_bot && !is_soul)
        continue;
      record = bty_record_from_store (schema, raw, (gssize) length, error);
      if (record == NULL)
        return FALSE;
      record->revision = 0;
      *(is_bot ? (gpointer *) bot : (gpointer *) soul) = record;
    }
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_deleted_bot_open (const BtyDeletedBot *deleted, BtyBot **bot, BtySoul **soul, GError **error)
{
  g_auto (BtyJsonReader) reader;
  const char *saved = deleted->saved != NULL ? deleted->saved : "";
  g_autoptr (GError) reason = NULL;

  *bot = NULL;
  *soul = NULL;
  bty_json_reader_init (&reader, saved, strlen (saved), 0);
  if (read_saved (&reader, bot, soul, &reason) && *bot != NULL)
    return TRUE;
  g_clear_pointer (bot, bty_bot_unref);
  g_clear_pointer (soul, bty_soul_unref);
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("what was kept of the bot “%s” cannot be read: %s"),
               deleted->slug, reason != NULL ? reason->message : _ ("its record is missing"));
  return FALSE;
}

/* Find */

typedef struct
{
  char *key;
  gboolean only;
} Find;

static void
find_free (gpointer data)
{
  Find *find = data;

  g_free (find->key);
  g_free (find);
}

static void
return_none (GTask *task, const char *key)
{
  g_task_return_new_error (
    task, BTY_ERROR, BTY_ERROR_NOT_FOUND,
    _ ("no deleted bot is or was called “%s”: “boternity-ctl bot deleted” names those that can be restored"), key);
}

static void
on_found_by_slug (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    g_task_return_error (task, error);
  else if (page->items->len == 0)
    return_none (task, find->key);
  else if (find->only && page->items->len > 1)
    g_task_return_new_error (
      task, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
      _ ("/bot: several deleted bots were called “%s”: give the identifier that “boternity-ctl bot deleted” shows"),
      find->key);
  else
    g_task_return_pointer (task, bty_record_ref (g_ptr_array_index (page->items, 0)), bty_record_unref);
}

static void
on_found_by_id (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Find *find = g_task_get_task_data (task);
  GError *error = NULL;
  BtyDeletedBot *deleted = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (deleted != NULL)
    g_task_return_pointer (task, deleted, bty_record_unref);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_error_free (error);
      return_none (task, find->key);
    }
  else
    g_task_return_error (task, error);
}

void
bty_bot_service_find_deleted_async (BtyBotService *self, const char *key, gboolean only, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Find *find = g_new0 (Find, 1);
  g_autoptr (BtyQuery) query = NULL;

  g_task_set_source_tag (task, bty_bot_service_find_deleted_async);
  find->key = g_strdup (key);
  find->only = only;
  g_task_set_task_data (task, find, find_free);
  if (bty_id_is_valid (key))
    {
      bty_store_get_async (self->store, &bty_deleted_bot_schema, "bot", key, cancellable, on_found_by_id, task);
      return;
    }
  query = bty_query_new (&bty_deleted_bot_schema);
  bty_query_where (query, "slug", BTY_MATCH_EQUAL, key);
  bty_query_order (query, "id", TRUE);
  bty_query_limit (query, 2);
  bty_store_query_async (self->store, query, cancellable, on_found_by_slug, task);
}

BtyDeletedBot *
bty_bot_service_find_deleted_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Start: whatever a crash left half way is set right by one rule: a deleted bot's folder is in `.deleted`. */

typedef struct
{
  GPtrArray *deleted;
  guint next;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_ptr_array_unref (start->deleted);
  g_free (start);
}

static void start_next (GTask *task);

static void
on_slug_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  const BtyDeletedBot *deleted = g_ptr_array_index (start->deleted, start->next);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) other = bty_store_get_finish (BTY_STORE (source), result, &error);
  gboolean is_free = other == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);

  g_clear_error (&error);
  if (is_free && !bty_bot_files_set_aside (self->data_dir, deleted->slug, deleted->folder, &error))
    g_warning ("the folder of the deleted bot “%s” stays where it is: %s", deleted->slug, error->message);
  start->next += 1;
  start_next (task);
}

static gboolean
on_day (gpointer data)
{
  bty_bot_service_purge_expired (data);
  return G_SOURCE_CONTINUE;
}

static void
start_next (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);

  for (; start->next < start->deleted->len; start->next++)
    {
      const BtyDeletedBot *deleted = g_ptr_array_index (start->deleted, start->next);

      if (deleted->folder == NULL || bty_bot_files_is_aside (self->data_dir, deleted->folder))
        continue;
      bty_store_get_async (self->store, &bty_bot_schema, "slug", deleted->slug, NULL, on_slug_looked_up,
                           g_object_ref (task));
      return;
    }
  if (self->purge_timer == 0)
    self->purge_timer = g_timeout_add_seconds (DAY_SECONDS, on_day, self);
  bty_bot_service_purge_expired (self);
  g_task_return_boolean (task, TRUE);
}

static void query_deleted (GTask *task, const char *cursor);

static void
on_deleted_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyDeletedBot *deleted = g_ptr_array_index (page->items, i);

      g_hash_table_add (self->deleted, g_strdup (deleted->bot));
      g_ptr_array_add (start->deleted, bty_record_ref (deleted));
    }
  if (page->next_cursor != NULL)
    query_deleted (task, page->next_cursor);
  else
    start_next (task);
}

static void
query_deleted (GTask *task, const char *cursor)
{
  BtyBotService *self = g_task_get_source_object (task);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_deleted_bot_schema);

  bty_query_limit (query, MANY);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_deleted_read, g_object_ref (task));
}

void
bty_bot_service_start_async (BtyBotService *self, BtySettings *settings, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Start *start = g_new0 (Start, 1);

  g_task_set_source_tag (task, bty_bot_service_start_async);
  g_set_object (&self->settings, settings);
  start->deleted = bty_record_list_new ();
  g_task_set_task_data (task, start, start_free);
  query_deleted (task, NULL);
}

gboolean
bty_bot_service_start_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
