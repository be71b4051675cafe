/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-line-framer-private.h"

void
bty_line_framer_init (BtyLineFramer *framer, gsize max_length, gboolean cr_ends)
{
  *framer = (BtyLineFramer){ .max_length = max_length, .cr_ends = cr_ends, .torn = g_string_new (NULL) };
}

void
bty_line_framer_clear (BtyLineFramer *framer)
{
  if (framer->torn != NULL)
    g_string_free (g_steal_pointer (&framer->torn), TRUE);
}

static const char *
find_end (const BtyLineFramer *framer, const char *bytes, const char *end)
{
  const char *lf = memchr (bytes, '\n', end - bytes);
  const char *cr = framer->cr_ends ? memchr (bytes, '\r', (lf != NULL ? lf : end) - bytes) : NULL;

  return cr != NULL ? cr : lf;
}

static const char *
step_over_end (BtyLineFramer *framer, const char *line_end, const char *end)
{
  if (*line_end == '\n')
    return line_end + 1;
  if (line_end + 1 == end)
    framer->skip_lf = TRUE;
  else if (line_end[1] == '\n')
    return line_end + 2;
  return line_end + 1;
}

static void
forget_what_went_out (BtyLineFramer *framer)
{
  if (framer->torn_is_out)
    g_string_truncate (framer->torn, 0);
  framer->torn_is_out = FALSE;
}

BtyLineFramerResult
bty_line_framer_next (BtyLineFramer *framer, const char **bytes, const char *end, BtyLine *line)
{
  const char *start = *bytes, *line_end;

  forget_what_went_out (framer);
  if (start < end && framer->skip_lf)
    {
      framer->skip_lf = FALSE;
      start += *start == '\n';
    }
  line_end = start < end ? find_end (framer, start, end) : NULL;
  if (framer->torn->len + ((line_end != NULL ? line_end : end) - start) > framer->max_length)
    return BTY_LINE_FRAMER_LONG;
  if (line_end == NULL)
    {
      g_string_append_len (framer->torn, start, end - start);
      *bytes = end;
      return BTY_LINE_FRAMER_MORE;
    }
  *bytes = step_over_end (framer, line_end, end);
  *line = (BtyLine){ .text = start, .length = line_end - start };
  if (framer->torn->len > 0)
    {
      g_string_append_len (framer->torn, start, line_end - start);
      *line = (BtyLine){ .text = framer->torn->str, .length = framer->torn->len, .torn = TRUE };
      framer->torn_is_out = TRUE;
    }
  return BTY_LINE_FRAMER_LINE;
}

gboolean
bty_line_framer_last (BtyLineFramer *framer, BtyLine *line)
{
  forget_what_went_out (framer);
  if (framer->torn->len == 0)
    return FALSE;
  *line = (BtyLine){ .text = framer->torn->str, .length = framer->torn->len, .torn = TRUE };
  framer->torn_is_out = TRUE;
  return TRUE;
}

gboolean
bty_line_is_utf8 (const char *text, gsize length)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  guint64 seen = 0;
  gsize i;

  for (i = 0; i + sizeof seen <= length; i += sizeof seen)
    {
      guint64 word;

      memcpy (&word, text + i, sizeof word);
      seen |= word | (word - ones); /* of a byte from 1 to 127 neither sets the highest bit */
    }
  return g_utf8_validate_len ((seen & (ones << 7)) == 0 ? text + i : text,
                              (seen & (ones << 7)) == 0 ? length - i : length, NULL);
}
