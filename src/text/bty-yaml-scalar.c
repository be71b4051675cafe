/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "bty-yaml-scalar-private.h"

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return g_strv_contains (words, text);
}

static const char *
skip_digits (const char *text)
{
  while (g_ascii_isdigit (*text))
    text++;
  return text;
}

/* [-+]? [0-9]+ */
static gboolean
is_decimal (const char *text)
{
  text += *text == '-' || *text == '+';
  return *text != '\0' && *skip_digits (text) == '\0';
}

/* 0o17 or 0xff: the base; 0 when it is neither */
static guint
based (const char *text)
{
  guint base = text[0] != '0' ? 0 : text[1] == 'o' ? 8 : text[1] == 'x' ? 16 : 0;

  if (base == 0 || text[2] == '\0')
    return 0;
  for (text += 2; *text != '\0'; text++)
    if (g_ascii_xdigit_value (*text) < 0 || g_ascii_xdigit_value (*text) >= (int) base)
      return 0;
  return base;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static gboolean
is_fraction (const char *text)
{
  const char *whole, *end;

  text += *text == '-' || *text == '+';
  whole = text;
  end = skip_digits (text);
  if (*end == '.')
    {
      text = end + 1;
      end = skip_digits (text);
      if (whole + 1 == text && end == text)
        return FALSE;
    }
  else if (end == whole)
    return FALSE;
  if (*end == 'e' || *end == 'E')
    {
      end++;
      end += *end == '-' || *end == '+';
      if (!g_ascii_isdigit (*end))
        return FALSE;
      end = skip_digits (end);
    }
  return *end == '\0';
}

static const char *
write_integer (BtyJsonWriter *writer, const char *text, guint base)
{
  gint64 value;

  errno = 0;
  value = g_ascii_strtoll (base == 10 ? text : text + 2, NULL, base);
  if (errno != 0)
    return N_ ("this number is beyond 64 bits: write it in quotes if it is meant as text");
  bty_json_writer_int (writer, value);
  return NULL;
}

static const char *
write_fraction (BtyJsonWriter *writer, const char *text)
{
  double value = g_ascii_strtod (text, NULL);

  if (!isfinite (value))
    return N_ ("this number is too great: write it in quotes if it is meant as text");
  bty_json_writer_double (writer, value);
  return NULL;
}

const char *
bty_yaml_write_plain (BtyJsonWriter *writer, const char *text, gsize length)
{
  static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
  static const char *const truths[] = { "true", "True", "TRUE", NULL };
  static const char *const lies[] = { "false", "False", "FALSE", NULL };
  static const char *const not_finite[] = { ".inf",  ".Inf",  ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
                                            "-.Inf", "-.INF", ".nan", ".NaN",  ".NAN",  NULL };

  if (strlen (text) != length)
    bty_json_writer_string_len (writer, text, length);
  else if (is_one_of (text, nulls))
    bty_json_writer_null (writer);
  else if (is_one_of (text, truths) || is_one_of (text, lies))
    bty_json_writer_bool (writer, is_one_of (text, truths));
  else if (is_decimal (text))
    return write_integer (writer, text, 10);
  else if (based (text) != 0)
    return write_integer (writer, text, based (text));
  else if (is_fraction (text))
    return write_fraction (writer, text);
  else if (is_one_of (text, not_finite))
    return N_ ("there is no such number in JSON: write it in quotes if it is meant as text");
  else
    bty_json_writer_string_len (writer, text, length);
  return NULL;
}
