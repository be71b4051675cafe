/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The readers of streams on any bytes: never a crash, and the same events however the bytes are cut. The first byte of an input says
 * how they are cut. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <boternity-http.h>

#include "fuzz.h"

#define MAX_EVENT 256 /* small, so that the bound is met */

static gboolean
take (const BtySseEvent *event, gpointer data, GError **error)
{
  GString *out = data;

  g_assert_true (g_utf8_validate_len (event->data, event->length, NULL));
  g_string_append_printf (out, "%s|%s|%zu|", event->name != NULL ? event->name : "-",
                          event->id != NULL ? event->id : "-", event->length);
  g_string_append_len (out, event->data, event->length);
  return TRUE;
}

/* In pieces of @step bytes, each in memory of exactly its size. */
static char *
read_sse (const char *bytes, gsize size, gsize step)
{
  GString *out = g_string_new (NULL);
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (MAX_EVENT, take, out);
  gboolean ok = TRUE;

  for (gsize at = 0; ok && at < size; at += step)
    {
      gsize length = MIN (step, size - at);
      g_autofree char *piece = g_memdup2 (bytes + at, length);

      ok = bty_sse_reader_feed (reader, piece, length, NULL);
    }
  ok = ok && bty_sse_reader_end (reader, NULL);
  g_string_append_printf (out, "%d %" G_GINT64_FORMAT, ok, bty_sse_reader_get_retry_ms (reader));
  return g_string_free (out, FALSE);
}

static char *
read_lines (const char *bytes, gsize size, gsize step)
{
  GString *out = g_string_new (NULL);
  g_autoptr (BtyNdjsonReader) reader = bty_ndjson_reader_new (MAX_EVENT, take, out);
  gboolean ok = TRUE;

  for (gsize at = 0; ok && at < size; at += step)
    ok = bty_ndjson_reader_feed (reader, bytes + at, MIN (step, size - at), NULL);
  ok = ok && bty_ndjson_reader_end (reader, NULL);
  g_string_append_printf (out, "%d", ok);
  return g_string_free (out, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *bytes = (const char *) data + 1;
  g_autofree char *whole = NULL, *cut = NULL, *single = NULL, *lines = NULL, *cut_lines = NULL;
  gsize step;

  if (size < 2)
    return 0;
  step = 1 + data[0] % 32;
  size -= 1;
  whole = read_sse (bytes, size, size);
  cut = read_sse (bytes, size, step);
  single = read_sse (bytes, size, 1);
  g_assert_cmpstr (whole, ==, cut);
  g_assert_cmpstr (whole, ==, single);
  lines = read_lines (bytes, size, size);
  cut_lines = read_lines (bytes, size, step);
  g_assert_cmpstr (lines, ==, cut_lines);
  return 0;
}
