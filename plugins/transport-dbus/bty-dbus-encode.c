/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include "bty-dbus-codec.h"

#define PEEK(ctype, record, field) (*(ctype const *) (gconstpointer) ((const char *) (record) + (field)->offset))

static GVariant *
encode_bytes (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

GVariant *
bty_dbus_encode_time (gint64 time)
{
  g_autoptr (GString) text = g_string_sized_new (40);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_time (&writer, time);
  if (text->str[0] != '"')
    return NULL;
  return g_variant_new_take_string (g_strndup (text->str + 1, text->len - 2));
}

static GVariant *
encode_records (GPtrArray *records, BtyView view)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add_value (&builder, bty_dbus_encode (g_ptr_array_index (records, i), view));
  return g_variant_builder_end (&builder);
}

static GVariant *
encode_scalar (gconstpointer record, const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
      return g_variant_new_boolean (PEEK (gboolean, record, field));
    case BTY_FIELD_TYPE_INT64:
      return g_variant_new_int64 (PEEK (gint64, record, field));
    case BTY_FIELD_TYPE_DOUBLE:
      return g_variant_new_double (PEEK (double, record, field));
    case BTY_FIELD_TYPE_TIME:
      return bty_dbus_encode_time (PEEK (gint64, record, field));
    case BTY_FIELD_TYPE_ENUM:
      return g_variant_new_string (bty_enum_nick (field->values, PEEK (int, record, field)));
    default:
      return NULL;
    }
}

static GVariant *
encode_pointer (gconstpointer record, const BtyField *field, BtyView view)
{
  gpointer value = PEEK (gpointer, record, field);
  gboolean shows_list = (field->flags & BTY_NULLABLE) == 0;

  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      return value != NULL ? g_variant_new_string (value) : NULL;
    case BTY_FIELD_TYPE_STRV:
      return value != NULL || shows_list ? g_variant_new_strv (value, value != NULL ? -1 : 0) : NULL;
    case BTY_FIELD_TYPE_BYTES:
      return value != NULL ? encode_bytes (value) : NULL;
    case BTY_FIELD_TYPE_RECORD:
      return value != NULL ? bty_dbus_encode (value, bty_view_inside (view)) : NULL;
    case BTY_FIELD_TYPE_RECORDS:
      if (value != NULL)
        return encode_records (value, bty_view_inside (view));
      return shows_list ? g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0) : NULL;
    default:
      return NULL;
    }
}

/* (nullable): what the field says */
static GVariant *
encode_field (gconstpointer record, const BtyField *field, BtyView view)
{
  if (field->type == BTY_FIELD_TYPE_SECRET || !bty_view_takes (view, field))
    return NULL;
  if (bty_field_is_scalar (field))
    return bty_record_is_null_at (record, field->offset) ? NULL : encode_scalar (record, field);
  return encode_pointer (record, field, view);
}

void
bty_dbus_encode_into (gconstpointer record, BtyView view, GVariantBuilder *builder)
{
  const BtySchema *schema = ((const BtyRecord *) record)->schema;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      GVariant *value = encode_field (record, field, view);

      if (value != NULL)
        g_variant_builder_add (builder, "{sv}", field->name, value);
    }
}

GVariant *
bty_dbus_encode (gconstpointer record, BtyView view)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  bty_dbus_encode_into (record, view, &builder);
  return g_variant_builder_end (&builder);
}

/* Text from a provider may hold what D-Bus does not carry: a NUL, or bytes that are not UTF-8. */
static GVariant *
encode_text (const char *text, gsize length)
{
  return g_variant_new_take_string (g_utf8_make_valid (text, (gssize) length));
}

GVariant *
bty_dbus_encode_item (const BtyItem *item, const BtySchema *schema)
{
  g_autoptr (BtyRecord) empty = NULL;
  GVariantBuilder builder;

  if (item->record != NULL)
    return bty_dbus_encode (item->record, BTY_VIEW_READ);
  empty = bty_record_new (schema);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      gboolean is_text = g_str_equal (field->name, "text");
      GVariant *value = is_text ? encode_text (item->text, item->length) : encode_field (empty, field, BTY_VIEW_READ);

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", field->name, value);
    }
  return g_variant_builder_end (&builder);
}
