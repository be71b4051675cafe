/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-responses-calls.h"
#include "bty-responses-event.h"
#include "bty-responses-request.h"
#include "bty-openai-stop-private.h"
#include "bty-responses-stream.h"

struct _BtyResponsesStream
{
  BtyHttpProvider *provider;
  BtyResponsesEvent event;
  BtyResponsesCalls *calls;
  BtyOpenaiStop *stop;
  gboolean refused;
  const char *reasoning; /* the event that this service tells it with: a few tell the same under two names */
  gboolean has_reasoned; /* in this item */
  BtyCompletion *out;    /* while an event is read */
};

typedef gboolean (*Handler) (BtyResponsesStream *self, GError **error);

BtyResponsesStream *
bty_responses_stream_new (BtyHttpProvider *provider, const char *const *stop)
{
  BtyResponsesStream *self = g_new0 (BtyResponsesStream, 1);

  self->provider = provider;
  self->calls = bty_responses_calls_new ();
  self->stop = bty_openai_stop_new (stop);
  bty_responses_event_init (&self->event);
  return self;
}

void
bty_responses_stream_free (BtyResponsesStream *self)
{
  bty_responses_calls_free (self->calls);
  bty_openai_stop_free (self->stop);
  bty_responses_event_clear (&self->event);
  g_free (self);
}

static void
say (BtyResponsesStream *self, const char *text, gsize length)
{
  if (bty_openai_stop_push (self->stop, text, length, self->out))
    bty_completion_finish (self->out, BTY_STOP_SEQUENCE);
}

static gboolean
on_text (BtyResponsesStream *self, GError **error)
{
  if (self->event.has[BTY_RESPONSES_DELTA])
    say (self, self->event.texts[BTY_RESPONSES_DELTA]->str, self->event.texts[BTY_RESPONSES_DELTA]->len);
  return TRUE;
}

static gboolean
on_refusal (BtyResponsesStream *self, GError **error)
{
  self->refused = TRUE;
  return on_text (self, error);
}

static void
push_reasoning (BtyResponsesStream *self, const char *text, gsize length)
{
  BtyDelta delta = { .kind = BTY_DELTA_REASONING, .text = text, .length = length };

  if (length == 0)
    return;
  bty_openai_stop_flush (self->stop, self->out);
  bty_completion_push (self->out, &delta);
  self->has_reasoned = TRUE;
}

static gboolean
reason (BtyResponsesStream *self, const char *way)
{
  if (self->reasoning == NULL)
    self->reasoning = way;
  if (self->reasoning == way && self->event.has[BTY_RESPONSES_DELTA])
    push_reasoning (self, self->event.texts[BTY_RESPONSES_DELTA]->str, self->event.texts[BTY_RESPONSES_DELTA]->len);
  return TRUE;
}

static gboolean
on_summary (BtyResponsesStream *self, GError **error)
{
  return reason (self, "summary");
}

static gboolean
on_reasoning (BtyResponsesStream *self, GError **error)
{
  return reason (self, "text");
}

/* A paragraph of its own. */
static gboolean
on_summary_part (BtyResponsesStream *self, GError **error)
{
  if (self->has_reasoned && g_strcmp0 (self->reasoning, "summary") == 0)
    push_reasoning (self, "\n\n", 2);
  return TRUE;
}

static gboolean
on_item_begins (BtyResponsesStream *self, GError **error)
{
  self->has_reasoned = FALSE;
  if (!bty_responses_event_is (&self->event, BTY_RESPONSES_ITEM_TYPE, "function_call"))
    return TRUE;
  bty_openai_stop_flush (self->stop, self->out);
  return bty_responses_calls_begin (self->calls, &self->event, self->out, error);
}

