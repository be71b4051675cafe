/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-time-limit.h"
#include "chat/bty-context.h"
#include "chat/bty-turn-run-private.h"
#include "secret/bty-secret-redact.h"

#define HISTORY_PAGE      500
#define MAX_HISTORY_BYTES (4 * 1024 * 1024)

/* How often the end of a turn is tried to be kept, each try waiting twice as long as the one before, beginning with a second. */
#define MAX_STORE_TRIES 4

static void
on_history (GObject *source, GAsyncResult *result, gpointer data)
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
      BtyMessage *message = g_ptr_array_index (page->items, i);

      self->history_bytes += strlen (message->text);
      g_ptr_array_add (self->history, bty_message_ref (message));
    }
  bty_record_take_string (&self->history_cursor, g_strdup (page->next_cursor));
  bty_turn_run_go_on (self, self->history_cursor != NULL && self->history_bytes < MAX_HISTORY_BYTES ? TURN_STEP_HISTORY
                                                                                                    : TURN_STEP_ROUTE);
}

void
bty_turn_run_read_history (BtyTurnRun *self)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);

  bty_query_where (query, "session", BTY_MATCH_EQUAL, self->session->record.id);
  bty_query_order (query, "id", TRUE);
  bty_query_limit (query, HISTORY_PAGE);
  bty_query_after (query, self->history_cursor);
  bty_store_query_async (self->parts->store, query, self->cancellable, on_history, g_object_ref (self));
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  BtyTurnRun *self = data;
  gint64 reserve = bty_settings_get_int (self->parts->settings, "chat", "reserve");
  guint left_out = 0;
  BtyCompletionRequest *request = bty_context_build (self->bot, self->soul->text, self->history, self->turn,
                                                     bty_router_get_book (self->parts->router), model, reserve,
                                                     &left_out, error);
  BtyChatItem *item;

  if (request == NULL)
    return NULL;
  item = bty_turn_run_item_new (BTY_CHAT_MODEL, NULL);
  item->model = g_strdup (model->name);
  bty_turn_run_say (self, item);
  /* There is more than was read: nobody knows how much. */
  if (self->history_cursor != NULL && self->left_out == 0)
    {
      g_autofree char *text = g_strdup_printf (_ ("older messages do not fit into the window of %s and are left out"),
                                               model->name);

      bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_NOTICE, text));
      left_out = MAX (left_out, 1);
    }
  else if (left_out > 0 && left_out != self->left_out)
    {
      g_autofree char *text = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u older message does not fit into the window of %s and is left out",
                     "%u older messages do not fit into the window of %s and are left out", left_out),
        left_out, model->name);

      bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_NOTICE, text));
    }
  self->left_out = left_out;
  return request;
}

/* What a cap says in full is said once, when the turn pauses. */
static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  g_autofree char *text = bty_error_is_cap (error)
                            ? g_strdup_printf (_ ("%s cannot answer: a cap of the budget has no room for it"), model)
                            : g_strdup_printf (_ ("%s cannot answer: %s"), model, error->message);

  bty_secret_redact_text (text);
  bty_turn_run_say (data, bty_turn_run_item_new (BTY_CHAT_NOTICE, text));
}

/* Says the first @length bytes of what is held. */
static void
say_held (BtyTurnRun *self, gsize length)
{
  if (length == 0)
    return;
  if (self->held_kind == BTY_DELTA_TEXT)
    {
      g_string_append_len (self->answer, self->held->str, (gssize) length);
      bty_item_log_append_text (self->log, self->held->str, length);
    }
  else if (self->held_kind == BTY_DELTA_REASONING)
    {
      g_autofree char *text = g_strndup (self->held->str, length);

      bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_REASONING, text));
    }
  g_string_erase (self->held, 0, (gssize) length);
}

/* What is held is the end of a piece: it may be a key that was cut off, or that goes on in a piece of another kind. */
static void
say_rest (BtyTurnRun *self)
{
  bty_secret_redact_rest (self->held);
  say_held (self, self->held->len);
}

/* A service may say the key that it was given: nothing of that is kept or shown. */
static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  BtyTurnRun *self = data;

  if (delta->length == 0)
    return;
  self->said_bytes += delta->length;
  if (self->held_kind != delta->kind)
    say_rest (self);
  self->held_kind = delta->kind;
  g_string_append_len (self->held, delta->text, (gssize) delta->length);
  say_held (self, bty_secret_redact_stream (self->held));
  if (self->said_bytes > (gsize) bty_settings_get_int (self->parts->settings, "chat", "max_answer"))
    g_cancellable_cancel (self->cancellable);
}

/* All that was said is void, also what is held of it. */
static void
on_restarted (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  BtyTurnRun *self = data;
  g_autofree char *text = g_strdup_printf (_ ("the answer of %s broke off and is given anew: %s"), model,
                                           error->message);

  g_string_truncate (self->held, 0);
  g_string_truncate (self->answer, 0);
  bty_secret_redact_text (text);
  bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_RESTARTED, text));
}

