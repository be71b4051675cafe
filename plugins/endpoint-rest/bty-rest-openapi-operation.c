/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <string.h>

#include "bty-rest-openapi.h"

static gboolean
is_label (const BtyRestRoute *route, const char *name)
{
  for (guint i = 0; i < route->n_labels; i++)
    if (strcmp (route->labels[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* The slice of the field's own schema in the JSON Schema of its view, so that there is one place that writes it. */
static gboolean
find_property (const char *schema, gsize size, const char *name, const char **raw, gsize *length)
{
  g_auto (BtyJsonReader) reader;
  gboolean inside = FALSE;

  bty_json_reader_init (&reader, schema, size, 0);
  bty_json_reader_next (&reader, NULL);
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      gboolean wanted = bty_json_reader_key_is (&reader, inside ? name : "properties");

      if (wanted && !inside)
        {
          bty_json_reader_next (&reader, NULL);
          inside = TRUE;
          continue;
        }
      bty_json_reader_skip (&reader, raw, length, NULL);
      if (wanted)
        return TRUE;
    }
  return FALSE;
}

static GString *
make_view_schema (const BtyOperation *operation)
{
  GString *text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_schema_write_json_schema (operation->request, operation->request_view, BTY_REST_SCHEMAS, &writer);
  return text;
}

static void
write_property (const GString *schema, const char *name, BtyJsonWriter *writer)
{
  const char *raw;
  gsize length;

  if (find_property (schema->str, schema->len, name, &raw, &length))
    bty_json_writer_raw (writer, raw, length);
  else
    bty_rest_openapi_write_raw ("{}", writer);
}

static void
write_parameter (const char *name, const char *place, gboolean required, const GString *schema, const char *description,
                 BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "name", name);
  bty_json_writer_member_string (writer, "in", place);
  if (required)
    bty_json_writer_member_bool (writer, "required", TRUE);
  bty_json_writer_member_string (writer, "description", description);
  bty_json_writer_key (writer, "schema");
  if (schema != NULL)
    write_property (schema, name, writer);
  else
    bty_rest_openapi_write_raw ("{\"type\":\"string\"}", writer);
  bty_json_writer_end_object (writer);
}

static void
write_header_parameters (const BtyRestRoute *route, BtyJsonWriter *writer)
{
  if (route->verb != BTY_REST_GET && route->takes_revision)
    write_parameter ("If-Match", "header", FALSE, NULL,
                     "The revision that is expected, in quotes; 412 when it is another", writer);
  if (route->verb == BTY_REST_GET && route->operation->response != NULL &&
      bty_schema_is_stored (route->operation->response))
    write_parameter ("If-None-Match", "header", FALSE, NULL,
                     "The revision that the client has, in quotes; 304 when it is that", writer);
  if (route->verb != BTY_REST_GET && (route->operation->effect & BTY_EFFECT_READ) == 0)
    write_parameter ("Idempotency-Key", "header", FALSE, NULL, "The same key and request give the first answer again",
                     writer);
  if (route->takes_after)
    write_parameter ("Last-Event-ID", "header", FALSE, NULL, "Number of the last item that the client has", writer);
  else if (route->verb != BTY_REST_GET && (route->operation->effect & BTY_EFFECT_STREAMING) != 0)
    write_parameter ("Last-Event-ID", "header", FALSE, NULL,
                     "With the Idempotency-Key of a stream that broke: number of the last item that the client has",
                     writer);
}

static void
write_parameters (const BtyRestRoute *route, const GString *schema, BtyJsonWriter *writer)
{
  const BtyOperation *operation = route->operation;
  gboolean in_query = route->verb == BTY_REST_GET || route->verb == BTY_REST_DELETE;

  bty_json_writer_key (writer, "parameters");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; operation->request != NULL && i < operation->request->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (operation->request, i);

      if (!bty_view_takes (operation->request_view, field))
        continue;
      if (is_label (route, field->name))
        write_parameter (field->name, "path", TRUE, schema, field->summary, writer);
      else if (in_query)
        write_parameter (field->name, "query",
                         bty_view_requires (operation->request_view, field) && field->fallback == NULL, schema,
                         field->summary, writer);
    }
  write_header_parameters (route, writer);
  bty_json_writer_end_array (writer);
}

/* What a body holds when the labels of the path are given: the request without them. */
static void
write_body_schema (const BtyRestRoute *route, const GString *schema, gboolean *required, BtyJsonWriter *writer)
{
  const BtyOperation *operation = route->operation;
  g_autoptr (GString) names = g_string_new (NULL);
  BtyJsonWriter list;

  bty_json_writer_init (&list, names);
  bty_json_writer_begin_array (&list);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "object");
  bty_json_writer_member_bool (writer, "additionalProperties", FALSE);
  bty_json_writer_key (writer, "properties");
  bty_json_writer_begin_object (writer);
  for (guint i = 0; i < operation->request->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (operation->request, i);

      if (!bty_view_takes (operation->request_view, field) || is_label (route, field->name))
        continue;
      bty_json_writer_key (writer, field->name);
      write_property (schema, field->name, writer);
      if (bty_view_requires (operation->request_view, field) && field->fallback == NULL)
        bty_json_writer_string (&list, field->name);
    }
  bty_json_writer_end_object (writer);
  bty_json_writer_end_array (&list);
  *required = names->len > 2;
  if (*required)
    {
      bty_json_writer_key (writer, "required");
      bty_json_writer_raw (writer, names->str, names->len);
    }
  bty_json_writer_end_object (writer);
}

