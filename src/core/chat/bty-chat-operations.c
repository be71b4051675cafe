/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "chat/bty-chat-service.h"
#include "chat/bty-turn-resume.h"

static BtyChatParts *
parts_of (BtyCall *call)
{
  return bty_chat_service_get_parts (bty_call_service (call));
}

static void
chat_send (BtyCall *call)
{
  bty_turn_run_start (parts_of (call), call);
}

static BtyTurn *
finish_turn (GObject *source, GAsyncResult *result, BtyCall *call, const char *id)
{
  g_autoptr (GError) error = NULL;
  BtyTurn *turn = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (call, BTY_ERROR_NOT_FOUND, _ ("there is no turn %s"), id);
  else if (turn == NULL)
    bty_call_fail (call, error);
  return turn;
}

static void
end_like (BtyCall *call, const BtyTurn *turn)
{
  const BtyErrorInfo *info = turn->error_code != NULL ? bty_error_info_by_name (turn->error_code) : NULL;

  if (turn->state == BTY_TURN_RUNNING || turn->state == BTY_TURN_INTERRUPTED)
    bty_call_fail_new (call, BTY_ERROR_UNAVAILABLE, _ ("the daemon stopped in the middle of the answer: say it again"));
  else if (turn->error != NULL)
    bty_call_fail_new (call, info != NULL ? info->code : BTY_ERROR_INTERNAL, "%s", turn->error);
  else
    bty_call_return (call, turn);
}

/* A turn that is over, from its items on. */
static void
answer_over (BtyCall *call, const BtyTurn *turn)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyItemLog) log = NULL;

  if (turn->items != NULL)
    {
      log = bty_item_log_unpack (turn->items, turn->items_text, &bty_chat_item_schema, &error);
      if (log == NULL)
        {
          bty_call_fail (call, error);
          return;
        }
      bty_call_share_log (call, log);
    }
  end_like (call, turn);
}

static void
on_turn_to_attach (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyChatAttach *request = bty_call_request (call);
  g_autoptr (BtyTurn) turn = finish_turn (source, result, call, request->turn);

  if (turn != NULL)
    answer_over (call, turn);
}

static void
chat_attach (BtyCall *call)
{
  const BtyChatParts *parts = parts_of (call);
  const BtyChatAttach *request = bty_call_request (call);
  GObject *run = bty_turn_resume_find (parts_of (call), request->turn);

  bty_call_skip (call, (guint64) request->after);
  if (run != NULL)
    bty_turn_run_follow (BTY_TURN_RUN (run), call);
  else
    bty_store_get_async (parts->store, &bty_turn_schema, "id", request->turn, bty_call_cancellable (call),
                         on_turn_to_attach, bty_call_ref (call));
}

static void
on_turn_to_resume (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyChatAttach *request = bty_call_request (call);
  g_autoptr (BtyTurn) turn = finish_turn (source, result, call, request->turn);
  GObject *run = turn != NULL ? bty_turn_resume_find (parts_of (call), request->turn) : NULL;

  if (run != NULL)
    bty_turn_run_follow (BTY_TURN_RUN (run), call);
  else if (turn != NULL && turn->state == BTY_TURN_PAUSED && !parts_of (call)->is_stopping)
    bty_turn_resume (parts_of (call), turn, call);
  else if (turn != NULL)
    answer_over (call, turn);
}

static void
chat_resume (BtyCall *call)
{
  const BtyChatAttach *request = bty_call_request (call);

  bty_call_skip (call, (guint64) request->after);
  bty_store_get_async (parts_of (call)->store, &bty_turn_schema, "id", request->turn, bty_call_cancellable (call),
                       on_turn_to_resume, bty_call_ref (call));
}

static void
on_turn_to_show (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyTurnKey *request = bty_call_request (call);
  g_autoptr (BtyTurn) turn = finish_turn (source, result, call, request->turn);

  if (turn != NULL)
    bty_call_return (call, turn);
}

static void
turn_get (BtyCall *call)
{
  const BtyTurnKey *request = bty_call_request (call);

  bty_store_get_async (parts_of (call)->store, &bty_turn_schema, "id", request->turn, bty_call_cancellable (call),
                       on_turn_to_show, bty_call_ref (call));
}

