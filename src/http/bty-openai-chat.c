/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-openai-chat.h"

static guint
count_parts (const BtyPromptMessage *message, BtyPartKind kind)
{
  guint n = 0;

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    n += ((BtyPart *) message->parts->pdata[i])->kind == kind;
  return n;
}

static gboolean
write_json (BtyJsonWriter *w, const char *what, const char *json, GError **error)
{
  if (!bty_json_validate (json, strlen (json), 0, error))
    {
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  bty_json_writer_raw (w, json, strlen (json));
  return TRUE;
}

/* The text parts, one paragraph each. */
static void
write_texts (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind != BTY_PART_TEXT || part->text == NULL)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, part->text);
    }
  bty_json_writer_string_len (w, text->str, text->len);
}

static void
write_text_part (BtyJsonWriter *w, const char *text, gsize length)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "text");
  bty_json_writer_key (w, "text");
  bty_json_writer_string_len (w, text, length);
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

      write_text_part (w, text, size);
      return TRUE;
    }
  if (part->data == NULL && (part->url == NULL || !g_str_has_prefix (type, "image/")))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the file “%s” has no content that could be sent"),
                   part->name != NULL ? part->name : type);
      return FALSE;
    }
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

/* Content that is more than text. */
static gboolean
write_mixed (BtyJsonWriter *w, const BtyPromptMessage *message, GError **error)
{
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TEXT && part->text != NULL)
        write_text_part (w, part->text, strlen (part->text));
      else if (part->kind == BTY_PART_FILE && !write_file (w, part, error))
        return FALSE;
    }
  bty_json_writer_end_array (w);
  return TRUE;
}

static gboolean
write_plain_message (BtyJsonWriter *w, const char *role, const BtyPromptMessage *message, GError **error)
{
  gboolean ok = TRUE;

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", role);
  bty_json_writer_key (w, "content");
  if (count_parts (message, BTY_PART_FILE) > 0)
    ok = write_mixed (w, message, error);
  else
    write_texts (w, message);
  if (ok)
    bty_json_writer_end_object (w);
  return ok;
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

/* Reasoning stays behind: this family does not take it back. */
static void
write_assistant (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  gboolean has_text = count_parts (message, BTY_PART_TEXT) > 0;
  gboolean has_calls = count_parts (message, BTY_PART_TOOL_CALL) > 0;

  if (!has_text && !has_calls)
    return;
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", "assistant");
  bty_json_writer_key (w, "content");
  if (has_text)
    write_texts (w, message);
  else
    bty_json_writer_null (w);
  if (has_calls)
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
  bty_json_writer_end_object (w);
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
write_message (BtyJsonWriter *w, const BtyPromptMessage *message, GError **error)
{
  gboolean has_content = count_parts (message, BTY_PART_TEXT) + count_parts (message, BTY_PART_FILE) > 0;

  if (message->role == BTY_ROLE_ASSISTANT)
    {
      write_assistant (w, message);
      return TRUE;
    }
  write_tool_results (w, message); /* first: they answer the calls just before them */
  if (!has_content)
    return TRUE;
  return write_plain_message (w, message->role == BTY_ROLE_SYSTEM ? "system" : "user", message, error);
}

static gboolean
write_messages (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  bty_json_writer_key (w, "messages");
  bty_json_writer_begin_array (w);
  if (request->system != NULL && *request->system != '\0')
    {
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "role", "system");
      bty_json_writer_member_string (w, "content", request->system);
      bty_json_writer_end_object (w);
    }
  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    if (!write_message (w, request->messages->pdata[i], error))
      return FALSE;
  bty_json_writer_end_array (w);
  return TRUE;
}

static gboolean
write_tool (BtyJsonWriter *w, const BtyToolSpec *tool, GError **error)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "function");
  bty_json_writer_key (w, "function");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", tool->name);
  if (tool->description != NULL)
    bty_json_writer_member_string (w, "description", tool->description);
  if (tool->parameters != NULL)
    {
      bty_json_writer_key (w, "parameters");
      if (!write_json (w, tool->name, tool->parameters, error))
        return FALSE;
    }
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
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
    if (!write_tool (w, request->tools->pdata[i], error))
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
  if (g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT))
    {
      bty_json_writer_member_string (w, "type", "json_object");
      bty_json_writer_end_object (w);
      return TRUE;
    }
  bty_json_writer_member_string (w, "type", "json_schema");
  bty_json_writer_key (w, "json_schema");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", "answer");
  bty_json_writer_key (w, "schema");
  if (!write_json (w, "output_schema", request->output_schema, error))
    return FALSE;
  if (style->strict_schema)
    bty_json_writer_member_bool (w, "strict", TRUE);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  return TRUE;
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
  if (request->effort != NULL && *request->effort != '\0') /* the family's own scale ends at high */
    bty_json_writer_member_string (w, "reasoning_effort",
                                   g_str_equal (request->effort, "max") ? "high" : request->effort);
}

GString *
bty_openai_chat_write (const BtyCompletionRequest *request, const BtyOpenaiStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096);
  BtyJsonWriter writer, *w = &writer;

  bty_json_writer_init (w, body);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", request->model);
  if (!write_messages (w, request, error) || !write_tools (w, request, error) ||
      !write_schema (w, request, style, error))
    return NULL;
  write_knobs (w, request, style);
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
