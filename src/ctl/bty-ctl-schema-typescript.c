/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "bty-ctl-json.h"
#include "bty-ctl-schema-text.h"
#include "bty-ctl-schema-typescript.h"

#define RUNTIME "/org/boternity/ctl/runtime.ts"

typedef struct
{
  const BtyCtlCatalogue *catalogue;
  GString *out;
} Writer;

static gboolean
has_effect (const BtyOperationInfo *operation, const char *effect)
{
  return operation->effects != NULL && g_strv_contains ((const char *const *) operation->effects, effect);
}

static const char *
kind_of (const BtyOperationInfo *operation)
{
  if (operation->item_type == NULL)
    return "call";
  return has_effect (operation, "streaming") ? "stream" : "list";
}

static gboolean
takes (const BtyOperationInfo *operation, const char *member)
{
  g_autofree char *properties = operation->request != NULL ? bty_ctl_json_get (operation->request, "properties") : NULL;
  g_autofree char *value = properties != NULL ? bty_ctl_json_get (properties, member) : NULL;

  return value != NULL;
}

static gboolean
needs_request (const BtyOperationInfo *operation)
{
  g_autofree char *required = operation->request != NULL ? bty_ctl_json_get (operation->request, "required") : NULL;
  g_autoptr (GPtrArray) names = required != NULL ? bty_ctl_json_get_values (required) : NULL;

  return names != NULL && names->len > 0;
}

static void
write_error_codes (Writer *self)
{
  g_string_append (self->out, "/** What can go wrong, for programs. */\nexport type BoternityErrorCode =");
  for (guint i = 0; i < BTY_N_ERROR_CODES; i++)
    {
      g_string_append (self->out, "\n  | ");
      bty_ctl_ts_string (self->out, bty_error_info (i)->name);
    }
  g_string_append (self->out, ";\n\n");
}

static gboolean
is_true (const char *schema, const char *member)
{
  g_autofree char *value = bty_ctl_json_get (schema, member);

  return g_strcmp0 (value, "true") == 0;
}

/* What a comment says of a member. */
static char *
describe_member (const char *schema)
{
  g_autofree char *description = bty_ctl_json_get_string (schema, "description");
  g_autofree char *fallback = bty_ctl_json_get (schema, "default");
  g_autofree char *most = bty_ctl_json_get (schema, "maximum");
  GString *text = g_string_new (description);

  if (fallback != NULL)
    g_string_append_printf (text, " (default: %s)", fallback);
  if (most != NULL)
    g_string_append_printf (text, " (at most %s)", most);
  if (is_true (schema, "x-unstable"))
    g_string_append (text, "\n@experimental");
  if (is_true (schema, "deprecated"))
    g_string_append (text, "\n@deprecated");
  return g_string_free (text, FALSE);
}

