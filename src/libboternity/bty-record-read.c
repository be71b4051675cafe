/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the tokens of the pull reader into a record, in one pass. */
#define G_LOG_DOMAIN "bty-record"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-error.h"
#include "bty-record-private.h"

static gboolean read_members (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error);

static BtyJsonToken
next_token (const BtyRecordInput *input, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (input->reader, error);

  if (token == BTY_JSON_ERROR && *input->prefix != '\0')
    g_prefix_error (error, "%s: ", input->prefix);
  return token;
}

static const char *
token_name (BtyJsonToken token)
{
  switch (token)
    {
    case BTY_JSON_OBJECT_BEGIN:
      return _ ("an object");
    case BTY_JSON_ARRAY_BEGIN:
      return _ ("a list");
    case BTY_JSON_STRING:
      return _ ("a string");
    case BTY_JSON_INT:
    case BTY_JSON_DOUBLE:
      return _ ("a number");
    case BTY_JSON_TRUE:
      return "true";
    case BTY_JSON_FALSE:
      return "false";
    case BTY_JSON_NULL:
      return "null";
    default:
      return _ ("nothing");
    }
}

static const char *
expected_name (BtyFieldType type)
{
  switch (type)
    {
    case BTY_FIELD_TYPE_BOOL:
      return _ ("true or false");
    case BTY_FIELD_TYPE_INT64:
      return _ ("a whole number");
    case BTY_FIELD_TYPE_DOUBLE:
      return _ ("a number");
    case BTY_FIELD_TYPE_STRV:
      return _ ("a list of strings");
    case BTY_FIELD_TYPE_RECORD:
      return _ ("an object");
    case BTY_FIELD_TYPE_RECORDS:
      return _ ("a list of objects");
    default:
      return _ ("a string");
    }
}

static gboolean
fail_type (const BtyRecordInput *input, const char *expected, BtyJsonToken token, GError **error)
{
  return bty_record_input_fail (input, error, _ ("expected %s, not %s"), expected, token_name (token));
}

static BtyRecord *
read_record (const BtyRecordInput *input, const BtySchema *schema, BtyView view, GError **error)
{
  g_autoptr (BtyRecord) record = bty_record_new (schema);

  if (!read_members (input, record, view, error) || !bty_record_check_input (input, record, view, error))
    return NULL;
  return g_steal_pointer (&record);
}

static gboolean
read_records (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, BtyView view, GError **error)
{
  g_autoptr (GPtrArray) list = bty_record_list_new ();
  gsize max = (gsize) bty_field_limits (field).max;
  BtyJsonToken token;

  while ((token = next_token (input, error)) == BTY_JSON_OBJECT_BEGIN)
    {
      BtyRecord *item = read_record (input, field->schema, view, error);

      if (item == NULL)
        return FALSE;
      g_ptr_array_add (list, item);
      if (list->len > max && !input->lenient)
        return bty_record_check_count (input, field, list->len, N_ ("items"), error);
    }
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token != BTY_JSON_ARRAY_END)
    return fail_type (input, _ ("an object"), token, error);
  if (!bty_record_check_count (input, field, list->len, N_ ("items"), error))
    return FALSE;
  bty_record_clear_field (record, field);
  *BTY_PLACE (GPtrArray *, record, field) = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
read_strv (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  const BtyFieldLimits item_limits = { 0, BTY_STRING_MAX };
  gsize max = (gsize) bty_field_limits (field).max;
  BtyJsonToken token;

  while ((token = next_token (input, error)) == BTY_JSON_STRING)
    {
      const BtyJsonReader *reader = input->reader;

      if (!bty_record_check_line (input, reader->text, reader->length, item_limits, error))
        return FALSE;
      g_ptr_array_add (list, g_strndup (reader->text, reader->length));
      if (list->len > max && !input->lenient)
        return bty_record_check_count (input, field, list->len, N_ ("items"), error);
    }
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token != BTY_JSON_ARRAY_END)
    return fail_type (input, _ ("a string"), token, error);
  if (!bty_record_check_count (input, field, list->len, N_ ("items"), error))
    return FALSE;
  g_ptr_array_add (list, NULL);
  bty_record_clear_field (record, field);
  *BTY_PLACE (GStrv, record, field) = (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
  return TRUE;
}

