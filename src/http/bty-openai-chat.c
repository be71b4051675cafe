/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-prompt.h"
#include "bty-openai-chat.h"
#include "bty-openai-reasoning-private.h"

/* The text parts, one paragraph each. */
static void
write_texts (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  g_autofree char *text = bty_http_prompt_text (message);

  bty_json_writer_string (w, text);
}

static void
write_cache_mark (BtyJsonWriter *w)
{
  bty_json_writer_key (w, "cache_control");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "ephemeral");
  bty_json_writer_end_object (w);
}

static void
write_text_part (BtyJsonWriter *w, const char *text, gsize length, gboolean is_marked)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "text");
  bty_json_writer_key (w, "text");
  bty_json_writer_string_len (w, text, length);
  if (is_marked)
    write_cache_mark (w);
  bty_json_writer_end_object (w);
}

static char *
data_url (const BtyPart *part)
{
  gsize size = 0;
  gconstpointer bytes = part->data != NULL ? g_bytes_get_data (part->data, &size) : NULL;
  g_autofree char *base64 = bytes != NULL ? g_base64_encode (bytes, size) : NULL;

  if (base64 == NULL)
    return g_strdup (part->url);
  return g_strdup_printf ("data:%s;base64,%s", part->media_type, base64);
}

static void
write_image (BtyJsonWriter *w, const BtyPart *part)
{
  g_autofree char *url = data_url (part);

  bty_json_writer_member_string (w, "type", "image_url");
  bty_json_writer_key (w, "image_url");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "url", url);
  bty_json_writer_end_object (w);
}

static void
write_audio (BtyJsonWriter *w, const BtyPart *part)
{
  gboolean is_wav = strstr (part->media_type, "wav") != NULL;

  bty_json_writer_member_string (w, "type", "input_audio");
  bty_json_writer_key (w, "input_audio");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "data");
  bty_json_writer_bytes (w, part->data);
  bty_json_writer_member_string (w, "format", is_wav ? "wav" : "mp3");
  bty_json_writer_end_object (w);
}

static void
write_document (BtyJsonWriter *w, const BtyPart *part)
{
  g_autofree char *url = data_url (part);

  bty_json_writer_member_string (w, "type", "file");
  bty_json_writer_key (w, "file");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "filename", part->name != NULL ? part->name : "file.pdf");
  bty_json_writer_member_string (w, "file_data", url);
  bty_json_writer_end_object (w);
}

static gboolean
write_file (BtyJsonWriter *w, const BtyPart *part, GError **error)
{
  const char *type = part->media_type != NULL ? part->media_type : "";

  if (g_str_has_prefix (type, "text/") && part->data != NULL)
    {
      gsize size;
      const char *text = g_bytes_get_data (part->data, &size);

      write_text_part (w, text, size, FALSE);
      return TRUE;
    }
  if (part->data == NULL && (part->url == NULL || !g_str_has_prefix (type, "image/")))
    return bty_http_prompt_refuse_file (part, error);
  bty_json_writer_begin_object (w);
  if (g_str_has_prefix (type, "image/"))
    write_image (w, part);
  else if (g_str_has_prefix (type, "audio/"))
    write_audio (w, part);
  else
    write_document (w, part);
  bty_json_writer_end_object (w);
  return TRUE;
}

/* Content that is more than text. A mark for the cache stands on its last text. */
static gboolean
write_mixed (BtyJsonWriter *w, const BtyPromptMessage *message, gboolean is_marked, GError **error)
{
  guint n_texts = bty_http_prompt_count (message, BTY_PART_TEXT);

  bty_json_writer_begin_array (w);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      n_texts -= part->kind == BTY_PART_TEXT;
      if (part->kind == BTY_PART_TEXT && part->text != NULL)
        write_text_part (w, part->text, strlen (part->text), is_marked && n_texts == 0);
      else if (part->kind == BTY_PART_FILE && !write_file (w, part, error))
        return FALSE;
    }
  bty_json_writer_end_array (w);
  return TRUE;
}

static gboolean
write_content (BtyJsonWriter *w, const BtyPromptMessage *message, const BtyOpenaiStyle *style, GError **error)
{
  gboolean is_marked = style->cache_marks && message->cache_here && bty_http_prompt_count (message, BTY_PART_TEXT) > 0;

  bty_json_writer_key (w, "content");
  if (is_marked || bty_http_prompt_count (message, BTY_PART_FILE) > 0)
    return write_mixed (w, message, is_marked, error);
  write_texts (w, message);
  return TRUE;
}

static gboolean
write_plain_message (BtyJsonWriter *w, const char *role, const BtyPromptMessage *message, const BtyOpenaiStyle *style,
                     GError **error)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", role);
  if (!write_content (w, message, style, error))
    return FALSE;
  bty_json_writer_end_object (w);
  return TRUE;
}