static void
on_chosen (BtyRoute *route, const char *model, gpointer data)
{
  BtyChatItem *item = bty_turn_run_item_new (BTY_CHAT_MODEL, NULL);

  item->model = g_strdup (model);
  bty_turn_run_say (data, item);
}

static void
on_routed (BtyRoute *route, gpointer data)
{
  BtyTurnRun *self = data;
  const GError *error = bty_route_get_error (route);

  say_rest (self);
  if (bty_route_get_limit (route) != NULL)
    bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_NOTICE, bty_route_get_limit (route)));
  g_clear_handle_id (&self->deadline, bty_time_limit_remove);
  if (error != NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    {
      self->error = g_error_copy (error);
      self->is_paused = bty_error_is_cap (error);
      self->paused_at = self->parts->raises;
    }
  else if (error != NULL && !self->is_stopped && self->is_late)
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                 _ ("the answer took longer than the setting chat.turn_timeout allows"));
  else if (error != NULL && !self->is_stopped)
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                 _ ("the answer is longer than the setting chat.max_answer allows"));
  bty_turn_run_go_on (self, TURN_STEP_ANSWER);
}

static const BtyRouteEvents route_events = { .on_model = on_model,
                                             .on_skipped = on_skipped,
                                             .on_restarted = on_restarted,
                                             .on_delta = on_delta,
                                             .on_done = on_routed,
                                             .on_chosen = on_chosen };

/* What the conditions of the steps are held against; the soul is about as long as it is. */
static void
set_demand (BtyTurnRun *self)
{
  BtyRouteDemand demand = { .tokens = bty_context_estimate (self->soul->text) };

  for (guint i = 0; i < self->history->len; i++)
    demand.tokens += bty_context_estimate (((const BtyMessage *) self->history->pdata[i])->text);
  bty_route_set_demand (self->route, &demand);
}

static gboolean
on_deadline (gpointer data)
{
  BtyTurnRun *self = data;

  self->deadline = 0;
  self->is_late = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_budget_warning (const char *text, gpointer data)
{
  BtyTurnRun *self = data;

  if (self->step == TURN_STEP_ROUTE)
    bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_NOTICE, text));
}

void
bty_turn_run_ask_models (BtyTurnRun *self)
{
  BtySpenderFor what = { .purpose = "chat",
                         .bot = self->bot->record.id,
                         .slug = self->bot->slug,
                         .session = self->session->record.id,
                         .turn = self->turn->record.id,
                         .spent = self->before.spent,
                         .spent_tokens = self->before.spent_tokens,
                         .spent_calls = self->before.spent_calls,
                         .spent_ms = self->before.spent_ms,
                         .spent_pricing = self->before.spent_pricing };
  g_autofree char *fallback = bty_settings_get (self->parts->settings, "chat", "route");
  g_auto (GStrv) split = g_strsplit_set (fallback, ", ", -1);
  BtyRecorder *recorder = bty_router_get_recorder (self->parts->router);
  GStrv models = self->bot->route != NULL && self->bot->route[0] != NULL ? self->bot->route : split;

  if (recorder != NULL &&
      (self->request->cassette || bty_settings_get_bool (self->parts->settings, "cassette", "record")))
    bty_recorder_begin (recorder, what.turn, what.session, what.bot);
  self->spender = bty_spender_new (bty_router_get_budgets (self->parts->router), NULL, &what);
  bty_spender_on_warning (self->spender, on_budget_warning, self);
  self->route = bty_route_new (self->parts->router, (const char *const *) models, self->spender, self->cancellable,
                               &route_events, self);
  set_demand (self);
  self->deadline = bty_time_limit_add (1000 * bty_settings_get_int (self->parts->settings, "chat", "turn_timeout"),
                                       on_deadline, self);
  bty_route_start (self->route);
}

static BtyMessage *
make_answer (BtyTurnRun *self)
{
  BtyMessage *answer = bty_message_new ();

  answer->session = g_strdup (self->session->record.id);
  answer->bot = g_strdup (self->bot->record.id);
  answer->turn = g_strdup (self->turn->record.id);
  answer->role = BTY_ROLE_ASSISTANT;
  answer->text = g_strdup (self->answer->str);
  answer->model = g_strdup (self->turn->model);
  answer->stop_reason = self->turn->stop_reason;
  answer->usage = self->turn->usage != NULL ? bty_usage_ref (self->turn->usage) : NULL;
  return answer;
}

