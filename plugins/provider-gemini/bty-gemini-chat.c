/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-gemini-chat.h"
#include "bty-gemini-config.h"

static const char role_user[] = "user", role_model[] = "model";

/* A request under way: messages of the same side that follow each other become one content, as the service wants it. */
typedef struct
{
  BtyJsonWriter *w;
  const BtyCompletionRequest *request;
  const char *open; /* role_user or role_model, of the content that is being written; %NULL: none */
  GError **error;
} Contents;

static void
write_text (BtyJsonWriter *w, const char *text, gsize length, const char *signature)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "text");
  bty_json_writer_string_len (w, text, length);
  if (signature != NULL)
    bty_json_writer_member_string (w, "thoughtSignature", signature);
  bty_json_writer_end_object (w);
}

static gboolean
write_file (BtyJsonWriter *w, const BtyPart *part, GError **error)
{
  const char *type = part->media_type != NULL ? part->media_type : "application/octet-stream";

  if (part->data == NULL && part->url == NULL)
    return bty_http_prompt_refuse_file (part, error);
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, part->data != NULL ? "inlineData" : "fileData");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "mimeType", type);
  if (part->data != NULL)
    {
      bty_json_writer_key (w, "data");
      bty_json_writer_bytes (w, part->data);
    }
  else
    bty_json_writer_member_string (w, "fileUri", part->url);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

static void
write_call_id (BtyJsonWriter *w, const BtyPart *part)
{
  if (part->call_id != NULL && !bty_http_prompt_is_own_call_id (part->call_id))
    bty_json_writer_member_string (w, "id", part->call_id);
}

/* Arguments that a model got wrong stand in the history all the same. */
static void
write_arguments (BtyJsonWriter *w, const char *arguments)
{
  gsize length = arguments != NULL ? strlen (arguments) : 0;

  while (length > 0 && g_ascii_isspace (*arguments))
    arguments++, length--;
  bty_json_writer_key (w, "args");
  if (length > 0 && *arguments == '{' && bty_json_validate (arguments, length, 0, NULL))
    bty_json_writer_raw (w, arguments, length);
  else
    bty_json_writer_raw (w, "{}", 2);
}

static void
write_call (BtyJsonWriter *w, const BtyPart *part, const char *signature)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "functionCall");
  bty_json_writer_begin_object (w);
  write_call_id (w, part);
  bty_json_writer_member_string (w, "name", part->name);
  write_arguments (w, part->arguments);
  bty_json_writer_end_object (w);
  if (signature != NULL)
    bty_json_writer_member_string (w, "thoughtSignature", signature);
  bty_json_writer_end_object (w);
}

/* The service takes an object: `output` or `error`, with JSON as it is and anything else as a text. */
static void
write_result (BtyJsonWriter *w, const BtyCompletionRequest *request, const BtyPart *part)
{
  const char *text = part->text != NULL ? part->text : "";
  const char *name = bty_http_prompt_tool_name (request, part);
  gboolean is_json = (*text == '{' || *text == '[') && bty_json_validate (text, strlen (text), 0, NULL);

  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "functionResponse");
  bty_json_writer_begin_object (w);
  write_call_id (w, part);
  bty_json_writer_member_string (w, "name", name != NULL ? name : "unknown");
  bty_json_writer_key (w, "response");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, part->is_error ? "error" : "output");
  if (is_json && !part->is_error)
    bty_json_writer_raw (w, text, strlen (text));
  else
    bty_json_writer_string (w, text);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
  bty_json_writer_end_object (w);
}

/* Ours only: a signature of another family means nothing here. */
static const char *
own_signature (const BtyPart *part)
{
  return part->signature != NULL && g_str_has_prefix (part->signature, BTY_GEMINI_SIGNATURE)
           ? part->signature + strlen (BTY_GEMINI_SIGNATURE)
           : NULL;
}

static gboolean
write_part (Contents *self, const BtyPart *part, const char *signature)
{
  switch (part->kind)
    {
    case BTY_PART_TEXT:
      write_text (self->w, part->text, strlen (part->text), signature);
      return TRUE;
    case BTY_PART_TOOL_CALL:
      write_call (self->w, part, signature);
      return TRUE;
    case BTY_PART_TOOL_RESULT:
      write_result (self->w, self->request, part);
      return TRUE;
    case BTY_PART_FILE:
      return write_file (self->w, part, self->error);
    default:
      return TRUE;
    }
}

