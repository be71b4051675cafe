/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-rest"

#include "config.h"

#include <string.h>

#include "bty-rest-answer.h"
#include "bty-rest-problem.h"

#define USUAL_LENGTH  512
#define SECRET_LENGTH (8 * 1024) /* growing leaves copies behind */

void
bty_rest_context_copy (BtyRestContext *to, const BtyRestContext *from)
{
  *to = *from;
  g_object_ref (to->exchange);
  bty_rest_routes_ref (to->routes);
}

void
bty_rest_context_clear (BtyRestContext *context)
{
  g_clear_object (&context->exchange);
  g_clear_pointer (&context->routes, bty_rest_routes_unref);
}

void
bty_rest_answer_error (const BtyRestContext *context, const GError *error)
{
  gboolean precondition = context->if_match && g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED);

  bty_rest_problem_respond (context->exchange, error, precondition ? 412 : 0);
}

static void
append_label (GString *text, const BtyRecord *record, const char *label, gsize length)
{
  int index = bty_schema_find (record->schema, label, length, 0);
  const char *value = G_STRUCT_MEMBER (char *, record, bty_schema_get_field (record->schema, index)->offset);
  g_autofree char *escaped = g_uri_escape_string (value != NULL ? value : "", NULL, FALSE);

  g_string_append (text, escaped);
}

static void
set_location (const BtyRestContext *context, const BtyRecord *record)
{
  g_autoptr (GString) text = g_string_new (BTY_REST_MOUNT);

  for (const char *p = context->route->location->path; *p != '\0';)
    {
      gsize fixed = strcspn (p, "{");
      gsize label = strcspn (p + fixed, "}");

      g_string_append_len (text, p, fixed);
      p += fixed;
      if (*p == '\0')
        break;
      append_label (text, record, p + 1, label - 1);
      p += label + 1;
    }
  bty_exchange_set_header (context->exchange, "Location", text->str);
}

/* Whether a secret is at hand is told of a record but is no part of its revision. */
static gboolean
has_secret (const BtySchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if (bty_schema_get_field (schema, i)->type == BTY_FIELD_TYPE_SECRET)
      return TRUE;
  return FALSE;
}

/* Gives whether the client has this very record already. */
static gboolean
set_etag (const BtyRestContext *context, const BtyRecord *record)
{
  const char *known = NULL;
  char tag[32];

  if (!bty_schema_is_stored (record->schema) || record->revision <= 0)
    return FALSE;
  g_snprintf (tag, sizeof tag, "\"%" G_GINT64_FORMAT "\"", record->revision);
  bty_exchange_set_header (context->exchange, "ETag", tag);
  if (context->route->verb == BTY_REST_GET && !context->by_name)
    known = bty_exchange_get_header (context->exchange, "If-None-Match");
  return known != NULL && bty_rest_etags_have (known, record->revision) && !has_secret (record->schema);
}

static void
wipe_text (gpointer data)
{
  GString *text = data;

  bty_secret_clear_memory (text->str, text->len);
  g_string_free (text, TRUE);
}

static void
respond_record (const BtyRestContext *context, const BtyRecord *record)
{
  gboolean is_secret = (context->route->operation->effect & BTY_EFFECT_SECRET) != 0;
  gboolean made = context->route->makes && !context->by_name;
  GString *text;
  g_autoptr (GBytes) body = NULL;
  BtyJsonWriter writer;

  if (set_etag (context, record))
    {
      bty_exchange_respond (context->exchange, 304, NULL, NULL);
      return;
    }
  if (made && context->route->location != NULL)
    set_location (context, record);
  text = g_string_sized_new (is_secret ? SECRET_LENGTH : USUAL_LENGTH);
  bty_json_writer_init (&writer, text);
  bty_record_write_json (record, BTY_VIEW_READ, &writer);
  body = is_secret ? g_bytes_new_with_free_func (text->str, text->len, wipe_text, text) : g_string_free_to_bytes (text);
  bty_exchange_respond (context->exchange, made ? 201 : 200, BTY_REST_JSON_TYPE, body);
}

void
bty_rest_answer (const BtyRestContext *context, BtyCall *call)
{
  const BtyRecord *record = bty_call_response (call);

  if (bty_call_state (call) == BTY_CALL_FAILED)
    bty_rest_answer_error (context, bty_call_error (call));
  else if (record != NULL)
    respond_record (context, record);
  else
    bty_exchange_respond (context->exchange, 204, NULL, NULL);
}