/* How the turn ended, into an edit copy of it. */
static void
sum_up (BtyTurnRun *self)
{
  BtyTurn *turn = bty_turn_edit (self->turn);

  bty_turn_unref (self->turn);
  self->turn = turn;
  self->is_paused = self->is_paused && !self->is_stopped;
  turn->state = self->is_stopped      ? self->stopped_as
                : self->is_paused     ? BTY_TURN_PAUSED
                : self->error != NULL ? BTY_TURN_FAILED
                                      : BTY_TURN_DONE;
  turn->stop_reason = self->is_stopped      ? BTY_STOP_CANCELLED
                      : self->is_paused     ? BTY_STOP_PAUSED
                      : self->error != NULL ? BTY_STOP_FAILED
                                            : BTY_STOP_END;
  if (self->spender != NULL)
    turn->cost = bty_spender_get_cost (self->spender, &turn->pricing);
  if (self->route != NULL)
    {
      if (!self->is_stopped && self->error == NULL)
        turn->stop_reason = bty_route_get_stop_reason (self->route);
      bty_record_take_string (&turn->model, g_strdup (bty_route_get_model (self->route)));
      g_clear_pointer (&turn->usage, bty_usage_unref);
      turn->usage = bty_route_get_usage (self->route) != NULL ? bty_usage_ref (bty_route_get_usage (self->route))
                                                              : NULL;
    }
  if (self->error != NULL)
    {
      bty_secret_redact_error (self->error);
      bty_record_take_string (&turn->error_code, g_strdup (bty_error_info (bty_error_code_of (self->error))->name));
      bty_record_take_string (&turn->error, g_strdup (self->error->message));
    }
}

static void store_end (BtyTurnRun *self);

static gboolean
on_try_again (gpointer data)
{
  store_end (data);
  return G_SOURCE_REMOVE;
}

/* A disk that is full for a moment costs a moment, not the answer. */
static gboolean
try_again (BtyTurnRun *self, const GError *error)
{
  gboolean is_passing = error->code == BTY_ERROR_RESOURCE_EXHAUSTED || error->code == BTY_ERROR_UNAVAILABLE;

  if (!is_passing || self->parts->is_stopping || self->store_tries >= MAX_STORE_TRIES)
    return FALSE;
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, 1u << self->store_tries, on_try_again, g_object_ref (self),
                              g_object_unref);
  self->store_tries += 1;
  return TRUE;
}

static void
on_answer_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      g_warning ("the end of turn %s could not be kept: %s", self->turn->record.id, error->message);
      if (try_again (self, error))
        {
          g_error_free (error);
          return;
        }
      g_clear_error (&self->error);
      self->error = error;
    }
  else
    {
      bty_turn_unref (self->turn);
      self->turn = g_steal_pointer (&self->stored);
    }
  bty_turn_run_go_on (self, TURN_STEP_OVER);
}

/* Each try puts copies: a record that was put bears the revision that it would have. */
static void
store_end (BtyTurnRun *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  g_clear_pointer (&self->stored, bty_turn_unref);
  self->stored = bty_turn_edit (self->turn);
  if (self->answer->len > 0 && !self->is_paused)
    {
      g_autoptr (BtyMessage) answer = make_answer (self);

      bty_batch_put (batch, answer);
      bty_record_take_string (&self->stored->answer, g_strdup (answer->record.id));
    }
  g_clear_pointer (&self->stored->items, g_bytes_unref);
  g_clear_pointer (&self->stored->items_text, g_free);
  self->stored->items = bty_item_log_pack (self->log, &self->stored->items_text);
  bty_batch_put (batch, self->stored);
  bty_batch_publish (batch, self->is_paused ? "turn.paused" : "turn.finished", self->stored);
  bty_store_apply_async (self->parts->store, batch, NULL, on_answer_stored, g_object_ref (self));
}

static void
say_usage (BtyTurnRun *self)
{
  BtyChatItem *item = bty_turn_run_item_new (BTY_CHAT_USAGE, NULL);

  item->usage = self->turn->usage != NULL ? bty_usage_ref (self->turn->usage) : NULL;
  item->model = g_strdup (self->turn->model);
  item->cost = self->turn->cost;
  item->pricing = self->turn->pricing;
  BTY_SET_NULL (item, BtyChatItem, cost, FALSE);
  BTY_SET_NULL (item, BtyChatItem, pricing, FALSE);
  bty_turn_run_say (self, item);
}

static void
say_paused (BtyTurnRun *self)
{
  BtyChatItem *item = bty_turn_run_item_new (BTY_CHAT_PAUSED, self->error->message);

  if (bty_spender_get_hit (self->spender) != NULL)
    item->command = g_strdup (bty_spender_get_hit (self->spender)->command);
  bty_turn_run_say (self, item);
}

void
bty_turn_run_store_answer (BtyTurnRun *self)
{
  sum_up (self);
  if (self->turn->usage != NULL || self->turn->cost > 0)
    say_usage (self);
  if (self->is_paused)
    say_paused (self);
  store_end (self);
}
