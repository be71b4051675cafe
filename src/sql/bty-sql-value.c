/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-sql"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-sql-value.h"

#define MEMBER(ctype, record, field) G_STRUCT_MEMBER (ctype, record, (field)->offset)

static void
set_text (BtySqlValue *value, const char *text)
{
  value->kind = text != NULL ? BTY_SQL_TEXT : BTY_SQL_NULL;
  value->text = text;
}

static void
take_text (BtySqlValue *value, char *text)
{
  value->owned = text;
  set_text (value, text);
}

static void
set_integer (BtySqlValue *value, gint64 integer)
{
  value->kind = BTY_SQL_INTEGER;
  value->integer = integer;
}

static char *
strv_to_json (GStrv words)
{
  GString *out;
  BtyJsonWriter writer;

  if (words == NULL)
    return NULL;
  out = g_string_new (NULL);
  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; words[i] != NULL; i++)
    bty_json_writer_string (&writer, words[i]);
  bty_json_writer_end_array (&writer);
  return g_string_free (out, FALSE);
}

static char *
records_to_json (GPtrArray *records)
{
  GString *out;
  BtyJsonWriter writer;

  if (records == NULL)
    return NULL;
  out = g_string_new (NULL);
  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; i < records->len; i++)
    bty_record_write_json (g_ptr_array_index (records, i), BTY_VIEW_STORE, &writer);
  bty_json_writer_end_array (&writer);
  return g_string_free (out, FALSE);
}

static void
set_composite (BtySqlValue *value, gconstpointer record, const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRV:
      take_text (value, strv_to_json (MEMBER (GStrv, record, field)));
      break;
    case BTY_FIELD_TYPE_RECORD:
      if (MEMBER (gpointer, record, field) != NULL)
        take_text (value, bty_record_to_json (MEMBER (gpointer, record, field), BTY_VIEW_STORE));
      break;
    case BTY_FIELD_TYPE_RECORDS:
      take_text (value, records_to_json (MEMBER (GPtrArray *, record, field)));
      break;
    default:
      break;
    }
}

void
bty_sql_value_of_field (BtySqlValue *value, gconstpointer record, const BtyField *field)
{
  *value = (BtySqlValue){ .kind = BTY_SQL_NULL };
  if ((field->flags & BTY_NULLABLE) != 0 && bty_record_is_null_at (record, field->offset))
    return;
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      set_text (value, MEMBER (char *, record, field));
      break;
    case BTY_FIELD_TYPE_BOOL:
      set_integer (value, MEMBER (gboolean, record, field) ? 1 : 0);
      break;
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      set_integer (value, MEMBER (gint64, record, field));
      break;
    case BTY_FIELD_TYPE_DOUBLE:
      value->kind = BTY_SQL_REAL;
      value->real = MEMBER (double, record, field);
      break;
    case BTY_FIELD_TYPE_BYTES:
      value->bytes = MEMBER (GBytes *, record, field);
      value->kind = value->bytes != NULL ? BTY_SQL_BYTES : BTY_SQL_NULL;
      break;
    case BTY_FIELD_TYPE_ENUM:
      set_text (value, bty_enum_nick (field->values, MEMBER (int, record, field)));
      break;
    default:
      set_composite (value, record, field);
      break;
    }
}

void
bty_sql_value_of_member (BtySqlValue *value, gconstpointer record, const BtyField *field)
{
  g_autoptr (GDateTime) time = NULL;

  bty_sql_value_of_field (value, record, field);
  if (field->type != BTY_FIELD_TYPE_TIME || value->kind == BTY_SQL_NULL)
    return;
  time = g_date_time_new_from_unix_utc (value->integer / G_USEC_PER_SEC -
                                        (value->integer % G_USEC_PER_SEC < 0 ? 1 : 0));
  take_text (value,
             g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06d", g_date_time_get_year (time),
                              g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                              g_date_time_get_hour (time), g_date_time_get_minute (time), g_date_time_get_second (time),
                              (int) ((value->integer % G_USEC_PER_SEC + G_USEC_PER_SEC) % G_USEC_PER_SEC)));
}

void
bty_sql_value_clear (BtySqlValue *value)
{
  g_clear_pointer (&value->owned, g_free);
  *value = (BtySqlValue){ .kind = BTY_SQL_NULL };
}

static gboolean
damaged (const BtyField *field, const char *what, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
               _ ("the column “%s” holds %s, which this program never wrote: restore the database from a copy"),
               field->name, what);
  return FALSE;
}