/* A turn that waits for the budget waits no more. */

typedef struct
{
  BtyCall *call;
  BtyTurn *turn;
} Cancelling;

static void
on_cancelled_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Cancelling *cancelling = data;
  g_autoptr (BtyCall) call = cancelling->call;
  g_autoptr (BtyTurn) turn = cancelling->turn;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (call, turn);
  else
    bty_call_fail (call, error);
}

static void
on_turn_to_cancel (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyTurnKey *request = bty_call_request (call);
  g_autoptr (BtyTurn) turn = finish_turn (source, result, call, request->turn);
  g_autoptr (BtyBatch) batch = NULL;
  Cancelling *cancelling;

  if (turn != NULL && turn->state != BTY_TURN_PAUSED)
    bty_call_return (call, turn);
  if (turn == NULL || turn->state != BTY_TURN_PAUSED)
    return;
  batch = bty_batch_new ();
  cancelling = g_new0 (Cancelling, 1);
  cancelling->turn = bty_turn_edit (turn);
  cancelling->turn->state = BTY_TURN_CANCELLED;
  cancelling->turn->stop_reason = BTY_STOP_CANCELLED;
  bty_batch_put (batch, cancelling->turn);
  bty_batch_publish (batch, "turn.finished", cancelling->turn);
  cancelling->call = g_steal_pointer (&call);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_cancelled_stored, cancelling);
}

static void
chat_cancel (BtyCall *call)
{
  const BtyTurnKey *request = bty_call_request (call);
  GObject *run = bty_turn_resume_find (parts_of (call), request->turn);

  if (run == NULL)
    {
      bty_store_get_async (parts_of (call)->store, &bty_turn_schema, "id", request->turn, bty_call_cancellable (call),
                           on_turn_to_cancel, bty_call_ref (call));
      return;
    }
  bty_turn_run_on_over (BTY_TURN_RUN (run), call);
  bty_turn_run_stop (BTY_TURN_RUN (run), BTY_TURN_CANCELLED);
}

#define CHAT_ERRORS BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, OUT_OF_RANGE, DATA_LOSS, ABORTED)

const BtyOperation bty_chat_operations[] = {
  { .name = "chat.send",
    .summary = N_ ("Say something to a bot and hear its answer as it comes"),
    .request = &bty_chat_send_schema,
    .item = &bty_chat_item_schema,
    .response = &bty_turn_schema,
    .http = "POST /bots/{slug}/chat",
    .scope = "chat:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
    .errors = CHAT_ERRORS,
    .run = chat_send },
  { .name = "chat.attach",
    .summary = N_ ("Re-join a turn that is going on or over, from any item on"),
    .request = &bty_chat_attach_schema,
    .item = &bty_chat_item_schema,
    .response = &bty_turn_schema,
    .http = "GET /turns/{turn}/items",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = CHAT_ERRORS,
    .run = chat_attach },
  { .name = "chat.cancel",
    .summary = N_ ("Stop an answer; what was said so far is kept"),
    .request = &bty_turn_key_schema,
    .response = &bty_turn_schema,
    .http = "POST /turns/{turn}/cancel",
    .scope = "chat:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = chat_cancel },
  { .name = "chat.resume",
    .summary = N_ ("Let a turn go on that waits for the budget, and hear it from any item on"),
    .request = &bty_chat_attach_schema,
    .item = &bty_chat_item_schema,
    .response = &bty_turn_schema,
    .http = "POST /turns/{turn}/resume",
    .scope = "chat:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
    .errors = CHAT_ERRORS,
    .run = chat_resume },
  { .name = "turn.get",
    .summary = N_ ("Show a turn"),
    .request = &bty_turn_key_schema,
    .response = &bty_turn_schema,
    .http = "GET /turns/{turn}",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = turn_get },
  { .name = "turn.prompt",
    .summary = N_ ("Show the system prompt of a turn, put together again of the version of the soul that it names"),
    .request = &bty_turn_key_schema,
    .response = &bty_turn_prompt_schema,
    .http = "GET /turns/{turn}/prompt",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, DATA_LOSS),
    .run = bty_turn_prompt_run },
};

const guint bty_n_chat_operations = G_N_ELEMENTS (bty_chat_operations);
