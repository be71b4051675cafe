/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-record"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-error.h"
#include "bty-record-private.h"

static gboolean
read_json (BtyRecord *record, BtyView view, const char *data, gsize length, gboolean lenient, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyRecordInput input = { &reader, "", lenient };

  bty_json_reader_init (&reader, data, length, 0);
  return bty_record_read_document (&input, record, view, error);
}

gboolean
bty_record_read_json (gpointer record, BtyView view, const char *data, gsize length, GError **error)
{
  g_return_val_if_fail (record != NULL && data != NULL, FALSE);

  return read_json (record, view, data, length, FALSE, error);
}

gboolean
bty_record_check (gpointer record, BtyView view, GError **error)
{
  const BtyRecordInput input = { NULL, "", FALSE };

  g_return_val_if_fail (record != NULL, FALSE);

  return bty_record_check_input (&input, record, view, error);
}

static gpointer
from_json (const BtySchema *schema, BtyView view, const char *data, gssize length, gboolean lenient, GError **error)
{
  g_autoptr (BtyRecord) record = bty_record_new (schema);
  gsize size = length < 0 ? strlen (data) : (gsize) length;

  if (!read_json (record, view, data, size, lenient, error) || !bty_record_check (record, view, error))
    return NULL;
  return g_steal_pointer (&record);
}

gpointer
bty_record_from_json (const BtySchema *schema, BtyView view, const char *data, gssize length, GError **error)
{
  g_return_val_if_fail (schema != NULL && data != NULL, NULL);

  return from_json (schema, view, data, length, FALSE, error);
}

gpointer
bty_record_from_store (const BtySchema *schema, const char *data, gssize length, GError **error)
{
  g_return_val_if_fail (schema != NULL && data != NULL, NULL);

  return from_json (schema, BTY_VIEW_STORE, data, length, TRUE, error);
}

/* A list as people type it: words between commas, which may have spaces around them. */
static gboolean
read_words (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, const char *text, GError **error)
{
  const BtyFieldLimits limits = { 0, BTY_STRING_MAX };
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  if (!bty_record_check_count (input, field, g_strv_length (words), N_ ("items"), error))
    return FALSE;
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_strstrip (words[i]);
      if (!bty_record_check_line (input, words[i], strlen (words[i]), limits, error))
        return FALSE;
    }
  bty_record_clear_field (record, field);
  *BTY_PLACE (GStrv, record, field) = g_steal_pointer (&words);
  return TRUE;
}

static gboolean
read_json_text (const char *prefix, BtyRecord *record, guint index, BtyView view, const char *text, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyRecordInput input = { &reader, prefix, FALSE };

  bty_json_reader_init (&reader, text, strlen (text), 0);
  if (!bty_record_read_value (&input, record, index, view, error))
    return FALSE;
  if (bty_json_reader_next (&reader, error) == BTY_JSON_END)
    return TRUE;
  g_prefix_error (error, "%s: ", prefix);
  return FALSE;
}

/* JSON takes blanks about a value; who writes a value alone has no use for them. */
static gboolean
read_plain_text (const BtyRecordInput *input, BtyRecord *record, guint index, BtyView view, const char *text,
                 GError **error)
{
  gsize length = strlen (text);

  if (length > 0 && (g_ascii_isspace (text[0]) || g_ascii_isspace (text[length - 1])))
    return bty_record_input_fail (input, error, _ ("has blanks around “%.80s”: leave them out"), text);
  return read_json_text (input->prefix, record, index, view, text, error);
}

static gboolean
read_field_text (const char *prefix, BtyRecord *record, guint index, BtyView view, const char *text, GError **error)
{
  const BtyRecordInput input = { NULL, prefix, FALSE };
  const BtyField *field = bty_schema_get_field (record->schema, index);

  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_DOUBLE:
      return read_plain_text (&input, record, index, view, text, error);
    case BTY_FIELD_TYPE_RECORD:
    case BTY_FIELD_TYPE_RECORDS:
    case BTY_FIELD_TYPE_JSON:
      return read_json_text (prefix, record, index, view, text, error);
    case BTY_FIELD_TYPE_STRV:
      return read_words (&input, record, field, text, error);
    default:
      return bty_record_put_text (&input, record, index, text, strlen (text), error);
    }
}

gboolean
bty_record_read_text (gpointer record, BtyView view, const char *name, const char *text, GError **error)
{
  BtyRecord *self = record;
  g_autofree char *pointer = NULL;
  int index;

  g_return_val_if_fail (self != NULL && name != NULL && text != NULL, FALSE);

  pointer = g_utf8_validate (name, -1, NULL) ? g_strconcat ("/", name, NULL) : g_strdup ("/");
  const BtyRecordInput input = { NULL, pointer, FALSE };

  index = bty_schema_find (self->schema, name, -1, 0);
  if (index < 0)
    return bty_record_input_fail (&input, error, _ ("there is no such field in a %s"), self->schema->name);
  if (!bty_view_takes (view, bty_schema_get_field (self->schema, (guint) index)))
    return bty_record_fail_view (&input, bty_schema_get_field (self->schema, (guint) index), view, error);
  if (!g_utf8_validate (text, -1, NULL))
    return bty_record_input_fail (&input, error, _ ("is not valid UTF-8"));
  if (!read_field_text (pointer, self, (guint) index, view, text, error))
    return FALSE;
  self->present |= G_GUINT64_CONSTANT (1) << index;
  return TRUE;
}

