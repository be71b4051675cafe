/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every case is fed whole, byte by byte, and cut in two at every byte: what comes out must be the same. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include <boternity-http.h>

typedef struct
{
  const char *name;
  const char *stream;
  gsize length;       /* 0: up to the NUL */
  const char *events; /* each as name|id|data; and a line feed */
} Case;

#define BYTES(text) text, sizeof (text) - 1

static const Case cases[] = {
  { "one", BYTES ("data: a\n\n"), "-|-|a;\n" },
  { "no-space", BYTES ("data:a\n\n"), "-|-|a;\n" },
  { "two-spaces", BYTES ("data:  a\n\n"), "-|-| a;\n" },
  { "cr", BYTES ("data: a\r\rdata: b\r\r"), "-|-|a;\n-|-|b;\n" },
  { "crlf", BYTES ("data: a\r\n\r\ndata: b\r\n\r\n"), "-|-|a;\n-|-|b;\n" },
  { "mixed-ends", BYTES ("data: a\r\n\ndata: b\n\r\ndata: c\r\r\ndata: d\n\n"), "-|-|a;\n-|-|b;\n-|-|c;\n-|-|d;\n" },
  { "many-lines", BYTES ("data: a\ndata\ndata: \ndata: b\n\n"), "-|-|a\n\n\nb;\n" },
  { "empty-data", BYTES ("data\n\ndata:\n\n"), "-|-|;\n-|-|;\n" },
  { "no-data", BYTES ("event: x\n\nid: 3\n\ndata: a\n\n"), "-|3|a;\n" },
  { "named", BYTES ("event: message_start\ndata: {}\n\ndata: a\n\n"), "message_start|-|{};\n-|-|a;\n" },
  { "name-after-data", BYTES ("data: {}\nevent: x\n\n"), "x|-|{};\n" },
  { "empty-name", BYTES ("event:\ndata: a\n\n"), "-|-|a;\n" },
  { "id-stays", BYTES ("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"), "-|1|a;\n-|1|b;\n-||c;\n" },
  { "id-with-nul", BYTES ("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"), "-|1|a;\n-|1|b;\n" },
  { "comments", BYTES (": hello\n\n:\n: data: x\ndata: a\n: in between\ndata: b\n\n"), "-|-|a\nb;\n" },
  { "unknown-fields", BYTES ("foo: bar\ndata : x\nDATA: y\ndata: a\nfoo\n\n"), "-|-|a;\n" },
  { "mark",
    BYTES ("\xef\xbb\xbf"
           "data: a\n\n"),
    "-|-|a;\n" },
  { "mark-only-once",
    BYTES ("\xef\xbb\xbf\xef\xbb\xbf"
           "data: a\n\ndata: b\n\n"),
    "-|-|b;\n" },
  { "mark-inside",
    BYTES ("data: a\n\n\xef\xbb\xbf"
           "data: b\n\ndata: \xef\xbb\xbf\n\n"),
    "-|-|a;\n-|-|\xef\xbb\xbf;\n" },
  { "utf8", BYTES ("data: Grüße 🎈\n\n"), "-|-|Grüße 🎈;\n" },
  { "not-utf8",
    BYTES ("data: a\xff"
           "b\xc3\n\n"),
    "-|-|a\xef\xbf\xbd"
    "b\xef\xbf\xbd;\n" },
  { "nul", BYTES ("data: a\0b\n\n"),
    "-|-|a\xef\xbf\xbd"
    "b;\n" },
  { "colons", BYTES ("data: a: b\ndata::c\n\n"), "-|-|a: b\n:c;\n" },
  { "last-without-empty-line", BYTES ("data: a\n\ndata: [DONE]\n"), "-|-|a;\n-|-|[DONE];\n" },
  { "last-cut-off", BYTES ("data: a\n\ndata: [DO"), "-|-|a;\n" },
  { "second-line-cut-off", BYTES ("data: a\ndata: b"), "-|-|a;\n" },
  { "nothing", BYTES (""), "" },
  { "only-ends", BYTES ("\n\r\n\r\r\n\n"), "" },
};

static gboolean
take (const BtySseEvent *event, gpointer data, GError **error)
{
  GString *out = data;

  g_string_append_printf (out, "%s|%s|", event->name != NULL ? event->name : "-", event->id != NULL ? event->id : "-");
  g_string_append_len (out, event->data, event->length);
  g_string_append (out, ";\n");
  return TRUE;
}

/* Bytes in memory of exactly their size, so that a reader that looks too far is found out. */
static void
feed (BtySseReader *reader, const char *bytes, gsize length)
{
  g_autofree char *copy = g_memdup2 (bytes, length);
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_sse_reader_feed (reader, copy != NULL ? copy : "", length, &error));
  g_assert_no_error (error);
}

static void
check (const Case *c, gsize first, gsize step)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, take, out);

  feed (reader, c->stream, first);
  for (gsize at = first; at < c->length; at += step)
    feed (reader, c->stream + at, MIN (step, c->length - at));
  g_assert_true (bty_sse_reader_end (reader, NULL));
  g_assert_cmpstr (out->str, ==, c->events);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  for (gsize first = 0; first <= c->length; first++)
    check (c, first, MAX (1, c->length));
  check (c, 0, 1);
  check (c, 1, 2);
}

