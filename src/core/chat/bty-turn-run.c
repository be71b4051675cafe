/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-turn-run.h"

#include <glib/gi18n-lib.h>

#include "chat/bty-context.h"
#include "chat/bty-followers.h"

/* The turn's steps, in order. Whatever goes wrong after the question is on disk leads to RUN_ANSWER, before that to RUN_OVER. */
typedef enum
{
  RUN_BOT,      /* find the bot and read its soul */
  RUN_SESSION,  /* find the session, or think of a new one */
  RUN_QUESTION, /* put session, question and turn on disk */
  RUN_QUEUED,   /* wait for the turns before this one */
  RUN_HISTORY,  /* read what was said before */
  RUN_ROUTE,    /* let a model answer */
  RUN_ANSWER,   /* put the answer on disk */
  RUN_OVER,     /* tell everyone who follows */
} RunState;

#define MAX_TRIES         16
#define HISTORY_PAGE      500
#define MAX_HISTORY_BYTES (16 * 1024 * 1024)
#define TITLE_CHARACTERS  60

struct _BtyTurnRun
{
  GObject             parent_instance;
  const BtyChatParts *parts;
  BtyChatSend        *request;
  BtyFollowers       *followers;
  BtyItemLog         *log;
  GCancellable       *cancellable;
  RunState            state;
  guint               tries;

  BtyBot     *bot;
  char       *soul;
  BtySession *session;
  BtyMessage *question;
  BtyTurn    *turn;
  GPtrArray  *history;
  gsize       history_bytes;
  char       *history_cursor;

  BtyRoute     *route;
  GString      *answer;
  guint         left_out;
  gboolean      is_stopped;
  BtyTurnState  stopped_as;
  GError       *error;
};

G_DEFINE_FINAL_TYPE (BtyTurnRun, bty_turn_run, G_TYPE_OBJECT)

static void advance (BtyTurnRun *self);

static void
bty_turn_run_finalize (GObject *object)
{
  BtyTurnRun *self = BTY_TURN_RUN (object);

  g_clear_pointer (&self->request, bty_chat_send_unref);
  g_clear_pointer (&self->followers, bty_followers_free);
  g_clear_pointer (&self->log, bty_item_log_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->bot, bty_bot_unref);
  g_clear_pointer (&self->soul, g_free);
  g_clear_pointer (&self->session, bty_session_unref);
  g_clear_pointer (&self->question, bty_message_unref);
  g_clear_pointer (&self->turn, bty_turn_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_pointer (&self->history_cursor, g_free);
  g_clear_object (&self->route);
  g_string_free (self->answer, TRUE);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (bty_turn_run_parent_class)->finalize (object);
}

static void
bty_turn_run_class_init (BtyTurnRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_turn_run_finalize;
}

static void
bty_turn_run_init (BtyTurnRun *self)
{
  self->followers = bty_followers_new ();
  self->cancellable = g_cancellable_new ();
  self->history = bty_record_list_new ();
  self->answer = g_string_new (NULL);
}

static BtyChatItem *
item_new (BtyChatItemType type, const char *text)
{
  BtyChatItem *item = bty_chat_item_new ();

  item->type = type;
  item->text = g_strdup (text);
  return item;
}

static void
say (BtyTurnRun *self, BtyChatItem *item)
{
  bty_item_log_append (self->log, item);
  bty_chat_item_unref (item);
}

static void
go_on (BtyTurnRun *self, RunState state)
{
  self->state = state;
  advance (self);
}

/* Takes @error. Nothing is lost: a question that is on disk gets its turn ended there, too. */
static void
fail (BtyTurnRun *self, GError *error)
{
  g_clear_error (&self->error);
  if (self->is_stopped && g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    g_clear_error (&error);
  self->error = error;
  go_on (self, self->turn != NULL ? RUN_ANSWER : RUN_OVER);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyTurnRun) self = data;
  GError               *error = NULL;

  self->bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);
  if (self->bot != NULL && self->bot->state == BTY_BOT_STOPPED)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _("the bot “%s” is stopped: “boternity-ctl bot start %s” lets it answer"),
                 self->bot->slug, self->bot->slug);
  else if (self->bot != NULL)
    self->soul = bty_bot_service_read_soul (self->parts->bots, self->bot, &error);

  if (error != NULL)
    fail (self, error);
  else
    go_on (self, RUN_SESSION);
}

