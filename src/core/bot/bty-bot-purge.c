/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-bot-deleted.h"
#include "bot/bty-bot-files.h"

#define A_BATCH 200

/* What is stored of a bot, and where it bears the bot's identifier. */
static const struct
{
  const BtySchema *schema;
  const char *field;
} belongings[] = {
  { &bty_message_schema, "bot" },      { &bty_turn_schema, "bot" },          { &bty_session_schema, "bot" },
  { &bty_soul_ref_schema, "bot" },     { &bty_soul_proposal_schema, "bot" }, { &bty_soul_test_schema, "bot" },
  { &bty_soul_version_schema, "bot" }, { &bty_soul_text_schema, "bot" },     { &bty_usage_entry_schema, "bot" },
  { &bty_spend_schema, "bot" },        { &bty_cap_schema, "subject" },
};

typedef struct
{
  BtyDeletedBot *deleted;
  guint belonging;
  BtyBatch *going; /* sessions whose caps are looked for */
  GHashTable *sessions;
} Purge;

static void
purge_free (gpointer data)
{
  Purge *purge = data;

  bty_deleted_bot_unref (purge->deleted);
  g_clear_pointer (&purge->going, bty_batch_unref);
  g_clear_pointer (&purge->sessions, g_hash_table_unref);
  g_free (purge);
}

static void
on_record_gone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Purge *purge = g_task_get_task_data (task);
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_hash_table_remove (self->deleted, purge->deleted->bot);
  g_signal_emit_by_name (self, "purged", purge->deleted->bot);
  g_task_return_boolean (task, TRUE);
}

static void
on_folder_gone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyBotService *self = g_task_get_source_object (task);
  Purge *purge = g_task_get_task_data (task);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  bty_batch_delete (batch, purge->deleted);
  bty_batch_publish (batch, "bot.purged", purge->deleted);
  bty_store_apply_async (self->store, batch, NULL, on_record_gone, g_object_ref (task));
}

static void
forget_folder (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  BtyBotService *self = source;
  const BtyDeletedBot *deleted = data;
  GError *error = NULL;

  if (deleted->folder == NULL || bty_bot_files_forget (self->data_dir, deleted->folder, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void purge_next (GTask *task);

static void
on_page_gone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    purge_next (task);
  else
    g_task_return_error (task, error);
}

static void find_caps (GTask *task, const char *cursor);

static void
on_caps (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Purge *purge = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = NULL;

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyCap *cap = page->items->pdata[i];

      if (cap->subject != NULL && g_hash_table_contains (purge->sessions, cap->subject))
        bty_batch_delete (purge->going, cap);
    }
  if (page->next_cursor != NULL)
    {
      find_caps (task, page->next_cursor);
      return;
    }
  batch = g_steal_pointer (&purge->going);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_page_gone, g_object_ref (task));
}

/* A cap bears the session's identifier, not the bot's. There are few. */
static void
find_caps (GTask *task, const char *cursor)
{
  BtyBotService *self = g_task_get_source_object (task);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_cap_schema);

  bty_query_where (query, "scope", BTY_MATCH_EQUAL, bty_enum_nick (bty_budget_scopes, BTY_SCOPE_SESSION));
  bty_query_limit (query, A_BATCH);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_caps, g_object_ref (task));
}

static void
purge_sessions (GTask *task, GPtrArray *sessions, BtyBatch *batch)
{
  Purge *purge = g_task_get_task_data (task);

  g_clear_pointer (&purge->sessions, g_hash_table_unref);
  purge->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < sessions->len; i++)
    g_hash_table_add (purge->sessions, g_strdup (((BtyRecord *) sessions->pdata[i])->id));
  purge->going = bty_batch_ref (batch);
  find_caps (task, NULL);
}

static void
on_page_to_purge (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Purge *purge = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (page->items->len == 0)
    {
      purge->belonging += 1;
      purge_next (task);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    bty_batch_delete (batch, g_ptr_array_index (page->items, i));
  if (belongings[purge->belonging].schema == &bty_session_schema)
    {
      purge_sessions (task, page->items, batch);
      return;
    }
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_page_gone, g_object_ref (task));
}