static void
write_tool_call (BtyJsonWriter *w, const BtyPart *part)
{
  const char *arguments = part->arguments != NULL && *part->arguments != '\0' ? part->arguments : "{}";

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "id", part->call_id);
  bty_json_writer_member_string (w, "type", "function");
  bty_json_writer_key (w, "function");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", part->name);
  bty_json_writer_member_string (w, "arguments", arguments);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
}

/* Reasoning stays behind, but for a few servers that want it back along with the calls that came of it. */
static void
write_reasoning (BtyJsonWriter *w, const BtyPromptMessage *message, const BtyOpenaiStyle *style)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_strcmp0 (style->reasoning_field, BTY_OPENAI_REASONING_DETAILS) == 0)
    {
      bty_openai_reasoning_write (w, message);
      return;
    }
  for (guint i = 0; style->reasoning_field != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_REASONING && part->signature == NULL && part->text != NULL)
        g_string_append (text, part->text);
    }
  if (text->len > 0)
    bty_json_writer_member_string (w, style->reasoning_field, text->str);
}

static void
write_tool_calls (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  bty_json_writer_key (w, "tool_calls");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TOOL_CALL)
        write_tool_call (w, part);
    }
  bty_json_writer_end_array (w);
}

/* @is_last: it is the beginning of the answer that is asked for. */
static gboolean
write_assistant (BtyJsonWriter *w, const BtyPromptMessage *message, const BtyOpenaiStyle *style, gboolean is_last,
                 GError **error)
{
  gboolean has_text = bty_http_prompt_count (message, BTY_PART_TEXT) > 0;
  gboolean has_calls = bty_http_prompt_count (message, BTY_PART_TOOL_CALL) > 0;

  if (!has_text && !has_calls)
    return TRUE;
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", "assistant");
  if (has_text && style->cache_marks && message->cache_here)
    {
      if (!write_content (w, message, style, error))
        return FALSE;
    }
  else
    {
      bty_json_writer_key (w, "content");
      if (has_text)
        write_texts (w, message);
      else
        bty_json_writer_null (w);
    }
  if (has_calls)
    {
      write_reasoning (w, message, style);
      write_tool_calls (w, message);
    }
  if (is_last && !has_calls && style->going_on == BTY_OPENAI_CONTINUE_PREFIX)
    bty_json_writer_member_bool (w, "prefix", TRUE);
  bty_json_writer_end_object (w);
  return TRUE;
}

static void
write_tool_results (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];
      g_autofree char *text = NULL;

      if (part->kind != BTY_PART_TOOL_RESULT)
        continue;
      text = g_strconcat (part->is_error ? "Error: " : "", part->text != NULL ? part->text : "", NULL);
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "role", "tool");
      bty_json_writer_member_string (w, "tool_call_id", part->call_id);
      bty_json_writer_member_string (w, "content", text);
      bty_json_writer_end_object (w);
    }
}

static gboolean
write_message (BtyJsonWriter *w, const BtyPromptMessage *message, const BtyOpenaiStyle *style, gboolean is_last,
               GError **error)
{
  gboolean has_content = bty_http_prompt_count (message, BTY_PART_TEXT) +
                           bty_http_prompt_count (message, BTY_PART_FILE) >
                         0;
  const char *system = style->system_role != NULL ? style->system_role : "system";

  if (message->role == BTY_ROLE_ASSISTANT)
    return write_assistant (w, message, style, is_last, error);
  write_tool_results (w, message); /* first: they answer the calls just before them */
  if (!has_content)
    return TRUE;
  return write_plain_message (w, message->role == BTY_ROLE_SYSTEM ? system : "user", message, style, error);
}

/* The system text; with a server that takes no schema, the schema in words as well. */
static void
write_system (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiStyle *style)
{
  g_autoptr (GString) text = g_string_new (request->system);

  if (request->output_schema != NULL && style->schema == BTY_OPENAI_SCHEMA_WORDS)
    g_string_append_printf (text, "%sAnswer with nothing but JSON that follows this JSON Schema:\n%s",
                            text->len > 0 ? "\n\n" : "", request->output_schema);
  if (text->len == 0)
    return;
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", style->system_role != NULL ? style->system_role : "system");
  bty_json_writer_key (w, "content");
  bty_json_writer_string_len (w, text->str, text->len);
  bty_json_writer_end_object (w);
}

static gboolean
write_messages (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiStyle *style, GError **error)
{
  guint n = request->messages != NULL ? request->messages->len : 0;

  bty_json_writer_key (w, "messages");
  bty_json_writer_begin_array (w);
  write_system (w, request, style);
  for (guint i = 0; i < n; i++)
    if (!write_message (w, request->messages->pdata[i], style, i + 1 == n, error))
      return FALSE;
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
  bty_json_writer_key (w, "function");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", choice);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
}

