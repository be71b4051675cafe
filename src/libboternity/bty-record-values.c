/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One value, already out of its JSON clothes, into one field: every check of length, range and form stands here. */
#define G_LOG_DOMAIN "bty-record"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "bty-error.h"
#include "bty-record-private.h"

#define SHORT_VALUE 40

gboolean
bty_record_input_fail (const BtyRecordInput *input, GError **error, const char *format, ...)
{
  g_autofree char *inner = input->reader != NULL ? bty_json_reader_get_pointer (input->reader) : NULL;
  g_autofree char *pointer = g_strconcat (input->prefix, inner, NULL);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s%s%s", pointer, *pointer != '\0' ? ": " : "", message);
  return FALSE;
}

static gint64
type_max (BtyFieldType type)
{
  switch (type)
    {
    case BTY_FIELD_TYPE_STRING:
      return BTY_STRING_MAX;
    case BTY_FIELD_TYPE_TEXT:
      return BTY_TEXT_MAX;
    case BTY_FIELD_TYPE_STRV:
    case BTY_FIELD_TYPE_RECORDS:
      return BTY_LIST_MAX;
    case BTY_FIELD_TYPE_BYTES:
      return BTY_BYTES_MAX;
    case BTY_FIELD_TYPE_JSON:
      return BTY_JSON_MAX;
    case BTY_FIELD_TYPE_SECRET:
      return BTY_SECRET_MAX;
    default:
      return G_MAXINT64;
    }
}

BtyFieldLimits
bty_field_limits (const BtyField *field)
{
  gboolean is_number = bty_field_is_scalar (field);
  BtyFieldLimits limits = { field->min, field->max };

  if (field->min == 0 && field->max == 0)
    limits = (BtyFieldLimits){ is_number ? G_MININT64 : 0, type_max (field->type) };
  else if (field->min > 0 && field->max == 0)
    limits.max = type_max (field->type);
  if (field->type == BTY_FIELD_TYPE_SECRET)
    limits.max = MIN (limits.max, BTY_SECRET_MAX);
  return limits;
}

/* Counts characters of valid UTF-8; FALSE when there is one that a line cannot hold. */
static gboolean
scan_line (const char *text, gsize length, gsize *characters)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const guchar *bytes = (const guchar *) text;
  gsize i = 0;
  gsize count;

  /* Eight bytes at a time while they are plain ASCII without control characters. */
  for (; i + 8 <= length; i += 8)
    {
      guint64 word;

      memcpy (&word, bytes + i, 8);
      if (((word | (word - ones * 0x20) | ((word ^ ones * 0x7f) - ones)) & ones * 0x80) != 0)
        break;
    }

  for (count = i; i < length; i++)
    {
      guchar c = bytes[i];

      if (c < 0x20 || c == 0x7f || (c == 0xc2 && bytes[i + 1] < 0xa0))
        return FALSE;
      if (c == 0xe2 && bytes[i + 1] == 0x80 && (bytes[i + 2] == 0xa8 || bytes[i + 2] == 0xa9))
        return FALSE;
      count += (c & 0xc0) != 0x80;
    }
  *characters = count;
  return TRUE;
}

static gsize
count_characters (const char *text, gsize length)
{
  gsize count = 0;

  for (gsize i = 0; i < length; i++)
    count += ((guchar) text[i] & 0xc0) != 0x80;
  return count;
}

/* “value” with a space after it, or nothing when it is too long or too odd to be shown. */
static char *
quote (const char *text, gsize length)
{
  gsize characters;

  if (!scan_line (text, length, &characters) || characters > SHORT_VALUE)
    return g_strdup ("");
  return g_strdup_printf ("“%.*s” ", (int) length, text);
}

/* @unit: not yet translated: that costs more than the check, and only a failure needs it */
static gboolean
check_size (const BtyRecordInput *input, gsize size, BtyFieldLimits limits, const char *unit, GError **error)
{
  if (input->lenient || ((gint64) size >= limits.min && (gint64) size <= limits.max))
    return TRUE;
  if ((gint64) size > limits.max)
    return bty_record_input_fail (input, error, _ ("is too long: %zu %s, at most %lld are allowed"), size, _ (unit),
                                  (long long) limits.max);
  return bty_record_input_fail (input, error, _ ("is too short: %zu %s, at least %lld are needed"), size, _ (unit),
                                (long long) limits.min);
}

gboolean
bty_record_check_count (const BtyRecordInput *input, const BtyField *field, gsize count, const char *unit,
                        GError **error)
{
  return check_size (input, count, bty_field_limits (field), unit, error);
}

static gboolean
check_no_nul (const BtyRecordInput *input, const char *text, gsize length, GError **error)
{
  if (length > 0 && memchr (text, '\0', length) != NULL)
    return bty_record_input_fail (input, error, _ ("must not contain a NUL character"));
  return TRUE;
}

