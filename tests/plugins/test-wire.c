/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-wire.h"

typedef struct
{
  const TestWire *wire;
  gpointer stream;
  BtyCompletion *completion;
  GString *out;
  char *open; /* the kind of delta whose bracket is open */
  guint n_calls;
  gboolean done;
} Play;

static void
close_bracket (Play *play)
{
  if (play->open != NULL)
    g_string_append (play->out, ") ");
  g_clear_pointer (&play->open, g_free);
}

static void
say (Play *play, const char *kind, const char *text, gsize length)
{
  if (g_strcmp0 (play->open, kind) != 0)
    {
      close_bracket (play);
      g_string_append_printf (play->out, "%s(", kind);
      play->open = g_strdup (kind);
    }
  g_string_append_len (play->out, text, (gssize) length);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  Play *play = data;
  g_autofree char *kind = g_strdup_printf ("args%u", delta->index);

  g_assert_false (play->done);
  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  if (delta->kind != BTY_DELTA_TOOL_CALL)
    {
      g_assert_cmpuint (delta->length, >, 0);
      say (play,
           delta->kind == BTY_DELTA_TEXT        ? "text"
           : delta->kind == BTY_DELTA_REASONING ? "reasoning"
                                                : "signature",
           delta->text, delta->length);
      if (delta->kind == BTY_DELTA_SIGNATURE) /* each is one mark */
        close_bracket (play);
      return;
    }
  if (delta->index == play->n_calls)
    {
      g_assert_true (delta->call_id != NULL && delta->name != NULL);
      play->n_calls += 1;
      close_bracket (play);
      g_string_append_printf (
        play->out, "call%u(%s,%s) ", delta->index,
        strlen (delta->call_id) == 36 || bty_http_prompt_is_own_call_id (delta->call_id) ? "made" : delta->call_id,
        delta->name);
    }
  g_assert_cmpuint (delta->index, <, play->n_calls);
  if (delta->length > 0)
    say (play, kind, delta->text, delta->length);
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  Play *play = data;

  g_assert_false (play->done);
  play->done = TRUE;
}

static gboolean
on_event (const BtySseEvent *event, gpointer data, GError **error)
{
  Play *play = data;

  return play->done || play->wire->event (play->stream, event, play->completion, error);
}

static const char *
reason_of (BtyCompletion *completion)
{
  for (const BtyEnumValue *value = bty_stop_reasons; value->nick != NULL; value++)
    if (value->value == (int) bty_completion_get_stop_reason (completion))
      return value->nick;
  return "?";
}

static void
say_end (Play *play, const GError *error)
{
  const BtyUsage *usage = bty_completion_get_usage (play->completion);

  close_bracket (play);
  if (error != NULL)
    g_string_append_printf (play->out, "| error %s", bty_error_info ((BtyErrorCode) error->code)->name);
  else
    g_string_append_printf (play->out, "| %s", play->done ? reason_of (play->completion) : "cut off");
  if (usage != NULL)
    g_string_append_printf (play->out, " | in=%d cached=%d write=%d out=%d think=%d", (int) usage->input_tokens,
                            (int) usage->cached_tokens, (int) usage->cache_write_tokens, (int) usage->output_tokens,
                            (int) usage->reasoning_tokens);
}

static gboolean
feed_events (Play *play, const char *bytes, gsize length, gsize cut, GError **error)
{
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, on_event, play);

  return bty_sse_reader_feed (reader, bytes, cut, error) &&
         bty_sse_reader_feed (reader, bytes + cut, length - cut, error) && bty_sse_reader_end (reader, error);
}

static gboolean
feed_lines (Play *play, const char *bytes, gsize length, gsize cut, GError **error)
{
  g_autoptr (BtyNdjsonReader) reader = bty_ndjson_reader_new (0, on_event, play);

  return bty_ndjson_reader_feed (reader, bytes, cut, error) &&
         bty_ndjson_reader_feed (reader, bytes + cut, length - cut, error) && bty_ndjson_reader_end (reader, error);
}

char *
test_wire_play (const TestWire *wire, const char *bytes, gsize length, gsize cut)
{
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  Play play = { .wire = wire, .stream = wire->new_ (), .out = g_string_new (NULL) };
  g_autoptr (BtyCompletion) completion = bty_completion_new (request, NULL, on_delta, on_done, &play);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  play.completion = completion;
  ok = wire->is_lines ? feed_lines (&play, bytes, length, cut, &error)
                      : feed_events (&play, bytes, length, cut, &error);
  if (ok && !play.done && wire->end != NULL)
    wire->end (play.stream, completion, &error);
  g_assert_true (error == NULL || error->domain == BTY_ERROR);
  say_end (&play, error);
  wire->free_ (play.stream);
  return g_string_free (play.out, FALSE);
}

static void
check_cuts (const TestWire *wire, const char *bytes, const char *expected)
{
  gsize length = strlen (bytes);

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autofree char *got = test_wire_play (wire, bytes, length, cut);

      if (g_strcmp0 (got, expected) != 0)
        g_test_message ("cut at %u", (guint) cut);
      g_assert_cmpstr (got, ==, expected);
    }
}

void
test_wire_check (const TestWire *wire, const char *bytes, const char *expected)
{
  g_autoptr (GString) crlf = g_string_new (bytes);

  check_cuts (wire, bytes, expected);
  g_string_replace (crlf, "\n", "\r\n", 0);
  check_cuts (wire, crlf->str, expected);
}
