/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-openai-reasoning-private.h"
#include "bty-openai-stop-private.h"
#include "bty-openai-stream.h"
#include "bty-openai-template-private.h"
#include "bty-openai-tool-calls-private.h"
#include "bty-openai-traits-private.h"
#include "bty-openai-usage-private.h"

struct _BtyOpenaiStream
{
  BtyHttpProvider *provider;
  BtyOpenaiToolCalls *calls;
  BtyOpenaiReasoning *reasoning;
  BtyOpenaiTemplate common;
  gboolean has_begun;
  BtyOpenaiStop *stop; /* %NULL, but for a model that is not told where to stop */
  gboolean has_reason;
  BtyStopReason reason;
  gboolean refused;
  const char *reasoning_key; /* the one of its names that this server uses: some send the same text under two */
};

/* One event being read. */
typedef struct
{
  BtyOpenaiStream *stream;
  BtyJsonReader reader;
  BtyCompletion *out;
  GError **error;
  guint n_texts;     /* deltas of text and reasoning that were pushed */
  guint n_others;    /* whatever else it told */
  BtyDelta text;     /* the last one, where it lies in the event; .text is %NULL when it had escapes */
  gboolean is_whole; /* an answer in one document */
  gboolean is_error;
} Event;

BtyOpenaiStream *
bty_openai_stream_new (BtyHttpProvider *provider)
{
  BtyOpenaiStream *self = g_new0 (BtyOpenaiStream, 1);

  self->provider = provider;
  self->calls = bty_openai_tool_calls_new ();
  self->reasoning = bty_openai_reasoning_new ();
  bty_openai_template_init (&self->common);
  return self;
}

void
bty_openai_stream_free (BtyOpenaiStream *self)
{
  bty_openai_tool_calls_free (self->calls);
  bty_openai_reasoning_free (self->reasoning);
  bty_openai_template_clear (&self->common);
  g_clear_pointer (&self->stop, bty_openai_stop_free);
  g_free (self);
}

static void
begin (BtyOpenaiStream *self, BtyCompletion *out)
{
  const BtyCompletionRequest *request = bty_completion_get_request (out);
  BtyOpenaiTraits traits;

  self->has_begun = TRUE;
  if (self->provider != NULL && request->stop != NULL && *request->stop != NULL &&
      bty_openai_traits_find (bty_http_provider_get_options (self->provider), request->model, &traits) &&
      !traits.takes_stop)
    self->stop = bty_openai_stop_new ((const char *const *) request->stop);
}

/* Something else than text comes. */
static void
end_text (BtyOpenaiStream *self, BtyCompletion *out)
{
  if (self->stop != NULL)
    bty_openai_stop_flush (self->stop, out);
}

static void
push (BtyOpenaiStream *self, const BtyDelta *delta, BtyCompletion *out)
{
  if (delta->kind == BTY_DELTA_TEXT)
    bty_openai_reasoning_flush (self->reasoning, out);
  else
    end_text (self, out);
  if (self->stop == NULL || delta->kind != BTY_DELTA_TEXT)
    bty_completion_push (out, delta);
  else if (bty_openai_stop_push (self->stop, delta->text, delta->length, out))
    bty_completion_finish (out, BTY_STOP_SEQUENCE);
}

static BtyJsonToken
next (Event *event)
{
  return bty_json_reader_next (&event->reader, event->error);
}

static gboolean
skip (Event *event)
{
  return bty_json_reader_skip (&event->reader, NULL, NULL, event->error) != BTY_JSON_ERROR;
}

static gboolean
key_is (const Event *event, const char *name)
{
  return bty_json_reader_key_is (&event->reader, name);
}

static void
push_text (Event *event, BtyDeltaKind kind)
{
  const BtyJsonReader *reader = &event->reader;
  BtyDelta delta = { .kind = kind, .text = reader->text, .length = reader->length };
  g_autofree char *mended = NULL;

  if (reader->length == 0 || bty_completion_is_done (event->out))
    return;
  event->n_texts += 1;
  event->text = (BtyDelta){ .kind = kind, .length = reader->length };
  if (reader->text == reader->data + reader->offset + 1)
    event->text.text = reader->text;
  else if (memchr (reader->text, '\0', reader->length) != NULL)
    { /* from \u0000: nobody behind us expects one */
      mended = g_utf8_make_valid (reader->text, reader->length);
      delta.text = mended;
      delta.length = strlen (mended);
    }
  push (event->stream, &delta, event->out);
}

static gboolean read_text (Event *event, BtyDeltaKind kind);

