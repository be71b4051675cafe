/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-json-private.h"

static gboolean
read_hex (const char *p, const char *end, gunichar *unit)
{
  if (end - p < 4)
    return FALSE;
  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p[i]);

      if (digit < 0)
        return FALSE;
      *unit = *unit << 4 | (gunichar) digit;
    }
  return TRUE;
}

/* Reads \uXXXX, or a surrogate pair of them, at *@p. Returns what is wrong, or NULL. */
static const char *
read_unicode (const char **p, const char *end, gunichar *character)
{
  gunichar low = 0;

  if (!read_hex (*p + 2, end, character))
    return N_ ("a \\u escape needs four hexadecimal digits");
  *p += 6;
  if (*character < 0xd800 || *character > 0xdfff)
    return NULL;
  if (*character > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u' || !read_hex (*p + 2, end, &low) ||
      low < 0xdc00 || low > 0xdfff)
    return N_ ("a \\u escape is half of a surrogate pair");
  *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);
  *p += 6;
  return NULL;
}

/* Appends what the escape at *@p stands for and moves on. Returns what is wrong, or NULL. */
static const char *
read_escape (const char **p, const char *end, GString *out)
{
  static const char plain[128] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'
  };
  char *to = bty_json_reserve (out, 6);
  const char *wrong;
  gunichar character;
  guchar letter;

  if (end - *p < 2)
    {
      *p = end;
      return N_ ("a string is not closed");
    }
  letter = (guchar) (*p)[1];
  if (letter < sizeof plain && plain[letter] != '\0')
    {
      *to = plain[letter];
      out->len++;
      *p += 2;
      return NULL;
    }
  if (letter != 'u')
    return N_ ("a string holds an unknown escape");
  wrong = read_unicode (p, end, &character);
  if (wrong == NULL)
    out->len += (gsize) g_unichar_to_utf8 (character, to);
  return wrong;
}

static const char *
what_stops (const char *p, const char *end)
{
  if (p == end)
    return N_ ("a string is not closed");
  if (*p == '\0')
    return N_ ("a string holds a NUL byte; write it as \\u0000");
  if ((guchar) *p < 0x20)
    return N_ ("a string holds a control character; write it as an escape");
  return N_ ("a string holds invalid UTF-8");
}

/* An unclosed string is reported where it begins, all else where it stands. */
static gboolean
fail (BtyJsonReader *reader, const char *p, const char *wrong)
{
  gboolean unclosed = p == reader->data + reader->size;

  bty_json_reader_fail (reader, unclosed ? reader->position : (gsize) (p - reader->data), wrong);
  return FALSE;
}

/* Goes on at the first escape @p of a string that began at @start, into the scratch buffer. */
static gboolean
read_escaped (BtyJsonReader *reader, const char *start, const char *p)
{
  const char *end = reader->data + reader->size;
  GString *out = reader->scratch != NULL ? reader->scratch : (reader->scratch = g_string_sized_new (256));

  g_string_truncate (out, 0);
  for (;;)
    {
      gsize run = (gsize) (p - start);

      memcpy (bty_json_reserve (out, run), start, run);
      out->len += run;
      if (p < end && *p == '\\')
        {
          const char *wrong = read_escape (&p, end, out);

          if (wrong != NULL)
            return fail (reader, p, wrong);
          start = p;
          p = bty_json_scan (p, end);
          continue;
        }
      if (p == end || *p != '"')
        return fail (reader, p, what_stops (p, end));
      reader->text = out->str;
      reader->length = out->len;
      reader->position = (gsize) (p + 1 - reader->data);
      return TRUE;
    }
}

gboolean
bty_json_reader_read_string (BtyJsonReader *reader)
{
  const char *start = reader->data + reader->position + 1;
  const char *end = reader->data + reader->size;
  const char *p = bty_json_scan (start, end);

  if (G_UNLIKELY (p == end))
    return fail (reader, p, what_stops (p, end));
  if (G_UNLIKELY (*p != '"'))
    return *p == '\\' ? read_escaped (reader, start, p) : fail (reader, p, what_stops (p, end));
  reader->text = start;
  reader->length = (gsize) (p - start);
  reader->position = (gsize) (p + 1 - reader->data);
  return TRUE;
}
