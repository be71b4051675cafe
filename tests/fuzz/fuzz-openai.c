/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of Chat Completions events on any lines: never a crash, deltas that keep the contract, an end that comes once; and a
 * reader that has seen an event before (and so may know its frame) reads the next as a fresh one does. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include <boternity-http.h>

#include "fuzz.h"

typedef struct
{
  GString *out;
  guint n_calls;
  gboolean done;
} Seen;

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  Seen *seen = data;

  g_assert_false (seen->done);
  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  g_string_append_printf (seen->out, "%d %u ", delta->kind, delta->index);
  g_string_append_len (seen->out, delta->text, delta->length);
  if (delta->kind != BTY_DELTA_TOOL_CALL)
    g_assert_cmpuint (delta->length, >, 0);
  else if (delta->call_id != NULL)
    g_assert_true (delta->name != NULL && seen->n_calls++ <= 128);
  else
    g_assert_cmpuint (delta->index, <, seen->n_calls);
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  Seen *seen = data;

  g_assert_false (seen->done);
  seen->done = TRUE;
}

/* Reads the lines; with @fresh, the template of one event is not there for the next. */
static char *
read_all (char **lines, gboolean fresh)
{
  g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
  Seen seen = { .out = g_string_new (NULL) };
  g_autoptr (BtyCompletion) out = bty_completion_new (request, NULL, on_delta, on_done, &seen);
  g_autoptr (BtyOpenaiStream) stream = bty_openai_stream_new (NULL);

  for (; *lines != NULL && !seen.done; lines++)
    {
      BtySseEvent event = { .data = *lines, .length = strlen (*lines) };
      g_autoptr (GError) error = NULL;
      gboolean ok = g_utf8_validate (*lines, -1, NULL) && bty_openai_stream_event (stream, &event, out, &error);

      g_assert_true (ok || error != NULL || !g_utf8_validate (*lines, -1, NULL));
      g_string_append_printf (seen.out, "=%d\n", ok);
      if (!ok)
        break;
      if (fresh && seen.n_calls == 0)
        {
          g_clear_pointer (&stream, bty_openai_stream_free);
          stream = bty_openai_stream_new (NULL);
        }
    }
  return g_string_free (seen.out, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);
  g_autofree char *learnt = read_all (lines, FALSE), *fresh = NULL;
  g_autoptr (BtyEmbedding) embedding = bty_openai_embeddings_parse (text, strlen (text), 2, NULL);
  g_autoptr (GPtrArray) models = bty_openai_models_parse ("lab", text, strlen (text), NULL);

  g_assert_true (embedding == NULL ||
                 g_bytes_get_size (embedding->vectors) == embedding->dimensions * 2 * sizeof (float));
  for (guint i = 0; models != NULL && i < models->len; i++)
    g_assert_true (g_str_has_prefix (((BtyModel *) models->pdata[i])->name, "lab/"));
  if (strstr (text, "reason") == NULL && strstr (text, "tool_calls") == NULL)
    {
      fresh = read_all (lines, TRUE);
      g_assert_cmpstr (learnt, ==, fresh);
    }
  return 0;
}
