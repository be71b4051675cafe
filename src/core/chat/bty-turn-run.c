/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-time-limit.h"
#include "chat/bty-turn-resume.h"
#include "chat/bty-turn-run-private.h"

G_DEFINE_FINAL_TYPE (BtyTurnRun, bty_turn_run, G_TYPE_OBJECT)

static void advance (BtyTurnRun *self);

static void
bty_turn_run_finalize (GObject *object)
{
  BtyTurnRun *self = BTY_TURN_RUN (object);

  g_clear_handle_id (&self->deadline, bty_time_limit_remove);
  g_clear_pointer (&self->request, bty_chat_send_unref);
  g_clear_pointer (&self->followers, bty_followers_free);
  g_clear_pointer (&self->log, bty_item_log_unref);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->bot, bty_bot_unref);
  g_clear_pointer (&self->soul, bty_soul_prompt_free);
  g_clear_pointer (&self->session, bty_session_unref);
  g_clear_pointer (&self->question, bty_message_unref);
  g_clear_pointer (&self->turn, bty_turn_unref);
  g_clear_pointer (&self->stored, bty_turn_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_pointer (&self->history_cursor, g_free);
  g_clear_object (&self->route);
  if (self->spender != NULL)
    bty_spender_on_warning (self->spender, NULL, NULL);
  g_clear_object (&self->spender);
  g_clear_pointer (&self->paused, bty_turn_unref);
  g_string_free (self->answer, TRUE);
  g_string_free (self->held, TRUE);
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
  self->held = g_string_new (NULL);
}

BtyChatItem *
bty_turn_run_item_new (BtyChatItemType type, const char *text)
{
  BtyChatItem *item = bty_chat_item_new ();

  item->type = type;
  item->text = g_strdup (text);
  return item;
}

void
bty_turn_run_say (BtyTurnRun *self, BtyChatItem *item)
{
  bty_item_log_append (self->log, item);
  bty_chat_item_unref (item);
}

void
bty_turn_run_go_on (BtyTurnRun *self, BtyTurnStep step)
{
  self->step = step;
  advance (self);
}

void
bty_turn_run_fail (BtyTurnRun *self, GError *error)
{
  g_clear_error (&self->error);
  if (self->is_stopped && g_error_matches (error, BTY_ERROR, BTY_ERROR_CANCELLED))
    g_clear_error (&error);
  self->error = error;
  bty_turn_run_go_on (self, self->turn != NULL ? TURN_STEP_ANSWER : TURN_STEP_OVER);
}

static void
end (BtyTurnRun *self)
{
  self->parts->n_runs -= 1;
  if (self->paused != NULL)
    g_hash_table_remove (self->parts->resuming, self->paused->record.id);
  if (self->turn != NULL)
    {
      bty_session_queue_leave (self->parts->queue, self->session->record.id, self->turn->record.id);
      bty_recorder_end (bty_router_get_recorder (self->parts->router), self->turn->record.id);
    }
  if (self->is_stopped && self->stopped_as == BTY_TURN_INTERRUPTED && self->error == NULL)
    g_set_error (&self->error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                 _ ("the daemon is stopping: what was said so far is kept"));
  if (self->bot != NULL)
    bty_bot_service_release (self->parts->bots, self->bot->record.id);
  bty_followers_end (self->followers, self->turn, self->error);
  /* A cap was raised while it was being put away. */
  if (self->turn != NULL && self->turn->state == BTY_TURN_PAUSED && self->paused_at != self->parts->raises &&
      !self->parts->is_stopping)
    bty_turn_resume (self->parts, self->turn, NULL);
}

static void
advance (BtyTurnRun *self)
{
  if (self->is_stopped && (self->step == TURN_STEP_HISTORY || self->step == TURN_STEP_ROUTE) && self->route == NULL)
    self->step = TURN_STEP_ANSWER;
  switch (self->step)
    {
    case TURN_STEP_BOT:
      bty_turn_run_find_bot (self);
      break;
    case TURN_STEP_SESSION:
      bty_turn_run_find_session (self);
      break;
    case TURN_STEP_QUESTION:
      if (self->paused != NULL)
        bty_turn_run_store_resumed (self);
      else
        bty_turn_run_store_question (self);
      break;
    case TURN_STEP_QUEUED:
      break;
    case TURN_STEP_HISTORY:
      bty_turn_run_read_history (self);
      break;
    case TURN_STEP_ROUTE:
      bty_turn_run_ask_models (self);
      break;
    case TURN_STEP_ANSWER:
      bty_turn_run_store_answer (self);
      break;
    case TURN_STEP_OVER:
      end (self);
      break;
    }
}

void
bty_turn_run_start (BtyChatParts *parts, BtyCall *call)
{
  g_autoptr (BtyTurnRun) self = NULL;

  if (parts->is_stopping)
    {
      bty_call_fail_new (call, BTY_ERROR_UNAVAILABLE, _ ("the daemon is stopping: say it again in a moment"));
      return;
    }
  parts->n_runs += 1;
  self = g_object_new (BTY_TYPE_TURN_RUN, NULL);
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

  if (self->step == TURN_STEP_QUEUED)
    bty_turn_run_go_on (self, TURN_STEP_HISTORY);
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

const char *
bty_turn_run_get_bot (BtyTurnRun *self)
{
  return self->bot != NULL ? self->bot->record.id : NULL;
}

void
bty_turn_run_stop (BtyTurnRun *self, BtyTurnState state)
{
  g_autoptr (BtyTurnRun) alive = g_object_ref (self);

  if (self->is_stopped || self->step >= TURN_STEP_ANSWER)
    return;
  self->is_stopped = TRUE;
  self->stopped_as = state;
  if (self->step == TURN_STEP_QUEUED)
    bty_turn_run_go_on (self, TURN_STEP_ANSWER);
  else
    g_cancellable_cancel (self->cancellable);
}
