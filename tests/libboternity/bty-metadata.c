/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-metadata.h"

#define MAX_ENUM_VALUES 256
#define ALL_FLAGS       ((BTY_UNSTABLE << 1) - 1)

static gboolean
is_snake_case (const char *name)
{
  if (name == NULL || !g_ascii_islower (*name))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    {
      if (!(g_ascii_islower (*p) || g_ascii_isdigit (*p) || (*p == '_' && p[1] != '_' && p[1] != '\0')))
        return FALSE;
    }
  return TRUE;
}

/* One line, in the words of a person, without a full stop. */
static gboolean
is_summary (const char *summary)
{
  return summary != NULL && *summary != '\0' && strchr (summary, '\n') == NULL && !g_str_has_suffix (summary, ".");
}

static gsize
member_size (const BtyField *field)
{
  switch (field->type)
    {
    case BTY_FIELD_TYPE_BOOL:
    case BTY_FIELD_TYPE_ENUM:
      return sizeof (int);
    case BTY_FIELD_TYPE_INT64:
    case BTY_FIELD_TYPE_DOUBLE:
    case BTY_FIELD_TYPE_TIME:
      return 8;
    default:
      return sizeof (gpointer);
    }
}

static char *
enum_fault (const BtyField *field)
{
  guint n = 0;

  if ((field->type == BTY_FIELD_TYPE_ENUM) != (field->values != NULL))
    return g_strdup ("an enum has values, nothing else has");
  if (field->values == NULL)
    return NULL;
  while (n < MAX_ENUM_VALUES && field->values[n].nick != NULL)
    n++;
  if (n == 0 || n == MAX_ENUM_VALUES)
    return g_strdup ("its list of values has no end, or nothing in it");
  for (guint i = 0; i < n; i++)
    {
      if (!is_snake_case (field->values[i].nick) || !is_summary (field->values[i].summary))
        return g_strdup_printf ("value %u has no good nick or summary", i);
      for (guint k = 0; k < i; k++)
        {
          if (strcmp (field->values[i].nick, field->values[k].nick) == 0 ||
              field->values[i].value == field->values[k].value)
            return g_strdup_printf ("value %s is there twice", field->values[i].nick);
        }
    }
  return NULL;
}

static char *
flags_fault (const BtyField *field)
{
  if ((field->flags & ~(guint32) ALL_FLAGS) != 0)
    return g_strdup ("it has a flag that there is not");
  if ((field->flags & BTY_REQUIRED) != 0 && (field->flags & BTY_NULLABLE) != 0)
    return g_strdup ("it is both required and nullable");
  /* Read-only and write-only together is well: the program keeps it to itself. */
  if ((field->flags & BTY_READ_ONLY) != 0 && (field->flags & BTY_CREATE_ONLY) != 0)
    return g_strdup ("it is read-only, and something that a caller sets");
  if (field->type == BTY_FIELD_TYPE_SECRET &&
      (field->flags & (BTY_WRITE_ONLY | BTY_INDEXED | BTY_KEY)) != BTY_WRITE_ONLY)
    return g_strdup ("a secret is write-only and nothing is found by it");
  if ((field->flags & BTY_UNIQUE) != 0 && (field->flags & BTY_INDEXED) == 0)
    return g_strdup ("it is unique without being indexed");
  return NULL;
}

/* The fallback is given to a record by the very function that will do so. */
static char *
fallback_fault (const BtySchema *schema, const BtyField *field)
{
  g_autoptr (BtyRecord) record = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  if (field->fallback == NULL)
    return NULL;
  if ((field->flags & BTY_READ_ONLY) != 0)
    return g_strdup ("it has a fallback that nothing gives it");
  record = bty_record_new (schema);
  json = g_strdup_printf ("{\"%s\":%s}", field->name, field->fallback);
  if (!bty_record_read_json (record, BTY_VIEW_CREATE, json, strlen (json), &error))
    return g_strdup_printf ("its fallback is refused: %s", error->message);
  return NULL;
}