/* A part of content in a list: {"type": "text", "text": …}; a few servers put {"type": "thinking", "thinking": …} there, too. */
static gboolean
read_part (Event *event, BtyDeltaKind kind)
{
  BtyJsonToken token;

  while ((token = next (event)) == BTY_JSON_KEY)
    {
      gboolean is_text = key_is (event, "text");

      if (key_is (event, "thinking"))
        {
          if (!read_text (event, BTY_DELTA_REASONING))
            return FALSE;
          continue;
        }
      token = bty_json_reader_skip (&event->reader, NULL, NULL, event->error);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      if (is_text && token == BTY_JSON_STRING)
        push_text (event, kind);
    }
  return token == BTY_JSON_OBJECT_END;
}

/* A text, null, or from a few servers a list of parts. */
static gboolean
read_text (Event *event, BtyDeltaKind kind)
{
  BtyJsonToken token = next (event);

  if (token == BTY_JSON_STRING)
    push_text (event, kind);
  else if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (&event->reader, event->error);
  else if (token == BTY_JSON_ARRAY_BEGIN)
    {
      while ((token = next (event)) != BTY_JSON_ARRAY_END)
        if (token == BTY_JSON_ERROR || (token == BTY_JSON_OBJECT_BEGIN && !read_part (event, kind)))
          return FALSE;
    }
  return token != BTY_JSON_ERROR;
}

static gboolean
read_reasoning (Event *event, const char *key)
{
  BtyOpenaiStream *stream = event->stream;
  guint before = event->n_texts;

  if (stream->reasoning_key != NULL && stream->reasoning_key != key)
    return skip (event);
  if (!read_text (event, BTY_DELTA_REASONING))
    return FALSE;
  if (event->n_texts > before)
    stream->reasoning_key = key;
  return TRUE;
}

static gboolean
read_details (Event *event)
{
  gboolean has_some;

  if (!bty_openai_reasoning_read (event->stream->reasoning, &event->reader, &has_some, event->error))
    return FALSE;
  event->n_others += has_some;
  return TRUE;
}

