/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reader of frames makes of bytes: a table, each row read whole, a byte at a time and in pieces. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-soup-frame-reader.h"

#define MAX_MESSAGE   100000
#define MAX_FRAGMENTS 6

/* A row's frames are written as: first byte, then the payload; masked by the test. Others are given as bytes. */
typedef struct
{
  guint8 first;
  const char *payload;
  gssize length; /* -1: that of the text; else the payload is repeated up to it */
} Frame;

typedef struct
{
  const char *name;
  Frame frames[9];   /* ends with first = 0 and no payload */
  const char *bytes; /* (nullable): hexadecimal, in place of frames */
  const char *wanted;
} Row;

#define TEXT(text)                                                                                                     \
  {                                                                                                                    \
    0x81, text, -1                                                                                                     \
  }
#define BEGIN(text)                                                                                                    \
  {                                                                                                                    \
    0x01, text, -1                                                                                                     \
  }
#define MORE(text)                                                                                                     \
  {                                                                                                                    \
    0x00, text, -1                                                                                                     \
  }
#define LAST(text)                                                                                                     \
  {                                                                                                                    \
    0x80, text, -1                                                                                                     \
  }
#define PING(text)                                                                                                     \
  {                                                                                                                    \
    0x89, text, -1                                                                                                     \
  }
#define PONG(text)                                                                                                     \
  {                                                                                                                    \
    0x8a, text, -1                                                                                                     \
  }
#define CLOSE(text)                                                                                                    \
  {                                                                                                                    \
    0x88, text, -1                                                                                                     \
  }
#define SIZED(first, n)                                                                                                \
  {                                                                                                                    \
    first, "x", n                                                                                                      \
  }

