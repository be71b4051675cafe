/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-turn-resume.h"

#include <glib/gi18n-lib.h>

#include "chat/bty-turn-run-private.h"

/* A page of the store. */
#define MANY_TURNS 500

/* A turn that waited goes on as itself: it finds its session, bot and soul as a new one does, and asks again. What it has cost so far is
 * in the ledger. */

static void
on_resumed_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      g_clear_pointer (&self->turn, bty_turn_unref);
      bty_turn_run_fail (self, error);
      return;
    }
  if (self->has_said)
    bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_RESTARTED, _ ("the turn goes on from its beginning")));
  bty_turn_run_join_queue (self);
}

static void
store_running (BtyTurnRun *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  self->turn = bty_turn_edit (self->paused);
  self->turn->state = BTY_TURN_RUNNING;
  g_clear_pointer (&self->turn->error_code, g_free);
  g_clear_pointer (&self->turn->error, g_free);
  bty_record_take_string (&self->turn->soul_version, g_strdup (self->soul->version->record.id));
  bty_batch_put (batch, self->turn);
  bty_batch_publish (batch, "turn.resumed", self->turn);
  bty_store_apply_async (self->parts->store, batch, NULL, on_resumed_stored, g_object_ref (self));
}

static void read_entries (BtyTurnRun *self, const char *cursor);

static void
on_entries (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_turn_run_fail (self, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyUsageEntry *entry = page->items->pdata[i];

      self->before.spent_tokens += entry->input_tokens + entry->output_tokens;
      self->before.spent_ms += entry->time_ms;
      self->before.spent_calls += 1;
    }
  if (page->next_cursor != NULL)
    read_entries (self, page->next_cursor);
  else
    store_running (self);
}

static void
read_entries (BtyTurnRun *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  bty_query_where (query, "turn", BTY_MATCH_EQUAL, self->paused->record.id);
  bty_query_limit (query, MANY_TURNS);
  bty_query_after (query, cursor);
  bty_store_query_async (self->parts->store, query, NULL, on_entries, g_object_ref (self));
}

void
bty_turn_run_store_resumed (BtyTurnRun *self)
{
  self->before = (BtySpenderFor){ .spent = self->paused->cost, .spent_pricing = self->paused->pricing };
  read_entries (self, NULL);
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;
  g_autoptr (BtySession) session = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (session == NULL)
    {
      bty_turn_run_fail (self, error);
      return;
    }
  self->request->slug = g_strdup (session->slug);
  bty_turn_run_go_on (self, TURN_STEP_BOT);
}

static gboolean
is_answer (const BtyItem *item)
{
  const BtyChatItem *record = item->record;

  return record == NULL || record->type == BTY_CHAT_TEXT || record->type == BTY_CHAT_REASONING;
}

static gboolean
take_log (BtyTurnRun *self, GError **error)
{
  BtyItem item;

  self->log = self->paused->items != NULL
                ? bty_item_log_unpack (self->paused->items, self->paused->items_text, &bty_chat_item_schema, error)
                : bty_item_log_new ();
  for (guint64 i = 1; self->log != NULL && bty_item_log_get (self->log, i, &item); i++)
    self->has_said = self->has_said || is_answer (&item);
  return self->log != NULL;
}

GObject *
bty_turn_resume_find (BtyChatParts *parts, const char *turn)
{
  GObject *run = g_hash_table_lookup (parts->resuming, turn);

  return run != NULL ? run : bty_session_queue_find (parts->queue, turn);
}

void
bty_turn_resume (BtyChatParts *parts, const BtyTurn *turn, BtyCall *call)
{
  g_autoptr (BtyTurnRun) self = g_object_new (BTY_TYPE_TURN_RUN, NULL);
  g_autoptr (GError) error = NULL;

  self->parts = parts;
  self->paused = bty_turn_ref (turn);
  if (!take_log (self, &error))
    {
      g_warning ("the turn %s cannot go on: %s", turn->record.id, error->message);
      if (call != NULL)
        bty_call_fail (call, error);
      return;
    }
  parts->n_runs += 1;
  self->request = bty_chat_send_new ();
  self->request->session = g_strdup (turn->session);
  self->request->message = g_strdup ("");
  g_hash_table_insert (parts->resuming, g_strdup (turn->record.id), g_object_ref (self));
  if (call != NULL)
    bty_turn_run_follow (self, call);
  bty_store_get_async (parts->store, &bty_session_schema, "id", turn->session, self->cancellable, on_session,
                       g_object_ref (self));
}

/* All that wait, after there is more room. */

typedef struct
{
  BtyChatParts *parts;
  GObject *owner; /* of the parts */
  char *bot;
} Wave;

static void
wave_free (Wave *wave)
{
  g_object_unref (wave->owner);
  g_free (wave->bot);
  g_free (wave);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wave, wave_free)

static void find_paused (Wave *wave, const char *cursor);

static void
on_paused_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Wave) wave = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    g_warning ("turns that wait for the budget could not be found: %s", error->message);
  for (guint i = 0; page != NULL && !wave->parts->is_stopping && i < page->items->len; i++)
    {
      const BtyTurn *turn = page->items->pdata[i];

      if (bty_turn_resume_find (wave->parts, turn->record.id) == NULL)
        bty_turn_resume (wave->parts, turn, NULL);
    }
  if (page != NULL && page->next_cursor != NULL && !wave->parts->is_stopping)
    find_paused (g_steal_pointer (&wave), page->next_cursor);
}

static void
find_paused (Wave *wave, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_turn_schema);

  bty_query_where (query, "state", BTY_MATCH_EQUAL, bty_enum_nick (bty_turn_states, BTY_TURN_PAUSED));
  if (wave->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, wave->bot);
  bty_query_limit (query, MANY_TURNS);
  bty_query_after (query, cursor);
  bty_store_query_async (wave->parts->store, query, NULL, on_paused_found, wave);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Wave) wave = data;
  g_autoptr (BtyBot) bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, NULL);

  if (bot == NULL)
    return;
  wave->bot = g_strdup (bot->record.id);
  find_paused (g_steal_pointer (&wave), NULL);
}

void
bty_turn_resume_all (BtyChatParts *parts, const char *slug, GObject *owner)
{
  Wave *wave;

  if (parts->is_stopping)
    return;
  wave = g_new0 (Wave, 1);
  wave->parts = parts;
  wave->owner = g_object_ref (owner);
  if (slug != NULL)
    bty_bot_service_get_async (parts->bots, slug, NULL, on_bot, wave);
  else
    find_paused (wave, NULL);
}
