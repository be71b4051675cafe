/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-pump.h"
#include "bty-rest-frames.h"
#include "bty-rest-problem.h"
#include "bty-rest-stream.h"

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
  BtyPump *pump;
  BtyRestFrames *frames;
  guint retry;
};

typedef struct
{
  BtyRestStreams *streams;
  BtyRestContext context;
} Stream;

static void
stream_free (gpointer data)
{
  Stream *self = data;

  bty_rest_context_clear (&self->context);
  g_free (self);
}

static void
append_begin (gpointer data, GString *out)
{
  g_string_append_printf (out, "retry: %u\n\n", ((Stream *) data)->streams->retry);
}

static gboolean
append_item (gpointer data, BtyCallReader *reader, const BtyItem *item, GString *out)
{
  bty_rest_frames_append (((Stream *) data)->streams->frames, reader, item, out);
  return TRUE;
}

/* What ends because the daemon stops did not fail: whoever hears this may come back to the next one. */
static void
append_stopping (Stream *self, GString *out)
{
  if (!bty_host_get_ready (self->streams->host))
    g_string_append (out, "event: stopping\ndata: {}\n\n");
}

static void
append_error (Stream *self, const GError *error, GString *out)
{
  BtyJsonWriter writer;

  append_stopping (self, out);
  g_string_append (out, "event: error\ndata: ");
  bty_json_writer_init (&writer, out);
  bty_problem_write (error, 0, &writer);
  g_string_append (out, "\n\n");
}

static void
append_end (gpointer data, BtyCall *call, GString *out)
{
  Stream *self = data;
  gconstpointer record = bty_call_response (call);
  BtyJsonWriter writer;

  if (bty_call_state (call) == BTY_CALL_FAILED)
    {
      append_error (self, bty_call_error (call), out);
      return;
    }
  append_stopping (self, out);
  g_string_append (out, "event: end\ndata: ");
  bty_json_writer_init (&writer, out);
  if (record != NULL)
    bty_record_write_json (record, BTY_VIEW_READ, &writer);
  else
    g_string_append (out, "{}");
  g_string_append (out, "\n\n");
}

static void
append_cut_off (gpointer data, GString *out)
{
  g_autoptr (GError) error = NULL;

  error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                               _ ("the daemon is stopping: come back, with Last-Event-ID, when it is there again"));
  append_error (data, error, out);
}

static void
refuse (gpointer data, BtyCall *call)
{
  bty_rest_answer_error (&((Stream *) data)->context, bty_call_error (call));
}

static void
on_idle (gpointer owner)
{
  bty_rest_frames_clear (((BtyRestStreams *) owner)->frames);
}

static const BtyPumpFuncs funcs = { .begin = append_begin,
                                    .item = append_item,
                                    .end = append_end,
                                    .stopping = append_cut_off,
                                    .refuse = refuse,
                                    .idle = on_idle,
                                    .free = stream_free };

void
bty_rest_streams_add (BtyRestStreams *streams, const BtyRestContext *context, BtyCall *call)
{
  Stream *self = g_new0 (Stream, 1);

  self->streams = streams;
  bty_rest_context_copy (&self->context, context);
  bty_pump_add (streams->pump, context->exchange, call, context->after, self);
}

BtyRestStreams *
bty_rest_streams_new (BtyHost *host)
{
  BtyRestStreams *streams = g_new0 (BtyRestStreams, 1);
  BtyPumpLimits limits = { .heartbeat = bty_host_get_int (host, "rest", "heartbeat"),
                           .begin_wait = bty_host_get_int (host, "rest", "begin_wait"),
                           .max_pending = bty_host_get_int (host, "rest", "max_pending") };

  streams->host = host;
  streams->frames = bty_rest_frames_new ();
  streams->retry = bty_host_get_int (host, "rest", "retry");
  streams->pump = bty_pump_new (&funcs, &limits, streams);
  return streams;
}

void
bty_rest_streams_free (BtyRestStreams *streams)
{
  bty_pump_free (streams->pump);
  bty_rest_frames_free (streams->frames);
  g_free (streams);
}