static gboolean
read_json (const BtyRecordInput *input, BtyRecord *record, guint index, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  const char *raw = NULL;
  gsize length = 0;
  BtyJsonToken token = bty_json_reader_skip (input->reader, &raw, &length, error);

  if (token == BTY_JSON_ERROR)
    {
      if (*input->prefix != '\0')
        g_prefix_error (error, "%s: ", input->prefix);
      return FALSE;
    }
  if (token == BTY_JSON_NULL && (field->flags & BTY_NULLABLE) != 0)
    return bty_record_put_null (input, record, index, error);
  return bty_record_put_json (input, record, index, raw, length, error);
}

/* The reader keeps what had escapes in a scratch buffer, which must not outlive the secret. */
static gboolean
read_secret (const BtyRecordInput *input, BtyRecord *record, guint index, GError **error)
{
  BtyJsonReader *reader = input->reader;
  gboolean ok = bty_record_put_text (input, record, index, reader->text, reader->length, error);

  if (reader->scratch != NULL)
    bty_secret_clear_memory (reader->scratch->str, reader->scratch->allocated_len);
  return ok;
}

static gboolean
read_container (const BtyRecordInput *input, BtyRecord *record, const BtyField *field, BtyJsonToken token, BtyView view,
                GError **error)
{
  BtyJsonToken expected = field->type == BTY_FIELD_TYPE_RECORD ? BTY_JSON_OBJECT_BEGIN : BTY_JSON_ARRAY_BEGIN;
  BtyRecord *inner;

  if (token != expected)
    return fail_type (input, expected_name (field->type), token, error);
  if (field->type == BTY_FIELD_TYPE_STRV)
    return read_strv (input, record, field, error);
  if (field->type == BTY_FIELD_TYPE_RECORDS)
    return read_records (input, record, field, bty_view_inside (view), error);

  inner = read_record (input, field->schema, bty_view_inside (view), error);
  if (inner == NULL)
    return FALSE;
  bty_record_clear_field (record, field);
  *BTY_PLACE (BtyRecord *, record, field) = inner;
  return TRUE;
}

static gboolean
read_scalar (const BtyRecordInput *input, BtyRecord *record, guint index, BtyJsonToken token, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  const BtyJsonReader *reader = input->reader;
  gboolean is_number = field->type == BTY_FIELD_TYPE_INT64 || field->type == BTY_FIELD_TYPE_DOUBLE;

  if (is_number && token == BTY_JSON_INT)
    return bty_record_put_int (input, record, index, reader->integer, error);
  if (is_number && token == BTY_JSON_DOUBLE)
    return bty_record_put_double (input, record, index, reader->number, error);
  if (field->type == BTY_FIELD_TYPE_BOOL && (token == BTY_JSON_TRUE || token == BTY_JSON_FALSE))
    return bty_record_put_bool (input, record, index, token == BTY_JSON_TRUE, error);
  if (is_number || field->type == BTY_FIELD_TYPE_BOOL || token != BTY_JSON_STRING)
    return fail_type (input, expected_name (field->type), token, error);
  if (field->type == BTY_FIELD_TYPE_SECRET)
    return read_secret (input, record, index, error);
  return bty_record_put_text (input, record, index, reader->text, reader->length, error);
}

gboolean
bty_record_read_value (const BtyRecordInput *input, BtyRecord *record, guint index, BtyView view, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  BtyJsonToken token;

  if (field->type == BTY_FIELD_TYPE_JSON)
    return read_json (input, record, index, error);

  token = next_token (input, error);
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token == BTY_JSON_NULL)
    return bty_record_put_null (input, record, index, error);
  if (field->type == BTY_FIELD_TYPE_STRV || field->type == BTY_FIELD_TYPE_RECORD ||
      field->type == BTY_FIELD_TYPE_RECORDS)
    return read_container (input, record, field, token, view, error);
  return read_scalar (input, record, index, token, error);
}