/* Reasoning that can be given back is given back as it came, whole. */
static gboolean
on_item_ends (BtyResponsesStream *self, GError **error)
{
  const BtyResponsesEvent *event = &self->event;
  g_autoptr (GString) mark = NULL;
  BtyDelta delta = { .kind = BTY_DELTA_SIGNATURE };

  bty_openai_stop_flush (self->stop, self->out);
  if (bty_responses_event_is (event, BTY_RESPONSES_ITEM_TYPE, "function_call"))
    return bty_responses_calls_end (self->calls, event, self->out, error);
  if (!bty_responses_event_is (event, BTY_RESPONSES_ITEM_TYPE, "reasoning") ||
      !event->has[BTY_RESPONSES_ITEM_ENCRYPTED] || event->texts[BTY_RESPONSES_ITEM_ENCRYPTED]->len == 0)
    return TRUE;
  mark = g_string_new (BTY_RESPONSES_SIGNATURE);
  g_string_append_len (mark, event->texts[BTY_RESPONSES_ITEM]->str, (gssize) event->texts[BTY_RESPONSES_ITEM]->len);
  delta.text = mark->str;
  delta.length = mark->len;
  bty_completion_push (self->out, &delta);
  return TRUE;
}

static gboolean
on_piece (BtyResponsesStream *self, GError **error)
{
  return bty_responses_calls_piece (self->calls, &self->event, self->out, error);
}

static gboolean
on_arguments (BtyResponsesStream *self, GError **error)
{
  return bty_responses_calls_whole (self->calls, &self->event, self->out, error);
}

static gint64
number (const BtyResponsesStream *self, BtyResponsesNumber which)
{
  return MAX (0, self->event.numbers[which]);
}

static void
read_usage (BtyResponsesStream *self)
{
  g_autoptr (BtyUsage) usage = NULL;

  if (self->event.numbers[BTY_RESPONSES_INPUT] < 0 && self->event.numbers[BTY_RESPONSES_GIVEN] < 0)
    return;
  usage = bty_usage_new ();
  usage->input_tokens = number (self, BTY_RESPONSES_INPUT);
  usage->cached_tokens = MIN (number (self, BTY_RESPONSES_CACHED), usage->input_tokens);
  usage->cache_write_tokens = MIN (number (self, BTY_RESPONSES_CACHE_WRITE),
                                   usage->input_tokens - usage->cached_tokens);
  usage->output_tokens = number (self, BTY_RESPONSES_GIVEN);
  usage->reasoning_tokens = MIN (number (self, BTY_RESPONSES_REASONED), usage->output_tokens);
  bty_completion_set_usage (self->out, usage);
}

static void
finish (BtyResponsesStream *self, BtyStopReason reason)
{
  bty_openai_stop_flush (self->stop, self->out);
  bty_responses_calls_close (self->calls, self->out);
  read_usage (self);
  bty_completion_finish (self->out, reason);
}

static gboolean
on_complete (BtyResponsesStream *self, GError **error)
{
  finish (self, bty_responses_calls_count (self->calls) > 0 ? BTY_STOP_TOOLS
                : self->refused                             ? BTY_STOP_REFUSED
                                                            : BTY_STOP_END);
  return TRUE;
}

static gboolean
on_incomplete (BtyResponsesStream *self, GError **error)
{
  gboolean is_filtered = bty_responses_event_is (&self->event, BTY_RESPONSES_REASON, "content_filter");

  finish (self, is_filtered ? BTY_STOP_REFUSED : BTY_STOP_LENGTH);
  return TRUE;
}

/* The error stands in the answer, or is the event itself. */
static gboolean
failed (BtyResponsesStream *self, const BtySseEvent *event, GError **error)
{
  const GString *inner = self->event.texts[BTY_RESPONSES_ERROR];
  g_autofree char *json = NULL;

  read_usage (self);
  if (!self->event.has[BTY_RESPONSES_ERROR])
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  json = g_strdup_printf ("{\"error\":%s}", inner->str);
  return bty_http_provider_failed (self->provider, json, strlen (json), error);
}

/* The texts of a message in an answer that came whole. */
static gboolean
read_content (BtyResponsesStream *self, const char *json, gsize length, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  guint depth = 0;

  bty_json_reader_init (&reader, json, length, 0);
  while ((token = bty_json_reader_next (&reader, error)) != BTY_JSON_END)
    {
      gboolean is_refusal = token == BTY_JSON_KEY && bty_json_reader_key_is (&reader, "refusal");
      gboolean is_text = is_refusal || (token == BTY_JSON_KEY && bty_json_reader_key_is (&reader, "text"));

      if (token == BTY_JSON_ERROR)
        return FALSE;
      depth += token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN;
      depth -= token == BTY_JSON_OBJECT_END || token == BTY_JSON_ARRAY_END;
      if (depth != 3 || !is_text) /* item, content, part */
        continue;
      token = bty_json_reader_skip (&reader, NULL, NULL, error);
      self->refused |= is_refusal && token == BTY_JSON_STRING;
      if (token == BTY_JSON_STRING && memchr (reader.text, '\0', reader.length) == NULL &&
          !bty_completion_is_done (self->out))
        say (self, reader.text, reader.length);
    }
  return TRUE;
}

