/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-service.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-files.h"
#include "bot/bty-slug.h"

#define MAX_TRIES 200
#define BUSY_MS 10

struct _BtyBotService
{
  GObject     parent_instance;
  BtyStore   *store;
  char       *data_dir;
  GHashTable *busy; /* slugs whose folder is being made or set aside */
};

G_DEFINE_FINAL_TYPE (BtyBotService, bty_bot_service, G_TYPE_OBJECT)

static void
bty_bot_service_finalize (GObject *object)
{
  BtyBotService *self = BTY_BOT_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->busy, g_hash_table_unref);
  G_OBJECT_CLASS (bty_bot_service_parent_class)->finalize (object);
}

static void
bty_bot_service_class_init (BtyBotServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_bot_service_finalize;
}

static void
bty_bot_service_init (BtyBotService *self)
{
  self->busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

BtyBotService *
bty_bot_service_new (BtyStore *store, const char *data_dir)
{
  BtyBotService *self = g_object_new (BTY_TYPE_BOT_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->data_dir = g_strdup (data_dir);
  return self;
}

char *
bty_bot_service_read_soul (BtyBotService *self, const BtyBot *bot, GError **error)
{
  return bty_bot_files_read (self->data_dir, bot, error);
}

static void
not_found (GError **error, const char *slug)
{
  g_clear_error (error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _("no bot is called “%s”: “boternity-ctl bot list” names them all"), slug);
}

/* Create: the files first, so that an acknowledged bot has them; then the record; another slug when that one is taken. */

typedef struct
{
  BtyBot *wish;
  BtyBot *bot;
  char   *base;
  guint   tries;
} Create;

static void
create_free (gpointer data)
{
  Create *create = data;

  bty_bot_unref (create->wish);
  g_clear_pointer (&create->bot, bty_bot_unref);
  g_free (create->base);
  g_free (create);
}

static void create_try (GTask *task);

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)  task = data;
  Create           *create = g_task_get_task_data (task);
  BtyBotService    *self = g_task_get_source_object (task);
  g_autoptr(GError) error = NULL;

  g_hash_table_remove (self->busy, create->bot->slug);
  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_task_return_pointer (task, g_steal_pointer (&create->bot), bty_record_unref);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS) && create->tries < MAX_TRIES)
    create_try (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_files_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)    task = data;
  BtyBotService      *self = g_task_get_source_object (task);
  Create             *create = g_task_get_task_data (task);
  g_autoptr(BtyBatch) batch = NULL;
  GError             *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_hash_table_remove (self->busy, create->bot->slug);
      g_task_return_error (task, error);
      return;
    }
  batch = bty_batch_new ();
  bty_batch_put (batch, create->bot);
  bty_batch_publish (batch, "bot.created", create->bot);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_created, g_object_ref (task));
}

static void
make_files (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  GError        *error = NULL;

  if (bty_bot_files_make (self->data_dir, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
create_try (GTask *task)
{
  BtyBotService    *self = g_task_get_source_object (task);
  Create           *create = g_task_get_task_data (task);
  g_autoptr(GTask)  files = NULL;

  g_clear_pointer (&create->bot, bty_bot_unref);
  create->bot = bty_bot_edit (create->wish);
  do
    {
      create->tries += 1;
      bty_record_take_string (&create->bot->slug,
                              create->tries == 1 ? g_strdup (create->base) : bty_slug_with_number (create->base, create->tries));
    }
  while (!g_hash_table_add (self->busy, g_strdup (create->bot->slug)));

  files = g_task_new (self, NULL, on_files_made, g_object_ref (task));
  g_task_set_source_tag (files, create_try);
  g_task_set_task_data (files, bty_bot_edit (create->bot), bty_record_unref);
  g_task_run_in_thread (files, make_files);
}

void
bty_bot_service_create_async (BtyBotService *self, const BtyBot *bot, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, data);
  Create          *create = g_new0 (Create, 1);

  g_task_set_source_tag (task, bty_bot_service_create_async);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told as such */
  create->wish = bty_bot_edit (bot);
  create->base = bty_slug_from_name (bot->name);
  g_task_set_task_data (task, create, create_free);
  create_try (task);
}

BtyBot *
bty_bot_service_create_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Get */

static void
on_got (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  GError          *error = NULL;
  gpointer         bot = bty_store_get_finish (BTY_STORE (source), result, &error);

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
bty_bot_service_get_async (BtyBotService *self, const char *slug, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
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
  BtyBot     *key; /* what the caller gave; its fields too when it is an update */
  const char *topic;
  gboolean    merge;
  gboolean    delete;
  BtyBotState state;
  BtyBot     *bot;
  guint       tries;
  gboolean    holds; /* the slug, until the folder is out of the way */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  bty_bot_unref (change->key);
  g_clear_pointer (&change->bot, bty_bot_unref);
  g_free (change);
}

static void change_try (GTask *task);

static void
set_aside (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService     *self = source;
  Change            *change = data;
  g_autoptr(GError)  error = NULL;

  /* The bot is gone by now, whatever becomes of its folder. */
  if (!bty_bot_files_set_aside (self->data_dir, change->bot->slug, &error))
    g_warning ("the folder of the deleted bot “%s” stays where it is: %s", change->bot->slug, error->message);
  g_task_return_pointer (task, bty_bot_ref (change->bot), bty_record_unref);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)  task = data;
  Change           *change = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      if (change->delete)
        g_task_run_in_thread (task, set_aside);
      else
        g_task_return_pointer (task, bty_bot_ref (change->bot), bty_record_unref);
    }
  /* Somebody else was faster, and this caller did not say which revision it means: what it asks for still holds. */
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) && !BTY_HAS (change->key, BtyRecord, revision) && change->tries < 5)
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
               _("the bot “%s” is at revision %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT ": read it again, then repeat the change"), bot->slug,
               bot->record.revision, expected);
  return FALSE;
}