gboolean
bty_record_check_line (const BtyRecordInput *input, const char *text, gsize length, BtyFieldLimits limits,
                       GError **error)
{
  gsize characters = 0;

  if (input->lenient)
    return check_no_nul (input, text, length, error);
  if (!scan_line (text, length, &characters))
    return bty_record_input_fail (input, error, _ ("must be one line without control characters"));
  return check_size (input, characters, limits, N_ ("characters"), error);
}

static gboolean
check_text (const BtyRecordInput *input, const BtyField *field, const char *text, gsize length, GError **error)
{
  gboolean counts = field->min != 0 || field->max != 0;

  if (!check_no_nul (input, text, length, error))
    return FALSE;
  if (counts)
    return check_size (input, count_characters (text, length), bty_field_limits (field), N_ ("characters"), error);
  return check_size (input, length, bty_field_limits (field), N_ ("bytes"), error);
}

static gboolean
put_enum (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, const char *text, gsize length,
          GError **error)
{
  const BtyEnumValue *value = bty_enum_find (field->values, text, (gssize) length);
  g_autofree char *shown = NULL;
  g_autoptr (GString) nicks = NULL;

  if (value != NULL)
    {
      *BTY_PLACE (int, record, field) = value->value;
      return TRUE;
    }
  shown = quote (text, length);
  nicks = g_string_new (NULL);
  for (value = field->values; value->nick != NULL; value++)
    g_string_append_printf (nicks, "%s%s", nicks->len > 0 ? ", " : "", value->nick);
  return bty_record_input_fail (input, error, _ ("%sis not one of: %s"), shown, nicks->str);
}

static gboolean
put_time (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, const char *text, gsize length,
          GError **error)
{
  g_autofree char *shown = NULL;

  if (bty_json_time_parse (text, length, BTY_PLACE (gint64, record, field)))
    return TRUE;
  shown = quote (text, length);
  return bty_record_input_fail (input, error, _ ("%sis not a time: write it as 2030-12-31T23:59:59Z"), shown);
}

