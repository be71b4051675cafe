/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of Responses events on any lines, and what was read written into a request: never a
 * crash, deltas that keep the contract, an end that comes once, bodies that are JSON. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-responses-request.h"
#include "bty-responses-stream.h"

#include "fuzz-wire.h"
#include "fuzz.h"

static void
read_stream (char **lines, FuzzWire *seen)
{
  static const char *const stops[] = { "END", "\n\n", NULL };
  g_autoptr (BtyCompletion) out = fuzz_wire_completion (seen);
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
write_back (const char *model, FuzzWire *seen)
{
  static const BtyResponsesStyle style = { .summary = "auto", .encrypted = TRUE, .cache_marks = TRUE };
  g_autofree char *name = g_utf8_make_valid (model, -1);
  g_autoptr (BtyCompletionRequest) request = fuzz_wire_request (seen, name);
  g_autoptr (GString) body = NULL;
  BtyOpenaiTraits traits;

  seen->message->cache_here = TRUE;
  bty_openai_traits_of (request->model, &traits);
  body = bty_responses_request_write (request, &traits, &style, NULL);
  g_assert_true (body != NULL && bty_json_validate (body->str, body->len, 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_auto (FuzzWire) seen = { .in_pieces = TRUE, .mark = BTY_RESPONSES_SIGNATURE };

  fuzz_wire_init (&seen);
  read_stream (lines, &seen);
  write_back (lines[0] != NULL ? lines[0] : "", &seen);
  return 0;
}
