/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ws-call.h"
#include "bty-ws-session.h"

#define AFTER       "after" /* the field of requests that says where to go on */
#define TURN_BYTES  (256 * 1024)
#define TURN_FRAMES 64

struct _BtyWsSession
{
  BtyHost *host;
  const BtyWsLimits *limits;
  BtyPrincipal *principal;
  BtySocket *socket;
  GQueue *sessions;
  GList link;
  GQueue calls;       /* BtyWsCall, oldest first */
  GHashTable *by_id;  /* those that have one */
  GCancellable *gone; /* cancelled when we are freed, for those that wait for the catalogue */
  guint n_early;      /* requests that do */
  GQueue waiting;     /* BtyWsCall that wait for what is queued to become little, or for the next turn */
  BtyWsTurns *turns;
  GList turn_link;
  gboolean awaits_turn;
  gsize turn_bytes; /* sent since the last turn */
  guint turn_frames;
};

static void
send_error (BtyWsSession *self, const char *id, BtyWsFault fault, const GError *error)
{
  g_autoptr (GString) frame = g_string_sized_new (512);

  bty_ws_write_error (frame, id, fault, error);
  bty_socket_send_text (self->socket, frame->str, frame->len);
}

/* What is only gathered does not count. */
static gboolean
is_clogged (BtyWsSession *self)
{
  if (bty_socket_get_pending (self->socket) <= self->limits->max_pending)
    return FALSE;
  bty_socket_flush (self->socket);
  return bty_socket_get_pending (self->socket) > self->limits->max_pending;
}

/* Whether the turn's share is used up; then another is under way. */
static gboolean
is_sated (BtyWsSession *self)
{
  if (self->turn_bytes < TURN_BYTES && self->turn_frames < TURN_FRAMES)
    return FALSE;
  if (!self->awaits_turn)
    bty_ws_turns_add (self->turns, &self->turn_link);
  self->awaits_turn = TRUE;
  return TRUE;
}

/* Answers are not held back: calls that nothing but the turn kept would pile up to ws.max_calls. */
static gboolean
may_send (gpointer session, BtyWsCall *call)
{
  BtyWsSession *self = session;

  if (!is_clogged (self) && (!bty_ws_call_is_stream (call) || !is_sated (self)))
    return TRUE;
  call->is_waiting = TRUE;
  g_queue_push_tail (&self->waiting, call);
  return FALSE;
}

static void
send_frame (gpointer session, const GString *frame)
{
  BtyWsSession *self = session;

  self->turn_bytes += frame->len;
  self->turn_frames += 1;
  bty_socket_send_text (self->socket, frame->str, frame->len);
}

static void
flush (gpointer session)
{
  bty_socket_flush (((BtyWsSession *) session)->socket);
}

static void
remove_call (BtyWsSession *self, BtyWsCall *call)
{
  g_queue_unlink (&self->calls, &call->link);
  if (call->is_waiting)
    g_queue_remove (&self->waiting, call);
  if (call->id != NULL)
    g_hash_table_remove (self->by_id, call->id);
  bty_ws_call_free (call);
}

static void
on_call_ended (gpointer session, BtyWsCall *call)
{
  remove_call (session, call);
}

static const BtyWsCallEvents call_events = { may_send, send_frame, flush, on_call_ended };

static void
session_free (BtyWsSession *self)
{
  g_queue_unlink (self->sessions, &self->link);
  if (self->awaits_turn)
    bty_ws_turns_remove (self->turns, &self->turn_link);
  while (self->calls.head != NULL)
    {
      BtyWsCall *ours = self->calls.head->data;
      g_autoptr (BtyCall) call = bty_call_ref (bty_ws_call_get_call (ours));

      /* First: a handler may end the call within the cancelling, which would wake the reader. */
      remove_call (self, ours);
      bty_call_cancel (call);
    }
  g_cancellable_cancel (self->gone);
  g_object_unref (self->gone);
  g_hash_table_unref (self->by_id);
  bty_principal_unref (self->principal);
  g_object_unref (self->socket);
  g_free (self);
}

/* Whether the request says where to go on: by a member beside the params, as REST has it in a header. */
static gboolean
takes_after (const BtySchema *schema, BtyView view)
{
  int index = schema != NULL ? bty_schema_find (schema, AFTER, -1, 0) : -1;

  return index >= 0 && bty_view_takes (view, bty_schema_get_field (schema, index));
}

static gpointer
decode (const BtySchema *schema, BtyView view, gpointer input, GError **error)
{
  const BtyWsRequest *request = input;
  gpointer record = bty_record_new (schema);
  char after[24];

  g_snprintf (after, sizeof after, "%" G_GINT64_FORMAT, request->after);
  if ((request->params == NULL ||
       bty_record_read_json (record, view, request->params, request->params_length, error)) &&
      (request->after < 0 || bty_record_read_text (record, view, AFTER, after, error)) &&
      bty_record_check (record, view, error))
    return record;
  bty_record_unref (record);
  return NULL;
}

