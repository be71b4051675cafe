/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-complete-run.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "secret/bty-secret-redact.h"

struct _BtyCompleteRun
{
  GObject parent_instance;
  BtyChatParts *parts;
  BtyCall *call;
  const BtyCompletionRequest *request; /* the call's */
  BtyItemLog *log;                     /* the call's */
  GList link;                          /* in parts->completions */
  GCancellable *cancellable;           /* of the work: the caller's, or ours */
  gulong cancellable_link;
  GError *reason; /* (nullable): why we gave it up ourselves */

  BtyBot *bot; /* (nullable) */
  BtySoulPrompt *soul;
  BtySpender *spender;
  BtyRoute *route;
  GString *held; /* what came last and is not said yet: it may be the beginning of a secret */
  BtyDelta held_of;
  gsize said_bytes;
  gsize max_bytes;
};

G_DEFINE_FINAL_TYPE (BtyCompleteRun, bty_complete_run, G_TYPE_OBJECT)

static void
bty_complete_run_finalize (GObject *object)
{
  BtyCompleteRun *self = BTY_COMPLETE_RUN (object);

  g_clear_pointer (&self->call, bty_call_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->bot, bty_bot_unref);
  g_clear_pointer (&self->soul, bty_soul_prompt_free);
  g_clear_object (&self->route);
  g_clear_object (&self->spender);
  g_string_free (self->held, TRUE);
  g_clear_error (&self->reason);
  G_OBJECT_CLASS (bty_complete_run_parent_class)->finalize (object);
}

static void
bty_complete_run_class_init (BtyCompleteRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_complete_run_finalize;
}

static void
bty_complete_run_init (BtyCompleteRun *self)
{
  self->cancellable = g_cancellable_new ();
  self->held = g_string_new (NULL);
  self->link.data = self;
}

/* Takes @error. The reference of bty_complete_run_start() goes. */
static void
end (BtyCompleteRun *self, gconstpointer answer, GError *error)
{
  g_autoptr (BtyCompleteRun) own = self;
  g_autoptr (GError) why = error;

  g_clear_signal_handler (&self->cancellable_link, bty_call_cancellable (self->call));
  g_queue_unlink (&self->parts->completions, &self->link);
  self->parts->n_runs -= 1;
  if (self->bot != NULL)
    bty_bot_service_release (self->parts->bots, self->bot->record.id);
  if (why != NULL && self->reason != NULL && g_error_matches (why, BTY_ERROR, BTY_ERROR_CANCELLED))
    bty_call_fail (self->call, self->reason);
  else if (why != NULL)
    bty_call_fail (self->call, why);
  else
    bty_call_return (self->call, answer);
}

/* Takes @reason. */
static void
give_up (BtyCompleteRun *self, GError *reason)
{
  if (self->reason == NULL)
    self->reason = reason;
  else
    g_error_free (reason);
  g_cancellable_cancel (self->cancellable);
}

/* What a model says. */

static void
say (BtyCompleteRun *self, BtyCompletionItem *item)
{
  bty_item_log_append (self->log, item);
  bty_completion_item_unref (item);
}

static void
say_name (BtyCompleteRun *self, BtyCompletionItemType type, const char *name, const char *text)
{
  BtyCompletionItem *item = bty_completion_item_new ();

  item->type = type;
  item->name = g_strdup (name);
  item->text = g_strdup (text);
  say (self, item);
}

static BtyCompletionItemType
type_of (BtyDeltaKind kind)
{
  switch (kind)
    {
    case BTY_DELTA_REASONING:
      return BTY_COMPLETION_REASONING;
    case BTY_DELTA_SIGNATURE:
      return BTY_COMPLETION_SIGNATURE;
    case BTY_DELTA_TOOL_CALL:
      return BTY_COMPLETION_TOOL_CALL;
    default:
      return BTY_COMPLETION_TEXT;
    }
}

/* A piece that is no text of the answer. */
static void
say_piece (BtyCompleteRun *self, const BtyDelta *delta, const char *text, gsize length)
{
  BtyCompletionItem *item = bty_completion_item_new ();

  item->type = type_of (delta->kind);
  item->text = g_strndup (text, length);
  if (delta->kind == BTY_DELTA_TOOL_CALL)
    {
      item->index = delta->index;
      BTY_SET_NULL (item, BtyCompletionItem, index, FALSE);
      item->call_id = g_strdup (delta->call_id);
      item->name = g_strdup (delta->name);
    }
  say (self, item);
}

/* Says the first @length bytes of what is held. */
static void
say_held (BtyCompleteRun *self, gsize length)
{
  if (length == 0)
    return;
  if (self->held_of.kind == BTY_DELTA_TEXT)
    bty_item_log_append_text (self->log, self->held->str, length);
  else
    say_piece (self, &self->held_of, self->held->str, length);
  g_string_erase (self->held, 0, (gssize) length);
}

