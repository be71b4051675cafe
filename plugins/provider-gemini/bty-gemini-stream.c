/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-gemini-chat.h"
#include "bty-gemini-stream.h"
#include "bty-gemini-usage.h"

#define MAX_CALLS 128

/* What reasons to stop come to. Those that are not here mean that the answer is of no use. */
static const struct
{
  const char *word;
  BtyStopReason reason;
} reasons[] = {
  { "STOP", BTY_STOP_END },
  { "FINISH_REASON_UNSPECIFIED", BTY_STOP_END },
  { "MAX_TOKENS", BTY_STOP_LENGTH },
  { "FUNCTION_CALL", BTY_STOP_TOOLS }, /* stand-ins say so; the service says STOP */
  { "SAFETY", BTY_STOP_REFUSED },
  { "RECITATION", BTY_STOP_REFUSED },
  { "LANGUAGE", BTY_STOP_REFUSED },
  { "BLOCKLIST", BTY_STOP_REFUSED },
  { "PROHIBITED_CONTENT", BTY_STOP_REFUSED },
  { "SPII", BTY_STOP_REFUSED },
  { "IMAGE_SAFETY", BTY_STOP_REFUSED },
  { "IMAGE_PROHIBITED_CONTENT", BTY_STOP_REFUSED },
  { "IMAGE_RECITATION", BTY_STOP_REFUSED },
  { "IMAGE_OTHER", BTY_STOP_REFUSED },
  { "NO_IMAGE", BTY_STOP_REFUSED },
};

struct _BtyGeminiStream
{
  BtyHttpProvider *provider;
  guint n_calls;
  char *seed;    /* the first id that the service gave to the answer */
  char *finish;  /* its reason to stop, in its words */
  char *message; /* what it says about that */
  gboolean is_blocked;
};

/* One event, and the part of it that is being read: its members come in any order. */
typedef struct
{
  BtyGeminiStream *stream;
  BtyJsonReader reader;
  BtyCompletion *out;
  GError **error;
  gboolean is_error;
  gboolean has_usage;
} Event;

typedef struct
{
  char *text; /* the reader's own memory is gone with the next token */
  gsize length;
  gboolean is_thought;
  char *signature;
  char *call_id;
  char *name;
  const char *arguments; /* lies in the event */
  gsize arguments_length;
} Part;

