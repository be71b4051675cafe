/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-rest-frames.h"
#include "bty-rest-problem.h"
#include "bty-rest-stream.h"

#define WRITE_SIZE   (64 * 1024)      /* bytes handed to the exchange in one go */
#define SCRATCH_SIZE (4 * WRITE_SIZE) /* bytes kept for the next stream */
#define TURN_WRITES  4                /* of WRITE_SIZE by one stream before the others have their turn */

const BtySetting bty_rest_settings[] = {
  { "rest", "heartbeat", BTY_SETTING_INT, "15000", "ms", 10, 3600000,
    N_ ("How often a stream that has nothing to say shows that it is alive"), BTY_SETTING_RESTART },
  { "rest", "retry", BTY_SETTING_INT, "1000", "ms", 0, 3600000,
    N_ ("When a client whose stream broke should come back"), BTY_SETTING_RESTART },
  { "rest", "begin_wait", BTY_SETTING_INT, "1000", "ms", 1, 60000,
    N_ ("How long a stream waits for its first item, so that what fails at once gets a status of its own"),
    BTY_SETTING_RESTART },
  { "rest", "max_pending", BTY_SETTING_INT, "262144", "B", 1024, 1073741824,
    N_ ("Bytes of a stream that wait for a slow reader before no more are made"), BTY_SETTING_RESTART },
};
const guint bty_rest_n_settings = G_N_ELEMENTS (bty_rest_settings);

struct _BtyRestStreams
{
  BtyHost *host; /* outlives us */
  GQueue open;
  GQueue waiting; /* those that have not begun, in the order of their coming */
  GQueue sated;   /* those that have more to say, and go on in the next turn of the main loop */
  guint turn;
  BtyRestFrames *frames;
  GString *scratch; /* what one stream is about to write: none holds a buffer of its own */
  gboolean spoke;   /* any of them, since the last heartbeat */
  guint timer;
  guint begin_timer;
  guint heartbeat;
  guint retry;
  guint begin_wait;
  gsize max_pending;
};

typedef struct
{
  BtyRestStreams *streams;
  BtyRestContext context;
  BtyCallReader *reader;
  gint64 begin_at; /* until it has begun */
  gboolean begun;
  gboolean spoke; /* since the last heartbeat */
  gboolean is_sated;
  GList link;
  GList waiting_link;
  GList sated_link;
} Stream;

static void
stream_free (Stream *self)
{
  g_queue_unlink (&self->streams->open, &self->link);
  if (!self->begun)
    g_queue_unlink (&self->streams->waiting, &self->waiting_link);
  if (self->is_sated)
    g_queue_unlink (&self->streams->sated, &self->sated_link);
  bty_exchange_watch (self->context.exchange, NULL, NULL, NULL);
  bty_call_reader_free (self->reader);
  bty_rest_context_clear (&self->context);
  g_free (self);
}

static void
begin (Stream *self)
{
  BtyExchange *exchange = self->context.exchange;

  if (self->begun)
    return;
  self->begun = TRUE;
  g_queue_unlink (&self->streams->waiting, &self->waiting_link);
  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_set_header (exchange, "X-Accel-Buffering", "no");
  bty_exchange_begin (exchange, 200, "text/event-stream");
  g_string_append_printf (self->streams->scratch, "retry: %u\n\n", self->streams->retry);
}

static void
flush (Stream *self)
{
  BtyRestStreams *streams = self->streams;

  if (streams->scratch->len == 0)
    return;
  self->spoke = TRUE;
  streams->spoke = TRUE;
  bty_exchange_write (self->context.exchange, streams->scratch->str, streams->scratch->len);
  g_string_truncate (streams->scratch, 0);
  if (streams->scratch->allocated_len <= SCRATCH_SIZE)
    return;
  g_string_free (streams->scratch, TRUE);
  streams->scratch = g_string_new (NULL);
}

static void
append_item (Stream *self, const BtyItem *item)
{
  begin (self);
  bty_rest_frames_append (self->streams->frames, self->reader, item, self->streams->scratch);
}