/* What is held is the end of a piece: it may be a key that was cut off, or that goes on in a piece of another kind. */
static void
say_rest (BtyCompleteRun *self)
{
  if (self->held->len == 0)
    return;
  bty_secret_redact_rest (self->held);
  say_held (self, self->held->len);
}

/* Whoever wants one call of a tool at a time gets the first, whatever the model thinks. */
static gboolean
is_surplus (BtyCompleteRun *self, const BtyDelta *delta)
{
  return delta->kind == BTY_DELTA_TOOL_CALL && delta->index > 0 && self->request->serial_tools;
}

/* A service may say the key that it was given: nothing of that is shown. */
static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  BtyCompleteRun *self = data;
  gboolean is_new = delta->kind == BTY_DELTA_TOOL_CALL && (delta->call_id != NULL || delta->name != NULL);

  if ((delta->length == 0 && !is_new) || is_surplus (self, delta))
    return;
  self->said_bytes += delta->length;
  if (is_new || self->held_of.kind != delta->kind || self->held_of.index != delta->index)
    say_rest (self);
  if (is_new)
    say_piece (self, delta, NULL, 0);
  self->held_of = (BtyDelta){ .kind = delta->kind, .index = delta->index };
  g_string_append_len (self->held, delta->text, (gssize) delta->length);
  say_held (self, bty_secret_redact_stream (self->held));
  if (self->said_bytes > self->max_bytes)
    give_up (self, g_error_new (BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                                _ ("the answer is longer than the setting chat.max_answer allows")));
}

static void
on_restarted (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  BtyCompleteRun *self = data;
  g_autofree char *text = bty_secret_redact (error->message);

  g_string_truncate (self->held, 0);
  self->said_bytes = 0;
  say_name (self, BTY_COMPLETION_RESTARTED, model, text);
}

/* Asking. */

static char *
join_system (const BtyCompleteRun *self)
{
  const char *own = self->request->system;

  if (self->soul == NULL)
    return g_strdup (own);
  if (own == NULL || *own == '\0')
    return g_strdup (self->soul->text);
  return g_strconcat (self->soul->text, "\n\n", own, NULL);
}

/* The bot's own wishes count where the caller has none. */
static void
take_from_bot (BtyCompletionRequest *request, const BtyBot *bot)
{
  bty_record_take_string (&request->bot, g_strdup (bot->record.id));
  if (request->max_output == 0)
    request->max_output = bot->max_output;
  if (!BTY_IS_NULL (request, BtyCompletionRequest, temperature) || BTY_IS_NULL (bot, BtyBot, temperature))
    return;
  request->temperature = bot->temperature;
  BTY_SET_NULL (request, BtyCompletionRequest, temperature, FALSE);
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  BtyCompleteRun *self = data;
  BtyCompletionRequest *request = bty_completion_request_edit (self->request);

  say_rest (self);
  say_name (self, BTY_COMPLETION_MODEL, model->name, NULL);
  bty_record_take_string (&request->system, join_system (self));
  if (self->bot != NULL)
    take_from_bot (request, self->bot);
  return request;
}

/* A program that asks has to know whether it is its owner's cap, which waiting does not help, or the provider's pace. */
static void
say_limited (BtyCompleteRun *self, const GError *error)
{
  BtyCompletionItem *item = bty_completion_item_new ();
  gint64 wait = bty_route_get_retry_after_ms (self->route);

  item->type = BTY_COMPLETION_LIMITED;
  item->name = g_strdup (bty_error_is_cap (error) ? "budget" : "provider");
  item->text = g_strdup (error->message);
  item->retry_after_ms = wait;
  BTY_SET_NULL (item, BtyCompletionItem, retry_after_ms, wait < 0);
  say (self, item);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  BtyCompleteRun *self = data;
  const GError *error = bty_route_get_error (route);
  const BtyUsage *usage = bty_route_get_usage (route);
  g_autoptr (BtyCompletionAnswer) answer = NULL;
  GError *clean;

  say_rest (self);
  if (error != NULL)
    {
      clean = g_error_copy (error);
      bty_secret_redact_error (clean);
      if (g_error_matches (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED))
        say_limited (self, clean);
      end (self, NULL, clean);
      return;
    }
  answer = bty_completion_answer_new ();
  answer->model = g_strdup (bty_route_get_model (route));
  answer->stop_reason = bty_route_get_stop_reason (route);
  answer->usage = usage != NULL ? bty_usage_ref (usage) : NULL;
  answer->cost = bty_spender_get_cost (self->spender, &answer->pricing);
  answer->parts = bty_complete_collect (self->log);
  end (self, answer, NULL);
}