/* What only this door knows of a request; the rest is the dispatcher's. */
static gboolean
check_request (BtyWsSession *self, const BtyOperation *operation, const BtyWsRequest *request, GError **error)
{
  if (request->credit > self->limits->max_credit)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("“credit” may be at most %lld (setting ws.max_credit)"), (long long) self->limits->max_credit);
  else if (request->after >= 0 && !takes_after (operation->request, operation->request_view))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” has no use for “after”"), operation->name);
  else if (operation->request == NULL && request->params != NULL &&
           !bty_json_is_empty_object (request->params, request->params_length, NULL))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("this operation takes no members"));
  /* Nobody could give it up, and it would hold its place as long as the socket. */
  else if (request->id == NULL && (operation->effect & BTY_EFFECT_ENDLESS) != 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” needs an “id”"), operation->name);
  else if (self->calls.length >= self->limits->max_calls)
    g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                 _ ("%u calls run on this socket: wait for one to end, or raise the setting ws.max_calls"),
                 self->calls.length);
  else
    return TRUE;
  return FALSE;
}

static void
start_call (BtyWsSession *self, const BtyOperation *operation, BtyWsRequest *request)
{
  BtyCallSpec spec = { .operation = operation->name,
                       .principal = self->principal,
                       .decode = decode,
                       .input = request,
                       .idempotency_key = request->idempotency_key,
                       .timeout_ms = request->timeout_ms,
                       .door = "ws" };
  g_autoptr (BtyCall) call = bty_host_start_call (self->host, &spec);
  BtyWsCall *ours = bty_ws_call_new (request->id, call, request->credit > 0 ? request->credit : self->limits->credit,
                                     &call_events, self);

  g_queue_push_tail_link (&self->calls, &ours->link);
  if (ours->id != NULL)
    g_hash_table_insert (self->by_id, ours->id, ours);
  bty_ws_call_advance (ours);
}

static void
answer_error (BtyWsSession *self, const BtyWsRequest *request, BtyWsFault fault, const GError *error)
{
  if (request->id != NULL)
    send_error (self, request->id, fault, error);
}

/* A request for what is not there, or not yet. */
typedef struct
{
  BtyWsSession *session;
  GCancellable *gone;
  char *text;
  gsize length;
} Early;

static void
early_free (gpointer data)
{
  Early *early = data;

  if (!g_cancellable_is_cancelled (early->gone))
    early->session->n_early--;
  g_object_unref (early->gone);
  g_free (early->text);
  g_free (early);
}

static void take_text (BtyWsSession *self, const char *text, gsize length, gboolean is_last);

static void
on_known (gpointer nothing, gpointer data)
{
  const Early *early = data;

  if (!g_cancellable_is_cancelled (early->gone))
    take_text (early->session, early->text, early->length, TRUE);
}

/* Its plugin may have come a moment ago. */
static void
take_when_known (BtyWsSession *self, const char *text, gsize length)
{
  Early *early = g_new0 (Early, 1);

  *early = (Early){ self, g_object_ref (self->gone), g_strndup (text, length), length };
  self->n_early++;
  bty_catalogue_when_known (bty_host_get_catalogue (self->host), on_known, early, early_free);
}

static void
take_call (BtyWsSession *self, BtyWsRequest *request)
{
  const BtyOperation *operation = bty_catalogue_lookup (bty_host_get_catalogue (self->host), request->method, NULL);
  g_autoptr (GError) error = NULL;

  if (operation == NULL)
    {
      g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no operation “%.80s”"), request->method);
      answer_error (self, request, BTY_WS_FAULT_METHOD, error);
    }
  else if (request->id != NULL && g_hash_table_contains (self->by_id, request->id))
    {
      g_set_error (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("a call with the id %s is still running"),
                   request->id);
      send_error (self, NULL, BTY_WS_FAULT_REQUEST, error);
    }
  else if (!check_request (self, operation, request, &error))
    answer_error (self, request, BTY_WS_FAULT_CALL, error);
  else
    start_call (self, operation, request);
}

static void
cancel_call (BtyWsSession *self, BtyWsCall *ours, const BtyWsControl *control)
{
  g_autoptr (BtyCall) call = bty_call_ref (bty_ws_call_get_call (ours));

  bty_call_cancel (call);
}

static void
add_credit (BtyWsSession *self, BtyWsCall *ours, const BtyWsControl *control)
{
  ours->credit = MIN (ours->credit + control->add, self->limits->max_credit);
  if (!ours->is_waiting)
    bty_ws_call_advance (ours);
}

static const struct
{
  const char *method;
  gboolean takes_add;
  void (*run) (BtyWsSession *self, BtyWsCall *ours, const BtyWsControl *control);
} controls[] = {
  { "$/cancel", FALSE, cancel_call },
  { "$/credit", TRUE, add_credit },
};