static void
write_body (const BtyRestRoute *route, const GString *schema, BtyJsonWriter *writer)
{
  gboolean required = FALSE;

  if (schema == NULL || route->verb == BTY_REST_GET || route->verb == BTY_REST_DELETE)
    return;
  bty_json_writer_key (writer, "requestBody");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "content");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "application/json");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "schema");
  write_body_schema (route, schema, &required, writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_member_bool (writer, "required", required);
  bty_json_writer_end_object (writer);
}

/* {"items": […]} with the answer's own members beside it. */
static void
write_list_schema (const BtyOperation *operation, BtyJsonWriter *writer)
{
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "allOf");
  bty_json_writer_begin_array (writer);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "object");
  bty_json_writer_key (writer, "required");
  bty_rest_openapi_write_raw ("[\"items\"]", writer);
  bty_json_writer_key (writer, "properties");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "items");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "array");
  bty_json_writer_key (writer, "items");
  bty_rest_openapi_write_ref (operation->item, BTY_VIEW_READ, writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
  if (operation->response != NULL)
    bty_rest_openapi_write_ref (operation->response, BTY_VIEW_READ, writer);
  bty_json_writer_end_array (writer);
  bty_json_writer_end_object (writer);
}

static void
write_stream_content (const BtyOperation *operation, BtyJsonWriter *writer)
{
  g_autofree char *item = bty_schema_view_name (operation->item, BTY_VIEW_READ);
  g_autofree char *end = operation->response != NULL ? bty_schema_view_name (operation->response, BTY_VIEW_READ) : NULL;
  g_autofree char *text = g_strdup_printf (
    "Server-sent events. `item` has a number as its id and %s as its data; `end` (%s) or `error` (Problem) comes last. Comments are heartbeats.",
    item, end != NULL ? end : "an empty object");

  bty_json_writer_key (writer, "text/event-stream");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "schema");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "type", "string");
  bty_json_writer_member_string (writer, "description", text);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
}