static gboolean
read_tool_calls (Event *event)
{
  BtyJsonToken token = next (event);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (&event->reader, event->error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  if (bty_completion_is_done (event->out))
    return bty_json_reader_skip_rest (&event->reader, event->error);
  event->n_others += 1;
  end_text (event->stream, event->out);
  bty_openai_reasoning_flush (event->stream->reasoning, event->out);
  while ((token = next (event)) == BTY_JSON_OBJECT_BEGIN)
    if (!bty_openai_tool_calls_read (event->stream->calls, &event->reader, event->out, event->error))
      return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a tool call is not an object"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_refusal (Event *event)
{
  guint before = event->n_texts;

  if (!read_text (event, BTY_DELTA_TEXT))
    return FALSE;
  if (event->n_texts > before)
    {
      event->stream->refused = TRUE;
      event->n_others += 1;
    }
  return TRUE;
}

static gboolean
read_delta (Event *event)
{
  BtyJsonToken token = next (event);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a delta is not an object")), FALSE);
  while ((token = next (event)) == BTY_JSON_KEY)
    {
      gboolean ok = key_is (event, "content")             ? read_text (event, BTY_DELTA_TEXT)
                    : key_is (event, "reasoning_content") ? read_reasoning (event, "reasoning_content")
                    : key_is (event, "reasoning")         ? read_reasoning (event, "reasoning")
                    : key_is (event, "reasoning_details") ? read_details (event)
                    : key_is (event, "tool_calls")        ? read_tool_calls (event)
                    : key_is (event, "refusal")           ? read_refusal (event)
                                                          : skip (event);

      if (!ok)
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END;
}

static BtyStopReason
reason_from (const BtyJsonReader *reader)
{
  static const struct
  {
    const char *word;
    BtyStopReason reason;
  } reasons[] = {
    { "stop", BTY_STOP_END },
    { "length", BTY_STOP_LENGTH },
    { "tool_calls", BTY_STOP_TOOLS },
    { "function_call", BTY_STOP_TOOLS },
    { "content_filter", BTY_STOP_REFUSED },
    { "max_tokens", BTY_STOP_LENGTH },
    { "model_length", BTY_STOP_LENGTH },
    { "tool_use", BTY_STOP_TOOLS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (bty_json_reader_key_is (reader, reasons[i].word))
      return reasons[i].reason;
  return BTY_STOP_END;
}

static gboolean
read_finish_reason (Event *event)
{
  BtyJsonToken token = bty_json_reader_skip (&event->reader, NULL, NULL, event->error);

  if (token != BTY_JSON_STRING || event->reader.length == 0)
    return token != BTY_JSON_ERROR;
  event->n_others += 1;
  event->is_error |= key_is (event, "error") || key_is (event, "insufficient_system_resource");
  event->stream->has_reason = TRUE;
  event->stream->reason = reason_from (&event->reader);
  return TRUE;
}

static gboolean
read_choice (Event *event)
{
  BtyJsonToken token;

  while ((token = next (event)) == BTY_JSON_KEY)
    {
      gboolean is_message = key_is (event, "message");
      gboolean ok = is_message || key_is (event, "delta") ? read_delta (event)
                    : key_is (event, "finish_reason")     ? read_finish_reason (event)
                                                          : skip (event);

      if (!ok)
        return FALSE;
      event->is_whole |= is_message;
    }
  return token == BTY_JSON_OBJECT_END;
}

/* Never more than one is asked for; it is empty in the event that brings the usage. */
static gboolean
read_choices (Event *event)
{
  BtyJsonToken token = next (event);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (&event->reader, event->error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  for (guint i = 0; (token = next (event)) == BTY_JSON_OBJECT_BEGIN; i++)
    if (!(i == 0 ? read_choice (event) : bty_json_reader_skip_rest (&event->reader, event->error)))
      return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a choice is not an object"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_usage (Event *event)
{
  g_autoptr (BtyUsage) usage = NULL;

  if (!bty_openai_usage_read (&event->reader, &usage, event->error))
    return FALSE;
  if (usage != NULL)
    {
      event->n_others += 1;
      bty_completion_set_usage (event->out, usage);
    }
  return TRUE;
}

static gboolean
read_member (Event *event)
{
  BtyJsonToken token;

  if (key_is (event, "choices"))
    return read_choices (event);
  if (key_is (event, "usage"))
    return read_usage (event);
  if (!key_is (event, "error"))
    return skip (event);
  token = bty_json_reader_skip (&event->reader, NULL, NULL, event->error);
  event->is_error |= token != BTY_JSON_NULL;
  return token != BTY_JSON_ERROR;
}

static gboolean
read_event (Event *event)
{
  BtyJsonToken token = next (event);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR &&
           (g_set_error_literal (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an event is not an object")), FALSE);
  while ((token = next (event)) == BTY_JSON_KEY)
    if (!read_member (event))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && next (event) == BTY_JSON_END;
}

static gboolean
finish (BtyOpenaiStream *self, BtyCompletion *out, GError **error)
{
  BtyStopReason reason = self->has_reason ? self->reason : BTY_STOP_END;
  GError *nameless = NULL;

  if (bty_completion_is_done (out))
    return TRUE;
  if (!bty_openai_tool_calls_check (self->calls, &nameless))
    return bty_http_provider_not_protocol (self->provider, nameless, error);
  if (reason == BTY_STOP_END && bty_openai_tool_calls_count (self->calls) > 0) /* some servers say stop all the same */
    reason = BTY_STOP_TOOLS;
  if (reason == BTY_STOP_END && self->refused)
    reason = BTY_STOP_REFUSED;
  end_text (self, out);
  bty_openai_reasoning_flush (self->reasoning, out);
  bty_completion_finish (out, reason);
  return TRUE;
}

static gboolean
is_end_marker (const BtySseEvent *event)
{
  return event->length >= 6 && memcmp (event->data, "[DONE]", 6) == 0 &&
         (event->length == 6 || g_ascii_isspace (event->data[6]));
}

gboolean
bty_openai_stream_event (BtyOpenaiStream *self, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  BtyDelta delta;
  g_autoptr (GError) reason = NULL;
  Event e;
  gboolean ok;

  if (!self->has_begun)
    begin (self, out);
  if (bty_openai_template_match (&self->common, event->data, event->length, &delta))
    {
      push (self, &delta, out);
      return TRUE;
    }
  if (is_end_marker (event))
    return finish (self, out, error);
  if (g_strcmp0 (event->name, "error") == 0)
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  e.stream = self;
  e.out = out;
  e.error = &reason;
  e.n_texts = e.n_others = 0;
  e.is_whole = e.is_error = FALSE;
  bty_json_reader_init (&e.reader, event->data, event->length, 0);
  ok = read_event (&e);
  bty_json_reader_clear (&e.reader);
  if (!ok)
    return bty_http_provider_not_protocol (self->provider, g_steal_pointer (&reason), error);
  if (e.is_error)
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  if (e.n_texts == 1 && e.n_others == 0 && e.text.text != NULL)
    bty_openai_template_learn (&self->common, e.text.kind, event->data, event->length, e.text.text, e.text.length);
  return !e.is_whole || finish (self, out, error);
}

gboolean
bty_openai_stream_end (BtyOpenaiStream *self, BtyCompletion *out)
{
  return self->has_reason && finish (self, out, NULL);
}