static gboolean
write_tools (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  if (request->tools == NULL || request->tools->len == 0)
    return TRUE;
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < request->tools->len; i++)
    if (!bty_http_prompt_write_function (w, request->tools->pdata[i], error))
      return FALSE;
  bty_json_writer_end_array (w);
  if (request->tool_choice != NULL && *request->tool_choice != '\0')
    write_tool_choice (w, request->tool_choice);
  if (request->serial_tools)
    bty_json_writer_member_bool (w, "parallel_tool_calls", FALSE);
  return TRUE;
}

static gboolean
write_schema (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiStyle *style, GError **error)
{
  if (request->output_schema == NULL)
    return TRUE;
  bty_json_writer_key (w, "response_format");
  bty_json_writer_begin_object (w);
  if (style->schema == BTY_OPENAI_SCHEMA_WORDS || g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT))
    {
      bty_json_writer_member_string (w, "type", "json_object");
      bty_json_writer_end_object (w);
      return bty_json_validate (request->output_schema, strlen (request->output_schema), 0, error);
    }
  bty_json_writer_member_string (w, "type", "json_schema");
  bty_json_writer_key (w, "json_schema");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", "answer");
  bty_json_writer_key (w, "schema");
  if (!bty_http_prompt_write_json (w, "output_schema", request->output_schema, error))
    return FALSE;
  if (style->strict_schema)
    bty_json_writer_member_bool (w, "strict", TRUE);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

/* A person's scale has five steps; each server's own ends where it ends. */
static void
write_effort (BtyJsonWriter *w, const char *effort, const BtyOpenaiStyle *style)
{
  gboolean is_off, is_max;

  if (effort == NULL || *effort == '\0' || style->effort == BTY_OPENAI_EFFORT_NONE)
    return;
  is_off = g_str_equal (effort, "none");
  is_max = g_str_equal (effort, "max");
  if (style->effort == BTY_OPENAI_EFFORT_REASONING)
    {
      bty_json_writer_key (w, "reasoning");
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "effort", is_max ? "xhigh" : effort);
      bty_json_writer_end_object (w);
      return;
    }
  if (style->effort == BTY_OPENAI_EFFORT_THINKING)
    {
      bty_json_writer_key (w, "thinking");
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "type", is_off ? "disabled" : "enabled");
      bty_json_writer_end_object (w);
      if (is_off)
        return;
    }
  bty_json_writer_member_string (w, "reasoning_effort",
                                 is_max && style->effort == BTY_OPENAI_EFFORT_MEMBER ? "high" : effort);
}

static void
write_knobs (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOpenaiStyle *style)
{
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
  if (request->max_output > 0 && style->max_tokens_field != NULL)
    bty_json_writer_member_int (w, style->max_tokens_field, request->max_output);
  if (request->stop != NULL && *request->stop != NULL)
    {
      bty_json_writer_key (w, "stop");
      bty_json_writer_begin_array (w);
      for (char **stop = request->stop; *stop != NULL; stop++)
        bty_json_writer_string (w, *stop);
      bty_json_writer_end_array (w);
    }
  write_effort (w, request->effort, style);
}

/* Whether the last message is the beginning of the answer that is asked for. */
static gboolean
goes_on (const BtyCompletionRequest *request)
{
  const BtyPromptMessage *last = request->messages != NULL && request->messages->len > 0
                                   ? request->messages->pdata[request->messages->len - 1]
                                   : NULL;

  return last != NULL && last->role == BTY_ROLE_ASSISTANT && bty_http_prompt_count (last, BTY_PART_TOOL_CALL) == 0;
}

GString *
bty_openai_chat_write (const BtyCompletionRequest *request, const BtyOpenaiStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096);
  BtyJsonWriter writer, *w = &writer;

  bty_json_writer_init (w, body);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", request->model);
  if (!write_messages (w, request, style, error) || !write_tools (w, request, error) ||
      !write_schema (w, request, style, error))
    return NULL;
  write_knobs (w, request, style);
  if (style->going_on == BTY_OPENAI_CONTINUE_FINAL && goes_on (request))
    {
      bty_json_writer_member_bool (w, "add_generation_prompt", FALSE);
      bty_json_writer_member_bool (w, "continue_final_message", TRUE);
    }
  bty_json_writer_member_bool (w, "stream", TRUE);
  if (style->asks_usage)
    {
      bty_json_writer_key (w, "stream_options");
      bty_json_writer_begin_object (w);
      bty_json_writer_member_bool (w, "include_usage", TRUE);
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_object (w);
  return g_steal_pointer (&body);
}
