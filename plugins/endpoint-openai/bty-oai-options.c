/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-options.h"

#define MAX_TOOLS  1000
#define MAX_STOPS  16
#define MAX_MODEL  512
#define MAX_TOKENS G_MAXINT32

/* A tool, a choice of one, or a format, in the shape with an inner object or without. */
typedef struct
{
  char *type;
  char *name;
  char *description;
  char *schema;
} Spec;

static void
spec_clear (Spec *spec)
{
  g_free (spec->type);
  g_free (spec->name);
  g_free (spec->description);
  g_free (spec->schema);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Spec, spec_clear)

static gboolean
read_type (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_string (reader, &((Spec *) target)->type);
}

static gboolean
read_name (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_string (reader, &((Spec *) target)->name);
}

static gboolean
read_description (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_string (reader, &((Spec *) target)->description);
}

static gboolean
read_schema (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_raw (reader, TRUE, &((Spec *) target)->schema);
}

static const BtyOaiMember inner_members[] = {
  { "name", read_name },
  { "description", read_description },
  { "schema", read_schema },
  { "parameters", read_schema },
  { NULL },
};

static gboolean
read_inner (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_object (reader, inner_members, target);
}

static const BtyOaiMember spec_members[] = {
  { "type", read_type },
  { "function", read_inner },
  { "json_schema", read_inner },
  { "name", read_name },
  { "description", read_description },
  { "schema", read_schema },
  { "parameters", read_schema },
  { NULL },
};

/* Names go to every family as they are, so they are what all of them take. */
static gboolean
check_name (BtyOaiReader *reader, const char *name)
{
  gsize length = name != NULL ? strlen (name) : 0;

  if (length == 0 || length > 128 ||
      strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:") != length)
    return bty_oai_fail (reader, _ ("a function needs a name of at most 128 letters, digits, _ and -"));
  return TRUE;
}

static gboolean
read_tool (BtyOaiReader *reader, gpointer target)
{
  BtyCompletionRequest *request = target;
  g_auto (Spec) spec = { 0 };
  BtyToolSpec *tool;

  if (!bty_oai_read_members (reader, spec_members, &spec))
    return FALSE;
  if (g_strcmp0 (spec.type, "function") != 0)
    return bty_oai_fail (reader, _ ("only tools of the type “function” can be passed on"));
  if (!check_name (reader, spec.name))
    return FALSE;
  tool = bty_tool_spec_new ();
  tool->name = g_steal_pointer (&spec.name);
  tool->description = g_steal_pointer (&spec.description);
  tool->parameters = g_steal_pointer (&spec.schema);
  g_ptr_array_add (request->tools, tool);
  return TRUE;
}

gboolean
bty_oai_read_tools (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  if (request->tools == NULL)
    request->tools = bty_record_list_new ();
  return bty_oai_read_array (reader, MAX_TOOLS, read_tool, request);
}

gboolean
bty_oai_read_tool_choice (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  static const char *const words[] = { "auto", "none", "required", NULL };
  g_auto (Spec) spec = { 0 };
  BtyJsonToken token = bty_oai_next (reader);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_STRING)
    {
      if (!bty_oai_take_string (reader, &request->tool_choice))
        return FALSE;
      return g_strv_contains (words, request->tool_choice) ||
             bty_oai_fail (reader, _ ("must be auto, none, required, or a function"));
    }
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("must be auto, none, required, or a function"));
  if (!bty_oai_read_members (reader, spec_members, &spec))
    return FALSE;
  if (g_strcmp0 (spec.type, "function") != 0)
    return bty_oai_fail (reader, _ ("must be auto, none, required, or a function"));
  if (!check_name (reader, spec.name))
    return FALSE;
  bty_record_take_string (&request->tool_choice, g_steal_pointer (&spec.name));
  return TRUE;
}

gboolean
bty_oai_read_parallel (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  gboolean parallel = TRUE;

  if (!bty_oai_read_bool (reader, &parallel))
    return FALSE;
  request->serial_tools = !parallel;
  return TRUE;
}

gboolean
bty_oai_read_format (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  g_auto (Spec) spec = { 0 };

  if (!bty_oai_read_object (reader, spec_members, &spec))
    return FALSE;
  if (spec.type == NULL || g_str_equal (spec.type, "text"))
    return TRUE;
  if (g_str_equal (spec.type, "json_object"))
    bty_record_take_string (&request->output_schema, g_strdup (BTY_OUTPUT_ANY_OBJECT));
  else if (!g_str_equal (spec.type, "json_schema"))
    return bty_oai_fail (reader, _ ("the type must be text, json_object or json_schema"));
  else if (spec.schema == NULL)
    return bty_oai_fail (reader, _ ("the schema is missing"));
  else
    bty_record_take_string (&request->output_schema, g_steal_pointer (&spec.schema));
  return TRUE;
}

