/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include <boternity.h>

#include "bty-ctl-fields.h"
#include "bty-ctl-json.h"
#include "bty-ctl-nearest.h"

#define MAX_FILE (64 * 1024 * 1024)

/* A request in the making: names and JSON values by turns. */
typedef struct
{
  const char *properties; /* of the schema */
  GPtrArray *members;
} Fields;

static int
find_member (const Fields *fields, const char *name)
{
  for (guint i = 0; i + 1 < fields->members->len; i += 2)
    {
      if (strcmp (fields->members->pdata[i], name) == 0)
        return (int) i + 1;
    }
  return -1;
}

/* Takes @value. */
static void
set_member (Fields *fields, const char *name, char *value)
{
  int index = find_member (fields, name);

  if (index < 0)
    {
      g_ptr_array_add (fields->members, g_strdup (name));
      g_ptr_array_add (fields->members, value);
      return;
    }
  g_free (fields->members->pdata[index]);
  fields->members->pdata[index] = value;
}

static gboolean
fail_field (const Fields *fields, const char *name, GError **error)
{
  g_autoptr (GPtrArray) members = bty_ctl_json_get_members (fields->properties);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *near;

  for (guint i = 0; i + 1 < members->len; i += 2)
    g_ptr_array_add (names, members->pdata[i]);
  near = bty_ctl_nearest (names, name);
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (GStrv) names->pdata);
  if (near != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no field “%s”; did you mean “%s”?"), name, near);
  else if (*list != '\0')
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no field “%s”; there are: %s"), name, list);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no field “%s”: the operation takes none"), name);
  return FALSE;
}

/* Returns: (transfer full): the type that a property's schema names; of several, the one that is not null */
static char *
get_type (const char *property)
{
  g_autofree char *type = bty_ctl_json_get (property, "type");
  g_autoptr (GPtrArray) types = NULL;

  if (type == NULL)
    return g_strdup ("");
  types = bty_ctl_json_get_values (type);
  for (guint i = 0; i < types->len; i++)
    {
      char *name = bty_ctl_json_to_text (types->pdata[i]);

      if (strcmp (name, "null") != 0)
        return name;
      g_free (name);
    }
  return bty_ctl_json_to_text (type);
}

static gboolean
fail_value (const char *name, const char *text, const char *wanted, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("field “%s” takes %s, not “%s”"), name, wanted, text);
  return FALSE;
}

static gboolean
is_token (const char *text, BtyJsonToken a, BtyJsonToken b)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, text, strlen (text), 0);
  token = bty_json_reader_next (&reader, NULL);
  return (token == a || token == b) && bty_json_reader_next (&reader, NULL) == BTY_JSON_END;
}

/* Appends words between commas to a list, which may have begun with an earlier word. */
static void
add_to_list (Fields *fields, const char *name, const char *text)
{
  int index = find_member (fields, name);
  g_autoptr (GPtrArray) values = bty_ctl_json_get_values (index >= 0 ? fields->members->pdata[index] : "[]");
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  g_autofree char *joined = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (values, bty_ctl_json_quote (g_strstrip (words[i])));
  g_ptr_array_add (values, NULL);
  joined = g_strjoinv (",", (GStrv) values->pdata);
  set_member (fields, name, g_strconcat ("[", joined, "]", NULL));
}

