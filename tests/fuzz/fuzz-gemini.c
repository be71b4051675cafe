/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of generateContent events on any lines, of lists and refusals on any text, and what was read written into a request:
 * never a crash, deltas that keep the contract, an end that comes once, bodies that are JSON. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-gemini-chat.h"
#include "bty-gemini-embeddings.h"
#include "bty-gemini-failure.h"
#include "bty-gemini-models.h"
#include "bty-gemini-stream.h"

#include "fuzz.h"
#include "fuzz-wire.h"

static gboolean
read_lines (char **lines, FuzzWire *seen)
{
  g_autoptr (BtyCompletion) out = fuzz_wire_completion (seen);
  g_autoptr (BtyGeminiStream) stream = bty_gemini_stream_new (NULL);
  g_autoptr (GError) error = NULL;

  for (; *lines != NULL && !seen->done; lines++)
    {
      BtySseEvent event = { .data = *lines, .length = strlen (*lines) };

      if (!g_utf8_validate (*lines, -1, NULL))
        return FALSE;
      if (!bty_gemini_stream_event (stream, &event, out, &error))
        {
          g_assert_nonnull (error);
          return FALSE;
        }
    }
  return seen->done || bty_gemini_stream_end (stream, out, &error);
}

static void
write_back (FuzzWire *seen)
{
  static const BtyGeminiStyle style = { .thinking = BTY_GEMINI_THINKING_AUTO };
  g_autoptr (BtyCompletionRequest) request = fuzz_wire_request (seen, "gemini-3-pro");
  g_autoptr (GString) body = bty_gemini_chat_write (request, &style, NULL);

  g_assert_true (body != NULL && bty_json_validate (body->str, body->len, 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_autoptr (BtyEmbedding) embedding = bty_gemini_embeddings_parse (text, strlen (text), 2, NULL);
  g_autoptr (GPtrArray) models = bty_record_list_new ();
  g_autofree char *next = NULL;
  g_auto (FuzzWire) seen = { 0 };
  BtyHttpFailure failure = { .status = 429, .body = text, .length = strlen (text), .retry_after_ms = -1 };

  fuzz_wire_init (&seen);
  read_lines (lines, &seen);
  write_back (&seen);
  bty_gemini_models_parse ("lab", text, strlen (text), models, &next, NULL);
  for (guint i = 0; i < models->len; i++)
    g_assert_true (g_str_has_prefix (((BtyModel *) models->pdata[i])->name, "lab/"));
  g_assert_true (embedding == NULL ||
                 g_bytes_get_size (embedding->vectors) == embedding->dimensions * 2 * sizeof (float));
  bty_gemini_failure_read (&failure);
  g_assert_true (failure.retry_after_ms >= -1 && failure.retry_after_ms <= 24 * 3600 * 1000);
  return 0;
}
