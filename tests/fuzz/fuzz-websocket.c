/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of WebSocket frames on any bytes: never a crash, never more held than allowed, and the same events however the bytes are
 * cut. The first byte of an input says how they are cut. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-soup-frame-reader.h"

#include "fuzz.h"

#define MAX_MESSAGE   200 /* small, so that the bounds are met */
#define MAX_FRAGMENTS 5

static void
check (const BtySoupFrameReader *reader, BtySoupFrameEvent event)
{
  if (event == BTY_SOUP_FRAME_BROKEN)
    {
      g_assert_nonnull (reader->reason);
      g_assert_true (reader->code == 1002 || reader->code == 1007 || reader->code == 1008 || reader->code == 1009);
      return;
    }
  g_assert_cmpuint (reader->length, <=, MAX_MESSAGE);
  if (event == BTY_SOUP_FRAME_CLOSE)
    g_assert_true (g_utf8_validate_len (reader->data, reader->length, NULL));
  if (event == BTY_SOUP_FRAME_TEXT && memchr (reader->data, '\0', reader->length) == NULL)
    g_assert_true (g_utf8_validate_len (reader->data, reader->length, NULL));
}

/* In pieces of @step bytes, each in memory of exactly its size. */
static char *
read_frames (const guint8 *bytes, gsize size, gsize step)
{
  GString *out = g_string_new (NULL);
  BtySoupFrameEvent event = BTY_SOUP_FRAME_WAIT;
  BtySoupFrameReader reader;

  bty_soup_frame_reader_init (&reader, MAX_MESSAGE, MAX_FRAGMENTS, TRUE);
  for (gsize at = 0; at < size && event != BTY_SOUP_FRAME_BROKEN; at += step)
    {
      gsize length = MIN (step, size - at);
      g_autofree guint8 *piece = g_memdup2 (bytes + at, length);
      guint8 *rest = piece;

      do
        {
          event = bty_soup_frame_reader_next (&reader, &rest, &length);
          if (event == BTY_SOUP_FRAME_WAIT)
            break;
          check (&reader, event);
          g_string_append_printf (out, "%d %u|", event, reader.code);
          if (event != BTY_SOUP_FRAME_BROKEN)
            g_string_append_len (out, reader.data, reader.length);
        }
      while (event != BTY_SOUP_FRAME_BROKEN);
      g_assert_true (event == BTY_SOUP_FRAME_BROKEN || length == 0);
      g_assert_cmpuint (bty_soup_frame_reader_get_held (&reader), <=, MAX_MESSAGE);
    }
  bty_soup_frame_reader_clear (&reader);
  return g_string_free (out, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *whole = NULL, *cut = NULL, *single = NULL;

  if (size < 2)
    return 0;
  whole = read_frames (data + 1, size - 1, size - 1);
  cut = read_frames (data + 1, size - 1, 1 + data[0] % 32);
  single = read_frames (data + 1, size - 1, 1);
  g_assert_cmpstr (whole, ==, cut);
  g_assert_cmpstr (whole, ==, single);
  return 0;
}
