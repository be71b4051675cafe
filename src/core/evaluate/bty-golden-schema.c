/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include "evaluate/bty-golden-schema.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "evaluate/bty-golden-rules.h"

static gboolean match_value (const BtyGoldenRules *rules, BtyJsonReader *reader, BtyJsonToken token, GError **error);

gboolean
bty_golden_schema_validate (const char *schema, GError **error)
{
  g_autoptr (BtyGoldenRules) rules = bty_golden_rules_read (schema, error);

  return rules != NULL;
}

/* Takes @problem. An error of the reader itself, which says more, stays. */
static gboolean
differ (BtyJsonReader *reader, GError **error, char *problem)
{
  g_autofree char *own = problem;
  g_autofree char *pointer = bty_json_reader_get_pointer (reader);

  if (error != NULL && *error == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the answer's JSON at “%.200s”: %s"),
                 pointer[0] != '\0' ? pointer : "/", problem);
  return FALSE;
}

static guint
types_of (const BtyJsonReader *reader, BtyJsonToken token)
{
  switch (token)
    {
    case BTY_JSON_OBJECT_BEGIN:
      return BTY_GOLDEN_OBJECT;
    case BTY_JSON_ARRAY_BEGIN:
      return BTY_GOLDEN_ARRAY;
    case BTY_JSON_STRING:
      return BTY_GOLDEN_STRING;
    case BTY_JSON_INT:
      return BTY_GOLDEN_NUMBER | BTY_GOLDEN_INTEGER;
    case BTY_JSON_DOUBLE:
      return BTY_GOLDEN_NUMBER | (floor (reader->number) == reader->number ? BTY_GOLDEN_INTEGER : 0);
    case BTY_JSON_TRUE:
    case BTY_JSON_FALSE:
      return BTY_GOLDEN_BOOLEAN;
    case BTY_JSON_NULL:
      return BTY_GOLDEN_NULL;
    case BTY_JSON_ERROR:
    case BTY_JSON_END:
    case BTY_JSON_OBJECT_END:
    case BTY_JSON_ARRAY_END:
    case BTY_JSON_KEY:
    default:
      return 0;
    }
}

/* (transfer full): the words for some types, parted by commas */
static char *
name_types (guint types)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; bty_golden_type_names[i] != NULL; i++)
    if ((types & 1u << i) != 0)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", bty_golden_type_names[i]);
  return g_string_free (names, FALSE);
}

static gboolean
match_type (const BtyGoldenRules *rules, BtyJsonReader *reader, BtyJsonToken token, GError **error)
{
  g_autofree char *names = NULL;

  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (rules->types == 0 || (rules->types & types_of (reader, token)) != 0)
    return TRUE;
  names = name_types (rules->types);
  return differ (reader, error, g_strdup_printf (_ ("must be of the type %s"), names));
}

static gboolean
match_enum (const BtyGoldenRules *rules, BtyJsonReader *reader, BtyJsonToken token, GError **error)
{
  g_autofree char *value = NULL;

  if (rules->values == NULL)
    return TRUE;
  value = bty_golden_rules_scalar (reader, token);
  if (value != NULL && g_ptr_array_find_with_equal_func (rules->values, value, g_str_equal, NULL))
    return TRUE;
  return differ (reader, error, g_strdup (_ ("must be one of the values of enum")));
}

static gboolean
match_number (const BtyGoldenRules *rules, BtyJsonReader *reader, double number, GError **error)
{
  if (number < rules->minimum)
    return differ (reader, error, g_strdup_printf (_ ("must be at least %g"), rules->minimum));
  if (number > rules->maximum)
    return differ (reader, error, g_strdup_printf (_ ("must be at most %g"), rules->maximum));
  return TRUE;
}

static gboolean
match_string (const BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  glong length = g_utf8_strlen (reader->text, (gssize) reader->length);

  if (length < rules->least_characters || length > rules->most_characters)
    return differ (reader, error, g_strdup_printf (_ ("has %ld characters, which is not as many as it must"), length));
  return TRUE;
}

static gboolean
match_array (const BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token;
  gint64 n = 0;

  while ((token = bty_json_reader_next (reader, error)) != BTY_JSON_ARRAY_END)
    {
      if (!match_value (rules->items, reader, token, error))
        return FALSE;
      n++;
    }
  if (n < rules->least_items || n > rules->most_items)
    return differ (reader, error,
                   g_strdup_printf (_ ("has %lld items, which is not as many as it must"), (long long) n));
  return TRUE;
}

static gboolean
match_member (const BtyGoldenRules *rules, BtyJsonReader *reader, const char *name, GError **error)
{
  const BtyGoldenRules *inner = rules->properties != NULL ? g_hash_table_lookup (rules->properties, name) : NULL;

  if (inner == NULL && rules->is_closed)
    return differ (reader, error, g_strdup_printf (_ ("“%.60s” is not among the properties"), name));
  return match_value (inner, reader, bty_json_reader_next (reader, error), error);
}

static gboolean
match_object (const BtyGoldenRules *rules, BtyJsonReader *reader, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      char *name = g_strndup (reader->text, reader->length);

      g_hash_table_add (seen, name);
      if (!match_member (rules, reader, name, error))
        return FALSE;
    }
  if (token != BTY_JSON_OBJECT_END)
    return FALSE;
  for (guint i = 0; rules->required != NULL && i < rules->required->len; i++)
    if (!g_hash_table_contains (seen, rules->required->pdata[i]))
      return differ (reader, error,
                     g_strdup_printf (_ ("“%.60s” is missing"), (const char *) rules->required->pdata[i]));
  return TRUE;
}

static gboolean
skip_value (BtyJsonReader *reader, BtyJsonToken token, GError **error)
{
  if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  return token != BTY_JSON_ERROR;
}

/* The value whose first token is @token. */
static gboolean
match_value (const BtyGoldenRules *rules, BtyJsonReader *reader, BtyJsonToken token, GError **error)
{
  if (rules == NULL)
    return skip_value (reader, token, error);
  if (!match_type (rules, reader, token, error) || !match_enum (rules, reader, token, error))
    return FALSE;
  if (token == BTY_JSON_OBJECT_BEGIN)
    return match_object (rules, reader, error);
  if (token == BTY_JSON_ARRAY_BEGIN)
    return match_array (rules, reader, error);
  if (token == BTY_JSON_STRING)
    return match_string (rules, reader, error);
  if (token == BTY_JSON_INT || token == BTY_JSON_DOUBLE)
    return match_number (rules, reader, token == BTY_JSON_INT ? (double) reader->integer : reader->number, error);
  return TRUE;
}

gboolean
bty_golden_schema_match (const char *schema, const char *json, GError **error)
{
  g_autoptr (BtyGoldenRules) rules = bty_golden_rules_read (schema, error);
  g_auto (BtyJsonReader) reader = { 0 };
  g_autoptr (GError) problem = NULL;

  if (rules == NULL)
    return FALSE;
  if (!bty_json_validate (json, strlen (json), 0, &problem))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the answer is not JSON: %s"), problem->message);
      return FALSE;
    }
  bty_json_reader_init (&reader, json, strlen (json), 0);
  return match_value (rules, &reader, bty_json_reader_next (&reader, error), error);
}
