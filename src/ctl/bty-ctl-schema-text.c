/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <string.h>

#include "bty-ctl-json.h"
#include "bty-ctl-schema-text.h"

/* A line of a comment; it cannot end the comment, and has no line break of its own. */
static void
append_comment_line (GString *out, const char *line)
{
  for (const char *p = line; *p != '\0'; p++)
    {
      if (p[0] == '*' && p[1] == '/')
        g_string_append (out, "*\\");
      else if (!g_ascii_iscntrl (*p))
        g_string_append_c (out, *p);
    }
}

void
bty_ctl_ts_comment (GString *out, const char *indent, const char *text)
{
  g_auto (GStrv) lines = NULL;

  if (text == NULL || *text == '\0')
    return;
  lines = g_strsplit (text, "\n", -1);
  g_string_append_printf (out, "%s/**", indent);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[1] != NULL)
        g_string_append_printf (out, "\n%s *", indent);
      g_string_append (out, *lines[i] != '\0' ? " " : "");
      append_comment_line (out, lines[i]);
    }
  if (lines[1] != NULL)
    g_string_append_printf (out, "\n%s", indent);
  g_string_append (out, " */\n");
}

void
bty_ctl_ts_string (GString *out, const char *text)
{
  g_autofree char *quoted = bty_ctl_json_quote (text != NULL ? text : "");

  g_string_append (out, quoted);
}

static gboolean
is_identifier (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_' && *name != '$')
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_' && *p != '$')
      return FALSE;
  return TRUE;
}

void
bty_ctl_ts_property (GString *out, const char *name)
{
  /* In an object, __proto__ without brackets is no member. */
  if (strcmp (name, "__proto__") == 0)
    g_string_append (out, "[\"__proto__\"]");
  else if (is_identifier (name))
    g_string_append (out, name);
  else
    bty_ctl_ts_string (out, name);
}

char *
bty_ctl_ts_camel (const char *text)
{
  GString *name = g_string_new (NULL);
  gboolean upper = FALSE;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_isalnum (*p))
        g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
      upper = !g_ascii_isalnum (*p) && name->len > 0;
    }
  if (name->len == 0 || g_ascii_isdigit (name->str[0]))
    g_string_prepend_c (name, '_');
  return g_string_free (name, FALSE);
}

/* Names that the file itself has a use for. */
static gboolean
is_taken (const char *name)
{
  static const char *const taken[] = {
    "AbortController",
    "AbortSignal",
    "Array",
    "AsyncGenerator",
    "AsyncIterable",
    "Error",
    "Generator",
    "Headers",
    "Map",
    "Number",
    "Object",
    "Operations",
    "Promise",
    "PromiseLike",
    "RangeError",
    "ReadableStream",
    "ReadableStreamReadResult",
    "Record",
    "RegExp",
    "Request",
    "RequestInit",
    "Response",
    "ReturnType",
    "Set",
    "String",
    "Symbol",
    "TextDecoder",
    "TypeError",
    "URLSearchParams",
    "Uint8Array",
    "WeakMap",
    "WeakSet",
    NULL,
  };

  return g_strv_contains (taken, name) || g_str_has_prefix (name, "Boternity");
}

char *
bty_ctl_ts_type_name (const BtyCtlType *type)
{
  g_autofree char *name = bty_ctl_ts_camel (type->name);

  name[0] = g_ascii_toupper (name[0]);
  if (type->number > 0)
    return g_strdup_printf ("%sRecord%u", name, type->number + 1);
  return g_strconcat (name, is_taken (name) ? "Record" : NULL, NULL);
}

void
bty_ctl_ts_type (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *name,
                 const char *otherwise)
{
  const BtyCtlType *type = name != NULL ? bty_ctl_catalogue_find (catalogue, operation, name) : NULL;
  g_autofree char *own = type != NULL ? bty_ctl_ts_type_name (type) : g_strdup (otherwise);

  g_string_append (out, own);
}

static void
append_ref (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *ref)
{
  const char *slash = strrchr (ref, '/');

  bty_ctl_ts_type (out, catalogue, operation, slash != NULL ? slash + 1 : ref, "unknown");
}

static void
append_literals (GString *out, const char *values)
{
  g_autoptr (GPtrArray) list = bty_ctl_json_get_values (values);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " | " : "", (const char *) list->pdata[i]);
  if (list->len == 0)
    g_string_append (out, "never");
}

static void
append_array (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *schema)
{
  g_autofree char *items = bty_ctl_json_get (schema, "items");
  g_autoptr (GString) item = g_string_new (NULL);

  if (items != NULL)
    bty_ctl_ts_value (item, catalogue, operation, items);
  else
    g_string_append (item, "unknown");
  g_string_append_printf (out, strchr (item->str, ' ') != NULL ? "(%s)[]" : "%s[]", item->str);
}

static void
append_simple (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *type,
               const char *schema)
{
  static const char *const names[][2] = {
    { "string", "string" }, { "boolean", "boolean" }, { "integer", "number" },
    { "number", "number" }, { "null", "null" },       { "object", "{ [name: string]: unknown }" },
  };

  if (strcmp (type, "array") == 0)
    {
      append_array (out, catalogue, operation, schema);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i][0], type) == 0)
      {
        g_string_append (out, names[i][1]);
        return;
      }
  g_string_append (out, "unknown");
}

static void
append_types (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *types,
              const char *schema)
{
  g_autoptr (GPtrArray) list = bty_ctl_json_get_values (types);

  for (guint i = 0; i < list->len; i++)
    {
      g_autofree char *type = bty_ctl_json_to_text (list->pdata[i]);

      g_string_append (out, i > 0 ? " | " : "");
      append_simple (out, catalogue, operation, type, schema);
    }
  if (list->len == 0)
    g_string_append (out, "unknown");
}

static void
append_any_of (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *schemas)
{
  g_autoptr (GPtrArray) list = bty_ctl_json_get_values (schemas);

  for (guint i = 0; i < list->len; i++)
    {
      g_string_append (out, i > 0 ? " | " : "");
      bty_ctl_ts_value (out, catalogue, operation, list->pdata[i]);
    }
  if (list->len == 0)
    g_string_append (out, "unknown");
}

void
bty_ctl_ts_value (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation, const char *schema)
{
  g_autofree char *ref = bty_ctl_json_get_string (schema, "$ref");
  g_autofree char *any = bty_ctl_json_get (schema, "anyOf");
  g_autofree char *values = bty_ctl_json_get (schema, "enum");
  g_autofree char *type = bty_ctl_json_get_string (schema, "type");
  g_autofree char *types = bty_ctl_json_get (schema, "type");

  if (ref != NULL)
    append_ref (out, catalogue, operation, ref);
  else if (any != NULL)
    append_any_of (out, catalogue, operation, any);
  else if (values != NULL)
    append_literals (out, values);
  else if (type != NULL)
    append_simple (out, catalogue, operation, type, schema);
  else if (types != NULL)
    append_types (out, catalogue, operation, types, schema);
  else
    g_string_append (out, "unknown");
}
