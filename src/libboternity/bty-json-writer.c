/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <math.h>
#include <string.h>

#include "bty-json-private.h"
#include "bty-json-writer.h"

#define MAX_DEPTH 64

void
bty_json_writer_init (BtyJsonWriter *writer, GString *out)
{
  g_return_if_fail (writer != NULL && out != NULL);

  memset (writer, 0, sizeof *writer);
  writer->out = out;
}

static inline guint64
depth_bit (const BtyJsonWriter *writer)
{
  return G_GUINT64_CONSTANT (1) << (writer->depth - 1);
}

/* Ends what was written through bty_json_reserve(). */
static inline void
finish (GString *out, char *end)
{
  *end = '\0';
  out->len = (gsize) (end - out->str);
}

/* Makes room for @extra bytes and writes the comma that is due before a value. */
static inline char *
begin_value (BtyJsonWriter *writer, gsize extra)
{
  char *to = bty_json_reserve (writer->out, extra + 1);

  if (writer->depth == 0)
    {
      g_assert (!writer->done);
      writer->done = TRUE;
      return to;
    }
  if ((writer->object & depth_bit (writer)) != 0)
    {
      g_assert (writer->after_key);
      writer->after_key = FALSE;
      return to;
    }
  if ((writer->comma & depth_bit (writer)) != 0)
    *to++ = ',';
  writer->comma |= depth_bit (writer);
  return to;
}

static void
write_literal (BtyJsonWriter *writer, const char *text, gsize length)
{
  char *to = begin_value (writer, length);

  memcpy (to, text, length);
  finish (writer->out, to + length);
}

static void
begin_container (BtyJsonWriter *writer, gboolean object)
{
  write_literal (writer, object ? "{" : "[", 1);
  g_assert (writer->depth < MAX_DEPTH);
  writer->depth++;
  writer->comma &= ~depth_bit (writer);
  writer->object &= ~depth_bit (writer);
  if (object)
    writer->object |= depth_bit (writer);
}

static void
end_container (BtyJsonWriter *writer, gboolean object)
{
  g_assert (writer->depth > 0 && !writer->after_key);
  g_assert (((writer->object & depth_bit (writer)) != 0) == object);
  writer->depth--;
  g_string_append_c (writer->out, object ? '}' : ']');
}

void
bty_json_writer_begin_object (BtyJsonWriter *writer)
{
  begin_container (writer, TRUE);
}

void
bty_json_writer_end_object (BtyJsonWriter *writer)
{
  end_container (writer, TRUE);
}

void
bty_json_writer_begin_array (BtyJsonWriter *writer)
{
  begin_container (writer, FALSE);
}

void
bty_json_writer_end_array (BtyJsonWriter *writer)
{
  end_container (writer, FALSE);
}

/* Writes what stands for the byte at which bty_json_scan() stopped; six bytes at most. */
static char *
write_special (char *to, guchar byte)
{
  static const char hex[] = "0123456789abcdef";
  static const char letters[128] = {
    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
  };

  if (byte >= 0x80)
    {
      memcpy (to, "\xef\xbf\xbd", 3);
      return to + 3;
    }
  *to++ = '\\';
  if (letters[byte] != '\0')
    {
      *to++ = letters[byte];
      return to;
    }
  memcpy (to, "u00", 3);
  to[3] = hex[byte >> 4];
  to[4] = hex[byte & 15];
  return to + 5;
}

/* From @to on, where @length + 8 bytes are free. */
static G_NO_INLINE char *
write_escaped (GString *out, char *to, const char *text, gsize length)
{
  const char *end = text + length;

  for (;;)
    {
      const char *stop = bty_json_scan (text, end);
      gsize run = (gsize) (stop - text);

      memcpy (to, text, run);
      to += run;
      if (G_LIKELY (stop == end))
        return to;
      to = write_special (to, (guchar) *stop);
      text = stop + 1;
      out->len = (gsize) (to - out->str);
      to = bty_json_reserve (out, (gsize) (end - text) + 8);
    }
}

/* Copies a name or value as short as most are, in overlapping pieces, if it is all plain; else writes nothing that counts. */
static inline gboolean
copy_short (char *to, const char *text, gsize length)
{
  if (length >= 8)
    {
      guint64 first, last;

      memcpy (&first, text, 8);
      memcpy (&last, text + length - 8, 8);
      memcpy (to, &first, 8);
      memcpy (to + length - 8, &last, 8);
      return !bty_json_word_has_special (first) && !bty_json_word_has_special (last);
    }
  if (length >= 4)
    {
      guint32 first, last;

      memcpy (&first, text, 4);
      memcpy (&last, text + length - 4, 4);
      memcpy (to, &first, 4);
      memcpy (to + length - 4, &last, 4);
      return !bty_json_word_has_special ((guint64) first << 32 | last);
    }
  for (gsize i = 0; i < length; i++)
    {
      to[i] = text[i];
      if ((guchar) text[i] < 0x20 || (guchar) text[i] >= 0x80 || text[i] == '"' || text[i] == '\\')
        return FALSE;
    }
  return TRUE;
}