/* Its own answer goes out first; nobody who says goodbye to a call that has just ended did anything wrong, so only a request
   is told that there is none. */
static void
run_control (BtyWsSession *self, guint which, const BtyWsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_auto (BtyWsControl) control;
  BtyWsCall *ours;

  if (bty_ws_control_read (&control, request, &error) && (control.add > 0) != controls[which].takes_add)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 controls[which].takes_add ? _ ("“%s” needs “add”") : _ ("“%s” has no use for “add”"), request->method);
  ours = error == NULL ? g_hash_table_lookup (self->by_id, control.id) : NULL;
  if (ours == NULL && error == NULL)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no call with the id %s is running"), control.id);
  if (error != NULL)
    answer_error (self, request, BTY_WS_FAULT_CALL, error);
  else
    {
      if (request->id != NULL)
        {
          g_autoptr (GString) frame = g_string_new (NULL);

          bty_ws_write_result (frame, request->id, NULL);
          send_frame (self, frame);
        }
      controls[which].run (self, ours, &control);
    }
}

static void
take_request (BtyWsSession *self, BtyWsRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (!g_str_has_prefix (request->method, "$/"))
    {
      take_call (self, request);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    if (strcmp (request->method, controls[i].method) == 0)
      {
        run_control (self, i, request);
        return;
      }
  g_set_error (&error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no control “%.80s”"), request->method);
  answer_error (self, request, BTY_WS_FAULT_METHOD, error);
}

/* Whether the request is for what is not there, while something may still come and not too many wait for it. */
static gboolean
is_early (BtyWsSession *self, const BtyWsRequest *request)
{
  return !g_str_has_prefix (request->method, "$/") && self->n_early < self->limits->max_calls &&
         bty_catalogue_lookup (bty_host_get_catalogue (self->host), request->method, NULL) == NULL;
}

static void
take_text (BtyWsSession *self, const char *text, gsize length, gboolean is_last)
{
  g_autoptr (GError) error = NULL;
  g_auto (BtyWsRequest) request;
  BtyWsFault fault;

  if (!bty_ws_request_read (&request, text, length, &fault, &error))
    send_error (self, request.id, fault, error);
  else if (!is_last && is_early (self, &request))
    take_when_known (self, text, length);
  else
    take_request (self, &request);
}

/* A client that does not read what it asks for is not listened to either. */
static void
on_text (BtySocket *socket, const char *text, gsize length, gpointer data)
{
  BtyWsSession *self = data;

  take_text (self, text, length, FALSE);
  if (is_clogged (self))
    bty_socket_set_reading (socket, FALSE);
}

/* Each that waits has one turn; those that cannot finish it go to the end of the queue. */
static void
advance_waiting (BtyWsSession *self)
{
  for (guint n = self->waiting.length; n > 0 && !is_clogged (self) && !is_sated (self); n--)
    {
      BtyWsCall *call = g_queue_pop_head (&self->waiting);

      call->is_waiting = FALSE;
      bty_ws_call_advance (call);
    }
}

/* Reading goes on first: a stream that fills again and again what its client can take would else never hear that it was given
   up. */
static void
on_drained (BtySocket *socket, gpointer data)
{
  BtyWsSession *self = data;

  if (!is_clogged (self))
    bty_socket_set_reading (socket, TRUE);
  advance_waiting (self);
}

void
bty_ws_session_run_turn (gpointer data)
{
  BtyWsSession *self = data;

  self->awaits_turn = FALSE;
  self->turn_bytes = 0;
  self->turn_frames = 0;
  advance_waiting (self);
}

static void
on_closed (BtySocket *socket, guint code, const char *reason, gpointer data)
{
  session_free (data);
}

static const BtySocketEvents socket_events = { .text = on_text, .drained = on_drained, .closed = on_closed };

BtyWsSession *
bty_ws_session_new (BtyHost *host, const BtyWsLimits *limits, BtyPrincipal *principal, BtySocket *socket,
                    GQueue *sessions, BtyWsTurns *turns)
{
  BtyWsSession *self = g_new0 (BtyWsSession, 1);

  self->host = host;
  self->limits = limits;
  self->principal = bty_principal_ref (principal);
  self->socket = socket;
  self->sessions = sessions;
  self->link.data = self;
  self->turns = turns;
  self->turn_link.data = self;
  self->gone = g_cancellable_new ();
  g_queue_init (&self->calls);
  g_queue_init (&self->waiting);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_push_tail_link (sessions, &self->link);
  bty_socket_watch (socket, &socket_events, self);
  return self;
}

void
bty_ws_session_close (BtyWsSession *self, guint code, const char *reason)
{
  bty_socket_close (self->socket, code, reason);
  session_free (self);
}
