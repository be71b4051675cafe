/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include "bty-gemini-config.h"

static gboolean
write_tool (BtyJsonWriter *w, const BtyToolSpec *tool, const BtyGeminiStyle *style, GError **error)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", tool->name);
  if (tool->description != NULL)
    bty_json_writer_member_string (w, "description", tool->description);
  if (tool->parameters != NULL)
    {
      bty_json_writer_key (w, style->old_schemas ? "parameters" : "parametersJsonSchema");
      if (!bty_http_prompt_write_json (w, tool->name, tool->parameters, error))
        return FALSE;
    }
  bty_json_writer_end_object (w);
  return TRUE;
}

static void
write_tool_choice (BtyJsonWriter *w, const char *choice)
{
  static const struct
  {
    const char *word;
    const char *mode;
  } modes[] = { { "auto", "AUTO" }, { "none", "NONE" }, { "required", "ANY" } };
  const char *mode = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i].word, choice))
      mode = modes[i].mode;
  bty_json_writer_key (w, "toolConfig");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "functionCallingConfig");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "mode", mode != NULL ? mode : "ANY");
  if (mode == NULL)
    {
      bty_json_writer_key (w, "allowedFunctionNames");
      bty_json_writer_begin_array (w);
      bty_json_writer_string (w, choice);
      bty_json_writer_end_array (w);
    }
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
}

static gboolean
write_tools (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyGeminiStyle *style, GError **error)
{
  if (request->tools == NULL || request->tools->len == 0)
    return TRUE;
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "functionDeclarations");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < request->tools->len; i++)
    if (!write_tool (w, request->tools->pdata[i], style, error))
      return FALSE;
  bty_json_writer_end_array (w);
  bty_json_writer_end_object (w);
  bty_json_writer_end_array (w);
  if (request->tool_choice != NULL && *request->tool_choice != '\0')
    write_tool_choice (w, request->tool_choice);
  return TRUE;
}

static void
write_numbers (BtyJsonWriter *w, const BtyCompletionRequest *request)
{
  if (!BTY_IS_NULL (request, BtyCompletionRequest, temperature))
    {
      bty_json_writer_key (w, "temperature");
      bty_json_writer_double (w, request->temperature);
    }
  if (!BTY_IS_NULL (request, BtyCompletionRequest, top_p))
    {
      bty_json_writer_key (w, "topP");
      bty_json_writer_double (w, request->top_p);
    }
  if (request->max_output > 0)
    bty_json_writer_member_int (w, "maxOutputTokens", request->max_output);
  if (request->stop == NULL || request->stop[0] == NULL)
    return;
  bty_json_writer_key (w, "stopSequences");
  bty_json_writer_begin_array (w);
  for (char **stop = request->stop; *stop != NULL; stop++)
    bty_json_writer_string (w, *stop);
  bty_json_writer_end_array (w);
}

static gboolean
write_schema (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyGeminiStyle *style, GError **error)
{
  if (request->output_schema == NULL)
    return TRUE;
  bty_json_writer_member_string (w, "responseMimeType", "application/json");
  if (g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT))
    return TRUE;
  bty_json_writer_key (w, style->old_schemas ? "responseSchema" : "responseJsonSchema");
  return bty_http_prompt_write_json (w, "output_schema", request->output_schema, error);
}

/* Gemini 2.5 counts tokens, 3 and later know levels; what was before them does not think, and refuses to be asked. */
static BtyGeminiThinking
thinking_of (const char *model, const BtyGeminiStyle *style)
{
  const char *name = g_str_has_prefix (model, "models/") ? model + strlen ("models/") : model;

  if (style->thinking != BTY_GEMINI_THINKING_AUTO)
    return style->thinking;
  if (!g_str_has_prefix (name, "gemini-") || strstr (name, "-tts") != NULL || strstr (name, "-image") != NULL)
    return BTY_GEMINI_THINKING_NONE;
  name += strlen ("gemini-");
  if (g_str_has_prefix (name, "2.5"))
    return BTY_GEMINI_THINKING_BUDGET;
  return g_ascii_isdigit (*name) && g_ascii_strtoull (name, NULL, 10) >= 3 ? BTY_GEMINI_THINKING_LEVEL
                                                                           : BTY_GEMINI_THINKING_NONE;
}

static const struct
{
  const char *effort;
  const char *level;
  gint64 budget;
} efforts[] = {
  { "none", "MINIMAL", 0 },  { "low", "LOW", 1024 },   { "medium", "MEDIUM", 8192 },
  { "high", "HIGH", 24576 }, { "max", "HIGH", 24576 },
};

static void
write_effort (BtyJsonWriter *w, const BtyCompletionRequest *request, BtyGeminiThinking thinking)
{
  gboolean is_pro = strstr (request->model, "-pro") != NULL; /* cannot do without */

  for (guint i = 0; request->effort != NULL && i < G_N_ELEMENTS (efforts); i++)
    {
      guint row = i == 0 && is_pro ? 1 : i;

      if (!g_str_equal (efforts[i].effort, request->effort))
        continue;
      if (thinking == BTY_GEMINI_THINKING_LEVEL)
        bty_json_writer_member_string (w, "thinkingLevel", efforts[row].level);
      else
        bty_json_writer_member_int (w, "thinkingBudget", efforts[row].budget);
    }
}

static void
write_thinking (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyGeminiStyle *style)
{
  BtyGeminiThinking thinking = thinking_of (request->model, style);

  if (thinking == BTY_GEMINI_THINKING_NONE)
    return;
  bty_json_writer_key (w, "thinkingConfig");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_bool (w, "includeThoughts", !style->hides_thoughts);
  write_effort (w, request, thinking);
  bty_json_writer_end_object (w);
}

gboolean
bty_gemini_config_write (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyGeminiStyle *style,
                         GError **error)
{
  if (!write_tools (w, request, style, error))
    return FALSE;
  bty_json_writer_key (w, "generationConfig");
  bty_json_writer_begin_object (w);
  write_numbers (w, request);
  if (!write_schema (w, request, style, error))
    return FALSE;
  write_thinking (w, request, style);
  bty_json_writer_end_object (w);
  return TRUE;
}
