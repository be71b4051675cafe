/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-deleted.h"
#include "bot/bty-bot-files.h"
#include "bot/bty-bot-service-private.h"

G_DEFINE_FINAL_TYPE (BtyBotService, bty_bot_service, G_TYPE_OBJECT)

static void
bty_bot_service_finalize (GObject *object)
{
  BtyBotService *self = BTY_BOT_SERVICE (object);

  g_clear_handle_id (&self->purge_timer, g_source_remove);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->deleted, g_hash_table_unref);
  g_clear_pointer (&self->uses, g_hash_table_unref);
  g_clear_object (&self->souls);
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->claimed, g_hash_table_unref);
  G_OBJECT_CLASS (bty_bot_service_parent_class)->finalize (object);
}

static void
bty_bot_service_class_init (BtyBotServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_bot_service_finalize;
  g_signal_new ("deleted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("purged", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
bty_bot_service_init (BtyBotService *self)
{
  self->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->deleted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->uses = bty_bot_uses_new ();
}

BtyBotService *
bty_bot_service_new (BtyStore *store, BtySoulService *souls, const char *data_dir)
{
  BtyBotService *self = g_object_new (BTY_TYPE_BOT_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->souls = g_object_ref (souls);
  self->data_dir = g_strdup (data_dir);
  return self;
}

void
bty_bot_service_set_route_check (BtyBotService *self, BtyBotRouteCheck check, gpointer data)
{
  self->check_route = check;
  self->check_data = data;
}

BtySoulService *
bty_bot_service_get_souls (BtyBotService *self)
{
  return self->souls;
}

static void
not_found (GError **error, const char *slug)
{
  g_clear_error (error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
               _ ("no bot is called “%s”: “boternity-ctl bot list” names them all"), slug);
}

/* Get */

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  gpointer bot = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (bot != NULL)
    {
      g_task_return_pointer (task, bot, bty_record_unref);
      return;
    }
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    not_found (&error, g_task_get_task_data (task));
  g_task_return_error (task, error);
}

void
bty_bot_service_get_async (BtyBotService *self, const char *slug, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_bot_service_get_async);
  g_task_set_task_data (task, g_strdup (slug), g_free);
  bty_store_get_async (self->store, &bty_bot_schema, "slug", slug, cancellable, on_got, task);
}

BtyBot *
bty_bot_service_get_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Update, start, stop and delete: read it, check the revision, change an edit copy, write it. */

typedef struct
{
  BtyBot *key; /* what the caller gave; its fields too when it is an update */
  const char *topic;
  gboolean merge;
  gboolean delete;
  BtyBotState state;
  BtyBot *bot;
  BtyDeletedBot *deleted;
  guint tries;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  bty_bot_unref (change->key);
  g_clear_pointer (&change->bot, bty_bot_unref);
  g_clear_pointer (&change->deleted, bty_deleted_bot_unref);
  g_free (change);
}

static void change_try (GTask *task);

/* The slug stays claimed until the folder is out of the way, so that a new bot of that name does not lose its own. */
static void
on_set_aside (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Change *change = g_task_get_task_data (task);

  g_hash_table_remove (BTY_BOT_SERVICE (source)->claimed, change->bot->slug);
  if (change->deleted->expires_at <= g_get_real_time ())
    bty_bot_service_purge_expired (BTY_BOT_SERVICE (source));
  g_task_return_pointer (task, bty_bot_ref (change->bot), bty_record_unref);
}

static void
set_aside (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  const BtyDeletedBot *deleted = data;
  g_autoptr (GError) error = NULL;

  /* The bot is gone by now, whatever becomes of its folder. */
  if (!bty_bot_files_set_aside (self->data_dir, deleted->slug, deleted->folder, &error))
    g_warning ("the folder of the deleted bot “%s” stays where it is: %s", deleted->slug, error->message);
  g_task_return_boolean (task, TRUE);
}

static void
set_folder_aside (GTask *task)
{
  Change *change = g_task_get_task_data (task);
  g_autoptr (GTask) aside = g_task_new (g_task_get_source_object (task), NULL, on_set_aside, g_object_ref (task));

  g_task_set_source_tag (aside, set_folder_aside);
  g_task_set_task_data (aside, bty_deleted_bot_ref (change->deleted), bty_record_unref);
  g_task_run_in_thread (aside, set_aside);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean done = bty_store_apply_finish (BTY_STORE (source), result, &error);

  if (done && change->delete)
    {
      g_hash_table_add (self->deleted, g_strdup (change->bot->record.id));
      g_signal_emit_by_name (self, "deleted", change->bot->record.id);
      set_folder_aside (task);
      return;
    }
  if (change->delete)
    g_hash_table_remove (self->claimed, change->bot->slug);
  if (done)
    g_task_return_pointer (task, bty_bot_ref (change->bot), bty_record_unref);
  /* Somebody else was faster, and this caller did not say which revision it means: what it asks for still holds. */
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) && !BTY_HAS (change->key, BtyRecord, revision) &&
           change->tries < 5)
    change_try (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
check_revision (const Change *change, const BtyBot *bot, GError **error)
{
  gint64 expected = change->key->record.revision;

  if (!BTY_HAS (change->key, BtyRecord, revision) || expected == bot->record.revision)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ABORTED,
               _ ("the bot “%s” is at revision %lld, not %lld: read it again, then repeat the change"), bot->slug,
               (long long) bot->record.revision, (long long) expected);
  return FALSE;
}

