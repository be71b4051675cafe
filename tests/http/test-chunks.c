/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "bty-http-chunks-private.h"

typedef struct
{
  const char *bytes;
  const char *body;
  const char *rest; /* (nullable): what is handed over */
  gboolean is_between;
  gboolean is_broken;
} Case;

static const Case cases[] = {
  { "5\r\nhello\r\n", "hello", NULL, TRUE },
  { "5\r\nhello\r\n6\r\n world\r\n", "hello world", NULL, TRUE },
  { "0005\r\nhello\r\n", "hello", NULL, TRUE },
  { "a\r\n0123456789\r\nB\r\nabcdefghijk\r\n", "0123456789abcdefghijk", NULL, TRUE },
  { "5\r\nhello\n1\r\n!\r\n", "hello!", NULL, TRUE },
  { "3\r\n\r\n0\r\n", "\r\n0", NULL, TRUE },
  { "5\r\nhel", "hel", NULL, FALSE },
  { "5\r\nhello", "hello", NULL, FALSE },
  { "5\r\nhello\r\n0\r\n\r\n", "hello", "0\r\n\r\n", TRUE },
  { "5\r\nhello\r\n0\r\nX-A: b\r\n\r\nHTTP/1.1 200", "hello", "0\r\nX-A: b\r\n\r\nHTTP/1.1 200", TRUE },
  { "0\r\n\r\n", "", "0\r\n\r\n", TRUE },
  { "5;a=b\r\nhello\r\n", "", "5;a=b\r\nhello\r\n", TRUE },
  { "5\nhello\r\n", "", "5\nhello\r\n", TRUE },
  { "5 \r\nhello\r\n", "", "5 \r\nhello\r\n", TRUE },
  { "000000005\r\nhello\r\n", "", "000000005\r\nhello\r\n", TRUE },
  { "\r\n", "", "\r\n", TRUE },
  { "5\r\r\nhello", "", "5\r\r\nhello", TRUE },
  { "<html>", "", "<html>", TRUE },
  { "-5\r\nhello\r\n", "", "-5\r\nhello\r\n", TRUE },
  { "3\r\nhello\r\n", "hel", NULL, FALSE, TRUE },
  { "5\r\nhello\r\r\n", "hello", NULL, FALSE, TRUE },
};

/* Takes it in pieces of @step bytes, each in memory of its own length. */
static void
check (const Case *one, gsize step)
{
  BtyHttpChunks chunks = { 0 };
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GString) body = g_string_new (NULL);
  gsize length = strlen (one->bytes), offset = 0;
  gssize at = -1;

  while (offset < length && at == -1)
    {
      gsize n = MIN (step, length - offset);
      g_autofree char *piece = g_memdup2 (one->bytes + offset, n);

      g_string_append_len (body, piece, (gssize) bty_http_chunks_take (&chunks, piece, n, &at));
      offset += at == -1 ? n : (gsize) at;
    }
  g_assert_cmpstr (body->str, ==, one->body);
  g_assert_true (bty_http_chunks_is_between (&chunks) == one->is_between);
  g_assert_true (bty_http_chunks_is_broken (&chunks) == one->is_broken);
  g_assert_true ((at != -1) == (one->rest != NULL));
  if (at == -1)
    return;
  bty_http_chunks_hand_over (&chunks, rest);
  g_byte_array_append (rest, (const guint8 *) one->bytes + offset, (guint) (length - offset));
  g_assert_cmpmem (rest->data, rest->len, one->rest, strlen (one->rest));
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step <= strlen (cases[i].bytes); step++)
      check (&cases[i], step);
}

/* The greatest length that is ours, and the first piece of what it says. */
static void
test_great (void)
{
  BtyHttpChunks chunks = { 0 };
  char bytes[] = "FFFFFFFF\r\nabc";
  gssize at;

  g_assert_cmpuint (bty_http_chunks_take (&chunks, bytes, strlen (bytes), &at), ==, 3);
  g_assert_cmpint (at, ==, -1);
  g_assert_cmpuint (chunks.left, ==, G_MAXUINT32 - 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/chunks/cases", test_cases);
  g_test_add_func ("/http/chunks/great", test_great);
  return g_test_run ();
}
