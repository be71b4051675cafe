/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-schema"

#include "config.h"

#include <string.h>

#include "bty-record-private.h"

char *
bty_schema_view_name (const BtySchema *schema, BtyView view)
{
  static const char *const suffixes[] = {
    [BTY_VIEW_CREATE] = "Create", [BTY_VIEW_PATCH] = "Patch", [BTY_VIEW_KEY] = "Key",
    [BTY_VIEW_READ] = "",         [BTY_VIEW_STORE] = "Store",
  };
  GString *name = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const char *p = schema->name; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p))
        g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
      upper = !g_ascii_isalnum (*p);
    }
  g_string_append (name, suffixes[view]);
  return g_string_free (name, FALSE);
}

static void
write_type (BtyJsonWriter *writer, const BtyField *field, const char *type)
{
  bty_json_writer_key (writer, "type");
  if ((field->flags & BTY_NULLABLE) == 0)
    {
      bty_json_writer_string (writer, type);
      return;
    }
  bty_json_writer_begin_array (writer);
  bty_json_writer_string (writer, type);
  bty_json_writer_string (writer, "null");
  bty_json_writer_end_array (writer);
}

static void
write_string (BtyJsonWriter *writer, const BtyField *field, const char *format)
{
  BtyFieldLimits limits = bty_field_limits (field);

  write_type (writer, field, "string");
  if (format != NULL)
    bty_json_writer_member_string (writer, "format", format);
  if (limits.min > 0)
    bty_json_writer_member_int (writer, "minLength", limits.min);
  bty_json_writer_member_int (writer, "maxLength", limits.max);
}

static void
write_range (BtyJsonWriter *writer, const BtyField *field)
{
  BtyFieldLimits limits = bty_field_limits (field);

  if (limits.min != G_MININT64)
    bty_json_writer_member_int (writer, "minimum", limits.min);
  if (limits.max != G_MAXINT64)
    bty_json_writer_member_int (writer, "maximum", limits.max);
}

static void
write_array_limits (BtyJsonWriter *writer, const BtyField *field)
{
  BtyFieldLimits limits = bty_field_limits (field);

  if (limits.min > 0)
    bty_json_writer_member_int (writer, "minItems", limits.min);
  bty_json_writer_member_int (writer, "maxItems", limits.max);
}

static void
write_enum (BtyJsonWriter *writer, const BtyField *field)
{
  write_type (writer, field, "string");
  bty_json_writer_key (writer, "enum");
  bty_json_writer_begin_array (writer);
  for (const BtyEnumValue *value = field->values; value->nick != NULL; value++)
    bty_json_writer_string (writer, value->nick);
  if ((field->flags & BTY_NULLABLE) != 0)
    bty_json_writer_null (writer);
  bty_json_writer_end_array (writer);
}

static void
write_ref (BtyJsonWriter *writer, const BtyField *field, BtyView view, const char *ref_prefix)
{
  g_autofree char *name = bty_schema_view_name (field->schema, bty_view_inside (view));
  g_autofree char *ref = g_strconcat (ref_prefix, name, NULL);

  bty_json_writer_member_string (writer, "$ref", ref);
}

static void
write_record (BtyJsonWriter *writer, const BtyField *field, BtyView view, const char *ref_prefix)
{
  if ((field->flags & BTY_NULLABLE) == 0)
    {
      write_ref (writer, field, view, ref_prefix);
      return;
    }
  bty_json_writer_key (writer, "anyOf");
  bty_json_writer_begin_array (writer);
  bty_json_writer_begin_object (writer);
  write_ref (writer, field, view, ref_prefix);
  bty_json_writer_end_object (writer);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "null");
  bty_json_writer_end_object (writer);
  bty_json_writer_end_array (writer);
}

static void
write_records (BtyJsonWriter *writer, const BtyField *field, BtyView view, const char *ref_prefix)
{
  write_type (writer, field, "array");
  bty_json_writer_key (writer, "items");
  bty_json_writer_begin_object (writer);
  write_ref (writer, field, view, ref_prefix);
  bty_json_writer_end_object (writer);
  write_array_limits (writer, field);
}

static void
write_strv (BtyJsonWriter *writer, const BtyField *field)
{
  write_type (writer, field, "array");
  bty_json_writer_key (writer, "items");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "string");
  bty_json_writer_member_int (writer, "maxLength", BTY_STRING_MAX);
  bty_json_writer_end_object (writer);
  write_array_limits (writer, field);
}