/* What ends because the daemon stops did not fail: whoever hears this may come back to the next one. */
static void
append_stopping (Stream *self)
{
  if (!bty_host_get_ready (self->streams->host))
    g_string_append (self->streams->scratch, "event: stopping\ndata: {}\n\n");
}

static void
append_error (Stream *self, const GError *error)
{
  BtyJsonWriter writer;

  append_stopping (self);
  g_string_append (self->streams->scratch, "event: error\ndata: ");
  bty_json_writer_init (&writer, self->streams->scratch);
  bty_problem_write (error, 0, &writer);
  g_string_append (self->streams->scratch, "\n\n");
}

static void
append_end (Stream *self, BtyCall *call)
{
  gconstpointer record = bty_call_response (call);
  BtyJsonWriter writer;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      append_error (self, bty_call_error (call));
      return;
    }
  append_stopping (self);
  g_string_append (self->streams->scratch, "event: end\ndata: ");
  bty_json_writer_init (&writer, self->streams->scratch);
  if (record != NULL)
    bty_record_write_json (record, BTY_VIEW_READ, &writer);
  else
    g_string_append (self->streams->scratch, "{}");
  g_string_append (self->streams->scratch, "\n\n");
}

static void
finish (Stream *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);

  if (!self->begun && bty_call_state (call) == BTY_CALL_FAILED)
    {
      bty_rest_answer_error (&self->context, bty_call_error (call));
      stream_free (self);
      return;
    }
  begin (self);
  append_end (self, call);
  flush (self);
  bty_exchange_end (self->context.exchange);
  stream_free (self);
}

static gboolean
is_ready (Stream *self)
{
  return bty_exchange_get_pending (self->context.exchange) <= self->streams->max_pending;
}

static gboolean on_turn (gpointer data);

/* No less urgent than what comes from the network, or a busy daemon would never go on with it. */
static void
await_turn (Stream *self)
{
  BtyRestStreams *streams = self->streams;

  self->is_sated = TRUE;
  g_queue_push_tail_link (&streams->sated, &self->sated_link);
  if (streams->turn == 0)
    streams->turn = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, streams, NULL);
}

/* A slow reader only lags: its cursor stands still until what was made for it is sent. One that reads as fast as we write has its
   turn like the others. */
static void
advance (Stream *self)
{
  BtyReadResult result = BTY_READ_WAIT;
  gboolean has_room = !self->is_sated && is_ready (self);
  guint writes = 0;
  BtyItem item;

  while (has_room && (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    {
      append_item (self, &item);
      if (self->streams->scratch->len < WRITE_SIZE)
        continue;
      flush (self);
      has_room = is_ready (self);
      if (!has_room || ++writes < TURN_WRITES)
        continue;
      await_turn (self);
      return;
    }
  if (result == BTY_READ_END)
    finish (self);
  else
    flush (self);
}

static gboolean
on_turn (gpointer data)
{
  BtyRestStreams *streams = data;

  for (guint n = streams->sated.length; n > 0 && streams->sated.length > 0; n--)
    {
      Stream *self = g_queue_pop_head_link (&streams->sated)->data;

      self->is_sated = FALSE;
      advance (self);
    }
  if (streams->sated.length > 0)
    return G_SOURCE_CONTINUE;
  streams->turn = 0;
  return G_SOURCE_REMOVE;
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
on_drained (BtyExchange *exchange, gpointer data)
{
  advance (data);
}

/* The client has gone, so that nothing of what is written reaches it; or the daemon stops, and it is told so. A call that has ended
 * meanwhile has its own end, but may have more to say than a slow reader takes now. */
static void
on_closed (BtyExchange *exchange, gpointer data)
{
  Stream *self = data;
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));
  g_autoptr (GError) error = NULL;

  if (self->begun)
    {
      error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                   _ ("the daemon is stopping: come back, with Last-Event-ID, when it is there again"));
      append_error (self, error);
      flush (self);
      bty_exchange_end (self->context.exchange);
    }
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  stream_free (self);
  bty_call_cancel (call);
}

