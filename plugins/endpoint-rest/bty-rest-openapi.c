/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <string.h>

#include "bty-rest-openapi.h"
#include "bty-rest-problem.h"

/* A side of a record that the document has to describe. */
typedef struct
{
  char *name;
  const BtySchema *schema;
  BtyView view;
} Component;

static void
component_free (gpointer data)
{
  Component *component = data;

  g_free (component->name);
  g_free (component);
}

void
bty_rest_openapi_write_raw (const char *json, BtyJsonWriter *writer)
{
  bty_json_writer_raw (writer, json, strlen (json));
}

void
bty_rest_openapi_write_ref (const BtySchema *schema, BtyView view, BtyJsonWriter *writer)
{
  g_autofree char *name = bty_schema_view_name (schema, view);
  g_autofree char *ref = g_strconcat (BTY_REST_SCHEMAS, name, NULL);

  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "$ref", ref);
  bty_json_writer_end_object (writer);
}

/* With the records inside, each once; those are described from the side that a whole value has. */
static void
add_component (GHashTable *components, const BtySchema *schema, BtyView view)
{
  BtyView inside = view == BTY_VIEW_PATCH || view == BTY_VIEW_KEY ? BTY_VIEW_CREATE : view;
  g_autofree char *name = bty_schema_view_name (schema, view);
  Component *component;

  if (g_hash_table_contains (components, name))
    return;
  component = g_new0 (Component, 1);
  component->name = g_steal_pointer (&name);
  component->schema = schema;
  component->view = view;
  g_hash_table_insert (components, component->name, component);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);

      if (field->schema != NULL && bty_view_takes (view, field))
        add_component (components, field->schema, inside);
    }
}

static void
add_components (GHashTable *components, const BtyOperation *operation)
{
  if (operation->request != NULL)
    add_component (components, operation->request, operation->request_view);
  if (operation->item != NULL)
    add_component (components, operation->item, BTY_VIEW_READ);
  if (operation->response != NULL)
    add_component (components, operation->response, BTY_VIEW_READ);
}

static void
write_info (BtyJsonWriter *writer)
{
  bty_json_writer_member_string (writer, "openapi", "3.1.0");
  bty_json_writer_key (writer, "info");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "title", "Boternity");
  bty_json_writer_member_string (writer, "summary", "A fleet of AI bots on your own machine");
  bty_json_writer_member_string (writer, "version", BTY_VERSION);
  bty_json_writer_end_object (writer);
  bty_json_writer_key (writer, "servers");
  bty_json_writer_begin_array (writer);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "url", BTY_REST_MOUNT);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_array (writer);
  bty_json_writer_key (writer, "security");
  bty_rest_openapi_write_raw ("[{\"token\":[]}]", writer);
}

static void
write_call_path (BtyJsonWriter *writer)
{
  static const char text[] =
    "{\"post\":{\"operationId\":\"call\",\"summary\":\"Carry out any operation by its name\","
    "\"description\":\"Answers as the operation's own path does, without 201 and Location.\","
    "\"parameters\":[{\"name\":\"operation\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}],"
    "\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"type\":\"object\"}}}},"
    "\"responses\":{\"200\":{\"description\":\"The operation's answer\",\"content\":{"
    "\"application/json\":{\"schema\":{\"type\":\"object\"}},\"text/event-stream\":{\"schema\":{\"type\":\"string\"}}}},"
    "\"204\":{\"description\":\"Done; there is nothing to say\"},"
    "\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}";

  bty_json_writer_key (writer, "/call/{operation}");
  bty_rest_openapi_write_raw (text, writer);
}

static void
write_paths (BtyRestRoutes *routes, BtyJsonWriter *writer)
{
  g_autoptr (GPtrArray) list = bty_rest_routes_list (routes);
  const char *path = NULL;

  bty_json_writer_key (writer, "paths");
  bty_json_writer_begin_object (writer);
  for (guint i = 0; i < list->len; i++)
    {
      const BtyRestRoute *route = list->pdata[i];
      g_autofree char *verb = g_ascii_strdown (bty_rest_verb_get_name (route->verb), -1);

      if (g_strcmp0 (path, route->path) != 0)
        {
          if (path != NULL)
            bty_json_writer_end_object (writer);
          path = route->path;
          bty_json_writer_key (writer, path);
          bty_json_writer_begin_object (writer);
        }
      bty_json_writer_key (writer, verb);
      bty_rest_openapi_write_operation (route, writer);
    }
  if (path != NULL)
    bty_json_writer_end_object (writer);
  write_call_path (writer);
  bty_json_writer_end_object (writer);
}

static void
write_problem_schema (BtyJsonWriter *writer)
{
  static const char head[] =
    "{\"type\":\"object\",\"description\":\"What went wrong (RFC 9457)\",\"required\":[\"type\",\"title\",\"status\",\"code\"],"
    "\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\",\"enum\":";
  g_autoptr (GString) text = g_string_new (head);
  BtyJsonWriter codes;

  bty_json_writer_init (&codes, text);
  bty_json_writer_begin_array (&codes);
  for (guint i = 0; i < BTY_N_ERROR_CODES; i++)
    bty_json_writer_string (&codes, bty_error_info (i)->name);
  bty_json_writer_end_array (&codes);
  g_string_append (text, "}}}");
  bty_json_writer_key (writer, "Problem");
  bty_json_writer_raw (writer, text->str, text->len);
}

static void
write_components (BtyRestRoutes *routes, BtyJsonWriter *writer)
{
  static const char schemes[] = "{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\","
                                "\"description\":\"The token that `boternity-ctl token` prints\"}}";
  g_autoptr (GHashTable) components = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, component_free);
  g_autoptr (GPtrArray) list = bty_rest_routes_list (routes);
  g_autoptr (GList) names = NULL;

  for (guint i = 0; i < list->len; i++)
    add_components (components, ((const BtyRestRoute *) list->pdata[i])->operation);
  names = g_list_sort (g_hash_table_get_keys (components), (GCompareFunc) g_strcmp0);
  bty_json_writer_key (writer, "components");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "securitySchemes");
  bty_rest_openapi_write_raw (schemes, writer);
  bty_json_writer_key (writer, "responses");
  bty_rest_openapi_write_raw ("{\"Problem\":{\"description\":\"What went wrong\",\"content\":{\"" BTY_REST_PROBLEM_TYPE
                              "\":{\"schema\":{\"$ref\":\"" BTY_REST_SCHEMAS "Problem\"}}}}}",
                              writer);
  bty_json_writer_key (writer, "schemas");
  bty_json_writer_begin_object (writer);
  write_problem_schema (writer);
  for (GList *l = names; l != NULL; l = l->next)
    {
      const Component *component = g_hash_table_lookup (components, l->data);

      bty_json_writer_key (writer, component->name);
      bty_schema_write_json_schema (component->schema, component->view, BTY_REST_SCHEMAS, writer);
    }
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
}

GBytes *
bty_rest_openapi_new (BtyRestRoutes *routes)
{
  GString *text = g_string_sized_new (64 * 1024);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  write_info (&writer);
  write_paths (routes, &writer);
  write_components (routes, &writer);
  bty_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}