static void
test_retry (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, take, out);

  g_assert_cmpint (bty_sse_reader_get_retry_ms (reader), ==, -1);
  feed (reader, BYTES ("retry: 3000\n\nretry: 5s\nretry: -1\nretry\nretry: 99999999999\n"));
  g_assert_cmpint (bty_sse_reader_get_retry_ms (reader), ==, 3000);
}

/* However it is cut, an event over the bound is refused when it passes the bound, and not held. */
static void
test_bound (gconstpointer data)
{
  const char *line = data;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (1024, take, out);
  g_autoptr (GError) error = NULL;
  gsize fed = 0;

  feed (reader, BYTES ("data: a\n\n"));
  while (bty_sse_reader_feed (reader, line, strlen (line), &error))
    g_assert_cmpuint (fed += strlen (line), <=, 1024);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_assert_nonnull (strstr (error->message, "1024"));
  g_assert_cmpstr (out->str, ==, "-|-|a;\n");
}

static gboolean
refuse (const BtySseEvent *event, gpointer data, GError **error)
{
  *(guint *) data += 1;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_ABORTED, "no more");
  return FALSE;
}

static void
test_stops (void)
{
  guint n = 0;
  g_autoptr (BtySseReader) reader = bty_sse_reader_new (0, refuse, &n);
  g_autoptr (GError) error = NULL;

  g_assert_false (bty_sse_reader_feed (reader, BYTES ("data: a\n\ndata: b\n\n"), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_ndjson (void)
{
  static const char stream[] = "{\"a\":1}\n\r\n  \n{\"b\":\"\xc3\xbc\"}\r\n{\"c\":\xff}\n{\"last\":1}";

  for (gsize step = 1; step <= sizeof stream; step++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (BtyNdjsonReader) reader = bty_ndjson_reader_new (0, take, out);

      for (gsize at = 0; at < sizeof stream - 1; at += step)
        g_assert_true (bty_ndjson_reader_feed (reader, stream + at, MIN (step, sizeof stream - 1 - at), NULL));
      g_assert_true (bty_ndjson_reader_end (reader, NULL));
      g_assert_cmpstr (out->str, ==,
                       "-|-|{\"a\":1};\n-|-|{\"b\":\"\xc3\xbc\"};\n-|-|{\"c\":\xef\xbf\xbd};\n-|-|{\"last\":1};\n");
    }
}

static void
test_ndjson_bound (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (BtyNdjsonReader) reader = bty_ndjson_reader_new (1024, take, out);
  g_autoptr (BtyNdjsonReader) quiet = bty_ndjson_reader_new (1024, take, out);
  g_autofree char *line = g_strnfill (1025, 'x');
  g_autoptr (GError) error = NULL;
  guint fed = 0;

  g_assert_false (bty_ndjson_reader_feed (reader, line, 1025, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_clear_error (&error);
  while (bty_ndjson_reader_feed (quiet, "\n", 1, &error))
    g_assert_cmpuint (++fed, <=, 1024);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

static gboolean
keep_event (const BtySseEvent *event, gpointer data, GError **error)
{
  g_string_append_len (data, event->data, (gssize) event->length);
  return TRUE;
}

/* What is no UTF-8 is mended, at whichever place of however long a line it stands. */
static void
test_mends (void)
{
  static const char *const marks[] = { "\x01", "\x7f", "\x80", "\xff", "\xc3\xbc", "\xc3", "\xf0\x9f\x8e\x88", "" };

  for (gsize length = 0; length < 40; length++)
    for (gsize at = 0; at <= length; at++)
      for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
        {
          g_autoptr (GString) line = g_string_new ("data: ");
          g_autoptr (GString) seen = g_string_new (NULL);
          g_autofree char *mended = NULL;
          BtySseReader *reader = bty_sse_reader_new (0, keep_event, seen);

          for (gsize j = 0; j < length; j++)
            g_string_append_c (line, 'a');
          g_string_insert_len (line, (gssize) (6 + at), marks[i], *marks[i] != '\0' ? -1 : 1);
          mended = g_utf8_make_valid (line->str + 6, (gssize) line->len - 6);
          g_string_append (line, "\n\n");
          g_assert_true (bty_sse_reader_feed (reader, line->str, line->len, NULL));
          g_assert_cmpstr (seen->str, ==, mended);
          bty_sse_reader_free (reader);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/sse/retry", test_retry);
  g_test_add_data_func ("/sse/bound/one-line", "data: xxxxxxxxxx", test_bound);
  g_test_add_data_func ("/sse/bound/many-lines", "data: x\n", test_bound);
  g_test_add_data_func ("/sse/bound/names", "event: x\n", test_bound);
  g_test_add_data_func ("/sse/bound/comments", ": x\n", test_bound);
  g_test_add_data_func ("/sse/bound/nothing", "\n", test_bound);
  g_test_add_func ("/sse/mends", test_mends);
  g_test_add_func ("/sse/stops", test_stops);
  g_test_add_func ("/ndjson/lines", test_ndjson);
  g_test_add_func ("/ndjson/bound", test_ndjson_bound);
  return g_test_run ();
}
