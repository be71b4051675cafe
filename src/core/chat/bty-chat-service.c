/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-chat-service.h"

#include <glib/gi18n-lib.h>

#include "bty-listing.h"
#include "chat/bty-complete-run.h"
#include "chat/bty-turn-resume.h"

struct _BtyChatService
{
  GObject parent_instance;
  BtyChatParts parts;
  gint64 began; /* turns made before this belong to an earlier process */
};

G_DEFINE_FINAL_TYPE (BtyChatService, bty_chat_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "chat",
    .key = "route",
    .type = BTY_SETTING_STRING,
    .fallback = "builtin",
    .summary = N_ ("Models to try for bots that name none, in order, separated by commas, each as provider/model") },
  { .group = "chat",
    .key = "default_bot",
    .type = BTY_SETTING_STRING,
    .fallback = "bo",
    .summary = N_ ("Slug of the bot that a chat begins with when none is named") },
  { .group = "chat",
    .key = "context_window",
    .type = BTY_SETTING_INT,
    .fallback = "32768",
    .unit = "tokens",
    .min = 512,
    .max = 100000000,
    .summary = N_ ("Window to count on for models that do not say theirs") },
  { .group = "chat",
    .key = "reserve",
    .type = BTY_SETTING_INT,
    .fallback = "4096",
    .unit = "tokens",
    .min = 16,
    .max = 10000000,
    .summary = N_ ("Room in the window that is kept free for the answer") },
  { .group = "chat",
    .key = "max_answer",
    .type = BTY_SETTING_INT,
    .fallback = "4194304",
    .unit = "bytes",
    .min = 1024,
    .max = 67108864,
    .summary = N_ ("Longest answer, the reasoning before it included; a longer one is cut") },
  { .group = "chat",
    .key = "turn_timeout",
    .type = BTY_SETTING_INT,
    .fallback = "1800",
    .unit = "s",
    .min = 1,
    .max = 604800,
    .summary = N_ ("How long models may take over an answer; then it is cut") },
};

void
bty_chat_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_chat_service_finalize (GObject *object)
{
  BtyChatService *self = BTY_CHAT_SERVICE (object);

  g_clear_pointer (&self->parts.queue, bty_session_queue_free);
  g_clear_pointer (&self->parts.resuming, g_hash_table_unref);
  g_clear_object (&self->parts.store);
  g_clear_object (&self->parts.bots);
  g_clear_object (&self->parts.router);
  g_clear_object (&self->parts.settings);
  G_OBJECT_CLASS (bty_chat_service_parent_class)->finalize (object);
}

static void
bty_chat_service_class_init (BtyChatServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_chat_service_finalize;
}

static void
bty_chat_service_init (BtyChatService *self)
{
  self->parts.queue = bty_session_queue_new (bty_turn_run_go);
  self->parts.resuming = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->began = g_get_real_time ();
}

/* Who is deleted says no more; what was said so far is kept with the rest of it. */
static void
on_bot_deleted (BtyBotService *bots, const char *bot, gpointer data)
{
  BtyChatService *self = data;
  g_autoptr (GPtrArray) runs = bty_session_queue_list (self->parts.queue, NULL);

  for (guint i = 0; i < runs->len; i++)
    if (g_strcmp0 (bty_turn_run_get_bot (runs->pdata[i]), bot) == 0)
      bty_turn_run_stop (runs->pdata[i], BTY_TURN_CANCELLED);
  bty_complete_run_stop_all (&self->parts, bot, _ ("the bot was deleted"));
}

static void
on_budget_raised (BtyBudgetService *budgets, const char *slug, gpointer data)
{
  BtyChatService *self = data;

  self->parts.raises += 1;
  bty_turn_resume_all (&self->parts, slug, G_OBJECT (self));
}

BtyChatService *
bty_chat_service_new (BtyStore *store, BtyBotService *bots, BtyRouter *router, BtySettings *settings)
{
  BtyChatService *self = g_object_new (BTY_TYPE_CHAT_SERVICE, NULL);

  self->parts.store = g_object_ref (store);
  self->parts.bots = g_object_ref (bots);
  self->parts.router = g_object_ref (router);
  self->parts.settings = g_object_ref (settings);
  g_signal_connect_object (bots, "deleted", G_CALLBACK (on_bot_deleted), self, 0);
  g_signal_connect_object (bty_router_get_budgets (router), "raised", G_CALLBACK (on_budget_raised), self, 0);
  return self;
}

BtyChatParts *
bty_chat_service_get_parts (BtyChatService *self)
{
  return &self->parts;
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyChatService) self = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_chat_service_mend (self);
  else
    g_warning ("turns that were cut off could not be marked: %s", error->message);
}

static void
on_cut_off_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyChatService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (page == NULL)
    g_warning ("turns that were cut off could not be found: %s", error->message);
  for (guint i = 0; page != NULL && i < page->items->len; i++)
    {
      g_autoptr (BtyTurn) turn = bty_turn_edit (g_ptr_array_index (page->items, i));

      if (bty_turn_resume_find (&self->parts, turn->record.id) != NULL)
        continue; /* it waited for the budget, and goes on already */
      turn->state = BTY_TURN_INTERRUPTED;
      bty_record_take_string (&turn->error_code, g_strdup (bty_error_info (BTY_ERROR_UNAVAILABLE)->name));
      bty_record_take_string (&turn->error,
                              g_strdup (_ ("the daemon stopped in the middle of the answer: say it again")));
      bty_batch_put (batch, turn);
      bty_batch_publish (batch, "turn.finished", turn);
    }
  if (bty_batch_get_n_changes (batch) > 0)
    bty_store_apply_async (self->parts.store, batch, NULL, on_marked, g_object_ref (self));
}

void
bty_chat_service_mend (BtyChatService *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_turn_schema);

  bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, self->began);
  bty_query_where (query, "state", BTY_MATCH_EQUAL, bty_enum_nick (bty_turn_states, BTY_TURN_RUNNING));
  bty_store_query_async (self->parts.store, query, NULL, on_cut_off_found, g_object_ref (self));
}

void
bty_chat_service_stop (BtyChatService *self)
{
  g_autoptr (GPtrArray) runs = bty_session_queue_list (self->parts.queue, NULL);

  self->parts.is_stopping = TRUE;
  bty_complete_run_stop_all (&self->parts, NULL, NULL);
  bty_complete_embed_stop_all (&self->parts);
  for (guint i = 0; i < runs->len; i++)
    bty_turn_run_stop (g_ptr_array_index (runs, i), BTY_TURN_INTERRUPTED);
}

gboolean
bty_chat_service_is_idle (BtyChatService *self)
{
  return self->parts.n_runs == 0;
}
