/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <boternity-http.h>

#include "bty-responses-input.h"
#include "bty-responses-request.h"

/* The service takes no longer ids; another family's may be longer. */
#define MAX_ID 64

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static void
write_id (BtyJsonWriter *w, const char *id)
{
  g_autofree char *hash = NULL;

  if (strlen (id) > MAX_ID)
    {
      hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
      hash[MAX_ID / 2] = '\0';
    }
  bty_json_writer_member_string (w, "call_id", hash != NULL ? hash : id);
}

static void
write_result (BtyJsonWriter *w, const BtyPart *part)
{
  g_autofree char *text = g_strconcat (part->is_error ? "Error: " : "", part->text != NULL ? part->text : "", NULL);

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "function_call_output");
  write_id (w, part->call_id);
  bty_json_writer_member_string (w, "output", text);
  bty_json_writer_end_object (w);
}

static void
write_call (BtyJsonWriter *w, const BtyPart *part)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "function_call");
  write_id (w, part->call_id);
  bty_json_writer_member_string (w, "name", part->name);
  bty_json_writer_member_string (w, "arguments", is_empty (part->arguments) ? "{}" : part->arguments);
  bty_json_writer_end_object (w);
}

static void
write_answer (BtyJsonWriter *w, const char *text)
{
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", "assistant");
  bty_json_writer_member_string (w, "content", text);
  bty_json_writer_end_object (w);
}

static char *
data_url (const BtyPart *part)
{
  gsize size;
  gconstpointer bytes = g_bytes_get_data (part->data, &size);
  g_autofree char *base64 = g_base64_encode (bytes, size);

  return g_strdup_printf ("data:%s;base64,%s", part->media_type, base64);
}

/* What it cannot take, others may. */
static gboolean
refuse_file (const BtyPart *part, GError **error)
{
  if (part->data == NULL && is_empty (part->url))
    return bty_http_prompt_refuse_file (part, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the file “%s” cannot be sent to this provider: it is neither an image nor a document"),
               part->name != NULL         ? part->name
               : part->media_type != NULL ? part->media_type
                                          : "");
  return FALSE;
}

/* The members of a content part; the mark may follow. */
static gboolean
write_file (BtyJsonWriter *w, const BtyPart *part, GError **error)
{
  const char *type = part->media_type != NULL ? part->media_type : "";
  gboolean is_image = g_str_has_prefix (type, "image/");
  g_autofree char *url = NULL;

  if ((part->data == NULL && is_empty (part->url)) || *type == '\0' || g_str_has_prefix (type, "audio/") ||
      g_str_has_prefix (type, "video/"))
    return refuse_file (part, error);
  url = part->data != NULL ? data_url (part) : g_strdup (part->url);
  bty_json_writer_member_string (w, "type", is_image ? "input_image" : "input_file");
  if (is_image)
    {
      bty_json_writer_member_string (w, "image_url", url);
      bty_json_writer_member_string (w, "detail", "auto");
    }
  else if (part->data == NULL)
    bty_json_writer_member_string (w, "file_url", url);
  else
    {
      bty_json_writer_member_string (w, "filename", part->name != NULL ? part->name : "file.pdf");
      bty_json_writer_member_string (w, "file_data", url);
    }
  return TRUE;
}

static gboolean
is_content (const BtyPart *part)
{
  return (part->kind == BTY_PART_TEXT && !is_empty (part->text)) || part->kind == BTY_PART_FILE;
}

static gboolean
write_content (BtyJsonWriter *w, const BtyPart *part, gboolean is_marked, GError **error)
{
  bty_json_writer_begin_object (w);
  if (part->kind == BTY_PART_FILE)
    {
      if (!write_file (w, part, error))
        return FALSE;
    }
  else
    {
      bty_json_writer_member_string (w, "type", "input_text");
      bty_json_writer_member_string (w, "text", part->text);
    }
  if (is_marked)
    {
      bty_json_writer_key (w, "prompt_cache_breakpoint");
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "mode", "explicit");
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_object (w);
  return TRUE;
}

/* Results first: they answer the calls just before them. */
static gboolean
write_user (BtyJsonWriter *w, const BtyPromptMessage *message, gboolean cache_marks, GError **error)
{
  guint n_contents = 0;

  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      n_contents += is_content (part);
      if (part->kind == BTY_PART_TOOL_RESULT && !is_empty (part->call_id))
        write_result (w, part);
    }
  if (n_contents == 0)
    return TRUE;
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role", message->role == BTY_ROLE_SYSTEM ? "system" : "user");
  bty_json_writer_key (w, "content");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (is_content (part) && !write_content (w, part, --n_contents == 0 && cache_marks && message->cache_here, error))
        return FALSE;
    }
  bty_json_writer_end_array (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

static gboolean
is_call (const BtyPart *part)
{
  return part->kind == BTY_PART_TOOL_CALL && !is_empty (part->call_id) && !is_empty (part->name);
}

static gboolean
is_text (const BtyPart *part)
{
  return part->kind == BTY_PART_TEXT && !is_empty (part->text);
}

/* The service refuses reasoning that nothing follows. */
static gboolean
is_followed (const BtyPromptMessage *message, guint index)
{
  for (guint i = index + 1; i < message->parts->len; i++)
    if (is_text (message->parts->pdata[i]) || is_call (message->parts->pdata[i]))
      return TRUE;
  return FALSE;
}

/* An item of another family, or of nobody's, stays behind. */
static void
write_reasoning (BtyJsonWriter *w, const BtyPart *part)
{
  const char *item = part->signature != NULL && g_str_has_prefix (part->signature, BTY_RESPONSES_SIGNATURE)
                       ? part->signature + strlen (BTY_RESPONSES_SIGNATURE)
                       : "";

  if (*item == '{' && bty_json_validate (item, strlen (item), 0, NULL))
    bty_json_writer_raw (w, item, strlen (item));
}

gboolean
bty_responses_input_write (BtyJsonWriter *w, const BtyPromptMessage *message, gboolean cache_marks, GError **error)
{
  if (message->parts == NULL)
    return TRUE;
  if (message->role != BTY_ROLE_ASSISTANT)
    return write_user (w, message, cache_marks, error);
  for (guint i = 0; i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (is_text (part))
        write_answer (w, part->text);
      else if (is_call (part))
        write_call (w, part);
      else if (part->kind == BTY_PART_REASONING && is_followed (message, i))
        write_reasoning (w, part);
    }
  return TRUE;
}