static void
write_strv (BtyJsonWriter *writer, const char *const *strv)
{
  bty_json_writer_begin_array (writer);
  for (; *strv != NULL; strv++)
    bty_json_writer_string (writer, *strv);
  bty_json_writer_end_array (writer);
}

static void
write_list (BtyJsonWriter *writer, GPtrArray *list, BtyView view)
{
  bty_json_writer_begin_array (writer);
  for (guint i = 0; i < list->len; i++)
    bty_record_write_json (list->pdata[i], view, writer);
  bty_json_writer_end_array (writer);
}

static void
write_pointer (BtyJsonWriter *writer, const BtyRecord *record, const BtyField *field, BtyView view)
{
  const char *text;

  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRING:
    case BTY_FIELD_TYPE_TEXT:
      bty_json_writer_string (writer, BTY_PEEK (char *, record, field));
      break;
    case BTY_FIELD_TYPE_JSON:
      text = BTY_PEEK (char *, record, field);
      bty_json_writer_raw (writer, text, strlen (text));
      break;
    case BTY_FIELD_TYPE_STRV:
      write_strv (writer, (const char *const *) BTY_PEEK (GStrv, record, field));
      break;
    case BTY_FIELD_TYPE_BYTES:
      bty_json_writer_bytes (writer, BTY_PEEK (GBytes *, record, field));
      break;
    case BTY_FIELD_TYPE_RECORD:
      bty_record_write_json (BTY_PEEK (BtyRecord *, record, field), bty_view_inside (view), writer);
      break;
    case BTY_FIELD_TYPE_RECORDS:
      write_list (writer, BTY_PEEK (GPtrArray *, record, field), bty_view_inside (view));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
write_scalar (BtyJsonWriter *writer, const BtyRecord *record, const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
      bty_json_writer_bool (writer, BTY_PEEK (gboolean, record, field));
      break;
    case BTY_FIELD_TYPE_INT64:
      bty_json_writer_int (writer, BTY_PEEK (gint64, record, field));
      break;
    case BTY_FIELD_TYPE_DOUBLE:
      bty_json_writer_double (writer, BTY_PEEK (double, record, field));
      break;
    case BTY_FIELD_TYPE_TIME:
      bty_json_writer_time (writer, BTY_PEEK (gint64, record, field));
      break;
    case BTY_FIELD_TYPE_ENUM:
      bty_json_writer_string (writer, bty_enum_nick (field->values, BTY_PEEK (int, record, field)));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* What an answer says for a field without a value: null or an empty list; else the member is left out. */
static void
write_nothing (BtyJsonWriter *writer, const BtyField *field, BtyView view)
{
  gboolean is_list = field->type == BTY_FIELD_TYPE_STRV || field->type == BTY_FIELD_TYPE_RECORDS;
  gboolean is_null = (field->flags & BTY_NULLABLE) != 0 && view != BTY_VIEW_STORE && view != BTY_VIEW_CREATE;

  if (is_null)
    {
      bty_json_writer_key (writer, field->name);
      bty_json_writer_null (writer);
    }
  else if (is_list && (field->flags & BTY_NULLABLE) == 0)
    {
      bty_json_writer_key (writer, field->name);
      bty_json_writer_begin_array (writer);
      bty_json_writer_end_array (writer);
    }
}

static inline void
write_field (BtyJsonWriter *writer, const BtyRecord *record, const BtyField *field, guint index, BtyView view)
{
  gboolean is_scalar = bty_field_is_scalar (field);

  if (is_scalar ? (record->nulls >> index & 1) != 0 : BTY_PEEK (gpointer, record, field) == NULL)
    {
      write_nothing (writer, field, view);
      return;
    }
  bty_json_writer_key (writer, field->name);
  if (is_scalar)
    write_scalar (writer, record, field);
  else
    write_pointer (writer, record, field, view);
}

/* A patch says only what it changes. */
static inline gboolean
is_said (const BtyRecord *record, const BtyField *field, guint index, BtyView view)
{
  if (field->type == BTY_FIELD_TYPE_SECRET || !bty_view_takes (view, field) ||
      (view == BTY_VIEW_STORE && (field->flags & BTY_UNSTORED) != 0))
    return FALSE;
  return view != BTY_VIEW_PATCH || (field->flags & BTY_KEY) != 0 || (record->present >> index & 1) != 0;
}

void
bty_record_write_json (gconstpointer record, BtyView view, BtyJsonWriter *writer)
{
  const BtyRecord *self = record;

  g_return_if_fail (self != NULL && writer != NULL);

  bty_json_writer_begin_object (writer);
  for (guint i = 0; i < self->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (self->schema, i);

      if (is_said (self, field, i, view))
        write_field (writer, self, field, i, view);
    }
  bty_json_writer_end_object (writer);
}

void
bty_record_write_text_item (const BtySchema *schema, const char *text, gsize length, BtyJsonWriter *writer)
{
  g_autoptr (BtyRecord) empty = bty_record_new (schema);

  bty_json_writer_begin_object (writer);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (!is_said (empty, field, i, BTY_VIEW_READ))
        continue;
      if (strcmp (field->name, "text") != 0)
        {
          write_field (writer, empty, field, i, BTY_VIEW_READ);
          continue;
        }
      bty_json_writer_key (writer, "text");
      bty_json_writer_string_len (writer, text, length);
    }
  bty_json_writer_end_object (writer);
}

char *
bty_record_to_json (gconstpointer record, BtyView view)
{
  GString *out = g_string_sized_new (512);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_record_write_json (record, view, &writer);
  return g_string_free (out, FALSE);
}
