/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "bty-dbus-codec.h"

/* A request on its way to JSON: the place is told in errors. */
typedef struct
{
  BtyJsonWriter writer;
  GString *place;
  guint depth;
} Draft;

static gboolean write_record (Draft *draft, const BtySchema *schema, GVariant *value, GError **error);

static gboolean
fail (const Draft *draft, GError **error, const char *message)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s%s%s", draft->place->str,
               draft->place->len > 0 ? ": " : "", message);
  return FALSE;
}

static gboolean
fail_type (const Draft *draft, const char *expected, GVariant *value, GError **error)
{
  g_autofree char *message = g_strdup_printf (_ ("expected %s, not the D-Bus type “%.40s”"), expected,
                                              g_variant_get_type_string (value));

  return fail (draft, error, message);
}

/* D-Bus has no null: the empty signature stands for it. */
static gboolean
is_null (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_SIGNATURE) && *g_variant_get_string (value, NULL) == '\0';
}

static gboolean
is_text (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ||
         g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH);
}

static gboolean
write_int (Draft *draft, GVariant *value, GError **error)
{
  gint64 number;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE:
      number = g_variant_get_byte (value);
      break;
    case G_VARIANT_CLASS_INT16:
      number = g_variant_get_int16 (value);
      break;
    case G_VARIANT_CLASS_UINT16:
      number = g_variant_get_uint16 (value);
      break;
    case G_VARIANT_CLASS_INT32:
      number = g_variant_get_int32 (value);
      break;
    case G_VARIANT_CLASS_UINT32:
      number = g_variant_get_uint32 (value);
      break;
    case G_VARIANT_CLASS_INT64:
      number = g_variant_get_int64 (value);
      break;
    case G_VARIANT_CLASS_UINT64:
      if (g_variant_get_uint64 (value) > G_MAXINT64)
        return fail (draft, error, _ ("the number is too large"));
      number = (gint64) g_variant_get_uint64 (value);
      break;
    default:
      return fail_type (draft, _ ("a whole number (x)"), value, error);
    }
  bty_json_writer_int (&draft->writer, number);
  return TRUE;
}

static gboolean
write_double (Draft *draft, GVariant *value, GError **error)
{
  double number;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return write_int (draft, value, error);
  number = g_variant_get_double (value);
  if (!isfinite (number))
    return fail (draft, error, _ ("the number is not finite"));
  bty_json_writer_double (&draft->writer, number);
  return TRUE;
}

static gboolean
write_text (Draft *draft, GVariant *value, GError **error)
{
  gsize length;
  const char *text;

  if (!is_text (value))
    return fail_type (draft, _ ("a string (s)"), value, error);
  text = g_variant_get_string (value, &length);
  bty_json_writer_string_len (&draft->writer, text, length);
  return TRUE;
}

static gboolean
write_time (Draft *draft, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return write_text (draft, value, error);
  bty_json_writer_time (&draft->writer, g_variant_get_int64 (value));
  return TRUE;
}

static gboolean
write_bytes (Draft *draft, GVariant *value, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return write_text (draft, value, error);
  bytes = g_variant_get_data_as_bytes (value);
  bty_json_writer_bytes (&draft->writer, bytes);
  return TRUE;
}

/* What is put into the draft as it stands must be one value by itself, or it could smuggle in members. */
static gboolean
write_json (Draft *draft, GVariant *value, GError **error)
{
  gsize length;
  const char *text;

  if (!is_text (value))
    return fail_type (draft, _ ("JSON text (s)"), value, error);
  text = g_variant_get_string (value, &length);
  if (!bty_json_validate (text, length, 0, error))
    {
      g_prefix_error (error, "%s: ", draft->place->str);
      return FALSE;
    }
  bty_json_writer_raw (&draft->writer, text, length);
  return TRUE;
}

static gboolean
write_list (Draft *draft, const BtyField *field, GVariant *value, GError **error)
{
  const BtySchema *schema = field->type == BTY_FIELD_TYPE_RECORDS ? field->schema : NULL;
  gsize length = draft->place->len;
  gsize n;

  if (!g_variant_is_container (value) || g_variant_classify (value) != G_VARIANT_CLASS_ARRAY ||
      g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return fail_type (draft, schema != NULL ? _ ("a list of records (aa{sv})") : _ ("a list of strings (as)"), value,
                      error);
  n = g_variant_n_children (value);
  bty_json_writer_begin_array (&draft->writer);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) inner = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child)
                                                                                        : g_variant_ref (child);

      g_string_append_printf (draft->place, "/%" G_GSIZE_FORMAT, i);
      if (!(schema != NULL ? write_record (draft, schema, inner, error) : write_text (draft, inner, error)))
        return FALSE;
      g_string_truncate (draft->place, length);
    }
  bty_json_writer_end_array (&draft->writer);
  return TRUE;
}

