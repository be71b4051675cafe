/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of Messages events on any lines, of lists of models on any text, and what was read written into a request: never a
 * crash, deltas that keep the contract, an end that comes once, bodies that are JSON. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-anthropic-models.h"
#include "bty-anthropic-request.h"
#include "bty-anthropic-stream.h"
#include "bty-anthropic-turns.h"

#include "fuzz-wire.h"
#include "fuzz.h"

static void
read_stream (char **lines, FuzzWire *seen)
{
  g_autoptr (BtyCompletion) out = fuzz_wire_completion (seen);
  g_autoptr (BtyAnthropicStream) stream = bty_anthropic_stream_new (NULL);

  for (; *lines != NULL && !seen->done; lines++)
    {
      BtySseEvent event = { .data = *lines, .length = strlen (*lines) };
      g_autoptr (GError) error = NULL;

      if (!g_utf8_validate (*lines, -1, NULL))
        return;
      if (!bty_anthropic_stream_event (stream, &event, out, &error))
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
  static const BtyAnthropicStyle style = { .version = "2026-10-21", .cache = "5m", .max_tokens = 100 };
  g_autofree char *name = g_utf8_make_valid (model, -1);
  g_autoptr (BtyCompletionRequest) request = fuzz_wire_request (seen, name);
  g_autoptr (GString) body = NULL;
  BtyAnthropicTraits traits;

  seen->message->cache_here = TRUE;
  bty_anthropic_traits_of (request->model, &traits);
  body = bty_anthropic_request_write (request, &traits, &style, NULL);
  g_assert_true (body != NULL && bty_json_validate (body->str, body->len, 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_auto (FuzzWire) seen = { .in_pieces = TRUE, .mark = "anthropic" };
  g_auto (BtyAnthropicModels) models;

  fuzz_wire_init (&seen);
  read_stream (lines, &seen);
  write_back (lines[0] != NULL ? lines[0] : "", &seen);
  bty_anthropic_models_init (&models);
  bty_anthropic_models_read (&models, "lab", text, strlen (text), NULL);
  for (guint i = 0; i < models.models->len; i++)
    g_assert_true (g_str_has_prefix (((BtyModel *) models.models->pdata[i])->name, "lab/"));
  return 0;
}