static void
find_bot (BtyTurnRun *self)
{
  bty_bot_service_get_async (self->parts->bots, self->request->slug, NULL, on_bot, g_object_ref (self));
}

static gboolean
check_session (BtyTurnRun *self, BtySession *session, GError **error)
{
  if (g_strcmp0 (session->bot, self->bot->record.id) != 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _("the session %s is one of the bot “%s”, not of “%s”"), session->record.id,
                 session->slug, self->bot->slug);
  else if (session->state == BTY_SESSION_CLOSED)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _("the session %s is closed: leave it out to begin a new one"),
                 session->record.id);
  else
    return TRUE;
  return FALSE;
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyTurnRun) self = data;
  GError               *error = NULL;
  BtySession           *session = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _("there is no session %s: leave it out to begin a new one"),
                   self->request->session);
    }
  g_clear_pointer (&self->session, bty_session_unref);
  self->session = session;
  if (error != NULL || !check_session (self, session, &error))
    fail (self, error);
  else
    go_on (self, RUN_QUESTION);
}

static char *
title_of (const char *message)
{
  g_autofree char *line = g_strdelimit (g_strstrip (g_strdup (message)), "\n\r\t\v\f", ' ');
  g_autofree char *cut = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), TITLE_CHARACTERS));

  for (char *c = cut; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_steal_pointer (&cut);
}

static void
find_session (BtyTurnRun *self)
{
  if (self->request->session != NULL)
    {
      bty_store_get_async (self->parts->store, &bty_session_schema, "id", self->request->session, NULL, on_session, g_object_ref (self));
      return;
    }
  self->session = bty_session_new ();
  self->session->bot = g_strdup (self->bot->record.id);
  self->session->slug = g_strdup (self->bot->slug);
  self->session->title = title_of (self->request->message);
  go_on (self, RUN_QUESTION);
}

static void
stop_others (BtyTurnRun *self)
{
  g_autoptr(GPtrArray) others = bty_session_queue_list (self->parts->queue, self->session->record.id);

  for (guint i = 0; i < others->len; i++)
    if (g_ptr_array_index (others, i) != self)
      bty_turn_run_stop (g_ptr_array_index (others, i), BTY_TURN_CANCELLED);
}

static void
join_queue (BtyTurnRun *self)
{
  BtyChatItem *start = item_new (BTY_CHAT_START, NULL);
  guint        ahead;

  start->session = g_strdup (self->session->record.id);
  start->turn = g_strdup (self->turn->record.id);
  say (self, start);
  if (self->request->interrupt)
    stop_others (self);

  self->state = RUN_QUEUED;
  ahead = bty_session_queue_join (self->parts->queue, self->session->record.id, self->turn->record.id, G_OBJECT (self));
  if (ahead > 0)
    say (self, item_new (BTY_CHAT_QUEUED, NULL));
}

static void
on_question_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyTurnRun) self = data;
  GError               *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      join_queue (self);
      return;
    }
  g_clear_pointer (&self->turn, bty_turn_unref);
  g_clear_pointer (&self->question, bty_message_unref);
  /* Another message came into this session at the same moment: read the session again. */
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) && self->request->session != NULL && self->tries++ < MAX_TRIES)
    {
      g_error_free (error);
      go_on (self, RUN_SESSION);
      return;
    }
  fail (self, error);
}

static void
store_question (BtyTurnRun *self)
{
  g_autoptr(BtyBatch) batch = bty_batch_new ();
  BtySession         *session = bty_session_edit (self->session);

  bty_session_unref (self->session);
  self->session = session;
  session->active_at = g_get_real_time ();
  session->turns += 1;
  bty_batch_put (batch, session);

  self->turn = bty_turn_new ();
  self->turn->record.id = bty_id_new ();
  self->question = bty_message_new ();
  self->question->session = g_strdup (session->record.id);
  self->question->bot = g_strdup (self->bot->record.id);
  self->question->turn = g_strdup (self->turn->record.id);
  self->question->role = BTY_ROLE_USER;
  self->question->text = g_strdup (self->request->message);
  bty_batch_put (batch, self->question);

  self->turn->session = g_strdup (session->record.id);
  self->turn->bot = g_strdup (self->bot->record.id);
  self->turn->state = BTY_TURN_RUNNING;
  self->turn->question = g_strdup (self->question->record.id);
  bty_batch_put (batch, self->turn);
  bty_batch_publish (batch, "turn.started", self->turn);
  bty_store_apply_async (self->parts->store, batch, NULL, on_question_stored, g_object_ref (self));
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyTurnRun) self = data;
  GError               *error = NULL;
  g_autoptr(BtyPage)    page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      fail (self, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      BtyMessage *message = g_ptr_array_index (page->items, i);

      self->history_bytes += strlen (message->text);
      g_ptr_array_add (self->history, bty_message_ref (message));
    }
  bty_record_take_string (&self->history_cursor, g_strdup (page->next_cursor));
  go_on (self, self->history_cursor != NULL && self->history_bytes < MAX_HISTORY_BYTES ? RUN_HISTORY : RUN_ROUTE);
}

