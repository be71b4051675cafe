/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ollama"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-ollama-stream.h"

#define MAX_CALLS 128

struct _BtyOllamaStream
{
  BtyHttpProvider *provider;
  guint n_calls;
  char *seed; /* the time of the first line: nothing else tells one answer from another */
};

/* One line being read. What it says is held until it is clear in which order to tell it. */
typedef struct
{
  BtyOllamaStream *stream;
  BtyJsonReader reader;
  BtyCompletion *out;
  GError **error;
  char *thinking;
  char *content;
  char *reason;
  gint64 n_prompt; /* -1: not told */
  gint64 n_answer;
  gboolean is_done;
  gboolean is_error;
} Line;

typedef struct
{
  char *id;
  char *name;
  const char *arguments; /* lies in the line */
  gsize length;
} Call;

static void
call_clear (Call *call)
{
  g_free (call->id);
  g_free (call->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

BtyOllamaStream *
bty_ollama_stream_new (BtyHttpProvider *provider)
{
  BtyOllamaStream *self = g_new0 (BtyOllamaStream, 1);

  self->provider = provider;
  return self;
}

void
bty_ollama_stream_free (BtyOllamaStream *self)
{
  g_free (self->seed);
  g_free (self);
}

static BtyJsonToken
next (Line *line)
{
  return bty_json_reader_next (&line->reader, line->error);
}

static BtyJsonToken
skip (Line *line)
{
  return bty_json_reader_skip (&line->reader, NULL, NULL, line->error);
}

static gboolean
key_is (const Line *line, const char *name)
{
  return bty_json_reader_key_is (&line->reader, name);
}

static gboolean
data_loss (Line *line, const char *message)
{
  g_set_error_literal (line->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, message);
  return FALSE;
}

static gboolean
take_text (Line *line, char **place)
{
  BtyJsonToken token = skip (line);

  if (token != BTY_JSON_STRING)
    return token != BTY_JSON_ERROR;
  g_free (*place);
  if (memchr (line->reader.text, '\0', line->reader.length) != NULL) /* from \u0000: nobody behind us expects one */
    *place = g_utf8_make_valid (line->reader.text, (gssize) line->reader.length);
  else
    *place = g_strndup (line->reader.text, line->reader.length);
  return TRUE;
}

static gboolean
take_number (Line *line, gint64 *place)
{
  BtyJsonToken token = skip (line);

  if (token == BTY_JSON_INT)
    *place = CLAMP (line->reader.integer, 0, G_MAXINT32);
  return token != BTY_JSON_ERROR;
}

static gboolean
take_flag (Line *line, gboolean *place)
{
  BtyJsonToken token = skip (line);

  *place |= token == BTY_JSON_TRUE;
  return token != BTY_JSON_ERROR;
}

/* Steps into what @wanted begins; anything else is passed over. */
static gboolean
enter (Line *line, BtyJsonToken wanted, gboolean *is_there)
{
  BtyJsonToken token = next (line);

  *is_there = token == wanted;
  if (token != wanted && (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN))
    return bty_json_reader_skip_rest (&line->reader, line->error);
  return token != BTY_JSON_ERROR;
}

static void
push_text (Line *line, BtyDeltaKind kind, char **text)
{
  BtyDelta delta = { .kind = kind, .text = *text };

  if (*text == NULL)
    return;
  delta.length = strlen (*text);
  if (delta.length > 0)
    bty_completion_push (line->out, &delta);
  g_clear_pointer (text, g_free);
}

static void
push_texts (Line *line)
{
  push_text (line, BTY_DELTA_REASONING, &line->thinking);
  push_text (line, BTY_DELTA_TEXT, &line->content);
}

/* An object; a text from servers that mean it well is taken when it holds one. */
static gboolean
read_arguments (Line *line, Call *call, char **unpacked)
{
  const char *raw;
  gsize length;
  BtyJsonToken token = bty_json_reader_skip (&line->reader, &raw, &length, line->error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    {
      call->arguments = raw;
      call->length = length;
    }
  else if (token == BTY_JSON_STRING && bty_json_validate (line->reader.text, line->reader.length, 0, NULL))
    {
      g_free (*unpacked);
      *unpacked = g_strndup (line->reader.text, line->reader.length);
      call->arguments = *unpacked;
      call->length = line->reader.length;
    }
  return token != BTY_JSON_ERROR;
}

static gboolean
read_function (Line *line, Call *call, char **unpacked)
{
  BtyJsonToken token;
  gboolean is_object;

  if (!enter (line, BTY_JSON_OBJECT_BEGIN, &is_object))
    return FALSE;
  if (!is_object)
    return TRUE;
  while ((token = next (line)) == BTY_JSON_KEY)
    if (!(key_is (line, "name")        ? take_text (line, &call->name)
          : key_is (line, "arguments") ? read_arguments (line, call, unpacked)
                                       : skip (line) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
push_call (Line *line, Call *call)
{
  BtyOllamaStream *stream = line->stream;
  BtyDelta delta = { .kind = BTY_DELTA_TOOL_CALL, .index = stream->n_calls, .name = call->name };

  if (call->name == NULL || *call->name == '\0')
    return data_loss (line, _ ("a tool call of the answer names no tool"));
  if (stream->n_calls == MAX_CALLS)
    {
      g_set_error (line->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an answer has more than %d tool calls"), MAX_CALLS);
      return FALSE;
    }
  if (call->id == NULL || *call->id == '\0')
    bty_record_take_string (&call->id, bty_http_prompt_new_call_id (stream->seed, stream->n_calls, call->name,
                                                                    call->arguments, call->length));
  delta.call_id = call->id;
  delta.text = call->arguments;
  delta.length = call->length;
  stream->n_calls += 1;
  push_texts (line);
  bty_completion_push (line->out, &delta);
  return TRUE;
}

static gboolean
read_call (Line *line)
{
  g_auto (Call) call = { .arguments = "{}", .length = 2 };
  g_autofree char *unpacked = NULL;
  BtyJsonToken token;

  while ((token = next (line)) == BTY_JSON_KEY)
    if (!(key_is (line, "function") ? read_function (line, &call, &unpacked)
          : key_is (line, "id")     ? take_text (line, &call.id)
                                    : skip (line) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && push_call (line, &call);
}

static gboolean
read_calls (Line *line)
{
  BtyJsonToken token;
  gboolean is_list;

  if (!enter (line, BTY_JSON_ARRAY_BEGIN, &is_list))
    return FALSE;
  if (!is_list)
    return TRUE;
  while ((token = next (line)) == BTY_JSON_OBJECT_BEGIN)
    if (!read_call (line))
      return FALSE;
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    return data_loss (line, _ ("a tool call is not an object"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_message (Line *line)
{
  BtyJsonToken token;
  gboolean is_object;

  if (!enter (line, BTY_JSON_OBJECT_BEGIN, &is_object))
    return FALSE;
  if (!is_object)
    return TRUE;
  while ((token = next (line)) == BTY_JSON_KEY)
    if (!(key_is (line, "content")      ? take_text (line, &line->content)
          : key_is (line, "thinking")   ? take_text (line, &line->thinking)
          : key_is (line, "tool_calls") ? read_calls (line)
                                        : skip (line) != BTY_JSON_ERROR))
      return FALSE;
  push_texts (line);
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_error (Line *line)
{
  BtyJsonToken token = skip (line);

  line->is_error |= token != BTY_JSON_NULL;
  return token != BTY_JSON_ERROR;
}

static gboolean
read_time (Line *line)
{
  return line->stream->seed == NULL ? take_text (line, &line->stream->seed) : skip (line) != BTY_JSON_ERROR;
}

static gboolean
read_line (Line *line)
{
  BtyJsonToken token = next (line);

  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR && data_loss (line, _ ("an event is not an object"));
  while ((token = next (line)) == BTY_JSON_KEY)
    if (!(key_is (line, "message")             ? read_message (line)
          : key_is (line, "created_at")        ? read_time (line)
          : key_is (line, "done")              ? take_flag (line, &line->is_done)
          : key_is (line, "done_reason")       ? take_text (line, &line->reason)
          : key_is (line, "prompt_eval_count") ? take_number (line, &line->n_prompt)
          : key_is (line, "eval_count")        ? take_number (line, &line->n_answer)
          : key_is (line, "error")             ? read_error (line)
                                               : skip (line) != BTY_JSON_ERROR))
      return FALSE;
  return token == BTY_JSON_OBJECT_END && next (line) == BTY_JSON_END;
}

/* A prompt that the server still has in its memory is not counted by all versions. */
static void
tell_usage (Line *line)
{
  g_autoptr (BtyUsage) usage = NULL;

  if (line->n_prompt < 0 && line->n_answer < 0)
    return;
  usage = bty_usage_new ();
  usage->input_tokens = MAX (0, line->n_prompt);
  usage->output_tokens = MAX (0, line->n_answer);
  bty_completion_set_usage (line->out, usage);
}

static void
finish (Line *line)
{
  BtyStopReason reason = g_strcmp0 (line->reason, "length") == 0 ? BTY_STOP_LENGTH
                         : line->stream->n_calls > 0             ? BTY_STOP_TOOLS
                                                                 : BTY_STOP_END;

  tell_usage (line);
  bty_completion_finish (line->out, reason);
}

gboolean
bty_ollama_stream_line (BtyOllamaStream *self, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Line line; /* most of it is the reader, which clears what it needs itself */
  gboolean ok;

  line.stream = self;
  line.out = out;
  line.error = &reason;
  line.thinking = line.content = line.reason = NULL;
  line.n_prompt = line.n_answer = -1;
  line.is_done = line.is_error = FALSE;
  bty_json_reader_init (&line.reader, event->data, event->length, 0);
  ok = read_line (&line);
  bty_json_reader_clear (&line.reader);
  if (!ok)
    ok = bty_http_provider_not_protocol (self->provider, g_steal_pointer (&reason), error);
  else if (line.is_error)
    ok = bty_http_provider_failed (self->provider, event->data, event->length, error);
  else if (line.is_done)
    finish (&line);
  g_free (line.thinking);
  g_free (line.content);
  g_free (line.reason);
  return ok;
}