static void
write_content (const BtyOperation *operation, BtyJsonWriter *writer)
{
  bty_json_writer_key (writer, "content");
  bty_json_writer_begin_object (writer);
  if (operation->item != NULL && (operation->effect & BTY_EFFECT_STREAMING) != 0)
    write_stream_content (operation, writer);
  bty_json_writer_key (writer, "application/json");
  bty_json_writer_begin_object (writer);
  bty_json_writer_key (writer, "schema");
  if (operation->item != NULL)
    write_list_schema (operation, writer);
  else
    bty_rest_openapi_write_ref (operation->response, BTY_VIEW_READ, writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
}

static void
write_success_headers (const BtyRestRoute *route, BtyJsonWriter *writer)
{
  gboolean has_tag = route->operation->item == NULL && bty_schema_is_stored (route->operation->response);

  if (!has_tag && route->location == NULL)
    return;
  bty_json_writer_key (writer, "headers");
  bty_json_writer_begin_object (writer);
  if (has_tag)
    {
      bty_json_writer_key (writer, "ETag");
      bty_rest_openapi_write_raw ("{\"description\":\"Its revision, in quotes\",\"schema\":{\"type\":\"string\"}}",
                                  writer);
    }
  if (route->location != NULL)
    {
      bty_json_writer_key (writer, "Location");
      bty_rest_openapi_write_raw ("{\"description\":\"Where it is\",\"schema\":{\"type\":\"string\"}}", writer);
    }
  bty_json_writer_end_object (writer);
}

static void
write_success (const BtyRestRoute *route, BtyJsonWriter *writer)
{
  const BtyOperation *operation = route->operation;
  gboolean empty = operation->item == NULL && operation->response == NULL;

  bty_json_writer_key (writer, empty ? "204" : route->makes ? "201" : "200");
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "description", empty ? "Done; there is nothing to say" : "The answer");
  if (!empty)
    {
      if (operation->response != NULL)
        write_success_headers (route, writer);
      write_content (operation, writer);
    }
  bty_json_writer_end_object (writer);
  if (route->verb == BTY_REST_GET && operation->item == NULL && operation->response != NULL &&
      bty_schema_is_stored (operation->response))
    {
      bty_json_writer_key (writer, "304");
      bty_rest_openapi_write_raw ("{\"description\":\"The client has it already\"}", writer);
    }
}

static gboolean
gives (const BtyOperation *operation, BtyErrorCode code)
{
  static const BtyErrorCode always[] = {
    BTY_ERROR_INVALID_ARGUMENT,  BTY_ERROR_UNAUTHENTICATED, BTY_ERROR_PERMISSION_DENIED, BTY_ERROR_CANCELLED,
    BTY_ERROR_DEADLINE_EXCEEDED, BTY_ERROR_UNAVAILABLE,     BTY_ERROR_INTERNAL,          BTY_ERROR_RESOURCE_EXHAUSTED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    if (always[i] == code)
      return TRUE;
  for (const BtyErrorCode *p = operation->errors; p != NULL && *p != BTY_ERRORS_END; p++)
    if (*p == code)
      return TRUE;
  return FALSE;
}

/* One response a status: several codes may share one. */
static void
write_error (guint status, const char *codes, BtyJsonWriter *writer)
{
  char key[8];

  g_snprintf (key, sizeof key, "%u", status);
  bty_json_writer_key (writer, key);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "$ref", "#/components/responses/Problem");
  bty_json_writer_member_string (writer, "description", codes);
  bty_json_writer_end_object (writer);
}

static void
write_errors (const BtyRestRoute *route, BtyJsonWriter *writer)
{
  for (guint status = 400; status < 600; status++)
    {
      g_autoptr (GString) codes = g_string_new (NULL);

      for (guint code = 0; code < BTY_N_ERROR_CODES; code++)
        if (bty_error_info (code)->http_status == status && gives (route->operation, code))
          g_string_append_printf (codes, "%s%s", codes->len > 0 ? ", " : "", bty_error_info (code)->name);
      if (status == 412 && route->takes_revision && route->verb != BTY_REST_GET &&
          gives (route->operation, BTY_ERROR_ABORTED))
        g_string_append_printf (codes, "%sABORTED, when If-Match named another revision", codes->len > 0 ? ", " : "");
      if (codes->len > 0)
        write_error (status, codes->str, writer);
    }
}

void
bty_rest_openapi_write_operation (const BtyRestRoute *route, BtyJsonWriter *writer)
{
  const BtyOperation *operation = route->operation;
  g_autoptr (GString) schema = operation->request != NULL ? make_view_schema (operation) : NULL;

  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "operationId", operation->name);
  bty_json_writer_member_string (writer, "summary", operation->summary);
  bty_json_writer_key (writer, "tags");
  bty_json_writer_begin_array (writer);
  bty_json_writer_string_len (writer, operation->name, strcspn (operation->name, "."));
  bty_json_writer_end_array (writer);
  if (operation->scope != NULL)
    bty_json_writer_member_string (writer, "x-scope", operation->scope);
  write_parameters (route, schema, writer);
  write_body (route, schema, writer);
  bty_json_writer_key (writer, "responses");
  bty_json_writer_begin_object (writer);
  write_success (route, writer);
  write_errors (route, writer);
  bty_json_writer_end_object (writer);
  bty_json_writer_end_object (writer);
}