static void
read_history (BtyTurnRun *self)
{
  g_autoptr(BtyQuery) query = bty_query_new (&bty_message_schema);

  bty_query_where (query, "session", BTY_MATCH_EQUAL, self->session->record.id);
  bty_query_order (query, "id", TRUE);
  bty_query_limit (query, HISTORY_PAGE);
  bty_query_after (query, self->history_cursor);
  bty_store_query_async (self->parts->store, query, self->cancellable, on_history, g_object_ref (self));
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const char *model, gint64 window, gint64 max_output, gpointer data, GError **error)
{
  BtyTurnRun           *self = data;
  gint64                reserve = bty_settings_get_int (self->parts->settings, "chat", "reserve");
  guint                 left_out = 0;
  BtyCompletionRequest *request = bty_context_build (self->bot, self->soul, self->history, self->turn, window, max_output, reserve,
                                                     &left_out, error);
  BtyChatItem          *item;

  if (request == NULL)
    return NULL;
  item = item_new (BTY_CHAT_MODEL, NULL);
  item->model = g_strdup (model);
  say (self, item);
  if (left_out > 0 && left_out != self->left_out)
    {
      g_autofree char *text =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u older message does not fit into the window of %s and is left out",
                                      "%u older messages do not fit into the window of %s and are left out", left_out), left_out, model);

      say (self, item_new (BTY_CHAT_NOTICE, text));
    }
  self->left_out = left_out;
  return request;
}

static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  g_autofree char *text = g_strdup_printf (_("%s cannot answer: %s"), model, error->message);

  say (data, item_new (BTY_CHAT_NOTICE, text));
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  BtyTurnRun *self = data;

  if (delta->kind == BTY_DELTA_TEXT)
    {
      g_string_append_len (self->answer, delta->text, (gssize) delta->length);
      bty_item_log_append_text (self->log, delta->text, delta->length);
    }
  else if (delta->kind == BTY_DELTA_REASONING)
    {
      g_autofree char *text = g_strndup (delta->text, delta->length);

      say (self, item_new (BTY_CHAT_REASONING, text));
    }
  if (self->answer->len > (gsize) bty_settings_get_int (self->parts->settings, "chat", "max_answer"))
    g_cancellable_cancel (self->cancellable);
}

static void
on_routed (BtyRoute *route, gpointer data)
{
  BtyTurnRun   *self = data;
  const GError *error = bty_route_get_error (route);

  if (error != NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    self->error = g_error_copy (error);
  else if (error != NULL && !self->is_stopped)
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _("the answer is longer than the setting chat.max_answer allows"));
  go_on (self, RUN_ANSWER);
}

static const BtyRouteEvents route_events = { .on_model = on_model, .on_skipped = on_skipped, .on_delta = on_delta, .on_done = on_routed };

static void
ask_models (BtyTurnRun *self)
{
  g_autofree char *fallback = bty_settings_get (self->parts->settings, "chat", "route");
  g_auto(GStrv)    split = g_strsplit_set (fallback, ", ", -1);
  GStrv            models = self->bot->route != NULL && self->bot->route[0] != NULL ? self->bot->route : split;
  gint64           window = bty_settings_get_int (self->parts->settings, "chat", "context_window");

  self->route = bty_route_new (self->parts->providers, (const char *const *) models, window, self->cancellable, &route_events, self);
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
  turn->state = self->is_stopped ? self->stopped_as : self->error != NULL ? BTY_TURN_FAILED : BTY_TURN_DONE;
  turn->stop_reason = self->is_stopped ? BTY_STOP_CANCELLED : self->error != NULL ? BTY_STOP_FAILED : BTY_STOP_END;
  if (self->route != NULL)
    {
      if (!self->is_stopped && self->error == NULL)
        turn->stop_reason = bty_route_get_stop_reason (self->route);
      turn->model = g_strdup (bty_route_get_model (self->route));
      turn->usage = bty_route_get_usage (self->route) != NULL ? bty_usage_ref (bty_route_get_usage (self->route)) : NULL;
    }
  if (self->error != NULL)
    {
      turn->error_code = g_strdup (bty_error_info (bty_error_code_of (self->error))->name);
      turn->error = g_strdup (self->error->message);
    }
}

