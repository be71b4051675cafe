/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ollama"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-ollama-chat.h"

static gboolean
is_image (const BtyPart *part)
{
  return part->kind == BTY_PART_FILE && part->media_type != NULL && g_str_has_prefix (part->media_type, "image/");
}

static gboolean
is_text_file (const BtyPart *part)
{
  return part->kind == BTY_PART_FILE && part->media_type != NULL && part->data != NULL &&
         (g_str_has_prefix (part->media_type, "text/") || g_str_equal (part->media_type, "application/json"));
}

/* The service takes images as they are, text files as text, and nothing by its address. */
static gboolean
check_files (const BtyPromptMessage *message, GError **error)
{
  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind != BTY_PART_FILE)
        continue;
      if (part->data == NULL)
        return bty_http_prompt_refuse_file (part, error);
      if (!is_image (part) && !is_text_file (part))
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, /* others take more */
                       _ ("Ollama takes images and texts; “%s” (%s) is neither"),
                       part->name != NULL ? part->name : _ ("a file"),
                       part->media_type != NULL ? part->media_type : _ ("of no kind"));
          return FALSE;
        }
    }
  return TRUE;
}

/* The texts of the message, its text files among them, one paragraph each. */
static void
write_content (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];
      gsize size = 0;
      const char *said = part->kind == BTY_PART_TEXT ? part->text
                         : is_text_file (part)       ? g_bytes_get_data (part->data, &size)
                                                     : NULL;

      if (said == NULL)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append_len (text, said, part->kind == BTY_PART_TEXT ? (gssize) strlen (said) : (gssize) size);
    }
  bty_json_writer_key (w, "content");
  bty_json_writer_string_len (w, text->str, text->len);
}

static void
write_images (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  gboolean has_images = FALSE;

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (!is_image (part))
        continue;
      if (!has_images)
        {
          bty_json_writer_key (w, "images");
          bty_json_writer_begin_array (w);
          has_images = TRUE;
        }
      bty_json_writer_bytes (w, part->data);
    }
  if (has_images)
    bty_json_writer_end_array (w);
}

/* What was thought goes back, but not what another family signed. */
static void
write_thinking (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_REASONING && part->signature == NULL && part->text != NULL)
        g_string_append (text, part->text);
    }
  if (text->len > 0)
    {
      bty_json_writer_key (w, "thinking");
      bty_json_writer_string_len (w, text->str, text->len);
    }
}

/* An id of ours was never the server's; arguments are an object there. */
static void
write_call (BtyJsonWriter *w, const BtyPart *part)
{
  const char *arguments = part->arguments != NULL ? part->arguments : "";
  gsize length;

  while (g_ascii_isspace (*arguments))
    arguments++;
  length = strlen (arguments);
  bty_json_writer_begin_object (w);
  if (part->call_id != NULL && !bty_http_prompt_is_own_call_id (part->call_id))
    bty_json_writer_member_string (w, "id", part->call_id);
  bty_json_writer_key (w, "function");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "name", part->name);
  bty_json_writer_key (w, "arguments");
  if (*arguments == '{' && bty_json_validate (arguments, length, 0, NULL))
    bty_json_writer_raw (w, arguments, length);
  else
    bty_json_writer_raw (w, "{}", 2);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
}

static void
write_calls (BtyJsonWriter *w, const BtyPromptMessage *message)
{
  if (bty_http_prompt_count (message, BTY_PART_TOOL_CALL) == 0)
    return;
  bty_json_writer_key (w, "tool_calls");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TOOL_CALL)
        write_call (w, part);
    }
  bty_json_writer_end_array (w);
}

static void
write_result (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyPart *part)
{
  g_autofree char *text = g_strconcat (part->is_error ? "Error: " : "", part->text != NULL ? part->text : "", NULL);
  const char *name = bty_http_prompt_tool_name (request, part);

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", "tool");
  bty_json_writer_member_string (w, "content", text);
  if (name != NULL)
    bty_json_writer_member_string (w, "tool_name", name);
  if (part->call_id != NULL && !bty_http_prompt_is_own_call_id (part->call_id))
    bty_json_writer_member_string (w, "tool_call_id", part->call_id);
  bty_json_writer_end_object (w);
}

static gboolean
is_silent (const BtyPromptMessage *message)
{
  return bty_http_prompt_count (message, BTY_PART_TEXT) + bty_http_prompt_count (message, BTY_PART_FILE) +
           bty_http_prompt_count (message, BTY_PART_TOOL_CALL) ==
         0;
}

