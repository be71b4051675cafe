/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is seen of the head of a request, on any bytes: the same however they are cut, and the same as a plain look at all of it. The first
 * byte of an input says how it is cut. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-soup-head.h"

#include "fuzz.h"

static gsize
take (BtySoupHead *head, const guint8 *bytes, gsize size, gsize step)
{
  gsize taken = 0;

  bty_soup_head_begin (head);
  while (taken < size && !head->is_over)
    {
      gsize length = MIN (step, size - taken);
      g_autofree char *piece = g_memdup2 (bytes + taken, length);
      gsize n = bty_soup_head_take (head, piece, length);

      g_assert_cmpuint (n, <=, length);
      g_assert_true (n == length || head->is_over);
      taken += n;
    }
  return taken;
}

static gboolean
is_dots (const char *segment)
{
  return strcmp (segment, ".") == 0 || strcmp (segment, "..") == 0;
}

/* For targets that are well-formed. */
static void
check_target (const BtySoupHead *head, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 3);
  g_autofree char *path = NULL;
  gboolean is_dotted = FALSE;

  if (g_strv_length (words) != 3 || *words[0] == '\0' || strpbrk (words[0], "\r\n") != NULL ||
      strpbrk (words[1], "\r\n") != NULL)
    return;
  words[1][strcspn (words[1], "?#")] = '\0';
  path = g_uri_unescape_string (words[1], NULL);
  if (path != NULL)
    {
      g_auto (GStrv) segments = g_strsplit (path, "/", -1);

      for (guint i = 0; segments[i] != NULL; i++)
        is_dotted = is_dotted || is_dots (segments[i]);
      g_assert_cmpint (head->is_dotted, ==, is_dotted);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;
  BtySoupHead whole, cut, single;
  gsize length;

  if (size < 2)
    return 0;
  length = take (&whole, data + 1, size - 1, size - 1);
  g_assert_cmpuint (take (&cut, data + 1, size - 1, 1 + data[0] % 32), ==, length);
  g_assert_cmpuint (take (&single, data + 1, size - 1, 1), ==, length);
  g_assert_true (whole.is_dotted == cut.is_dotted && whole.is_dotted == single.is_dotted);
  g_assert_true (whole.is_over == cut.is_over && whole.is_over == single.is_over);
  text = g_strndup ((const char *) data + 1, size - 1);
  if (strlen (text) == size - 1)
    check_target (&whole, text);
  return 0;
}