static const Row rows[] = {
  /* Whole messages, at each form of the length. */
  { "empty", { SIZED (0x81, 0) }, NULL, "text()" },
  { "short", { TEXT ("hello") }, NULL, "text(hello)" },
  { "two", { TEXT ("a"), TEXT ("b") }, NULL, "text(a) text(b)" },
  { "125", { SIZED (0x81, 125) }, NULL, "text[125]" },
  { "126", { SIZED (0x81, 126) }, NULL, "text[126]" },
  { "127", { SIZED (0x81, 127) }, NULL, "text[127]" },
  { "128", { SIZED (0x81, 128) }, NULL, "text[128]" },
  { "65535", { SIZED (0x81, 65535) }, NULL, "text[65535]" },
  { "65536", { SIZED (0x81, 65536) }, NULL, "text[65536]" },
  { "binary", { SIZED (0x82, 3) }, NULL, "binary(xxx)" },
  { "nul", { { 0x81, "", 1 } }, NULL, "text[1]" },

  /* Pings and pongs. */
  { "ping", { PING ("") }, NULL, "ping()" },
  { "ping-125", { SIZED (0x89, 125) }, NULL, "ping[125]" },
  { "pong", { PONG ("p") }, NULL, "pong(p)" },
  { "pings", { PING ("1"), PING ("2"), PING ("3") }, NULL, "ping(1) ping(2) ping(3)" },
  { "ping-126", { SIZED (0x89, 126) }, NULL, "broken 1002" },
  { "ping-fragment", { { 0x09, "x", -1 }, LAST ("y") }, NULL, "broken 1002" },

  /* Fragments. */
  { "two-fragments", { BEGIN ("ab"), LAST ("cd") }, NULL, "text(abcd)" },
  { "empty-fragments", { { 0x01, "", 0 }, { 0x00, "", 0 }, { 0x80, "", 0 } }, NULL, "text()" },
  { "empty-last", { BEGIN ("a"), { 0x80, "", 0 } }, NULL, "text(a)" },
  { "ping-between", { BEGIN ("ab"), PING ("p"), LAST ("cd") }, NULL, "ping(p) text(abcd)" },
  { "again", { BEGIN ("a"), LAST ("b"), TEXT ("c"), BEGIN ("d"), LAST ("e") }, NULL, "text(ab) text(c) text(de)" },
  { "close-between", { BEGIN ("ab"), CLOSE ("\x03\xe8") }, NULL, "close 1000()" },
  { "six-fragments",
    { BEGIN ("a"), MORE ("b"), MORE ("c"), MORE ("d"), MORE ("e"), LAST ("f") },
    NULL,
    "text(abcdef)" },
  { "seven-fragments",
    { BEGIN ("a"), MORE ("b"), MORE ("c"), MORE ("d"), MORE ("e"), MORE ("f"), LAST ("g") },
    NULL,
    "broken 1008" },
  { "more-first", { LAST ("a") }, NULL, "broken 1002" },
  { "more-after-end", { BEGIN ("a"), LAST ("b"), MORE ("c") }, NULL, "text(ab) broken 1002" },
  { "text-within", { BEGIN ("a"), TEXT ("b") }, NULL, "broken 1002" },
  { "binary-within", { BEGIN ("a"), { 0x02, "b", -1 } }, NULL, "broken 1002" },

  /* Bits and opcodes that mean nothing. */
  { "reserved-1", { { 0xc1, "x", -1 } }, NULL, "broken 1002" },
  { "reserved-2", { { 0xa1, "x", -1 } }, NULL, "broken 1002" },
  { "reserved-3", { { 0x91, "x", -1 } }, NULL, "broken 1002" },
  { "reserved-control", { { 0xc9, "x", -1 } }, NULL, "broken 1002" },
  { "opcode-3", { { 0x83, "x", -1 } }, NULL, "broken 1002" },
  { "opcode-7", { { 0x87, "x", -1 } }, NULL, "broken 1002" },
  { "opcode-11", { { 0x8b, "x", -1 } }, NULL, "broken 1002" },
  { "opcode-15", { { 0x8f, "x", -1 } }, NULL, "broken 1002" },
  { "after-good", { TEXT ("a"), { 0x83, "x", -1 }, TEXT ("b") }, NULL, "text(a) broken 1002" },

  /* Heads. */
  { "no-mask", { { 0 } }, "810161", "broken 1002" },
  { "no-mask-ping", { { 0 } }, "8900", "broken 1002" },
  { "long-form-16", { { 0 } }, "81fe007d00000000", "broken 1002" },
  { "long-form-64", { { 0 } }, "81ff000000000000ffff00000000", "broken 1002" },
  { "top-bit", { { 0 } }, "81ff800000000000000000000000", "broken 1002" },
  { "cut-head", { { 0 } }, "81fe", "" },
  { "cut-payload", { { 0 } }, "81850000000061", "" },
  { "masked", { { 0 } }, "818537fa213d7f9f4d5158", "text(Hello)" },

  /* Limits, held at the head: not a byte of the payload is there. */
  { "too-large", { { 0 } }, "81ff00000000000186a100000000", "broken 1009" },
  { "huge", { { 0 } }, "81ff7fffffffffffffff00000000", "broken 1009" },
  { "just-right", { SIZED (0x81, MAX_MESSAGE) }, NULL, "text[100000]" },
  { "too-large-in-all", { SIZED (0x01, 60000), SIZED (0x80, 60000) }, NULL, "broken 1009" },

  /* UTF-8. */
  { "two-bytes", { TEXT ("\xc3\xa4") }, NULL, "text(\xc3\xa4)" },
  { "all-sizes",
    { TEXT ("z\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
    NULL,
    "text[19]" },
  { "cut-character", { BEGIN ("\xe2\x82"), LAST ("\xac") }, NULL, "text(\xe2\x82\xac)" },
  { "cut-by-ping", { BEGIN ("\xf0\x9f"), PING ("\xff"), LAST ("\x98\x80") }, NULL, "ping[1] text(\xf0\x9f\x98\x80)" },
  { "ends-within", { TEXT ("abc\xe2\x82") }, NULL, "broken 1007" },
  { "ends-within-fragments", { BEGIN ("\xe2"), LAST ("\x82") }, NULL, "broken 1007" },
  { "fails-at-once", { BEGIN ("\xed\xa0") }, NULL, "broken 1007" },
  { "overlong-2", { TEXT ("\xc0\xaf") }, NULL, "broken 1007" },
  { "overlong-3", { TEXT ("\xe0\x9f\xbf") }, NULL, "broken 1007" },
  { "overlong-4", { TEXT ("\xf0\x8f\xbf\xbf") }, NULL, "broken 1007" },
  { "surrogate", { TEXT ("\xed\xa0\x80") }, NULL, "broken 1007" },
  { "beyond", { TEXT ("\xf4\x90\x80\x80") }, NULL, "broken 1007" },
  { "no-start", { TEXT ("\x80") }, NULL, "broken 1007" },
  { "no-byte", { TEXT ("\xff") }, NULL, "broken 1007" },
  { "late", { TEXT ("01234567890123456789\xfe") }, NULL, "broken 1007" },
  { "binary-is-not-text", { { 0x82, "\xff", -1 } }, NULL, "binary[1]" },

  /* Goodbyes. */
  { "close-empty", { SIZED (0x88, 0) }, NULL, "close 1005()" },
  { "close-1000", { CLOSE ("\x03\xe8") }, NULL, "close 1000()" },
  { "close-reason",
    { CLOSE ("\x03\xe9"
             "bye") },
    NULL,
    "close 1001(bye)" },
  { "close-3000", { CLOSE ("\x0b\xb8") }, NULL, "close 3000()" },
  { "close-4999", { CLOSE ("\x13\x87") }, NULL, "close 4999()" },
  { "close-one-byte", { CLOSE ("\x03") }, NULL, "broken 1002" },
  { "close-999", { CLOSE ("\x03\xe7") }, NULL, "broken 1002" },
  { "close-1004", { CLOSE ("\x03\xec") }, NULL, "broken 1002" },
  { "close-1005", { CLOSE ("\x03\xed") }, NULL, "broken 1002" },
  { "close-1006", { CLOSE ("\x03\xee") }, NULL, "broken 1002" },
  { "close-1015", { CLOSE ("\x03\xf7") }, NULL, "broken 1002" },
  { "close-2999", { CLOSE ("\x0b\xb7") }, NULL, "broken 1002" },
  { "close-5000", { CLOSE ("\x13\x88") }, NULL, "broken 1002" },
  { "close-bad-reason", { CLOSE ("\x03\xe8\xff") }, NULL, "broken 1007" },
};

static void
append_frame (GByteArray *bytes, const Frame *frame, guint8 mask_seed)
{
  gsize length = frame->length < 0 ? strlen (frame->payload) : (gsize) frame->length;
  gsize n = MAX (strlen (frame->payload), 1);
  guint8 mask[4] = { mask_seed, 0x5a, 0x00, 0xff }, head[BTY_SOUP_FRAME_MAX_HEAD];
  gsize head_length = bty_soup_frame_write_head (head, BTY_SOUP_OPCODE_TEXT, length);

  head[0] = frame->first;
  head[1] |= 0x80;
  g_byte_array_append (bytes, head, head_length);
  g_byte_array_append (bytes, mask, sizeof mask);
  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) frame->payload[i % n] ^ mask[i % 4];

      g_byte_array_append (bytes, &byte, 1);
    }
}