static void
purge_next (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  Purge *purge = g_task_get_task_data (task);
  g_autoptr (BtyQuery) query = NULL;
  g_autoptr (GTask) folder = NULL;

  if (purge->belonging == G_N_ELEMENTS (belongings))
    {
      folder = g_task_new (self, NULL, on_folder_gone, g_object_ref (task));
      g_task_set_source_tag (folder, purge_next);
      g_task_set_task_data (folder, bty_deleted_bot_ref (purge->deleted), bty_record_unref);
      g_task_run_in_thread (folder, forget_folder);
      return;
    }
  query = bty_query_new (belongings[purge->belonging].schema);
  bty_query_where (query, belongings[purge->belonging].field, BTY_MATCH_EQUAL, purge->deleted->bot);
  bty_query_limit (query, A_BATCH);
  bty_store_query_async (self->store, query, NULL, on_page_to_purge, g_object_ref (task));
}

/* Who works for a bot, and who waits until nobody does */

typedef struct
{
  guint n_holds;
  GPtrArray *waiting; /* GTask */
} BtyBotUse;

static void
use_free (gpointer data)
{
  BtyBotUse *use = data;

  g_ptr_array_unref (use->waiting);
  g_free (use);
}

GHashTable *
bty_bot_uses_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, use_free);
}

void
bty_bot_service_hold (BtyBotService *self, const char *bot)
{
  BtyBotUse *use = g_hash_table_lookup (self->uses, bot);

  if (use == NULL)
    {
      use = g_new0 (BtyBotUse, 1);
      use->waiting = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->uses, g_strdup (bot), use);
    }
  use->n_holds += 1;
}

void
bty_bot_service_release (BtyBotService *self, const char *bot)
{
  BtyBotUse *use = g_hash_table_lookup (self->uses, bot);
  g_autoptr (GPtrArray) waiting = NULL;

  g_return_if_fail (use != NULL);

  use->n_holds -= 1;
  if (use->n_holds > 0)
    return;
  waiting = g_steal_pointer (&use->waiting);
  use->waiting = g_ptr_array_new ();
  g_hash_table_remove (self->uses, bot);
  for (guint i = 0; i < waiting->len; i++)
    purge_next (waiting->pdata[i]);
}

/* Not while somebody may still store something of it. */
static void
purge_when_unused (GTask *task)
{
  BtyBotService *self = g_task_get_source_object (task);
  const Purge *purge = g_task_get_task_data (task);
  BtyBotUse *use = g_hash_table_lookup (self->uses, purge->deleted->bot);

  if (use != NULL)
    g_ptr_array_add (use->waiting, g_object_ref (task));
  else
    purge_next (task);
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    purge_when_unused (task);
  else
    g_task_return_error (task, error);
}

void
bty_bot_service_purge_async (BtyBotService *self, const BtyDeletedBot *deleted, GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Purge *purge = g_new0 (Purge, 1);
  gint64 now = g_get_real_time ();
  g_autoptr (BtyBatch) batch = NULL;

  g_task_set_source_tag (task, bty_bot_service_purge_async);
  purge->deleted = bty_deleted_bot_edit (deleted);
  g_task_set_task_data (task, purge, purge_free);
  if (deleted->expires_at <= now)
    {
      purge_when_unused (task);
      return;
    }
  batch = bty_batch_new ();
  purge->deleted->expires_at = now;
  bty_batch_put (batch, purge->deleted);
  bty_store_apply_async (self->store, batch, NULL, on_marked, g_object_ref (task));
}

gboolean
bty_bot_service_purge_finish (BtyBotService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Those whose time is over, one after the other */

static void purge_first (BtyBotService *self);

static void
on_one_purged (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyBotService *self = BTY_BOT_SERVICE (source);
  g_autoptr (GError) error = NULL;

  if (bty_bot_service_purge_finish (self, result, &error))
    {
      purge_first (self);
      return;
    }
  /* What failed is tried again on the next day or at the next start. */
  self->is_purging = FALSE;
  if (!g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED))
    g_warning ("a deleted bot could not be forgotten: %s", error->message);
}

static void
on_expired_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBotService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page != NULL && page->items->len > 0)
    {
      bty_bot_service_purge_async (self, g_ptr_array_index (page->items, 0), on_one_purged, NULL);
      return;
    }
  self->is_purging = FALSE;
  if (page == NULL)
    g_warning ("deleted bots whose time is over could not be found: %s", error->message);
  else if (self->purge_again)
    bty_bot_service_purge_expired (self);
}

static void
purge_first (BtyBotService *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_deleted_bot_schema);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *text = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");

  bty_query_where (query, "expires_at", BTY_MATCH_LESS_OR_EQUAL, text);
  bty_query_limit (query, 1);
  bty_store_query_async (self->store, query, NULL, on_expired_found, g_object_ref (self));
}

void
bty_bot_service_purge_expired (BtyBotService *self)
{
  self->purge_again = self->is_purging;
  if (self->is_purging)
    return;
  self->is_purging = TRUE;
  purge_first (self);
}