static gboolean
write_value (Draft *draft, const BtyField *field, GVariant *value, GError **error)
{
  if (is_null (value))
    {
      bty_json_writer_null (&draft->writer);
      return TRUE;
    }
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        return fail_type (draft, _ ("true or false (b)"), value, error);
      bty_json_writer_bool (&draft->writer, g_variant_get_boolean (value));
      return TRUE;
    case BTY_FIELD_TYPE_INT64:
      return write_int (draft, value, error);
    case BTY_FIELD_TYPE_DOUBLE:
      return write_double (draft, value, error);
    case BTY_FIELD_TYPE_TIME:
      return write_time (draft, value, error);
    case BTY_FIELD_TYPE_BYTES:
      return write_bytes (draft, value, error);
    case BTY_FIELD_TYPE_JSON:
      return write_json (draft, value, error);
    case BTY_FIELD_TYPE_STRV:
    case BTY_FIELD_TYPE_RECORDS:
      return write_list (draft, field, value, error);
    case BTY_FIELD_TYPE_RECORD:
      return write_record (draft, field->schema, value, error);
    default:
      return write_text (draft, value, error);
    }
}

static gboolean
write_member (Draft *draft, const BtySchema *schema, const char *name, GVariant *value, guint hint, GError **error)
{
  int index = bty_schema_find (schema, name, -1, hint);
  gsize length = draft->place->len;

  bty_json_writer_key (&draft->writer, name);
  if (index < 0)
    {
      bty_json_writer_null (&draft->writer); /* the reader refuses it by its name */
      return TRUE;
    }
  g_string_append_printf (draft->place, "/%s", name);
  if (!write_value (draft, bty_schema_get_field (schema, (guint) index), value, error))
    return FALSE;
  g_string_truncate (draft->place, length);
  return TRUE;
}

static gboolean
write_record (Draft *draft, const BtySchema *schema, GVariant *value, GError **error)
{
  gsize n;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return fail_type (draft, _ ("a record (a{sv})"), value, error);
  if (++draft->depth >= BTY_JSON_MAX_DEPTH / 2)
    return fail (draft, error, _ ("is nested too deeply"));
  n = g_variant_n_children (value);
  bty_json_writer_begin_object (&draft->writer);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) member = NULL;
      const char *name;

      g_variant_get_child (value, i, "{&sv}", &name, &member);
      if (!write_member (draft, schema, name, member, (guint) i, error))
        return FALSE;
    }
  bty_json_writer_end_object (&draft->writer);
  draft->depth--;
  return TRUE;
}

/* Freed after it was cleared: there may be a secret in it. */
static void
forget (GString *text)
{
  bty_secret_clear_memory (text->str, text->allocated_len);
  g_string_free (text, TRUE);
}

static gpointer
decode_dictionary (const BtySchema *schema, BtyView view, GVariant *request, GError **error)
{
  g_autoptr (GString) place = g_string_new (NULL);
  GString *json = g_string_sized_new (g_variant_get_size (request) * 2 + 64);
  Draft draft = { .place = place };
  gpointer record = NULL;

  bty_json_writer_init (&draft.writer, json);
  if (write_record (&draft, schema, request, error))
    record = bty_record_from_json (schema, view, json->str, (gssize) json->len, error);
  forget (json);
  return record;
}

gpointer
bty_dbus_decode (const BtySchema *schema, BtyView view, gpointer input, GError **error)
{
  GVariant *request = input;
  const char *text;
  gsize length;

  if (!g_variant_is_of_type (request, G_VARIANT_TYPE_STRING))
    return decode_dictionary (schema, view, request, error);
  text = g_variant_get_string (request, &length);
  return length > 0 ? bty_record_from_json (schema, view, text, (gssize) length, error)
                    : bty_record_from_json (schema, view, "{}", 2, error);
}

gboolean
bty_dbus_is_empty (GVariant *request)
{
  const char *text;
  gsize length;

  if (!g_variant_is_of_type (request, G_VARIANT_TYPE_STRING))
    return g_variant_n_children (request) == 0;
  text = g_variant_get_string (request, &length);
  return length == 0 || bty_json_is_empty_object (text, length, NULL);
}