static char *
field_fault (const BtySchema *schema, const BtyField *field)
{
  gboolean has_records = field->type == BTY_FIELD_TYPE_RECORD || field->type == BTY_FIELD_TYPE_RECORDS;
  char *fault;

  if (!is_snake_case (field->name))
    return g_strdup ("its name is not snake_case");
  if (!is_summary (field->summary))
    return g_strdup ("it has no summary of one line without a full stop");
  if (field->type > BTY_FIELD_TYPE_SECRET)
    return g_strdup ("its type is none");
  if (field->offset < G_STRUCT_OFFSET (BtyRecord, id) || field->offset + member_size (field) > schema->size ||
      field->offset % member_size (field) != 0)
    return g_strdup ("it stands outside of the struct");
  if (has_records != (field->schema != NULL))
    return g_strdup ("records have a schema, nothing else has");
  if (field->max < field->min && field->max != 0)
    return g_strdup ("its least is more than its most");
  if ((fault = enum_fault (field)) != NULL || (fault = flags_fault (field)) != NULL)
    return fault;
  return fallback_fault (schema, field);
}

static gboolean
overlaps (const BtyField *a, const BtyField *b)
{
  return a->offset < b->offset + member_size (b) && b->offset < a->offset + member_size (a);
}

static char *
schema_fault (const BtySchema *schema, GHashTable *seen)
{
  if (!g_hash_table_add (seen, (gpointer) schema))
    return NULL;
  if (!is_snake_case (schema->name) || !is_summary (schema->summary))
    return g_strdup_printf ("%s: has no good name or summary", schema->name);
  if (schema->n_fields > 64 || schema->size < sizeof (BtyRecord) ||
      schema->field_size < G_STRUCT_OFFSET (BtyField, reserved))
    return g_strdup_printf ("%s: has a wrong size", schema->name);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      g_autofree char *fault = field_fault (schema, field);

      if (fault != NULL)
        return g_strdup_printf ("%s.%s: %s", schema->name, field->name, fault);
      for (guint k = 0; k < i; k++)
        {
          const BtyField *other = bty_schema_get_field (schema, k);

          if (strcmp (other->name, field->name) == 0 || overlaps (field, other))
            return g_strdup_printf ("%s.%s: shares its name or place with %s", schema->name, field->name, other->name);
        }
      if (field->schema != NULL && (fault = schema_fault (field->schema, seen)) != NULL)
        return g_steal_pointer (&fault);
    }
  return NULL;
}

char *
bty_metadata_schema_fault (const BtySchema *schema)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  return schema_fault (schema, seen);
}

void
bty_metadata_check_schema (const BtySchema *schema)
{
  g_autofree char *fault = bty_metadata_schema_fault (schema);

  if (fault != NULL)
    g_error ("%s", fault);
}

static char *
label_fault (const BtyOperation *operation, const char *label)
{
  const BtyField *field;
  int index = operation->request != NULL ? bty_schema_find (operation->request, label, -1, 0) : -1;

  if (index < 0)
    return g_strdup_printf ("{%s} is no field of its request", label);
  field = bty_schema_get_field (operation->request, (guint) index);
  if (!bty_view_takes (operation->request_view, field) || !bty_view_requires (operation->request_view, field))
    return g_strdup_printf ("{%s} is not required in the view that is asked for", label);
  return NULL;
}