static void
on_change_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)    task = data;
  BtyBotService      *self = BTY_BOT_SERVICE (source);
  Change             *change = g_task_get_task_data (task);
  GError             *error = NULL;
  g_autoptr(BtyBot)   bot = bty_bot_service_get_finish (self, result, &error);
  g_autoptr(BtyBatch) batch = NULL;

  if (bot == NULL || !check_revision (change, bot, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  batch = bty_batch_new ();
  change->bot = change->delete ? bty_bot_ref (bot) : bty_bot_edit (bot);
  if (change->merge)
    bty_record_merge (change->bot, change->key, BTY_VIEW_PATCH);
  else if (!change->delete)
    change->bot->state = change->state;

  if (change->delete)
    bty_batch_delete (batch, bot);
  else
    bty_batch_put (batch, change->bot);
  bty_batch_publish (batch, change->topic, change->bot);
  bty_store_apply_async (self->store, batch, g_task_get_cancellable (task), on_changed, g_object_ref (task));
}

static void
change_try (GTask *task)
{
  Change *change = g_task_get_task_data (task);

  change->tries += 1;
  g_clear_pointer (&change->bot, bty_bot_unref);
  bty_bot_service_get_async (g_task_get_source_object (task), change->key->slug, g_task_get_cancellable (task), on_change_read,
                             g_object_ref (task));
}

/* A create that is at work on this slug may still find the old folder: one after the other. */
static gboolean
delete_try (gpointer data)
{
  GTask         *task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Change        *change = g_task_get_task_data (task);

  if (!g_hash_table_add (self->busy, g_strdup (change->key->slug)))
    return G_SOURCE_CONTINUE;
  change->holds = TRUE;
  change_try (task);
  return G_SOURCE_REMOVE;
}

static void
change_start (BtyBotService *self, const BtyBot *key, Change what, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, data);
  Change          *change = g_memdup2 (&what, sizeof what);

  g_task_set_source_tag (task, change_start);
  g_task_set_check_cancellable (task, FALSE); /* what was committed is told as such */
  change->key = bty_bot_ref (key);
  g_task_set_task_data (task, change, change_free);
  if (!change->delete)
    change_try (task);
  else if (delete_try (task) == G_SOURCE_CONTINUE)
    g_timeout_add_full (G_PRIORITY_DEFAULT, BUSY_MS, delete_try, g_object_ref (task), g_object_unref);
}

void
bty_bot_service_update_async (BtyBotService *self, const BtyBot *changes, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data)
{
  change_start (self, changes, (Change) { .topic = "bot.updated", .merge = TRUE }, cancellable, callback, data);
}

void
bty_bot_service_set_state_async (BtyBotService *self, const BtyBot *key, BtyBotState state, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data)
{
  const char *topic = state == BTY_BOT_RUNNING ? "bot.started" : "bot.stopped";

  change_start (self, key, (Change) { .topic = topic, .state = state }, cancellable, callback, data);
}

BtyBot *
bty_bot_service_change_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
bty_bot_service_delete_async (BtyBotService *self, const BtyBot *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  change_start (self, key, (Change) { .topic = "bot.deleted", .delete = TRUE }, cancellable, callback, data);
}

gboolean
bty_bot_service_delete_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  Change           *change = g_task_get_task_data (G_TASK (result));
  g_autoptr(BtyBot) bot = g_task_propagate_pointer (G_TASK (result), error);

  /* Here and not where the folder moves: that is another thread. */
  if (change->holds)
    g_hash_table_remove (self->busy, change->key->slug);
  change->holds = FALSE;
  return bot != NULL;
}

/* The default bot */

static void
on_default_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)  task = data;
  GError           *error = NULL;
  g_autoptr(BtyBot) bot = bty_bot_service_create_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_any_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask)   task = data;
  GError            *error = NULL;
  g_autoptr(BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr(BtyBot)  bot = NULL;

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
  bot->description = g_strdup (_("The bot that every new home begins with"));
  bty_bot_service_create_async (g_task_get_source_object (task), bot, NULL, on_default_made, g_object_ref (task));
}

void
bty_bot_service_ensure_default_async (BtyBotService *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask              *task = g_task_new (self, NULL, callback, data);
  g_autoptr(BtyQuery) query = bty_query_new (&bty_bot_schema);

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
