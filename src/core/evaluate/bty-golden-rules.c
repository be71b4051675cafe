/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-golden-rules.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

const char *const bty_golden_type_names[] = {
  "object", "array", "string", "number", "integer", "boolean", "null", NULL
};

typedef gboolean (*ReadKeyword) (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error);

static BtyGoldenRules *read_rules (BtyJsonReader *reader, BtyJsonToken token, GError **error);

void
bty_golden_rules_free (BtyGoldenRules *rules)
{
  if (rules == NULL)
    return;
  g_clear_pointer (&rules->required, g_ptr_array_unref);
  g_clear_pointer (&rules->properties, g_hash_table_unref);
  g_clear_pointer (&rules->values, g_ptr_array_unref);
  bty_golden_rules_free (rules->items);
  g_free (rules);
}

static gboolean
refuse (BtyJsonReader *reader, const char *must, GError **error)
{
  g_autofree char *pointer = bty_json_reader_get_pointer (reader);

  if (error != NULL && *error == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("json_schema%s: must be %s"), pointer, must);
  return FALSE;
}

char *
bty_golden_rules_scalar (const BtyJsonReader *reader, BtyJsonToken token)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (token)
    {
    case BTY_JSON_STRING:
      return g_strdup_printf ("\"%.*s", (int) reader->length, reader->text);
    case BTY_JSON_INT:
      return g_strdup (g_ascii_dtostr (number, sizeof number, (double) reader->integer));
    case BTY_JSON_DOUBLE:
      return g_strdup (g_ascii_dtostr (number, sizeof number, reader->number));
    case BTY_JSON_TRUE:
      return g_strdup ("true");
    case BTY_JSON_FALSE:
      return g_strdup ("false");
    case BTY_JSON_NULL:
      return g_strdup ("null");
    case BTY_JSON_ERROR:
    case BTY_JSON_END:
    case BTY_JSON_OBJECT_BEGIN:
    case BTY_JSON_OBJECT_END:
    case BTY_JSON_ARRAY_BEGIN:
    case BTY_JSON_ARRAY_END:
    case BTY_JSON_KEY:
    default:
      return NULL;
    }
}

static gboolean
add_type (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  for (guint i = 0; bty_golden_type_names[i] != NULL; i++)
    if (bty_json_reader_key_is (reader, bty_golden_type_names[i]))
      {
        rules->types |= 1u << i;
        return TRUE;
      }
  return refuse (reader, _ ("one of object, array, string, number, integer, boolean and null"), error);
}

static gboolean
read_type (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_STRING)
    return add_type (rules, reader, error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return refuse (reader, _ ("a type or a list of types"), error);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_STRING)
    if (!add_type (rules, reader, error))
      return FALSE;
  return (token == BTY_JSON_ARRAY_END && rules->types != 0) || refuse (reader, _ ("a type or a list of types"), error);
}

static gboolean
read_required (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  rules->required = g_ptr_array_new_with_free_func (g_free);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return refuse (reader, _ ("a list of names"), error);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_STRING)
    g_ptr_array_add (rules->required, g_strndup (reader->text, reader->length));
  return token == BTY_JSON_ARRAY_END || refuse (reader, _ ("a list of names"), error);
}

static gboolean
read_properties (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  rules->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_golden_rules_free);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return refuse (reader, _ ("a mapping of names to schemas"), error);
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      g_autofree char *name = g_strndup (reader->text, reader->length);
      BtyGoldenRules *inner = read_rules (reader, bty_json_reader_next (reader, error), error);

      if (inner == NULL)
        return FALSE;
      g_hash_table_insert (rules->properties, g_steal_pointer (&name), inner);
    }
  return token == BTY_JSON_OBJECT_END;
}

static gboolean
read_additional (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  rules->is_closed = token == BTY_JSON_FALSE;
  return token == BTY_JSON_FALSE || token == BTY_JSON_TRUE || refuse (reader, _ ("true or false"), error);
}

static gboolean
read_items (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  rules->items = read_rules (reader, bty_json_reader_next (reader, error), error);
  return rules->items != NULL;
}

static gboolean
read_enum (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);
  char *value;

  rules->values = g_ptr_array_new_with_free_func (g_free);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return refuse (reader, _ ("a list of texts, numbers, booleans and null"), error);
  while ((value = bty_golden_rules_scalar (reader, token = bty_json_reader_next (reader, error))) != NULL)
    g_ptr_array_add (rules->values, value);
  return (token == BTY_JSON_ARRAY_END && rules->values->len > 0) ||
         refuse (reader, _ ("a list of texts, numbers, booleans and null"), error);
}

static gboolean
read_number (double *number, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  *number = token == BTY_JSON_INT ? (double) reader->integer : reader->number;
  return token == BTY_JSON_INT || token == BTY_JSON_DOUBLE || refuse (reader, _ ("a number"), error);
}

static gboolean
read_count (gint64 *count, BtyJsonReader *reader, GError **error)
{
  if (bty_json_reader_next (reader, error) != BTY_JSON_INT || reader->integer < 0)
    return refuse (reader, _ ("a whole number that is not negative"), error);
  *count = reader->integer;
  return TRUE;
}

static gboolean
read_minimum (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_number (&rules->minimum, reader, error);
}

static gboolean
read_maximum (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_number (&rules->maximum, reader, error);
}

static gboolean
read_min_length (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_count (&rules->least_characters, reader, error);
}

static gboolean
read_max_length (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_count (&rules->most_characters, reader, error);
}

static gboolean
read_min_items (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_count (&rules->least_items, reader, error);
}

static gboolean
read_max_items (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return read_count (&rules->most_items, reader, error);
}

static gboolean
read_remark (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  return bty_json_reader_next (reader, error) == BTY_JSON_STRING || refuse (reader, _ ("a text"), error);
}

static const struct
{
  const char *name;
  ReadKeyword read;
} keywords[] = {
  { "type", read_type },
  { "required", read_required },
  { "properties", read_properties },
  { "additionalProperties", read_additional },
  { "items", read_items },
  { "enum", read_enum },
  { "minimum", read_minimum },
  { "maximum", read_maximum },
  { "minLength", read_min_length },
  { "maxLength", read_max_length },
  { "minItems", read_min_items },
  { "maxItems", read_max_items },
  { "title", read_remark },
  { "description", read_remark },
};

static gboolean
read_keyword (BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  g_autofree char *name = g_strndup (reader->text, reader->length);

  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (strcmp (name, keywords[i].name) == 0)
      return keywords[i].read (rules, reader, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("json_schema: the keyword “%.60s” is not known here: leave it out"), name);
  return FALSE;
}

/* The schema whose first token is @token. */
static BtyGoldenRules *
read_rules (BtyJsonReader *reader, BtyJsonToken token, GError **error)
{
  g_autoptr (BtyGoldenRules) rules = g_new0 (BtyGoldenRules, 1);

  rules->minimum = -INFINITY;
  rules->maximum = INFINITY;
  rules->most_characters = rules->most_items = G_MAXINT64;
  if (token != BTY_JSON_OBJECT_BEGIN)
    {
      refuse (reader, _ ("a schema, which is a mapping"), error);
      return NULL;
    }
  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    if (!read_keyword (rules, reader, error))
      return NULL;
  return token == BTY_JSON_OBJECT_END ? g_steal_pointer (&rules) : NULL;
}

BtyGoldenRules *
bty_golden_rules_read (const char *schema, GError **error)
{
  g_auto (BtyJsonReader) reader = { 0 };

  bty_json_reader_init (&reader, schema, strlen (schema), 0);
  return read_rules (&reader, bty_json_reader_next (&reader, error), error);
}