static char *
http_fault (const BtyOperation *operation)
{
  static const char *const verbs[] = { "GET", "POST", "PUT", "PATCH", "DELETE", NULL };
  g_auto (GStrv) words = g_strsplit (operation->http != NULL ? operation->http : "", " ", -1);
  g_auto (GStrv) parts = NULL;

  if (g_strv_length (words) != 2 || !g_strv_contains ((const char *const *) verbs, words[0]))
    return g_strdup ("its http is not a known verb and a path");
  if (words[1][0] != '/' || g_str_has_suffix (words[1], "/"))
    return g_strdup ("its path does not begin with a slash, or ends with one");
  if (strcmp (words[0], "GET") == 0 && (operation->effect & BTY_EFFECT_READ) == 0)
    return g_strdup ("it changes something by GET");
  parts = g_strsplit (words[1] + 1, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize length = strlen (parts[i]);
      char *fault;

      if (parts[i][0] != '{')
        {
          if (length == 0 || strpbrk (parts[i], "{}?#% ") != NULL)
            return g_strdup_printf ("“%s” cannot stand in a path", parts[i]);
          continue;
        }
      if (parts[i][length - 1] != '}')
        return g_strdup ("a label in its path has no end");
      parts[i][length - 1] = '\0';
      if ((fault = label_fault (operation, parts[i] + 1)) != NULL)
        return fault;
    }
  return NULL;
}

static gboolean
is_scope (const char *scope)
{
  g_auto (GStrv) parts = g_strsplit (scope, ":", -1);

  return g_strv_length (parts) == 2 && is_snake_case (parts[0]) &&
         g_strv_contains ((const char *const[]){ "read", "write", "propose", "reveal", "use", NULL }, parts[1]);
}

static char *
errors_fault (const BtyOperation *operation)
{
  for (guint i = 0; operation->errors != NULL && operation->errors[i] != BTY_ERRORS_END; i++)
    {
      if ((guint) operation->errors[i] >= BTY_N_ERROR_CODES || i >= BTY_N_ERROR_CODES)
        return g_strdup ("one of its errors is not in the table, or its list has no end");
    }
  return NULL;
}

static char *
effect_fault (const BtyOperation *operation)
{
  gboolean reads = (operation->effect & BTY_EFFECT_READ) != 0;
  gboolean writes = (operation->effect & (BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE)) != 0;

  if (reads == writes)
    return g_strdup ("it must either read, or write or destroy");
  if ((operation->effect & BTY_EFFECT_STREAMING) != 0 && operation->item == NULL)
    return g_strdup ("it streams items of no type");
  if ((operation->effect & BTY_EFFECT_ENDLESS) != 0 && (operation->effect & BTY_EFFECT_STREAMING) == 0)
    return g_strdup ("it is without an end and does not stream");
  return NULL;
}

static char *
name_fault (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name != NULL ? name : "", ".", -1);

  if (g_strv_length (words) < 2)
    return g_strdup ("its name is not noun.verb");
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (!is_snake_case (words[i]))
        return g_strdup ("its name is not of snake_case words");
    }
  return NULL;
}

static char *
operation_fault (const BtyOperation *operation)
{
  const BtySchema *schemas[] = { operation->request, operation->item, operation->response };
  char *fault;

  if ((fault = name_fault (operation->name)) != NULL)
    return fault;
  if (!is_summary (operation->summary))
    return g_strdup ("it has no summary of one line without a full stop");
  if (operation->run == NULL)
    return g_strdup ("it has no function to run");
  if (operation->request_view > BTY_VIEW_KEY)
    return g_strdup ("its request has the view of an answer");
  if (operation->scope != NULL && !is_scope (operation->scope))
    return g_strdup ("its scope is not group:read, group:write, group:propose, group:reveal or group:use");
  if (operation->model_text != NULL && *operation->model_text == '\0')
    return g_strdup ("a model is told nothing of it");
  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      if (schemas[i] != NULL && (fault = bty_metadata_schema_fault (schemas[i])) != NULL)
        return fault;
    }
  if ((fault = effect_fault (operation)) != NULL || (fault = errors_fault (operation)) != NULL)
    return fault;
  return http_fault (operation);
}

char *
bty_metadata_operation_fault (const BtyOperation *operation)
{
  g_autofree char *fault = operation_fault (operation);

  return fault != NULL ? g_strdup_printf ("%s: %s", operation->name, fault) : NULL;
}

void
bty_metadata_check_operation (const BtyOperation *operation)
{
  g_autofree char *fault = bty_metadata_operation_fault (operation);

  if (fault != NULL)
    g_error ("%s", fault);
}