static void
part_clear (Part *part)
{
  g_free (part->text);
  g_free (part->signature);
  g_free (part->call_id);
  g_free (part->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Part, part_clear)

BtyGeminiStream *
bty_gemini_stream_new (BtyHttpProvider *provider)
{
  BtyGeminiStream *self = g_new0 (BtyGeminiStream, 1);

  self->provider = provider;
  return self;
}

void
bty_gemini_stream_free (BtyGeminiStream *self)
{
  g_free (self->seed);
  g_free (self->finish);
  g_free (self->message);
  g_free (self);
}

static BtyJsonToken
next (Event *event)
{
  return bty_json_reader_next (&event->reader, event->error);
}

static BtyJsonToken
skip (Event *event)
{
  return bty_json_reader_skip (&event->reader, NULL, NULL, event->error);
}

static gboolean
key_is (const Event *event, const char *name)
{
  return bty_json_reader_key_is (&event->reader, name);
}

static gboolean
data_loss (Event *event, const char *message)
{
  g_set_error_literal (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, message);
  return FALSE;
}

/* A text that is kept: NUL bytes, which \u0000 makes, are of no use to anybody. */
static gboolean
take_text (Event *event, char **place, gsize *length)
{
  BtyJsonToken token = skip (event);

  if (token != BTY_JSON_STRING)
    return token != BTY_JSON_ERROR;
  g_free (*place);
  if (memchr (event->reader.text, '\0', event->reader.length) != NULL)
    *place = g_utf8_make_valid (event->reader.text, (gssize) event->reader.length);
  else
    *place = g_strndup (event->reader.text, event->reader.length);
  if (length != NULL)
    *length = strlen (*place);
  return TRUE;
}

/* Steps into an object; a value that is none is passed over, and *is_object is left as it is. */
static gboolean
enter (Event *event, BtyJsonToken wanted, gboolean *is_there)
{
  BtyJsonToken token = next (event);

  *is_there = token == wanted;
  if (token == wanted)
    return TRUE;
  if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (&event->reader, event->error);
  return token != BTY_JSON_ERROR;
}

static gboolean
read_arguments (Event *event, Part *part)
{
  const char *raw;
  gsize length;
  BtyJsonToken token = bty_json_reader_skip (&event->reader, &raw, &length, event->error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    {
      part->arguments = raw;
      part->arguments_length = length;
    }
  return token != BTY_JSON_ERROR;
}

static gboolean
read_call (Event *event, Part *part)
{
  BtyJsonToken token;
  gboolean is_object;

  if (!enter (event, BTY_JSON_OBJECT_BEGIN, &is_object))
    return FALSE;
  if (!is_object)
    return TRUE;
  part->arguments = "{}";
  part->arguments_length = 2;
  while ((token = next (event)) == BTY_JSON_KEY)
    if (!(key_is (event, "id")     ? take_text (event, &part->call_id, NULL)
          : key_is (event, "name") ? take_text (event, &part->name, NULL)
          : key_is (event, "args") ? read_arguments (event, part)
                                   : skip (event) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_thought (Event *event, Part *part)
{
  BtyJsonToken token = skip (event);

  part->is_thought = token == BTY_JSON_TRUE;
  return token != BTY_JSON_ERROR;
}

static void
push (Event *event, BtyDeltaKind kind, const char *text, gsize length)
{
  BtyDelta delta = { .kind = kind, .text = text, .length = length };

  if (length > 0)
    bty_completion_push (event->out, &delta);
}

static gboolean
push_call (Event *event, Part *part)
{
  BtyGeminiStream *stream = event->stream;
  BtyDelta delta = { .kind = BTY_DELTA_TOOL_CALL, .index = stream->n_calls, .name = part->name };

  if (part->name == NULL || *part->name == '\0')
    return data_loss (event, _ ("a tool call of the answer names no tool"));
  if (stream->n_calls == MAX_CALLS)
    {
      g_set_error (event->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d tool calls"),
                   MAX_CALLS);
      return FALSE;
    }
  if (part->call_id == NULL || *part->call_id == '\0')
    bty_record_take_string (&part->call_id, bty_http_prompt_new_call_id (stream->seed, stream->n_calls, part->name,
                                                                         part->arguments, part->arguments_length));
  delta.call_id = part->call_id;
  delta.text = part->arguments;
  delta.length = part->arguments_length;
  stream->n_calls += 1;
  bty_completion_push (event->out, &delta);
  return TRUE;
}

/* A signature goes before the part that it belongs to, so that this one can be found again. */
static gboolean
push_part (Event *event, Part *part)
{
  if (part->is_thought)
    push (event, BTY_DELTA_REASONING, part->text, part->length);
  if (part->signature != NULL && *part->signature != '\0')
    {
      g_autofree char *marked = g_strconcat (BTY_GEMINI_SIGNATURE, part->signature, NULL);

      push (event, BTY_DELTA_SIGNATURE, marked, strlen (marked));
    }
  if (part->arguments != NULL)
    return push_call (event, part);
  if (!part->is_thought)
    push (event, BTY_DELTA_TEXT, part->text, part->length);
  return TRUE;
}

static gboolean
read_part (Event *event)
{
  g_auto (Part) part = { 0 };
  BtyJsonToken token;

  while ((token = next (event)) == BTY_JSON_KEY)
    if (!(key_is (event, "text")               ? take_text (event, &part.text, &part.length)
          : key_is (event, "thought")          ? read_thought (event, &part)
          : key_is (event, "thoughtSignature") ? take_text (event, &part.signature, NULL)
          : key_is (event, "functionCall")     ? read_call (event, &part)
                                               : skip (event) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && push_part (event, &part);
}

/* A list of objects, each read by @read; @limit: how many of them count. */
static gboolean
read_list (Event *event, gboolean (*read) (Event *event), guint limit)
{
  BtyJsonToken token;
  gboolean is_list;

  if (!enter (event, BTY_JSON_ARRAY_BEGIN, &is_list))
    return FALSE;
  if (!is_list)
    return TRUE;
  for (guint i = 0; (token = next (event)) == BTY_JSON_OBJECT_BEGIN; i++)
    if (!(i < limit ? read (event) : bty_json_reader_skip_rest (&event->reader, event->error)))
      return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    return data_loss (event, _ ("a candidate or a part of an answer is not an object"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_content (Event *event)
{
  BtyJsonToken token;
  gboolean is_object;

  if (!enter (event, BTY_JSON_OBJECT_BEGIN, &is_object))
    return FALSE;
  if (!is_object)
    return TRUE;
  while ((token = next (event)) == BTY_JSON_KEY)
    if (!(key_is (event, "parts") ? read_list (event, read_part, G_MAXUINT) : skip (event) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

/* Never more than one is asked for. */
static gboolean
read_candidate (Event *event)
{
  BtyJsonToken token;

  while ((token = next (event)) == BTY_JSON_KEY)
    if (!(key_is (event, "content")         ? read_content (event)
          : key_is (event, "finishReason")  ? take_text (event, &event->stream->finish, NULL)
          : key_is (event, "finishMessage") ? take_text (event, &event->stream->message, NULL)
                                            : skip (event) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_feedback (Event *event)
{
  BtyJsonToken token;
  gboolean is_object;

  if (!enter (event, BTY_JSON_OBJECT_BEGIN, &is_object))
    return FALSE;
  if (!is_object)
    return TRUE;
  while ((token = next (event)) == BTY_JSON_KEY)
    {
      gboolean is_reason = key_is (event, "blockReason");

      token = skip (event);
      if (token == BTY_JSON_ERROR)
        return FALSE;
      event->stream->is_blocked |= is_reason && token == BTY_JSON_STRING && event->reader.length > 0;
    }
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_usage (Event *event)
{
  g_autoptr (BtyUsage) usage = NULL;

  if (!bty_gemini_usage_read (&event->reader, &usage, event->error))
    return FALSE;
  event->has_usage |= usage != NULL;
  if (usage != NULL)
    bty_completion_set_usage (event->out, usage);
  return TRUE;
}

static gboolean
read_id (Event *event)
{
  return event->stream->seed == NULL ? take_text (event, &event->stream->seed, NULL) : skip (event) != BTY_JSON_ERROR;
}

static gboolean
read_member (Event *event)
{
  BtyJsonToken token;

  if (key_is (event, "candidates"))
    return read_list (event, read_candidate, 1);
  if (key_is (event, "usageMetadata"))
    return read_usage (event);
  if (key_is (event, "promptFeedback"))
    return read_feedback (event);
  if (key_is (event, "responseId"))
    return read_id (event);
  if (!key_is (event, "error"))
    return skip (event) != BTY_JSON_ERROR;
  token = skip (event);
  event->is_error |= token != BTY_JSON_NULL;
  return token != BTY_JSON_ERROR;
}

static gboolean
read_answer (Event *event)
{
  BtyJsonToken token;

  while ((token = next (event)) == BTY_JSON_KEY)
    if (!read_member (event))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

/* An answer; from servers that do not stream, a list of all of them. */
static gboolean
read_event (Event *event)
{
  BtyJsonToken token = next (event);
  gboolean is_list = token == BTY_JSON_ARRAY_BEGIN;

  if (is_list)
    token = next (event);
  while (token == BTY_JSON_OBJECT_BEGIN)
    {
      if (!read_answer (event))
        return FALSE;
      if (!is_list)
        return next (event) == BTY_JSON_END;
      token = next (event);
    }
  if (is_list && token == BTY_JSON_ARRAY_END)
    return next (event) == BTY_JSON_END;
  return token != BTY_JSON_ERROR && data_loss (event, _ ("an event is not an object"));
}

/* MALFORMED_FUNCTION_CALL, UNEXPECTED_TOOL_CALL, TOO_MANY_TOOL_CALLS, OTHER, and what is still to come. */
static gboolean
useless (BtyGeminiStream *self, GError **error)
{
  const char *said = self->message != NULL ? self->message : "";
  GError *reason = g_error_new (BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the model gave its answer up: %s%s%s"),
                                self->finish, *said != '\0' ? ": " : "", said);

  return bty_http_provider_not_protocol (self->provider, reason, error);
}

gboolean
bty_gemini_stream_end (BtyGeminiStream *self, BtyCompletion *out, GError **error)
{
  if (self->finish == NULL && self->is_blocked)
    {
      bty_completion_finish (out, BTY_STOP_REFUSED);
      return TRUE;
    }
  for (guint i = 0; self->finish != NULL && i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].word, self->finish))
      {
        BtyStopReason reason = reasons[i].reason;

        bty_completion_finish (out, reason == BTY_STOP_END && self->n_calls > 0 ? BTY_STOP_TOOLS : reason);
        return TRUE;
      }
  if (self->finish != NULL)
    return useless (self, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("the answer of the provider “%s” was cut off: it ended without a reason to stop"),
               self->provider != NULL ? bty_http_provider_get_options (self->provider)->name : "gemini");
  return FALSE;
}

gboolean
bty_gemini_stream_event (BtyGeminiStream *self, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Event e; /* most of it is the reader, which clears what it needs itself */
  gboolean ok;

  e.stream = self;
  e.out = out;
  e.error = &reason;
  e.is_error = e.has_usage = FALSE;
  bty_json_reader_init (&e.reader, event->data, event->length, 0);
  ok = read_event (&e);
  bty_json_reader_clear (&e.reader);
  if (!ok)
    return bty_http_provider_not_protocol (self->provider, g_steal_pointer (&reason), error);
  if (e.is_error)
    return bty_http_provider_failed (self->provider, event->data, event->length, error);
  /* The last event has both; whatever may follow is told by the end of the body. */
  if (e.has_usage && self->finish != NULL)
    return bty_gemini_stream_end (self, out, error);
  return TRUE;
}