static void
apply_change (GTask *task, BtyBatch *batch)
{
  BtyBotService *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);

  bty_batch_publish (batch, change->topic, change->bot);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_changed, g_object_ref (task));
}

/* The soul's record goes with the bot, so that its slug is free; a bot of an older database may have none yet. */
static void
on_soul_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtySoul) soul = bty_store_get_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = NULL;

  if (soul == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }
  g_clear_error (&error);
  g_clear_pointer (&change->deleted, bty_deleted_bot_unref);
  change->deleted = bty_deleted_bot_of (self, change->bot, soul);
  g_hash_table_add (self->claimed, g_strdup (change->bot->slug));
  batch = bty_batch_new ();
  bty_batch_delete (batch, change->bot);
  if (soul != NULL)
    bty_soul_service_end (self->souls, batch, soul);
  bty_batch_put (batch, change->deleted);
  apply_change (task, batch);
}

static void
on_change_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = BTY_BOT_SERVICE (source);
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_get_finish (self, result, &error);
  g_autoptr (BtyBatch) batch = NULL;

  if (bot == NULL || !check_revision (change, bot, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (change->delete)
    {
      change->bot = bty_bot_ref (bot);
      bty_store_get_async (self->store, &bty_soul_schema, "bot", bot->record.id, g_task_get_cancellable (task),
                           on_soul_read, g_object_ref (task));
      return;
    }
  batch = bty_batch_new ();
  change->bot = bty_bot_edit (bot);
  if (change->merge)
    bty_record_merge (change->bot, change->key, BTY_VIEW_PATCH);
  else
    change->bot->state = change->state;
  if (change->merge && !bty_bot_check (change->bot, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  bty_batch_put (batch, change->bot);
  apply_change (task, batch);
}

static void
change_try (GTask *task)
{
  Change *change = g_task_get_task_data (task);

  change->tries += 1;
  g_clear_pointer (&change->bot, bty_bot_unref);
  bty_bot_service_get_async (g_task_get_source_object (task), change->key->slug, g_task_get_cancellable (task),
                             on_change_read, g_object_ref (task));
}

static void
on_change_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    change_try (task);
  else
    g_task_return_error (task, error);
}

static void
change_start (BtyBotService *self, const BtyBot *key, Change what, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Change *change = g_memdup2 (&what, sizeof what);

  g_task_set_source_tag (task, change_start);
  /* What was committed is told, also to a caller that has given up meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  change->key = bty_bot_ref (key);
  g_task_set_task_data (task, change, change_free);
  if (change->merge && key->route != NULL && key->route[0] != NULL)
    bty_bot_check_route_async (self, key, cancellable, on_change_checked, g_object_ref (task));
  else
    change_try (task);
}

void
bty_bot_service_update_async (BtyBotService *self, const BtyBot *changes, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  change_start (self, changes, (Change){ .topic = "bot.updated", .merge = TRUE }, cancellable, callback, data);
}

void
bty_bot_service_set_state_async (BtyBotService *self, const BtyBot *key, BtyBotState state, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  const char *topic = state == BTY_BOT_RUNNING ? "bot.started" : "bot.stopped";

  change_start (self, key, (Change){ .topic = topic, .state = state }, cancellable, callback, data);
}

BtyBot *
bty_bot_service_change_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
bty_bot_service_delete_async (BtyBotService *self, const BtyBot *key, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data)
{
  change_start (self, key, (Change){ .topic = "bot.deleted", .delete = TRUE }, cancellable, callback, data);
}

gboolean
bty_bot_service_delete_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  g_autoptr (BtyBot) bot = g_task_propagate_pointer (G_TASK (result), error);

  return bot != NULL;
}

/* The default bot */

static void
on_default_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_create_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_any_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBot) bot = NULL;

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (page->items->len > 0)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  bot = bty_bot_new ();
  bot->name = g_strdup ("Bo");
  bot->description = g_strdup (_ ("The bot that every new home begins with"));
  bty_bot_service_create_async (g_task_get_source_object (task), bot, NULL, on_default_made, g_object_ref (task));
}

void
bty_bot_service_ensure_default_async (BtyBotService *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_bot_schema);

  g_task_set_source_tag (task, bty_bot_service_ensure_default_async);
  bty_query_limit (query, 1);
  bty_store_query_async (self->store, query, NULL, on_any_found, task);
}

gboolean
bty_bot_service_ensure_default_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

BtyStore *
bty_bot_service_get_store (BtyBotService *self)
{
  return self->store;
}

gboolean
bty_bot_check_running (const BtyBot *bot, GError **error)
{
  if (bot->state != BTY_BOT_STOPPED)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the bot “%s” is stopped: “boternity-ctl bot start %s” lets it answer"), bot->slug, bot->slug);
  return FALSE;
}