gboolean
bty_oai_read_stop (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (g_free);
  BtyJsonToken token = bty_oai_next (reader);
  gboolean is_list = token == BTY_JSON_ARRAY_BEGIN;

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (is_list)
    token = bty_oai_next (reader);
  while (token == BTY_JSON_STRING)
    {
      char *stop = NULL;

      if (!bty_oai_take_string (reader, &stop))
        return FALSE;
      g_ptr_array_add (stops, stop);
      if (stops->len > MAX_STOPS)
        return bty_oai_fail (reader, _ ("there are more than %u"), MAX_STOPS);
      token = is_list ? bty_oai_next (reader) : BTY_JSON_ARRAY_END;
    }
  if (token != BTY_JSON_ARRAY_END)
    return token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("expected a string or an array of strings"));
  g_ptr_array_add (stops, NULL);
  g_strfreev (request->stop);
  request->stop = (GStrv) g_ptr_array_steal (stops, NULL);
  return TRUE;
}

gboolean
bty_oai_read_temperature (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  gboolean is_given;

  if (!bty_oai_read_double (reader, 0, 2, &request->temperature, &is_given))
    return FALSE;
  if (is_given)
    BTY_SET_NULL (request, BtyCompletionRequest, temperature, FALSE);
  return TRUE;
}

gboolean
bty_oai_read_top_p (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  gboolean is_given;

  if (!bty_oai_read_double (reader, 0, 1, &request->top_p, &is_given))
    return FALSE;
  if (is_given)
    BTY_SET_NULL (request, BtyCompletionRequest, top_p, FALSE);
  return TRUE;
}

gboolean
bty_oai_read_max_output (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  return bty_oai_read_int (reader, 1, MAX_TOKENS, &request->max_output);
}

gboolean
bty_oai_read_effort (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  static const char *const words[][2] = { { "none", "none" },     { "minimal", "low" }, { "low", "low" },
                                          { "medium", "medium" }, { "high", "high" },   { "xhigh", "max" },
                                          { "max", "max" } };
  g_autofree char *effort = NULL;

  if (!bty_oai_read_string (reader, &effort))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (effort, words[i][0]) == 0)
      {
        bty_record_take_string (&request->effort, g_strdup (words[i][1]));
        return TRUE;
      }
  return effort == NULL ||
         bty_oai_fail (reader, _ ("must be one of %s"), "none, minimal, low, medium, high, xhigh, max");
}

static gboolean
read_effort (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_effort (reader, target);
}

gboolean
bty_oai_read_reasoning (BtyOaiReader *reader, BtyCompletionRequest *request)
{
  static const BtyOaiMember members[] = { { "effort", read_effort }, { NULL } };

  return bty_oai_read_object (reader, members, request);
}

gboolean
bty_oai_read_model (BtyOaiReader *reader, char **place)
{
  if (!bty_oai_read_string (reader, place))
    return FALSE;
  if (*place != NULL && strlen (*place) > MAX_MODEL)
    return bty_oai_fail (reader, _ ("the name is longer than %d bytes"), MAX_MODEL);
  for (const char *c = *place; c != NULL && *c != '\0'; c++)
    if ((guchar) *c <= ' ' || *c == 0x7f)
      return bty_oai_fail (reader, _ ("a model's name has no spaces: GET /v1/models lists those there are"));
  return TRUE;
}

gboolean
bty_oai_check_model (BtyOaiReader *reader, const char *model)
{
  if (reader->error == NULL && (model == NULL || *model == '\0'))
    bty_oai_fail_at (reader, "model", _ ("name a model: GET /v1/models lists those there are"));
  return reader->error == NULL;
}

gboolean
bty_oai_refuse_member (BtyOaiReader *reader, const char *why)
{
  const char *raw;
  gsize length;
  BtyJsonToken token;

  if (reader->error != NULL)
    return FALSE;
  token = bty_json_reader_skip (&reader->json, &raw, &length, &reader->error);
  if (token == BTY_JSON_ERROR || token == BTY_JSON_NULL || token == BTY_JSON_FALSE)
    return token != BTY_JSON_ERROR;
  return bty_oai_fail (reader, "%s", why);
}