static gboolean on_begin_wait_over (gpointer data);

static void
await_begin (BtyRestStreams *streams)
{
  Stream *first = g_queue_peek_head (&streams->waiting);
  gint64 left;

  if (first == NULL || streams->begin_timer != 0)
    return;
  left = MAX (first->begin_at - g_get_monotonic_time (), 0);
  streams->begin_timer = g_timeout_add ((guint) (left / 1000) + 1, on_begin_wait_over, streams);
}

/* One timer for all: each waits equally long, so the first to come is the first to begin. */
static gboolean
on_begin_wait_over (gpointer data)
{
  BtyRestStreams *streams = data;
  gint64 now = g_get_monotonic_time ();
  Stream *first;

  streams->begin_timer = 0;
  while ((first = g_queue_peek_head (&streams->waiting)) != NULL && first->begin_at <= now)
    {
      begin (first);
      flush (first);
    }
  await_begin (streams);
  return G_SOURCE_REMOVE;
}

static gboolean
on_heartbeat (gpointer data)
{
  BtyRestStreams *streams = data;

  for (GList *link = streams->open.head; link != NULL; link = link->next)
    {
      Stream *self = link->data;

      if (self->begun && !self->spoke && bty_exchange_get_pending (self->context.exchange) == 0)
        bty_exchange_write (self->context.exchange, ":\n\n", 3);
      self->spoke = FALSE;
    }
  if (!streams->spoke)
    bty_rest_frames_clear (streams->frames);
  streams->spoke = FALSE;
  if (streams->open.length > 0)
    return G_SOURCE_CONTINUE;
  streams->timer = 0;
  bty_rest_frames_clear (streams->frames);
  return G_SOURCE_REMOVE;
}

void
bty_rest_streams_add (BtyRestStreams *streams, const BtyRestContext *context, BtyCall *call)
{
  Stream *self = g_new0 (Stream, 1);

  self->streams = streams;
  self->link.data = self;
  self->waiting_link.data = self;
  self->sated_link.data = self;
  self->begin_at = g_get_monotonic_time () + 1000 * (gint64) streams->begin_wait;
  bty_rest_context_copy (&self->context, context);
  g_queue_push_tail_link (&streams->open, &self->link);
  self->reader = bty_call_reader_new (call, context->after, on_wake, self);
  g_queue_push_tail_link (&streams->waiting, &self->waiting_link);
  bty_exchange_watch (context->exchange, on_drained, on_closed, self);
  if (streams->timer == 0)
    streams->timer = g_timeout_add (streams->heartbeat, on_heartbeat, streams);
  advance (self);
  await_begin (streams);
}

BtyRestStreams *
bty_rest_streams_new (BtyHost *host)
{
  BtyRestStreams *streams = g_new0 (BtyRestStreams, 1);

  streams->host = host;
  g_queue_init (&streams->open);
  g_queue_init (&streams->waiting);
  g_queue_init (&streams->sated);
  streams->frames = bty_rest_frames_new ();
  streams->scratch = g_string_new (NULL);
  streams->heartbeat = bty_host_get_int (host, "rest", "heartbeat");
  streams->retry = bty_host_get_int (host, "rest", "retry");
  streams->begin_wait = bty_host_get_int (host, "rest", "begin_wait");
  streams->max_pending = bty_host_get_int (host, "rest", "max_pending");
  return streams;
}

void
bty_rest_streams_free (BtyRestStreams *streams)
{
  while (streams->open.head != NULL)
    stream_free (streams->open.head->data);
  g_clear_handle_id (&streams->timer, g_source_remove);
  g_clear_handle_id (&streams->begin_timer, g_source_remove);
  g_clear_handle_id (&streams->turn, g_source_remove);
  bty_rest_frames_free (streams->frames);
  g_string_free (streams->scratch, TRUE);
  g_free (streams);
}