static gboolean
write_message (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyPromptMessage *message, GError **error)
{
  const char *role = message->role == BTY_ROLE_ASSISTANT ? "assistant"
                     : message->role == BTY_ROLE_SYSTEM  ? "system"
                                                         : "user";

  for (guint i = 0; message->parts != NULL && i < message->parts->len;
       i++) /* first: they answer what was just called */
    if (((BtyPart *) message->parts->pdata[i])->kind == BTY_PART_TOOL_RESULT)
      write_result (w, request, message->parts->pdata[i]);
  if (is_silent (message))
    return TRUE;
  if (!check_files (message, error))
    return FALSE;
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", role);
  write_content (w, message);
  if (message->role == BTY_ROLE_ASSISTANT)
    {
      write_thinking (w, message);
      write_calls (w, message);
    }
  else
    write_images (w, message);
  bty_json_writer_end_object (w);
  return TRUE;
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
    if (!write_message (w, request, request->messages->pdata[i], error))
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
      if (!bty_http_prompt_write_json (w, tool->name, tool->parameters, error))
        return FALSE;
    }
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

/* The server knows no choice: none means that it is told of no tool. To call one it cannot be made, though other services can. */
static gboolean
check_choice (const char *choice, GError **error)
{
  if (choice == NULL || *choice == '\0' || g_str_equal (choice, "auto"))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("Ollama cannot be made to call a tool, as the tool choice “%s” asks: leave it out, or add another "
                  "provider to the route"),
               choice);
  return FALSE;
}

static gboolean
write_tools (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  if (request->tools == NULL || request->tools->len == 0 || g_strcmp0 (request->tool_choice, "none") == 0)
    return TRUE;
  if (!check_choice (request->tool_choice, error))
    return FALSE;
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < request->tools->len; i++)
    if (!write_tool (w, request->tools->pdata[i], error))
      return FALSE;
  bty_json_writer_end_array (w);
  return TRUE;
}

static void
write_options (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyOllamaStyle *style)
{
  bty_json_writer_key (w, "options");
  bty_json_writer_begin_object (w);
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
  if (request->max_output > 0)
    bty_json_writer_member_int (w, "num_predict", request->max_output);
  if (style->num_ctx > 0)
    bty_json_writer_member_int (w, "num_ctx", style->num_ctx);
  if (request->stop != NULL && request->stop[0] != NULL)
    {
      bty_json_writer_key (w, "stop");
      bty_json_writer_begin_array (w);
      for (char **stop = request->stop; *stop != NULL; stop++)
        bty_json_writer_string (w, *stop);
      bty_json_writer_end_array (w);
    }
  bty_json_writer_end_object (w);
}

/* gpt-oss knows levels only; for others a level means yes. Only new servers know one above high. */
static void
write_effort (BtyJsonWriter *w, const char *effort)
{
  if (effort == NULL || *effort == '\0')
    return;
  if (g_str_equal (effort, "none"))
    bty_json_writer_member_bool (w, "think", FALSE);
  else
    bty_json_writer_member_string (w, "think", g_str_equal (effort, "max") ? "high" : effort);
}

void
bty_ollama_style_write (BtyJsonWriter *w, const BtyOllamaStyle *style)
{
  const char *end = NULL;

  if (style->truncate != NULL)
    bty_json_writer_member_bool (w, "truncate", g_str_equal (style->truncate, "true"));
  if (style->keep_alive == NULL)
    return;
  g_ascii_strtoll (style->keep_alive, (char **) &end, 10);
  bty_json_writer_key (w, "keep_alive");
  if (*end == '\0' && end != style->keep_alive) /* seconds, without a unit */
    bty_json_writer_int (w, g_ascii_strtoll (style->keep_alive, NULL, 10));
  else
    bty_json_writer_string (w, style->keep_alive);
}

GString *
bty_ollama_chat_write (const BtyCompletionRequest *request, const BtyOllamaStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096);
  BtyJsonWriter writer, *w = &writer;

  bty_json_writer_init (w, body);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", request->model);
  if (!write_messages (w, request, error) || !write_tools (w, request, error))
    return NULL;
  if (request->output_schema != NULL)
    {
      bty_json_writer_key (w, "format");
      if (g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT))
        bty_json_writer_string (w, "json");
      else if (!bty_http_prompt_write_json (w, "output_schema", request->output_schema, error))
        return NULL;
    }
  write_effort (w, request->effort);
  bty_json_writer_member_bool (w, "stream", TRUE);
  bty_ollama_style_write (w, style);
  write_options (w, request, style);
  bty_json_writer_end_object (w);
  return g_steal_pointer (&body);
}