static gboolean
set_value (Fields *fields, const char *name, const char *text, GError **error)
{
  g_autofree char *property = bty_ctl_json_get (fields->properties, name);
  g_autofree char *type = property != NULL ? get_type (property) : NULL;
  g_autofree char *items = property != NULL ? bty_ctl_json_get (property, "items") : NULL;
  g_autofree char *item_type = items != NULL ? get_type (items) : g_strdup ("");

  if (property == NULL)
    return fail_field (fields, name, error);
  if (strcmp (type, "integer") == 0 && !is_token (text, BTY_JSON_INT, BTY_JSON_INT))
    return fail_value (name, text, _ ("a whole number"), error);
  if (strcmp (type, "number") == 0 && !is_token (text, BTY_JSON_INT, BTY_JSON_DOUBLE))
    return fail_value (name, text, _ ("a number"), error);
  if (strcmp (type, "boolean") == 0 && !is_token (text, BTY_JSON_TRUE, BTY_JSON_FALSE))
    return fail_value (name, text, _ ("true or false"), error);
  if (strcmp (type, "array") == 0 && strcmp (item_type, "string") == 0)
    add_to_list (fields, name, text);
  else if (strcmp (type, "string") == 0)
    set_member (fields, name, bty_ctl_json_quote (text));
  else if (bty_json_validate (text, strlen (text), 0, NULL))
    set_member (fields, name, g_strdup (text));
  else
    return fail_value (name, text, _ ("JSON"), error);
  return TRUE;
}

static gboolean
set_json (Fields *fields, const char *name, const char *json, GError **error)
{
  g_autofree char *property = bty_ctl_json_get (fields->properties, name);

  if (property == NULL)
    return fail_field (fields, name, error);
  if (!bty_json_validate (json, strlen (json), 0, error))
    {
      g_prefix_error (error, _ ("field “%s”: "), name);
      return FALSE;
    }
  set_member (fields, name, g_strdup (json));
  return TRUE;
}

/* Standard input is read like a file, up to the same size. */
static gboolean
read_contents (const char *path, char **contents, gsize *length, GError **error)
{
  gboolean is_read = g_file_get_contents (path, contents, length, error);

  if (is_read && *length > MAX_FILE)
    {
      g_clear_pointer (contents, g_free);
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is longer than 64 MiB"), path);
      return FALSE;
    }
  return is_read || bty_error_convert (error);
}

static gboolean
take_file (Fields *fields, const char *path, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GPtrArray) members = NULL;
  gsize length = 0;

  if (!read_contents (path, &json, &length, error))
    return FALSE;
  if (!bty_json_validate (json, length, 0, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  if (!is_token (json, BTY_JSON_OBJECT_BEGIN, BTY_JSON_OBJECT_BEGIN) && json[strspn (json, " \t\r\n")] != '{')
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” holds no JSON object"), path);
      return FALSE;
    }
  members = bty_ctl_json_get_members (json);
  for (guint i = 0; i + 1 < members->len; i += 2)
    set_member (fields, members->pdata[i], g_strdup (members->pdata[i + 1]));
  return TRUE;
}

static gboolean
take_word (Fields *fields, const char *word, GError **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = NULL;

  if (strcmp (word, "-") == 0)
    return take_file (fields, "/dev/stdin", error);
  if (word[0] == '@')
    return take_file (fields, word + 1, error);
  if (equals == NULL || equals == word)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is none of FIELD=VALUE, FIELD:=JSON, @FILE and -"), word);
      return FALSE;
    }
  if (equals[-1] == ':')
    {
      name = g_strndup (word, (gsize) (equals - word) - 1);
      return set_json (fields, name, equals + 1, error);
    }
  name = g_strndup (word, (gsize) (equals - word));
  return set_value (fields, name, equals + 1, error);
}

GBytes *
bty_ctl_fields_read (const char *schema, GPtrArray *words, GError **error)
{
  g_autofree char *properties = schema != NULL ? bty_ctl_json_get (schema, "properties") : NULL;
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_free);
  Fields fields = { properties != NULL ? properties : "{}", members };
  GString *text = NULL;

  for (guint i = 0; i < words->len; i++)
    {
      if (!take_word (&fields, words->pdata[i], error))
        return NULL;
    }
  text = g_string_new ("{");
  for (guint i = 0; i + 1 < members->len; i += 2)
    {
      g_autofree char *name = bty_ctl_json_quote (members->pdata[i]);

      g_string_append_printf (text, "%s%s:%s", i > 0 ? "," : "", name, (const char *) members->pdata[i + 1]);
    }
  g_string_append_c (text, '}');
  return g_string_free_to_bytes (text);
}