static gboolean
contains (GPtrArray *values, const char *name)
{
  for (guint i = 0; values != NULL && i < values->len; i++)
    {
      g_autofree char *value = bty_ctl_json_to_text (values->pdata[i]);

      if (strcmp (value, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
write_member (Writer *self, const BtyCtlType *type, const char *name, const char *schema, gboolean required)
{
  g_autofree char *comment = describe_member (schema);

  bty_ctl_ts_comment (self->out, "  ", comment);
  g_string_append (self->out, is_true (schema, "readOnly") ? "  readonly " : "  ");
  bty_ctl_ts_property (self->out, name);
  g_string_append (self->out, required ? ": " : "?: ");
  bty_ctl_ts_value (self->out, self->catalogue, type->operation, schema);
  g_string_append (self->out, ";\n");
}

static void
write_type (Writer *self, const BtyCtlType *type)
{
  g_autofree char *name = bty_ctl_ts_type_name (type);
  g_autofree char *description = bty_ctl_json_get_string (type->schema, "description");
  g_autofree char *properties = bty_ctl_json_get (type->schema, "properties");
  g_autofree char *required = bty_ctl_json_get (type->schema, "required");
  g_autoptr (GPtrArray) members = bty_ctl_json_get_members (properties != NULL ? properties : "{}");
  g_autoptr (GPtrArray) needed = bty_ctl_json_get_values (required != NULL ? required : "[]");

  bty_ctl_ts_comment (self->out, "", description);
  g_string_append_printf (self->out, "export interface %s {\n", name);
  for (guint i = 0; i + 1 < members->len; i += 2)
    write_member (self, type, members->pdata[i], members->pdata[i + 1], contains (needed, members->pdata[i]));
  g_string_append (self->out, "}\n\n");
}

static void
write_side (Writer *self, const BtyOperationInfo *operation, const char *side, const char *type, const char *otherwise)
{
  g_string_append_printf (self->out, "%s: ", side);
  bty_ctl_ts_type (self->out, self->catalogue, operation, type, otherwise);
  g_string_append (self->out, "; ");
}

/* The map of types: what goes in and out of each operation. */
static void
write_operation_types (Writer *self)
{
  g_string_append (self->out,
                   "/** What goes into each operation, and what comes out. */\nexport interface Operations {\n");
  for (guint i = 0; i < self->catalogue->operations->len; i++)
    {
      const BtyOperationInfo *operation = self->catalogue->operations->pdata[i];

      g_string_append (self->out, "  ");
      bty_ctl_ts_property (self->out, operation->name);
      g_string_append_printf (self->out, ": { kind: \"%s\"; ", kind_of (operation));
      write_side (self, operation, "request", operation->request_type, "BoternityNothing");
      write_side (self, operation, "item", operation->item_type, "never");
      write_side (self, operation, "response", operation->response_type,
                  operation->item_type != NULL ? "BoternityNothing" : "void");
      g_string_append (self->out, "};\n");
    }
  g_string_append (self->out, "}\n\n");
}

static void
write_descriptor (Writer *self, const BtyOperationInfo *operation)
{
  const char *http = operation->http != NULL ? operation->http : "";
  gsize verb = strcspn (http, " ");
  g_autofree char *method = verb > 0 ? g_strndup (http, verb) : g_strdup ("POST");
  g_autofree char *by_name = g_strconcat ("/call/", operation->name, NULL);

  g_string_append (self->out, "  ");
  bty_ctl_ts_property (self->out, operation->name);
  g_string_append (self->out, ": { name: ");
  bty_ctl_ts_string (self->out, operation->name);
  g_string_append (self->out, ", method: ");
  bty_ctl_ts_string (self->out, method);
  g_string_append (self->out, ", path: ");
  bty_ctl_ts_string (self->out, http[verb] == ' ' ? http + verb + 1 : by_name);
  g_string_append_printf (self->out, ", kind: \"%s\", scope: ", kind_of (operation));
  bty_ctl_ts_string (self->out, operation->scope);
  g_string_append_printf (
    self->out, ", repeatable: %s, revision: %s, after: %s, endless: %s, cursor: %s },\n",
    has_effect (operation, "read") || has_effect (operation, "idempotent") ? "true" : "false",
    takes (operation, "revision") ? "true" : "false", takes (operation, "after") ? "true" : "false",
    has_effect (operation, "endless") ? "true" : "false", takes (operation, "cursor") ? "true" : "false");
}

static void
write_descriptors (Writer *self)
{
  g_string_append (self->out, "/** Everything the daemon can do. */\nexport const operations = {\n");
  for (guint i = 0; i < self->catalogue->operations->len; i++)
    write_descriptor (self, self->catalogue->operations->pdata[i]);
  g_string_append (self->out, "} as const satisfies { readonly [Name in keyof Operations]: BoternityOperation };\n\n");
}

static void
write_method_comment (Writer *self, const BtyOperationInfo *operation)
{
  g_autoptr (GString) text = g_string_new (operation->summary);
  g_autofree char *errors = operation->errors != NULL ? g_strjoinv (", ", operation->errors) : NULL;

  if (operation->scope != NULL)
    g_string_append_printf (text, "\n\nThe token needs `%s`.", operation->scope);
  if (errors != NULL && *errors != '\0')
    g_string_append_printf (text, "\n@throws {BoternityError} also with code %s", errors);
  bty_ctl_ts_comment (self->out, "    ", text->str);
}

static void
write_result (Writer *self, const BtyOperationInfo *operation)
{
  const char *kind = kind_of (operation);

  if (strcmp (kind, "call") == 0)
    {
      g_string_append (self->out, "Promise<");
      bty_ctl_ts_type (self->out, self->catalogue, operation, operation->response_type, "void");
    }
  else
    {
      g_string_append (self->out, strcmp (kind, "list") == 0 ? "BoternityList<" : "BoternityStream<");
      bty_ctl_ts_type (self->out, self->catalogue, operation, operation->item_type, "unknown");
      g_string_append (self->out, ", ");
      bty_ctl_ts_type (self->out, self->catalogue, operation, operation->response_type, "BoternityNothing");
    }
  g_string_append_c (self->out, '>');
}

static void
write_method (Writer *self, const BtyOperationInfo *operation, const char *name)
{
  const char *kind = kind_of (operation);

  write_method_comment (self, operation);
  g_string_append (self->out, "    ");
  bty_ctl_ts_property (self->out, name);
  g_string_append (self->out, ": (");
  if (operation->request_type != NULL)
    {
      g_string_append (self->out, "request: ");
      bty_ctl_ts_type (self->out, self->catalogue, operation, operation->request_type, "object");
      g_string_append (self->out, needs_request (operation) ? ", " : " = {}, ");
    }
  g_string_append (self->out, "options: BoternityCallOptions = {}): ");
  write_result (self, operation);
  g_string_append_printf (self->out, " =>\n      this.run%c%s(operations[", g_ascii_toupper (kind[0]), kind + 1);
  bty_ctl_ts_string (self->out, operation->name);
  g_string_append_printf (self->out, "], %s, options),\n", operation->request_type != NULL ? "request" : "{}");
}

/* The part before the last dot; an operation without a dot is a noun with a single verb, `run`. */
static char *
noun_of (const BtyOperationInfo *operation)
{
  const char *dot = strrchr (operation->name, '.');

  return dot != NULL ? g_strndup (operation->name, dot - operation->name) : g_strdup (operation->name);
}

static const char *
verb_of (const BtyOperationInfo *operation)
{
  const char *dot = strrchr (operation->name, '.');

  return dot != NULL ? dot + 1 : "run";
}

/* Two names that become one in camelCase are told apart by a number; so are names that the class has already. */
static char *
free_name (GHashTable *taken, const char *text)
{
  g_autofree char *camel = bty_ctl_ts_camel (text);
  char *name = g_strdup (camel);

  for (guint n = 2; !g_hash_table_add (taken, g_strdup (name)); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s%u", camel, n);
    }
  return name;
}

/* Returns: the index after the last operation of the noun that begins at @first */
static guint
write_group (Writer *self, GHashTable *taken, guint first)
{
  const GPtrArray *operations = self->catalogue->operations;
  g_autoptr (GHashTable) verbs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *noun = noun_of (operations->pdata[first]);
  g_autofree char *name = free_name (taken, noun);
  guint i;

  g_string_append_printf (self->out, "  readonly %s = {\n", name);
  for (i = first; i < operations->len; i++)
    {
      g_autofree char *other = noun_of (operations->pdata[i]);
      g_autofree char *verb = NULL;

      if (strcmp (other, noun) != 0)
        break;
      verb = free_name (verbs, verb_of (operations->pdata[i]));
      write_method (self, operations->pdata[i], verb);
    }
  g_string_append (self->out, "  };\n\n");
  return i;
}

static void
write_class (Writer *self)
{
  static const char *const members[] = { "call",      "stream",      "list",      "runCall", "runList",
                                         "runStream", "constructor", "prototype", "then" };
  static const char tail[] =
    "  /** Carries out an operation that answers once, by its name. */\n"
    "  call<Name extends BoternityNames<\"call\">>(name: Name, request: Operations[Name][\"request\"], options: "
    "BoternityCallOptions = {}): Promise<Operations[Name][\"response\"]> {\n"
    "    return this.runCall(operations[name], request, options);\n"
    "  }\n\n"
    "  /** Carries out an operation that lists, by its name. */\n"
    "  list<Name extends BoternityNames<\"list\">>(name: Name, request: Operations[Name][\"request\"], options: "
    "BoternityCallOptions = {}): BoternityList<Operations[Name][\"item\"], Operations[Name][\"response\"]> {\n"
    "    return this.runList(operations[name], request, options);\n"
    "  }\n\n"
    "  /** Carries out an operation that streams, by its name. */\n"
    "  stream<Name extends BoternityNames<\"stream\">>(name: Name, request: Operations[Name][\"request\"], options: "
    "BoternityCallOptions = {}): BoternityStream<Operations[Name][\"item\"], Operations[Name][\"response\"]> {\n"
    "    return this.runStream(operations[name], request, options);\n"
    "  }\n"
    "}\n";
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_hash_table_add (taken, g_strdup (members[i]));
  g_string_append (self->out, "type BoternityNames<Kind> = { [Name in keyof Operations]: Operations[Name][\"kind\"] "
                              "extends Kind ? Name : never }[keyof Operations];\n\n");
  g_string_append (self->out, "/** A daemon, with a method for each of its operations. */\n"
                              "export class Boternity extends BoternityClient {\n");
  for (guint i = 0; i < self->catalogue->operations->len;)
    i = write_group (self, taken, i);
  g_string_append (self->out, tail);
}

static void
write_head (Writer *self, const char *version)
{
  g_string_append (self->out, "// SPDX-License-Identifier: LGPL-2.1-or-later\n// A client of Boternity ");
  for (const char *p = version; *p != '\0'; p++)
    g_string_append_c (self->out, g_ascii_isgraph (*p) ? *p : '?');
  g_string_append (self->out, ", made by “boternity-ctl schema --format typescript”. Make it anew instead of changing "
                              "it.\n\n");
}

char *
bty_ctl_schema_typescript (const BtyCtlCatalogue *catalogue, const char *version)
{
  g_autoptr (GBytes) runtime = g_resources_lookup_data (RUNTIME, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  Writer self = { catalogue, g_string_sized_new (128 * 1024) };
  gsize length = 0;
  const char *text = g_bytes_get_data (runtime, &length);

  write_head (&self, version);
  write_error_codes (&self);
  g_string_append_len (self.out, text, (gssize) length);
  g_string_append (self.out, "\n/** A request without members. */\nexport type BoternityNothing = { readonly [name: "
                             "string]: never };\n\n");
  for (guint i = 0; i < catalogue->types->len; i++)
    write_type (&self, catalogue->types->pdata[i]);
  write_operation_types (&self);
  write_descriptors (&self);
  write_class (&self);
  return g_string_free (self.out, FALSE);
}