/* Of two that were asked at once. */
static void
on_chosen (BtyRoute *route, const char *model, gpointer data)
{
  say_name (data, BTY_COMPLETION_MODEL, model, NULL);
}

static const BtyRouteEvents route_events = {
  .on_model = on_model, .on_restarted = on_restarted, .on_chosen = on_chosen, .on_delta = on_delta, .on_done = on_done
};

static GStrv
steps_of (BtyCompleteRun *self, const BtyBot *bot)
{
  g_autofree char *fallback = NULL;

  if (bot->route != NULL && bot->route[0] != NULL)
    return g_strdupv (bot->route);
  fallback = bty_settings_get (self->parts->settings, "chat", "route");
  return g_strsplit_set (fallback, ", ", -1);
}

static void
ask (BtyCompleteRun *self)
{
  const char *one[] = { self->request->model, NULL };
  g_auto (GStrv) of_bot = self->bot != NULL ? steps_of (self, self->bot) : NULL;
  BtySpenderFor what = { .purpose = "gateway" };
  BtyRouteDemand demand = { .needs = bty_complete_needs (self->request),
                            .tokens = bty_complete_count (self->request, self->soul != NULL ? self->soul->text : NULL),
                            .priority = BTY_PRIORITY_PROGRAM };

  if (self->bot != NULL)
    {
      what.bot = self->bot->record.id;
      what.slug = self->bot->slug;
    }
  self->max_bytes = (gsize) bty_settings_get_int (self->parts->settings, "chat", "max_answer");
  self->spender = bty_spender_new (bty_router_get_budgets (self->parts->router), NULL, &what);
  self->route = bty_route_new (self->parts->router, of_bot != NULL ? (const char *const *) of_bot : one, self->spender,
                               self->cancellable, &route_events, self);
  bty_route_set_demand (self->route, &demand);
  bty_route_start (self->route);
}

/* The bot. */

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyCompleteRun *self = data;
  GError *error = NULL;

  self->soul = bty_soul_service_read_finish (BTY_SOUL_SERVICE (source), result, &error);
  if (self->soul == NULL)
    end (self, NULL, error);
  else
    ask (self);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyCompleteRun *self = data;
  GError *error = NULL;

  self->bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);
  if (self->bot != NULL)
    bty_bot_service_hold (self->parts->bots, self->bot->record.id);
  if (self->bot != NULL)
    bty_bot_check_running (self->bot, &error);
  if (error != NULL)
    end (self, NULL, error);
  else
    bty_soul_service_read_async (bty_bot_service_get_souls (self->parts->bots), self->bot->slug, self->cancellable,
                                 on_soul, self);
}

static void
on_call_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (((BtyCompleteRun *) data)->cancellable);
}

static gboolean
check (const BtyChatParts *parts, BtyCall *call)
{
  const BtyCompletionRequest *request = bty_call_request (call);

  if (parts->is_stopping)
    bty_call_fail_new (call, BTY_ERROR_UNAVAILABLE, _ ("the daemon is stopping: ask again in a moment"));
  else if (request->messages == NULL || request->messages->len == 0)
    bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, _ ("/messages: there is nothing to answer"));
  else
    return TRUE;
  return FALSE;
}

void
bty_complete_run_start (BtyChatParts *parts, BtyCall *call)
{
  BtyCompleteRun *self;

  if (!check (parts, call))
    return;
  self = g_object_new (BTY_TYPE_COMPLETE_RUN, NULL);
  self->parts = parts;
  self->call = bty_call_ref (call);
  self->request = bty_call_request (call);
  self->log = bty_call_log (call);
  parts->n_runs += 1;
  g_queue_push_tail_link (&parts->completions, &self->link);
  self->cancellable_link = g_signal_connect (bty_call_cancellable (call), "cancelled", G_CALLBACK (on_call_cancelled),
                                             self);
  if (g_str_has_prefix (self->request->model, BTY_COMPLETE_BOT_PREFIX))
    bty_bot_service_get_async (parts->bots, self->request->model + strlen (BTY_COMPLETE_BOT_PREFIX), self->cancellable,
                               on_bot, self);
  else
    ask (self);
}

void
bty_complete_run_stop_all (BtyChatParts *parts, const char *bot, const char *why)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *link = parts->completions.head; link != NULL; link = link->next)
    g_ptr_array_add (runs, g_object_ref (link->data));
  for (guint i = 0; i < runs->len; i++)
    {
      BtyCompleteRun *self = runs->pdata[i];

      if (bot != NULL && (self->bot == NULL || strcmp (self->bot->record.id, bot) != 0))
        continue;
      give_up (self, g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                          why != NULL ? why : _ ("the daemon is stopping: ask again in a moment")));
    }
}