static GByteArray *
make_bytes (const Row *row)
{
  GByteArray *bytes = g_byte_array_new ();

  for (const char *p = row->bytes; p != NULL && *p != '\0'; p += 2)
    {
      guint8 byte = g_ascii_xdigit_value (p[0]) * 16 + g_ascii_xdigit_value (p[1]);

      g_byte_array_append (bytes, &byte, 1);
    }
  for (guint i = 0; row->bytes == NULL && row->frames[i].payload != NULL; i++)
    append_frame (bytes, &row->frames[i], 0x11 * (guint8) (i + 1));
  return bytes;
}

static void
note (GString *seen, const BtySoupFrameReader *reader, BtySoupFrameEvent event)
{
  static const char *const names[] = { "", "text", "binary", "ping", "pong", "close", "broken" };

  if (seen->len > 0)
    g_string_append_c (seen, ' ');
  g_string_append (seen, names[event]);
  if (event == BTY_SOUP_FRAME_CLOSE || event == BTY_SOUP_FRAME_BROKEN)
    g_string_append_printf (seen, " %u", reader->code);
  if (event == BTY_SOUP_FRAME_BROKEN)
    return;
  if (reader->length < 16 && g_utf8_validate_len (reader->data, reader->length, NULL))
    g_string_append_printf (seen, "(%.*s)", (int) reader->length, reader->data);
  else
    g_string_append_printf (seen, "[%" G_GSIZE_FORMAT "]", reader->length);
}

