/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "chat/bty-turn-run-private.h"

#define MAX_TRIES        16
#define TITLE_CHARACTERS 60

static void
on_soul (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;

  self->soul = bty_soul_service_read_finish (BTY_SOUL_SERVICE (source), result, &error);
  if (self->soul == NULL)
    bty_turn_run_fail (self, error);
  else
    bty_turn_run_go_on (self, TURN_STEP_SESSION);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;

  self->bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);
  if (self->bot != NULL)
    bty_bot_service_hold (self->parts->bots, self->bot->record.id);
  if (self->bot != NULL)
    bty_bot_check_running (self->bot, &error);

  if (error != NULL)
    bty_turn_run_fail (self, error);
  else
    bty_soul_service_read_async (bty_bot_service_get_souls (self->parts->bots), self->bot->slug, NULL, on_soul,
                                 g_object_ref (self));
}

void
bty_turn_run_find_bot (BtyTurnRun *self)
{
  bty_bot_service_get_async (self->parts->bots, self->request->slug, NULL, on_bot, g_object_ref (self));
}

static gboolean
check_session (BtyTurnRun *self, BtySession *session, GError **error)
{
  if (g_strcmp0 (session->bot, self->bot->record.id) != 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the session %s is one of the bot “%s”, not of “%s”"),
                 session->record.id, session->slug, self->bot->slug);
  else if (session->state == BTY_SESSION_CLOSED)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the session %s is closed: leave it out to begin a new one"), session->record.id);
  else
    return TRUE;
  return FALSE;
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;
  BtySession *session = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                   _ ("there is no session %s: leave it out to begin a new one"), self->request->session);
    }
  g_clear_pointer (&self->session, bty_session_unref);
  self->session = session;
  if (error != NULL || !check_session (self, session, &error))
    bty_turn_run_fail (self, error);
  else
    bty_turn_run_go_on (self, TURN_STEP_QUESTION);
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

void
bty_turn_run_find_session (BtyTurnRun *self)
{
  if (self->request->session != NULL)
    {
      bty_store_get_async (self->parts->store, &bty_session_schema, "id", self->request->session, NULL, on_session,
                           g_object_ref (self));
      return;
    }
  self->session = bty_session_new ();
  self->session->bot = g_strdup (self->bot->record.id);
  self->session->slug = g_strdup (self->bot->slug);
  self->session->title = title_of (self->request->message);
  bty_turn_run_go_on (self, TURN_STEP_QUESTION);
}

static void
stop_others (BtyTurnRun *self)
{
  g_autoptr (GPtrArray) others = bty_session_queue_list (self->parts->queue, self->session->record.id);

  for (guint i = 0; i < others->len; i++)
    if (g_ptr_array_index (others, i) != self)
      bty_turn_run_stop (g_ptr_array_index (others, i), BTY_TURN_CANCELLED);
}

static void
say_start (BtyTurnRun *self)
{
  BtyChatItem *start = bty_turn_run_item_new (BTY_CHAT_START, NULL);

  start->session = g_strdup (self->session->record.id);
  start->turn = g_strdup (self->turn->record.id);
  bty_turn_run_say (self, start);
}

void
bty_turn_run_join_queue (BtyTurnRun *self)
{
  guint ahead;

  if (self->paused == NULL)
    say_start (self);
  if (self->soul->notice != NULL)
    bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_NOTICE, self->soul->notice));
  if (self->request->interrupt)
    stop_others (self);

  self->step = TURN_STEP_QUEUED;
  ahead = bty_session_queue_join (self->parts->queue, self->session->record.id, self->turn->record.id, G_OBJECT (self));
  if (self->parts->is_stopping)
    bty_turn_run_stop (self, BTY_TURN_INTERRUPTED);
  else if (bty_bot_service_is_deleted (self->parts->bots, self->bot->record.id))
    bty_turn_run_stop (self, BTY_TURN_CANCELLED);
  else if (ahead > 0)
    bty_turn_run_say (self, bty_turn_run_item_new (BTY_CHAT_QUEUED, NULL));
}

static void
on_question_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyTurnRun) self = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      bty_turn_run_join_queue (self);
      return;
    }
  g_clear_pointer (&self->turn, bty_turn_unref);
  g_clear_pointer (&self->question, bty_message_unref);
  /* Another message came into this session at the same moment: read the session again. */
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) && self->request->session != NULL &&
      self->tries++ < MAX_TRIES)
    {
      g_error_free (error);
      bty_turn_run_go_on (self, TURN_STEP_SESSION);
      return;
    }
  bty_turn_run_fail (self, error);
}

void
bty_turn_run_store_question (BtyTurnRun *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  BtySession *session = bty_session_edit (self->session);

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
  self->turn->soul_version = g_strdup (self->soul->version->record.id);
  bty_batch_put (batch, self->turn);
  bty_batch_publish (batch, "turn.started", self->turn);
  bty_store_apply_async (self->parts->store, batch, NULL, on_question_stored, g_object_ref (self));
}
