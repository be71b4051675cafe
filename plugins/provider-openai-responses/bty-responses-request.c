/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include <boternity-http.h>

#include "bty-responses-input.h"
#include "bty-responses-request.h"

static gboolean
write_tools (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < request->tools->len; i++)
    {
      const BtyToolSpec *tool = request->tools->pdata[i];
      const char *parameters = tool->parameters != NULL ? tool->parameters : "{\"type\":\"object\",\"properties\":{}}";

      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "type", "function");
      bty_json_writer_member_string (w, "name", tool->name);
      if (tool->description != NULL)
        bty_json_writer_member_string (w, "description", tool->description);
      bty_json_writer_key (w, "parameters");
      if (!bty_http_prompt_write_json (w, tool->name, parameters, error))
        return FALSE;
      bty_json_writer_member_bool (w, "strict", FALSE); /* the default would refuse most schemas */
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_array (w);
  return TRUE;
}

static void
write_tool_choice (BtyJsonWriter *w, const char *choice)
{
  static const char *const words[] = { "auto", "none", "required", NULL };

  bty_json_writer_key (w, "tool_choice");
  if (g_strv_contains (words, choice))
    {
      bty_json_writer_string (w, choice);
      return;
    }
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "function");
  bty_json_writer_member_string (w, "name", choice);
  bty_json_writer_end_object (w);
}

static gboolean
write_schema (BtyJsonWriter *w, const BtyCompletionRequest *request, gboolean is_strict, GError **error)
{
  gboolean is_any = g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT);

  bty_json_writer_key (w, "text");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "format");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", is_any ? "json_object" : "json_schema");
  if (!is_any)
    {
      bty_json_writer_member_string (w, "name", "answer");
      bty_json_writer_key (w, "schema");
      if (!bty_http_prompt_write_json (w, "output_schema", request->output_schema, error))
        return FALSE;
      if (is_strict)
        bty_json_writer_member_bool (w, "strict", TRUE);
    }
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

static void
write_reasoning (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiTraits *traits,
                 const BtyResponsesStyle *style)
{
  const char *effort = bty_openai_traits_effort (traits, request->effort);

  if (!traits->reasons)
    return;
  if (effort != NULL || style->summary != NULL)
    {
      bty_json_writer_key (w, "reasoning");
      bty_json_writer_begin_object (w);
      if (effort != NULL)
        bty_json_writer_member_string (w, "effort", effort);
      if (style->summary != NULL)
        bty_json_writer_member_string (w, "summary", style->summary);
      bty_json_writer_end_object (w);
    }
  if (style->encrypted)
    {
      bty_json_writer_key (w, "include");
      bty_json_writer_begin_array (w);
      bty_json_writer_string (w, "reasoning.encrypted_content");
      bty_json_writer_end_array (w);
    }
}

/* A model that reasons refuses both, but for those that were told not to. */
static void
write_sampling (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiTraits *traits)
{
  if (!bty_openai_traits_sampling (traits, bty_openai_traits_effort (traits, request->effort)))
    return;
  if (!BTY_IS_NULL (request, BtyCompletionRequest, temperature))
    {
      bty_json_writer_key (w, "temperature");
      bty_json_writer_double (w, request->temperature);
    }
  if (!BTY_IS_NULL (request, BtyCompletionRequest, top_p))
    {
      bty_json_writer_key (w, "top_p");
      bty_json_writer_double (w, request->top_p);
    }
}

static gboolean
write_input (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyResponsesStyle *style, GError **error)
{
  if (request->system != NULL && *request->system != '\0')
    bty_json_writer_member_string (w, "instructions", request->system);
  bty_json_writer_key (w, "input");
  bty_json_writer_begin_array (w);
  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    if (!bty_responses_input_write (w, request->messages->pdata[i], style->cache_marks, error))
      return FALSE;
  bty_json_writer_end_array (w);
  return TRUE;
}

GString *
bty_responses_request_write (const BtyCompletionRequest *request, const BtyOpenaiTraits *traits,
                             const BtyResponsesStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096);
  gboolean has_tools = request->tools != NULL && request->tools->len > 0;
  BtyJsonWriter writer, *w = &writer;

  bty_json_writer_init (w, body);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", request->model);
  if (!write_input (w, request, style, error) || (has_tools && !write_tools (w, request, error)))
    return NULL;
  if (has_tools && request->tool_choice != NULL && *request->tool_choice != '\0')
    write_tool_choice (w, request->tool_choice);
  if (has_tools && request->serial_tools)
    bty_json_writer_member_bool (w, "parallel_tool_calls", FALSE);
  if (request->output_schema != NULL && !write_schema (w, request, style->strict_schema, error))
    return NULL;
  write_reasoning (w, request, traits, style);
  write_sampling (w, request, traits);
  if (request->max_output > 0)
    bty_json_writer_member_int (w, "max_output_tokens", MAX (request->max_output, BTY_RESPONSES_MIN_OUTPUT));
  bty_json_writer_member_bool (w, "store", style->store);
  bty_json_writer_member_bool (w, "stream", TRUE);
  bty_json_writer_end_object (w);
  return g_steal_pointer (&body);
}