/* In pieces, each in memory of exactly its size. */
static char *
read_in_pieces (const GByteArray *bytes, gsize step)
{
  GString *seen = g_string_new (NULL);
  BtySoupFrameReader reader;
  BtySoupFrameEvent event = BTY_SOUP_FRAME_WAIT;

  bty_soup_frame_reader_init (&reader, MAX_MESSAGE, MAX_FRAGMENTS, TRUE);
  for (gsize at = 0; at < bytes->len && event != BTY_SOUP_FRAME_BROKEN; at += step)
    {
      gsize length = MIN (step, bytes->len - at);
      g_autofree guint8 *piece = g_memdup2 (bytes->data + at, length);
      guint8 *rest = piece;

      while ((event = bty_soup_frame_reader_next (&reader, &rest, &length)) != BTY_SOUP_FRAME_WAIT)
        {
          note (seen, &reader, event);
          if (event == BTY_SOUP_FRAME_BROKEN)
            break;
        }
      g_assert_cmpuint (bty_soup_frame_reader_get_held (&reader), <=, MAX_MESSAGE);
    }
  bty_soup_frame_reader_clear (&reader);
  return g_string_free (seen, FALSE);
}

static void
test_row (gconstpointer data)
{
  static const gsize steps[] = { G_MAXSIZE / 2, 1, 2, 3, 7, 64, 1000 };
  const Row *row = data;
  g_autoptr (GByteArray) bytes = make_bytes (row);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *seen = read_in_pieces (bytes, steps[i]);

      g_assert_cmpstr (seen, ==, row->wanted);
    }
}

static void
test_no_binary (void)
{
  const Frame frame = { 0x82, "x", -1 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BtySoupFrameReader reader;
  guint8 *rest;
  gsize length;

  append_frame (bytes, &frame, 1);
  rest = bytes->data;
  length = bytes->len;
  bty_soup_frame_reader_init (&reader, MAX_MESSAGE, MAX_FRAGMENTS, FALSE);
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_BROKEN);
  g_assert_cmpuint (reader.code, ==, BTY_SOCKET_UNSUPPORTED);
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_BROKEN);
  bty_soup_frame_reader_clear (&reader);
}

/* A message in one piece costs no memory; one in several holds what has come and gives it back. */
static void
test_held (void)
{
  const Frame whole = SIZED (0x81, 5000), first = SIZED (0x01, 3000), last = SIZED (0x80, 2000);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BtySoupFrameReader reader;
  guint8 *rest;
  gsize length;

  append_frame (bytes, &whole, 1);
  append_frame (bytes, &first, 2);
  append_frame (bytes, &last, 3);
  rest = bytes->data;
  length = bytes->len;
  bty_soup_frame_reader_init (&reader, MAX_MESSAGE, MAX_FRAGMENTS, FALSE);
  g_assert_false (bty_soup_frame_reader_is_amid (&reader));
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_TEXT);
  g_assert_cmpuint (bty_soup_frame_reader_get_held (&reader), ==, 0);
  length -= 100;
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_WAIT);
  g_assert_cmpuint (length, ==, 0);
  g_assert_cmpuint (bty_soup_frame_reader_get_held (&reader), ==, 4900);
  g_assert_true (bty_soup_frame_reader_is_amid (&reader));
  length = 100;
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_TEXT);
  g_assert_cmpuint (reader.length, ==, 5000);
  g_assert_cmpint (bty_soup_frame_reader_next (&reader, &rest, &length), ==, BTY_SOUP_FRAME_WAIT);
  g_assert_cmpuint (bty_soup_frame_reader_get_held (&reader), ==, 0);
  g_assert_false (bty_soup_frame_reader_is_amid (&reader));
  bty_soup_frame_reader_clear (&reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/frame-reader/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/frame-reader/no-binary", test_no_binary);
  g_test_add_func ("/frame-reader/held", test_held);
  return g_test_run ();
}
