/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of Responses events on any lines, and what was read written into a request: never a
 * crash, deltas that keep the contract, an end that comes once, bodies that are JSON. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-responses-request.h"
#include "bty-responses-stream.h"

#include "fuzz.h"

typedef struct
{
  BtyPromptMessage *message; /* what an attentive consumer makes of the deltas */
  guint n_calls;
  gboolean done;
} Seen;

static BtyPart *
add_part (Seen *seen, BtyPartKind kind)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  g_ptr_array_add (seen->message->parts, part);
  return part;
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  Seen *seen = data;
  g_autofree char *text = g_strndup (delta->text, delta->length);

  g_assert_false (seen->done);
  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  g_assert_null (memchr (delta->text, '\0', delta->length));
  if (delta->kind == BTY_DELTA_TOOL_CALL && delta->call_id != NULL)
    {
      BtyPart *part = add_part (seen, BTY_PART_TOOL_CALL);

      g_assert_cmpuint (delta->index, ==, seen->n_calls);
      g_assert_true (delta->name != NULL && seen->n_calls++ < 128);
      part->call_id = g_strdup (delta->call_id);
      part->name = g_strdup (delta->name);
      return;
    }
  g_assert_cmpuint (delta->length, >, 0);
  if (delta->kind == BTY_DELTA_TOOL_CALL)
    {
      g_assert_cmpuint (delta->index, <, seen->n_calls);
      bty_record_take_string (&add_part (seen, BTY_PART_TOOL_CALL)->arguments, g_steal_pointer (&text));
    }
  else if (delta->kind == BTY_DELTA_SIGNATURE)
    {
      g_assert_true (g_str_has_prefix (text, BTY_RESPONSES_SIGNATURE));
      add_part (seen, BTY_PART_REASONING)->signature = g_steal_pointer (&text);
    }
  else
    add_part (seen, BTY_PART_TEXT)->text = g_steal_pointer (&text);
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  Seen *seen = data;

  g_assert_false (seen->done);
  seen->done = TRUE;
}

static void
read_stream (char **lines, Seen *seen)
{
  static const char *const stops[] = { "END", "\n\n", NULL };
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  g_autoptr (BtyCompletion) out = bty_completion_new (request, NULL, on_delta, on_done, seen);
  g_autoptr (BtyResponsesStream) stream = bty_responses_stream_new (NULL, stops);

  for (; *lines != NULL && !seen->done; lines++)
    {
      BtySseEvent event = { .data = *lines, .length = strlen (*lines) };
      g_autoptr (GError) error = NULL;

      if (!g_utf8_validate (*lines, -1, NULL))
        return;
      if (!bty_responses_stream_event (stream, &event, out, &error))
        {
          g_assert_nonnull (error);
          return;
        }
    }
  g_assert_true (bty_completion_get_usage (out) == NULL ||
                 bty_completion_get_usage (out)->input_tokens >= bty_completion_get_usage (out)->cached_tokens);
}

static void
write_back (const char *model, BtyPromptMessage *message)
{
  static const BtyResponsesStyle style = { .summary = "auto", .encrypted = TRUE, .cache_marks = TRUE };
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  g_autoptr (GString) body = NULL;
  BtyResponsesTraits traits;

  request->model = g_utf8_make_valid (model, -1);
  request->messages = bty_record_list_new ();
  request->effort = g_strdup ("low");
  message->role = BTY_ROLE_ASSISTANT;
  message->cache_here = TRUE;
  g_ptr_array_add (request->messages, bty_prompt_message_ref (message));
  bty_responses_traits_of (request->model, &traits);
  body = bty_responses_request_write (request, &traits, &style, NULL);
  g_assert_true (body != NULL && bty_json_validate (body->str, body->len, 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_autoptr (BtyPromptMessage) message = bty_prompt_message_new ();
  Seen seen = { .message = message };

  message->parts = bty_record_list_new ();
  read_stream (lines, &seen);
  write_back (lines[0] != NULL ? lines[0] : "", message);
  return 0;
}