gboolean
bty_record_fail_view (const BtyRecordInput *input, const BtyField *field, BtyView view, GError **error)
{
  if (view == BTY_VIEW_KEY)
    return bty_record_input_fail (input, error, _ ("is not taken here: give the key alone"));
  if ((field->flags & BTY_READ_ONLY) != 0)
    return bty_record_input_fail (input, error, _ ("is read-only: leave it out"));
  if (view == BTY_VIEW_PATCH)
    return bty_record_input_fail (input, error, _ ("cannot be changed any more: leave it out"));
  return bty_record_input_fail (input, error, _ ("is never in an answer"));
}

/* After the key of a member: which field it is, or -1 when it was passed over or refused. */
static int
find_member (const BtyRecordInput *input, const BtyRecord *record, BtyView view, guint hint, GError **error)
{
  const BtyJsonReader *reader = input->reader;
  int index = bty_schema_find (record->schema, reader->text, (gssize) reader->length, hint);

  if (index >= 0 && bty_view_takes (view, bty_schema_get_field (record->schema, (guint) index)))
    return index;
  if (input->lenient)
    {
      bty_json_reader_skip (input->reader, NULL, NULL, error);
      return -1;
    }
  if (index >= 0)
    bty_record_fail_view (input, bty_schema_get_field (record->schema, (guint) index), view, error);
  else
    bty_record_input_fail (input, error, _ ("there is no such field in a %s"), record->schema->name);
  return -1;
}

/* After the object's begin, up to its end. */
static gboolean
read_members (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error)
{
  GError *failure = NULL;
  guint64 seen = 0;
  guint hint = 0;
  BtyJsonToken token;

  while ((token = next_token (input, error)) == BTY_JSON_KEY)
    {
      int index = find_member (input, record, view, hint, &failure);
      guint64 bit;

      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (index < 0)
        continue;
      bit = G_GUINT64_CONSTANT (1) << index;
      if ((seen & bit) != 0)
        return bty_record_input_fail (input, error, _ ("is given twice"));
      if (!bty_record_read_value (input, record, (guint) index, view, error))
        return FALSE;
      seen |= bit;
      hint = (guint) index + 1;
    }
  record->present |= seen;
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_record_read_document (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error)
{
  BtyJsonToken token = next_token (input, error);

  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (token != BTY_JSON_OBJECT_BEGIN)
    return fail_type (input, _ ("an object"), token, error);
  return read_members (input, record, view, error) && next_token (input, error) == BTY_JSON_END;
}

static gboolean
apply_fallback (BtyRecord *record, guint index, GError **error)
{
  const BtyField *field = bty_schema_get_field (record->schema, index);
  g_autofree char *pointer = g_strconcat ("/", field->name, NULL);
  g_auto (BtyJsonReader) reader;
  BtyRecordInput input = { &reader, pointer, FALSE };

  bty_json_reader_init (&reader, field->fallback, strlen (field->fallback), 0);
  return bty_record_read_value (&input, record, index, BTY_VIEW_CREATE, error);
}

static gboolean
is_missing (const BtyRecord *record, const BtyField *field, guint index)
{
  if ((record->present & G_GUINT64_CONSTANT (1) << index) != 0)
    return FALSE;
  return bty_field_is_scalar (field) || BTY_PEEK (gpointer, record, field) == NULL;
}

gboolean
bty_record_check_input (const BtyRecordInput *input, BtyRecord *record, BtyView view, GError **error)
{
  for (guint i = 0; i < record->schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (record->schema, i);
      gboolean required = bty_view_requires (view, field);

      if (field->fallback == NULL && !required)
        continue;
      if (!is_missing (record, field, i))
        continue;
      /* A required field that came with a later version is not in older stored records: its fallback stands in. */
      if (field->fallback != NULL && ((view == BTY_VIEW_CREATE) || (view == BTY_VIEW_STORE && required)))
        {
          if (!apply_fallback (record, i, error))
            return FALSE;
        }
      else if (required)
        {
          g_autofree char *inner = input->reader != NULL ? bty_json_reader_get_pointer (input->reader) : g_strdup ("");
          g_autofree char *pointer = g_strconcat (input->prefix, inner, "/", field->name, NULL);
          BtyRecordInput place = { NULL, pointer, FALSE };

          return bty_record_input_fail (&place, error, _ ("is required"));
        }
    }
  return TRUE;
}