static void
on_answer_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(BtyTurnRun) self = data;
  GError               *error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      g_warning ("the end of turn %s could not be kept: %s", self->turn->record.id, error->message);
      g_clear_error (&self->error);
      self->error = error;
    }
  go_on (self, RUN_OVER);
}

static void
store_answer (BtyTurnRun *self)
{
  g_autoptr(BtyBatch)   batch = bty_batch_new ();
  g_autoptr(BtyMessage) answer = NULL;

  sum_up (self);
  if (self->turn->usage != NULL)
    {
      BtyChatItem *item = item_new (BTY_CHAT_USAGE, NULL);

      item->usage = bty_usage_ref (self->turn->usage);
      say (self, item);
    }
  if (self->answer->len > 0)
    {
      answer = make_answer (self);
      bty_batch_put (batch, answer);
      self->turn->answer = g_strdup (answer->record.id);
    }
  self->turn->items = bty_item_log_pack (self->log, &self->turn->items_text);
  bty_batch_put (batch, self->turn);
  bty_batch_publish (batch, "turn.finished", self->turn);
  bty_store_apply_async (self->parts->store, batch, NULL, on_answer_stored, g_object_ref (self));
}

static void
end (BtyTurnRun *self)
{
  if (self->turn != NULL)
    bty_session_queue_leave (self->parts->queue, self->session->record.id, self->turn->record.id);
  if (self->is_stopped && self->stopped_as == BTY_TURN_INTERRUPTED && self->error == NULL)
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _("the daemon is stopping: what was said so far is kept"));
  bty_followers_end (self->followers, self->turn, self->error);
}

static void
advance (BtyTurnRun *self)
{
  if (self->is_stopped && (self->state == RUN_HISTORY || self->state == RUN_ROUTE) && self->route == NULL)
    self->state = RUN_ANSWER;
  switch (self->state)
    {
    case RUN_BOT:
      find_bot (self);
      break;
    case RUN_SESSION:
      find_session (self);
      break;
    case RUN_QUESTION:
      store_question (self);
      break;
    case RUN_QUEUED:
      break;
    case RUN_HISTORY:
      read_history (self);
      break;
    case RUN_ROUTE:
      ask_models (self);
      break;
    case RUN_ANSWER:
      store_answer (self);
      break;
    case RUN_OVER:
      end (self);
      break;
    }
}

void
bty_turn_run_start (const BtyChatParts *parts, BtyCall *call)
{
  g_autoptr(BtyTurnRun) self = g_object_new (BTY_TYPE_TURN_RUN, NULL);

  self->parts = parts;
  self->request = bty_chat_send_ref (bty_call_request (call));
  self->log = bty_item_log_ref (bty_call_log (call));
  bty_followers_add (self->followers, call, FALSE);
  advance (self);
}

void
bty_turn_run_go (GObject *run)
{
  BtyTurnRun *self = BTY_TURN_RUN (run);

  if (self->state == RUN_QUEUED)
    go_on (self, RUN_HISTORY);
}

void
bty_turn_run_follow (BtyTurnRun *self, BtyCall *call)
{
  bty_call_share_log (call, self->log);
  bty_followers_add (self->followers, call, FALSE);
}

void
bty_turn_run_on_over (BtyTurnRun *self, BtyCall *call)
{
  bty_followers_add (self->followers, call, TRUE);
}

void
bty_turn_run_stop (BtyTurnRun *self, BtyTurnState state)
{
  g_autoptr(BtyTurnRun) alive = g_object_ref (self);

  if (self->is_stopped || self->state >= RUN_ANSWER)
    return;
  self->is_stopped = TRUE;
  self->stopped_as = state;
  if (self->state == RUN_QUEUED)
    go_on (self, RUN_ANSWER);
  else
    g_cancellable_cancel (self->cancellable);
}