static gboolean
store_enum (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  const BtyEnumValue *row = bty_enum_find (field->values, value->text, -1);

  if (row == NULL)
    return damaged (field, value->text, error);
  MEMBER (int, record, field) = row->value;
  return TRUE;
}

static gboolean
store_strv (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  BtyJsonReader reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, value->text, strlen (value->text), 1);
  token = bty_json_reader_next (&reader, NULL);
  while (token == BTY_JSON_ARRAY_BEGIN || token == BTY_JSON_STRING)
    {
      if (token == BTY_JSON_STRING)
        {
          g_autofree char *word = g_strndup (reader.text, reader.length);

          g_strv_builder_add (builder, word);
        }
      token = bty_json_reader_next (&reader, NULL);
    }
  bty_json_reader_clear (&reader);
  if (token != BTY_JSON_ARRAY_END)
    return damaged (field, _ ("no list of words"), error);
  MEMBER (GStrv, record, field) = g_strv_builder_end (builder);
  return TRUE;
}

/* Reads items while they come; TRUE when the list then ends. */
static gboolean
read_records (BtyJsonReader *reader, const BtySchema *schema, GPtrArray *list)
{
  const char *raw;
  gsize length;

  if (bty_json_reader_next (reader, NULL) != BTY_JSON_ARRAY_BEGIN)
    return FALSE;
  for (;;)
    {
      BtyJsonToken token = bty_json_reader_skip (reader, &raw, &length, NULL);
      gpointer item;

      if (token != BTY_JSON_OBJECT_BEGIN)
        return token == BTY_JSON_ARRAY_END;
      item = bty_record_from_store (schema, raw, (gssize) length, NULL);
      if (item == NULL)
        return FALSE;
      g_ptr_array_add (list, item);
    }
}

static gboolean
store_records (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  g_autoptr (GPtrArray) list = bty_record_list_new ();
  BtyJsonReader reader;
  gboolean is_list;

  bty_json_reader_init (&reader, value->text, strlen (value->text), 0);
  is_list = read_records (&reader, field->schema, list);
  bty_json_reader_clear (&reader);
  if (!is_list)
    return damaged (field, _ ("no list of records"), error);
  MEMBER (GPtrArray *, record, field) = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
store_record (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  gpointer inner = bty_record_from_store (field->schema, value->text, -1, NULL);

  if (inner == NULL)
    return damaged (field, _ ("no record"), error);
  MEMBER (gpointer, record, field) = inner;
  return TRUE;
}

static gboolean
store_text (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
    case BTY_FIELD_TYPE_JSON:
      bty_record_take_string (&MEMBER (char *, record, field), g_strdup (value->text));
      return TRUE;
    case BTY_FIELD_TYPE_ENUM:
      return store_enum (value, record, field, error);
    case BTY_FIELD_TYPE_STRV:
      return store_strv (value, record, field, error);
    case BTY_FIELD_TYPE_RECORD:
      return store_record (value, record, field, error);
    case BTY_FIELD_TYPE_RECORDS:
      return store_records (value, record, field, error);
    default:
      return damaged (field, _ ("text"), error);
    }
}

static gboolean
store_number (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  gboolean is_real = value->kind == BTY_SQL_REAL;

  switch (field->type)
    {
    case BTY_FIELD_TYPE_DOUBLE:
      MEMBER (double, record, field) = is_real ? value->real : (double) value->integer;
      return TRUE;
    case BTY_FIELD_TYPE_BOOL:
      MEMBER (gboolean, record, field) = value->integer != 0;
      return !is_real || damaged (field, _ ("a fraction"), error);
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_TIME:
      MEMBER (gint64, record, field) = value->integer;
      return !is_real || damaged (field, _ ("a fraction"), error);
    default:
      return damaged (field, _ ("a number"), error);
    }
}

static gboolean
store_bytes (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  if (field->type != BTY_FIELD_TYPE_BYTES)
    return damaged (field, _ ("bytes"), error);
  MEMBER (GBytes *, record, field) = g_bytes_ref (value->bytes);
  return TRUE;
}

gboolean
bty_sql_value_store (const BtySqlValue *value, gpointer record, const BtyField *field, GError **error)
{
  if (value->kind == BTY_SQL_NULL)
    return TRUE; /* as bty_record_new() left it */
  if ((field->flags & BTY_NULLABLE) != 0)
    bty_record_set_null_at (record, field->offset, FALSE);
  switch (value->kind)
    {
    case BTY_SQL_TEXT:
      return store_text (value, record, field, error);
    case BTY_SQL_BYTES:
      return store_bytes (value, record, field, error);
    default:
      return store_number (value, record, field, error);
    }
}
