/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-rest-problem.h"
#include "bty-rest-stream.h"

#define WRITE_SIZE (64 * 1024) /* bytes handed to the exchange in one go */

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
  GQueue open;
  guint timer;
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
  GString *frames;
  BtyJsonWriter writer;
  guint begin_timer;
  gboolean begun;
  gboolean spoke; /* since the last heartbeat */
  GList link;
} Stream;

static void
stream_free (Stream *self)
{
  g_queue_unlink (&self->streams->open, &self->link);
  g_clear_handle_id (&self->begin_timer, g_source_remove);
  bty_exchange_watch (self->context.exchange, NULL, NULL, NULL);
  bty_call_reader_free (self->reader);
  bty_rest_context_clear (&self->context);
  g_string_free (self->frames, TRUE);
  g_free (self);
}

static void
begin (Stream *self)
{
  BtyExchange *exchange = self->context.exchange;

  if (self->begun)
    return;
  self->begun = TRUE;
  g_clear_handle_id (&self->begin_timer, g_source_remove);
  bty_exchange_set_header (exchange, "Cache-Control", "no-store");
  bty_exchange_set_header (exchange, "X-Accel-Buffering", "no");
  bty_exchange_begin (exchange, 200, "text/event-stream");
  g_string_append_printf (self->frames, "retry: %u\n\n", self->streams->retry);
}

static void
flush (Stream *self)
{
  if (self->frames->len == 0)
    return;
  self->spoke = TRUE;
  bty_exchange_write (self->context.exchange, self->frames->str, self->frames->len);
  g_string_truncate (self->frames, 0);
}

static void
append_item (Stream *self, const BtyItem *item)
{
  begin (self);
  g_string_append_printf (self->frames, "id: %" G_GUINT64_FORMAT "\nevent: item\ndata: ", item->number);
  bty_json_writer_init (&self->writer, self->frames);
  bty_item_write_json (item, self->context.route->operation->item, &self->writer);
  g_string_append (self->frames, "\n\n");
}

static void
append_end (Stream *self, BtyCall *call)
{
  gconstpointer record = bty_call_response (call);

  bty_json_writer_init (&self->writer, self->frames);
  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      g_string_append (self->frames, "event: error\ndata: ");
      bty_problem_write (bty_call_error (call), 0, &self->writer);
    }
  else
    {
      g_string_append (self->frames, "event: end\ndata: ");
      if (record != NULL)
        bty_record_write_json (record, BTY_VIEW_READ, &self->writer);
      else
        g_string_append (self->frames, "{}");
    }
  g_string_append (self->frames, "\n\n");
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

/* A slow reader only lags: its cursor stands still until what was made for it is sent. */
static void
advance (Stream *self)
{
  BtyReadResult result = BTY_READ_WAIT;
  BtyItem item;

  while (bty_exchange_get_pending (self->context.exchange) <= self->streams->max_pending &&
         (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    {
      append_item (self, &item);
      if (self->frames->len >= WRITE_SIZE)
        flush (self);
    }
  if (result == BTY_READ_END)
    finish (self);
  else
    flush (self);
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

static void
on_client_gone (BtyExchange *exchange, gpointer data)
{
  Stream *self = data;
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  stream_free (self);
  bty_call_cancel (call);
}

static gboolean
on_begin_wait_over (gpointer data)
{
  Stream *self = data;

  self->begin_timer = 0;
  begin (self);
  flush (self);
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
  if (streams->open.length > 0)
    return G_SOURCE_CONTINUE;
  streams->timer = 0;
  return G_SOURCE_REMOVE;
}

void
bty_rest_streams_add (BtyRestStreams *streams, const BtyRestContext *context, BtyCall *call)
{
  Stream *self = g_new0 (Stream, 1);

  self->streams = streams;
  self->link.data = self;
  self->frames = g_string_new (NULL);
  bty_rest_context_copy (&self->context, context);
  g_queue_push_tail_link (&streams->open, &self->link);
  self->reader = bty_call_reader_new (call, context->after, on_wake, self);
  self->begin_timer = g_timeout_add (streams->begin_wait, on_begin_wait_over, self);
  bty_exchange_watch (context->exchange, on_drained, on_client_gone, self);
  if (streams->timer == 0)
    streams->timer = g_timeout_add (streams->heartbeat, on_heartbeat, streams);
  advance (self);
}

BtyRestStreams *
bty_rest_streams_new (BtyHost *host)
{
  BtyRestStreams *streams = g_new0 (BtyRestStreams, 1);

  g_queue_init (&streams->open);
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
  g_free (streams);
}