static int
base64_value (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Bytes that @text, a multiple of four characters, stands for. */
static gsize
base64_size (const char *text, gsize length)
{
  gsize padding = length == 0 || text[length - 1] != '=' ? 0 : text[length - 2] != '=' ? 1 : 2;

  return length / 4 * 3 - padding;
}

/* Strict RFC 4648, section 4: padded, no foreign characters, no stray bits. g_base64_decode() passes over all of them. */
static gboolean
base64_decode (const char *text, gsize size, guchar *out)
{
  guint32 pending = 0;
  guint bits = 0;

  while (size > 0)
    {
      int value = base64_value (*text++);

      if (value < 0)
        return FALSE;
      pending = (pending << 6 | (guint32) value) & 0xffff;
      bits += 6;
      if (bits < 8)
        continue;
      bits -= 8;
      *out++ = (guchar) (pending >> bits);
      size -= 1;
    }
  return (pending & ((1U << bits) - 1)) == 0;
}

static gboolean
put_bytes (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, const char *text, gsize length,
           GError **error)
{
  g_autofree guchar *bytes = NULL;
  gsize size = length % 4 == 0 ? base64_size (text, length) : 0;

  if (!check_size (input, size, bty_field_limits (field), N_ ("bytes"), error))
    return FALSE;
  bytes = g_malloc (size + 1);
  if (length % 4 != 0 || !base64_decode (text, size, bytes))
    return bty_record_input_fail (input, error, _ ("is not base64 with padding (RFC 4648, section 4)"));
  bty_record_clear_field (record, field);
  *BTY_PLACE (GBytes *, record, field) = g_bytes_new_take (g_steal_pointer (&bytes), size);
  return TRUE;
}

static gboolean
put_secret (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, const char *text, gsize length,
            GError **error)
{
  if (!check_no_nul (input, text, length, error) ||
      !check_size (input, length, bty_field_limits (field), N_ ("bytes"), error))
    return FALSE;
  bty_record_clear_field (record, field);
  *BTY_PLACE (BtySecret *, record, field) = bty_secret_new (text, length);
  return TRUE;
}

static void
replace_string (BtyRecord *record, const BtyField *field, const char *text, gsize length)
{
  char *copy = g_malloc (length + 1);

  if (length > 0)
    memcpy (copy, text, length);
  copy[length] = '\0';
  bty_record_take_string (BTY_PLACE (char *, record, field), copy);
}

static inline void
set_not_null (BtyRecord *record, guint index)
{
  record->nulls &= ~(G_GUINT64_CONSTANT (1) << index);
}

gboolean
bty_record_put_text (const BtyRecordInput *input, BtyRecord *record, guint index, const char *text, gsize length,
                     GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);

  set_not_null (record, index);
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
      if (!bty_record_check_line (input, text, length, bty_field_limits (field), error))
        return FALSE;
      replace_string (record, field, text, length);
      return TRUE;
    case BTY_FIELD_TYPE_TEXT:
      if (!check_text (input, field, text, length, error))
        return FALSE;
      replace_string (record, field, text, length);
      return TRUE;
    case BTY_FIELD_TYPE_ENUM:
      return put_enum (input, record, field, text, length, error);
    case BTY_FIELD_TYPE_TIME:
      return put_time (input, record, field, text, length, error);
    case BTY_FIELD_TYPE_BYTES:
      return put_bytes (input, record, field, text, length, error);
    case BTY_FIELD_TYPE_SECRET:
      return put_secret (input, record, field, text, length, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
bty_record_put_null (const BtyRecordInput *input, BtyRecord *record, guint index, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);

  if ((field->flags & BTY_NULLABLE) == 0)
    return bty_record_input_fail (input, error, _ ("must not be null"));
  record->nulls |= G_GUINT64_CONSTANT (1) << index;
  bty_record_clear_field (record, field);
  return TRUE;
}

gboolean
bty_record_put_bool (const BtyRecordInput *input, BtyRecord *record, guint index, gboolean value, GError **error)
{
  set_not_null (record, index);
  *BTY_PLACE (gboolean, record, bty_schema_get_field (record->schema, index)) = value;
  return TRUE;
}

static gboolean
fail_range (const BtyRecordInput *input, BtyFieldLimits limits, const char *shown, GError **error)
{
  if (limits.max == G_MAXINT64)
    return bty_record_input_fail (input, error, _ ("%s is out of range: at least %lld"), shown, (long long) limits.min);
  if (limits.min == G_MININT64)
    return bty_record_input_fail (input, error, _ ("%s is out of range: at most %lld"), shown, (long long) limits.max);
  return bty_record_input_fail (input, error, _ ("%s is out of range: %lld to %lld"), shown, (long long) limits.min,
                                (long long) limits.max);
}

gboolean
bty_record_put_int (const BtyRecordInput *input, BtyRecord *record, guint index, gint64 value, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  BtyFieldLimits limits = bty_field_limits (field);

  if (field->type == BTY_FIELD_TYPE_DOUBLE)
    return bty_record_put_double (input, record, index, (double) value, error);
  if (!input->lenient && (value < limits.min || value > limits.max))
    {
      g_autofree char *shown = g_strdup_printf ("%" G_GINT64_FORMAT, value);

      return fail_range (input, limits, shown, error);
    }
  set_not_null (record, index);
  *BTY_PLACE (gint64, record, field) = value;
  return TRUE;
}

gboolean
bty_record_put_double (const BtyRecordInput *input, BtyRecord *record, guint index, double value, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  BtyFieldLimits limits = bty_field_limits (field);
  char shown[G_ASCII_DTOSTR_BUF_SIZE];

  /* 1.0 and 1e3 are whole numbers too, as JSON Schema has it. */
  if (field->type == BTY_FIELD_TYPE_INT64 && fabs (value) <= 9007199254740992.0 &&
      !(trunc (value) < value || trunc (value) > value))
    return bty_record_put_int (input, record, index, (gint64) value, error);
  g_ascii_formatd (shown, sizeof shown, "%.17g", value);
  if (field->type == BTY_FIELD_TYPE_INT64)
    return bty_record_input_fail (input, error, _ ("expected a whole number, not %s"), shown);
  if (!input->lenient && ((limits.min != G_MININT64 && value < (double) limits.min) ||
                          (limits.max != G_MAXINT64 && value > (double) limits.max)))
    return fail_range (input, limits, shown, error);
  set_not_null (record, index);
  *BTY_PLACE (double, record, field) = value;
  return TRUE;
}

/* Without the white space between tokens: a field's text is a single line, as event streams need it. */
static char *
compact_json (const char *json, gsize length)
{
  char *out = g_malloc (length + 1);
  gsize size = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = json[i];

      if (in_string && c == '\\')
        out[size++] = json[i++];
      else if (c == '"')
        in_string = !in_string;
      if (in_string || (c != ' ' && c != '\n' && c != '\r' && c != '\t'))
        out[size++] = json[i];
    }
  out[size] = '\0';
  return out;
}

gboolean
bty_record_put_json (const BtyRecordInput *input, BtyRecord *record, guint index, const char *json, gsize length,
                     GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);

  if (!check_size (input, length, bty_field_limits (field), N_ ("bytes"), error))
    return FALSE;
  set_not_null (record, index);
  bty_record_take_string (BTY_PLACE (char *, record, field), compact_json (json, length));
  return TRUE;
}