static void
write_value_schema (BtyJsonWriter *writer, const BtyField *field, BtyView view, const char *ref_prefix)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
      write_string (writer, field, NULL);
      break;
    case BTY_FIELD_TYPE_SECRET:
      write_string (writer, field, "password");
      break;
    case BTY_FIELD_TYPE_BOOL:
      write_type (writer, field, "boolean");
      break;
    case BTY_FIELD_TYPE_INT64:
      write_type (writer, field, "integer");
      bty_json_writer_member_string (writer, "format", "int64");
      write_range (writer, field);
      break;
    case BTY_FIELD_TYPE_DOUBLE:
      write_type (writer, field, "number");
      write_range (writer, field);
      break;
    case BTY_FIELD_TYPE_TIME:
      write_type (writer, field, "string");
      bty_json_writer_member_string (writer, "format", "date-time");
      break;
    case BTY_FIELD_TYPE_STRV:
      write_strv (writer, field);
      break;
    case BTY_FIELD_TYPE_BYTES:
      write_type (writer, field, "string");
      bty_json_writer_member_string (writer, "contentEncoding", "base64");
      break;
    case BTY_FIELD_TYPE_ENUM:
      write_enum (writer, field);
      break;
    case BTY_FIELD_TYPE_RECORD:
      write_record (writer, field, view, ref_prefix);
      break;
    case BTY_FIELD_TYPE_RECORDS:
      write_records (writer, field, view, ref_prefix);
      break;
    case BTY_FIELD_TYPE_JSON: /* any value */
    default:
      break;
    }
}

static void
write_property (BtyJsonWriter *writer, const BtyField *field, BtyView view, const char *ref_prefix)
{
  bty_json_writer_key (writer, field->name);
  bty_json_writer_begin_object (writer);
  write_value_schema (writer, field, view, ref_prefix);
  bty_json_writer_member_string (writer, "description", field->summary);
  if (field->fallback != NULL && view == BTY_VIEW_CREATE)
    {
      bty_json_writer_key (writer, "default");
      bty_json_writer_raw (writer, field->fallback, strlen (field->fallback));
    }
  if ((field->flags & BTY_READ_ONLY) != 0 && view == BTY_VIEW_READ)
    bty_json_writer_member_bool (writer, "readOnly", TRUE);
  if ((field->flags & BTY_WRITE_ONLY) != 0)
    bty_json_writer_member_bool (writer, "writeOnly", TRUE);
  if ((field->flags & BTY_DEPRECATED) != 0)
    bty_json_writer_member_bool (writer, "deprecated", TRUE);
  if ((field->flags & BTY_UNSTABLE) != 0)
    bty_json_writer_member_bool (writer, "x-unstable", TRUE);
  bty_json_writer_end_object (writer);
}

static void
write_required (BtyJsonWriter *writer, const BtySchema *schema, BtyView view)
{
  gboolean any = FALSE;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      /* An absent member that has a fallback is not missing. */
      if (!bty_view_requires (view, field) || (field->fallback != NULL && view == BTY_VIEW_CREATE))
        continue;
      if (!any)
        {
          bty_json_writer_key (writer, "required");
          bty_json_writer_begin_array (writer);
        }
      any = TRUE;
      bty_json_writer_string (writer, field->name);
    }
  if (any)
    bty_json_writer_end_array (writer);
}

void
bty_schema_write_json_schema (const BtySchema *schema, BtyView view, const char *ref_prefix, BtyJsonWriter *writer)
{
  g_return_if_fail (schema != NULL && ref_prefix != NULL && writer != NULL);

  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "object");
  bty_json_writer_member_string (writer, "description", schema->summary);
  bty_json_writer_key (writer, "properties");
  bty_json_writer_begin_object (writer);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (bty_view_takes (view, field))
        write_property (writer, field, view, ref_prefix);
    }
  bty_json_writer_end_object (writer);
  write_required (writer, schema, view);
  /* Answers may gain members; requests with a member too many are refused. */
  if (view != BTY_VIEW_READ && view != BTY_VIEW_STORE)
    bty_json_writer_member_bool (writer, "additionalProperties", FALSE);
  bty_json_writer_end_object (writer);
}

void
bty_schema_write_json_definitions (const BtySchema *schema, BtyView view, const char *ref_prefix, GHashTable *seen,
                                   BtyJsonWriter *writer)
{
  g_return_if_fail (schema != NULL && ref_prefix != NULL && seen != NULL && writer != NULL);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      BtyView inside = bty_view_inside (view);
      g_autofree char *name = NULL;

      if (field->schema == NULL || !bty_view_takes (view, field))
        continue;
      name = bty_schema_view_name (field->schema, inside);
      if (g_hash_table_contains (seen, name))
        continue;
      bty_json_writer_key (writer, name);
      g_hash_table_add (seen, g_steal_pointer (&name));
      bty_schema_write_json_schema (field->schema, inside, ref_prefix, writer);
      bty_schema_write_json_definitions (field->schema, inside, ref_prefix, seen, writer);
    }
}
