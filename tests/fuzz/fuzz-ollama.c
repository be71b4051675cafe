/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of Ollama's lines on any text, of its lists as well, and what was read written into a request: never a crash, deltas
 * that keep the contract, an end that comes once, bodies that are JSON. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-ollama-chat.h"
#include "bty-ollama-embeddings.h"
#include "bty-ollama-models.h"
#include "bty-ollama-stream.h"

#include "fuzz.h"
#include "fuzz-wire.h"

typedef struct
{
  BtyOllamaStream *stream;
  BtyCompletion *out;
  FuzzWire *seen;
} Reading;

static gboolean
on_line (const BtySseEvent *line, gpointer data, GError **error)
{
  Reading *reading = data;

  if (reading->seen->done)
    return TRUE;
  if (bty_ollama_stream_line (reading->stream, line, reading->out, error))
    return TRUE;
  g_assert_true (error == NULL || *error != NULL);
  return FALSE;
}

/* In two pieces, as a socket would give it. */
static void
read_stream (const guint8 *data, gsize size, FuzzWire *seen)
{
  g_autoptr (BtyCompletion) out = fuzz_wire_completion (seen);
  g_autoptr (BtyOllamaStream) stream = bty_ollama_stream_new (NULL);
  Reading reading = { stream, out, seen };
  g_autoptr (BtyNdjsonReader) reader = bty_ndjson_reader_new (65536, on_line, &reading);
  g_autoptr (GError) error = NULL;
  gsize cut = size > 0 ? data[0] % size : 0;

  if (bty_ndjson_reader_feed (reader, (const char *) data, cut, &error) &&
      bty_ndjson_reader_feed (reader, (const char *) data + cut, size - cut, &error))
    bty_ndjson_reader_end (reader, &error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const BtyOllamaStyle style = { .num_ctx = 4096, .keep_alive = "5m" };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (BtyEmbedding) embedding = bty_ollama_embeddings_parse (text, strlen (text), 2, NULL);
  g_autoptr (GPtrArray) models = bty_ollama_tags_parse ("lab", text, strlen (text), NULL);
  g_autoptr (BtyModel) model = bty_model_new ();
  g_autoptr (BtyCompletionRequest) request = NULL;
  g_autoptr (GString) body = NULL;
  g_auto (FuzzWire) seen = { 0 };

  fuzz_wire_init (&seen);
  read_stream (data, size, &seen);
  request = fuzz_wire_request (&seen, "qwen3");
  body = bty_ollama_chat_write (request, &style, NULL);
  g_assert_true (body != NULL && bty_json_validate (body->str, body->len, 0, NULL));
  g_assert_true (embedding == NULL ||
                 g_bytes_get_size (embedding->vectors) == embedding->dimensions * 2 * sizeof (float));
  for (guint i = 0; models != NULL && i < models->len; i++)
    g_assert_true (g_str_has_prefix (((BtyModel *) models->pdata[i])->name, "lab/"));
  bty_ollama_show_parse (model, text, strlen (text), NULL);
  g_assert_true (model->name == NULL && model->context_window >= 0);
  return 0;
}