/* The string in quotation marks, from @to on, where @length + 9 bytes are free. */
static G_ALWAYS_INLINE inline char *
write_quoted (GString *out, char *to, const char *text, gsize length)
{
  *to++ = '"';
  if (G_LIKELY (length <= 16) && copy_short (to, text, length))
    to += length;
  else
    to = write_escaped (out, to, text, length);
  *to++ = '"';
  return to;
}

void
bty_json_writer_key_len (BtyJsonWriter *writer, const char *name, gsize length)
{
  char *to = bty_json_reserve (writer->out, length + 10);

  g_assert (writer->depth > 0 && (writer->object & depth_bit (writer)) != 0 && !writer->after_key);
  if ((writer->comma & depth_bit (writer)) != 0)
    *to++ = ',';
  writer->comma |= depth_bit (writer);
  writer->after_key = TRUE;
  to = write_quoted (writer->out, to, name, length);
  *to++ = ':';
  finish (writer->out, to);
}

void
bty_json_writer_string_len (BtyJsonWriter *writer, const char *text, gsize length)
{
  char *to;

  g_return_if_fail (text != NULL || length == 0);

  to = begin_value (writer, length + 9);
  finish (writer->out, write_quoted (writer->out, to, text, length));
}

void
bty_json_writer_string (BtyJsonWriter *writer, const char *text)
{
  if (text == NULL)
    bty_json_writer_null (writer);
  else
    bty_json_writer_string_len (writer, text, strlen (text));
}

static char *
write_unsigned (char *to, guint64 value)
{
  char digits[20];
  guint n = sizeof digits;

  do
    digits[--n] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);
  memcpy (to, digits + n, sizeof digits - n);
  return to + sizeof digits - n;
}

static char *
write_signed (char *to, gint64 value)
{
  if (value >= 0)
    return write_unsigned (to, (guint64) value);
  *to++ = '-';
  return write_unsigned (to, 0 - (guint64) value);
}

void
bty_json_writer_int (BtyJsonWriter *writer, gint64 value)
{
  char *to = begin_value (writer, 20);

  finish (writer->out, write_signed (to, value));
}

/* Most doubles that people and programs write have few decimals: six of them and fifteen digits in all are done by hand. Two
 * integers below 2^53 divided give the correctly rounded quotient, so equality proves that the text reads back the same. */
static char *
write_short_double (char *to, double value)
{
  double scaled = fabs (value) * 1e6;
  guint64 digits, fraction;

  if (!(scaled < 1e15))
    return NULL;
  digits = (guint64) llrint (scaled);
  if ((double) digits / 1e6 != fabs (value))
    return NULL;
  if (signbit (value))
    *to++ = '-';
  to = write_unsigned (to, digits / 1000000);
  *to++ = '.';
  fraction = digits % 1000000;
  for (guint64 unit = 100000; unit == 100000 || fraction > 0; unit /= 10)
    {
      *to++ = (char) ('0' + fraction / unit);
      fraction %= unit;
    }
  return to;
}

/* Seventeen digits always read back the same; often fewer do. */
static char *
write_long_double (char *to, double value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  if (strpbrk (text, ".e") == NULL)
    g_strlcat (text, ".0", sizeof text);
  return g_stpcpy (to, text);
}

void
bty_json_writer_double (BtyJsonWriter *writer, double value)
{
  char *to, *end;

  if (!isfinite (value))
    {
      bty_json_writer_null (writer);
      return;
    }
  to = begin_value (writer, G_ASCII_DTOSTR_BUF_SIZE);
  end = write_short_double (to, value);
  finish (writer->out, end != NULL ? end : write_long_double (to, value));
}

void
bty_json_writer_bool (BtyJsonWriter *writer, gboolean value)
{
  write_literal (writer, value ? "true" : "false", value ? 4 : 5);
}

void
bty_json_writer_null (BtyJsonWriter *writer)
{
  write_literal (writer, "null", 4);
}

void
bty_json_writer_bytes (BtyJsonWriter *writer, GBytes *bytes)
{
  gsize length = 0;
  const guchar *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  int state = 0, save = 0;
  char *to;

  if (bytes == NULL)
    {
      bty_json_writer_null (writer);
      return;
    }
  to = begin_value (writer, (length / 3 + 1) * 4 + 4 + 2);
  *to++ = '"';
  to += g_base64_encode_step (data, length, FALSE, to, &state, &save);
  to += g_base64_encode_close (FALSE, to, &state, &save);
  *to++ = '"';
  finish (writer->out, to);
}

void
bty_json_writer_raw (BtyJsonWriter *writer, const char *json, gsize length)
{
  g_return_if_fail (json != NULL && length > 0);

  write_literal (writer, json, length);
}