/* An answer in one document: its items one by one, as if they had come so. */
static gboolean
read_whole (BtyResponsesStream *self, const BtySseEvent *event, GError **error)
{
  g_autofree char *output = g_strdup (
    self->event.has[BTY_RESPONSES_OUTPUT] ? self->event.texts[BTY_RESPONSES_OUTPUT]->str : "[]");
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;
  const char *raw;
  gsize length;

  bty_json_reader_init (&reader, output, strlen (output), 0);
  if (bty_json_reader_next (&reader, error) != BTY_JSON_ARRAY_BEGIN)
    return FALSE;
  while ((token = bty_json_reader_skip (&reader, &raw, &length, error)) == BTY_JSON_OBJECT_BEGIN)
    {
      if (!bty_responses_event_read (&self->event, "/item", raw, length, error))
        return FALSE;
      if (bty_responses_event_is (&self->event, BTY_RESPONSES_ITEM_TYPE, "message"))
        {
          if (!read_content (self, raw, length, error))
            return FALSE;
          continue;
        }
      g_string_truncate (self->event.texts[BTY_RESPONSES_ITEM], 0);
      g_string_append_len (self->event.texts[BTY_RESPONSES_ITEM], raw, (gssize) length);
      if (!bty_completion_is_done (self->out) && !on_item_ends (self, error))
        return FALSE;
    }
  if (bty_completion_is_done (self->out))
    return TRUE;
  return bty_responses_event_read (&self->event, "", event->data, event->length, error) &&
         (bty_responses_event_is (&self->event, BTY_RESPONSES_STATUS, "incomplete") ? on_incomplete (self, error)
                                                                                    : on_complete (self, error));
}

static const struct
{
  const char *type;
  Handler handle;
} handlers[] = {
  { "response.output_text.delta", on_text },
  { "response.refusal.delta", on_refusal },
  { "response.reasoning_summary_text.delta", on_summary },
  { "response.reasoning_text.delta", on_reasoning },
  { "response.reasoning_summary_part.added", on_summary_part },
  { "response.output_item.added", on_item_begins },
  { "response.output_item.done", on_item_ends },
  { "response.function_call_arguments.delta", on_piece },
  { "response.function_call_arguments.done", on_arguments },
  { "response.completed", on_complete },
  { "response.incomplete", on_incomplete },
};

static gboolean
is_end_marker (const BtySseEvent *event)
{
  return event->length >= 6 && memcmp (event->data, "[DONE]", 6) == 0;
}

gboolean
bty_responses_stream_event (BtyResponsesStream *self, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  GError *reason = NULL;
  gboolean ok = TRUE;

  if (is_end_marker (event)) /* of another family; it says nothing here */
    return TRUE;
  self->out = out;
  if (!bty_responses_event_read (&self->event, "", event->data, event->length, &reason))
    return bty_http_provider_not_protocol (self->provider, reason, error);
  if (bty_responses_event_is (&self->event, BTY_RESPONSES_TYPE, "response.failed") ||
      bty_responses_event_is (&self->event, BTY_RESPONSES_TYPE, "error") || g_strcmp0 (event->name, "error") == 0 ||
      (!self->event.has[BTY_RESPONSES_TYPE] && self->event.has[BTY_RESPONSES_ERROR]))
    return failed (self, event, error);
  if (bty_responses_event_is (&self->event, BTY_RESPONSES_OBJECT, "response") && !self->event.has[BTY_RESPONSES_TYPE])
    ok = read_whole (self, event, &reason);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    if (bty_responses_event_is (&self->event, BTY_RESPONSES_TYPE, handlers[i].type))
      {
        ok = handlers[i].handle (self, &reason);
        break;
      }
  return ok || bty_http_provider_not_protocol (self->provider, reason, error);
}