static gboolean
says_something (const BtyPart *part, gboolean is_model)
{
  if (part->kind == BTY_PART_TEXT)
    return part->text != NULL && *part->text != '\0';
  return part->kind != BTY_PART_REASONING && (!is_model || part->kind == BTY_PART_TOOL_CALL);
}

/* The content that is open ends, and one of @role begins, unless it is the same. */
static void
turn_to (Contents *self, const char *role)
{
  if (self->open == role)
    return;
  if (self->open != NULL)
    {
      bty_json_writer_end_array (self->w);
      bty_json_writer_end_object (self->w);
    }
  self->open = role;
  if (role == NULL)
    return;
  bty_json_writer_begin_object (self->w);
  bty_json_writer_member_string (self->w, "role", role);
  bty_json_writer_key (self->w, "parts");
  bty_json_writer_begin_array (self->w);
}

/* A signature belongs to the part that follows it, or to an empty text when it came last. What was thought stays behind. */
static gboolean
write_message (Contents *self, const BtyPromptMessage *message)
{
  gboolean is_model = message->role == BTY_ROLE_ASSISTANT;
  const char *role = is_model ? role_model : role_user;
  const char *signature = NULL;

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (is_model && part->kind == BTY_PART_REASONING && own_signature (part) != NULL)
        signature = own_signature (part);
      if (!says_something (part, is_model))
        continue;
      turn_to (self, role);
      if (!write_part (self, part, signature))
        return FALSE;
      signature = NULL;
    }
  if (signature != NULL)
    {
      turn_to (self, role);
      write_text (self->w, "", 0, signature);
    }
  return TRUE;
}

/* How many messages stand before all others and belong to the system text: the wire has no such role among its contents. */
static guint
count_leading (const BtyCompletionRequest *request)
{
  guint n = 0;

  while (request->messages != NULL && n < request->messages->len &&
         ((BtyPromptMessage *) request->messages->pdata[n])->role == BTY_ROLE_SYSTEM)
    n += 1;
  return n;
}

static gboolean
write_contents (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  Contents self = { .w = w, .request = request, .error = error };

  bty_json_writer_key (w, "contents");
  bty_json_writer_begin_array (w);
  for (guint i = count_leading (request); request->messages != NULL && i < request->messages->len; i++)
    if (!write_message (&self, request->messages->pdata[i]))
      return FALSE;
  if (self.open == NULL) /* nothing but a system text: it is refused without any content */
    {
      turn_to (&self, role_user);
      write_text (w, "", 0, NULL);
    }
  turn_to (&self, NULL);
  bty_json_writer_end_array (w);
  return TRUE;
}

static void
write_system (BtyJsonWriter *w, const BtyCompletionRequest *request)
{
  g_autoptr (GString) text = g_string_new (request->system);

  for (guint i = 0; i < count_leading (request); i++)
    {
      g_autofree char *more = bty_http_prompt_text (request->messages->pdata[i]);

      g_string_append_printf (text, "%s%s", text->len > 0 && *more != '\0' ? "\n\n" : "", more);
    }
  if (text->len == 0)
    return;
  bty_json_writer_key (w, "systemInstruction");
  bty_json_writer_begin_object (w);
  bty_json_writer_key (w, "parts");
  bty_json_writer_begin_array (w);
  write_text (w, text->str, text->len, NULL);
  bty_json_writer_end_array (w);
  bty_json_writer_end_object (w);
}

GString *
bty_gemini_chat_write (const BtyCompletionRequest *request, const BtyGeminiStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096);
  BtyJsonWriter writer, *w = &writer;

  bty_json_writer_init (w, body);
  bty_json_writer_begin_object (w);
  write_system (w, request);
  if (style->cached != NULL)
    bty_json_writer_member_string (w, "cachedContent", style->cached);
  if (!write_contents (w, request, error) || !bty_gemini_config_write (w, request, style, error))
    return NULL;
  bty_json_writer_end_object (w);
  return g_steal_pointer (&body);
}
