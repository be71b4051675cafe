/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-rest-text.h"

static char *
fail_decoding (const BtyRestSlice *slice, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (slice->text, MIN (slice->length, 80));

  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” in the address is not percent-encoded UTF-8"),
               shown);
  return NULL;
}

char *
bty_rest_decode_percent (const BtyRestSlice *slice, gboolean is_query, GError **error)
{
  g_autofree char *decoded = g_malloc (slice->length + 1);
  const char *end = slice->text + slice->length;
  char *out = decoded;

  for (const char *p = slice->text; p < end; p++)
    {
      if (*p == '+' && is_query)
        *out++ = ' ';
      else if (*p != '%')
        *out++ = *p;
      else if (end - p < 3 || !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        return fail_decoding (slice, error);
      else
        {
          *out++ = (char) (g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]));
          p += 2;
        }
    }
  *out = '\0';
  if (!g_utf8_validate_len (decoded, out - decoded, NULL)) /* refuses NUL as well */
    return fail_decoding (slice, error);
  return g_steal_pointer (&decoded);
}

gboolean
bty_rest_next_parameter (const char **query, BtyRestSlice *name, BtyRestSlice *value)
{
  const char *begin = *query;
  gsize length;
  const char *equals;

  while (*begin == '&')
    begin++;
  if (*begin == '\0')
    return FALSE;
  length = strcspn (begin, "&");
  equals = memchr (begin, '=', length);
  name->text = begin;
  name->length = equals != NULL ? (gsize) (equals - begin) : length;
  value->text = equals != NULL ? equals + 1 : "";
  value->length = equals != NULL ? length - name->length - 1 : 0;
  *query = begin + length;
  return TRUE;
}

gboolean
bty_rest_parse_digits (const char *text, gint64 *number)
{
  gsize length = strspn (text, "0123456789");

  if (length == 0 || length > 18 || text[length] != '\0')
    return FALSE;
  *number = g_ascii_strtoll (text, NULL, 10);
  return TRUE;
}

gboolean
bty_rest_parse_etag (const char *text, gint64 *revision)
{
  gsize length = strlen (text);
  char digits[20];

  if (length < 3 || length > 20 || text[0] != '"' || text[length - 1] != '"')
    return FALSE;
  memcpy (digits, text + 1, length - 2);
  digits[length - 2] = '\0';
  return bty_rest_parse_digits (digits, revision);
}

gboolean
bty_rest_etags_have (const char *list, gint64 revision)
{
  char tag[32];
  int length = g_snprintf (tag, sizeof tag, "\"%" G_GINT64_FORMAT "\"", revision);

  if (strcmp (list, "*") == 0)
    return TRUE;
  for (const char *found = strstr (list, tag); found != NULL; found = strstr (found + length, tag))
    if (found == list || strchr (" ,/", found[-1]) != NULL)
      return TRUE;
  return FALSE;
}
