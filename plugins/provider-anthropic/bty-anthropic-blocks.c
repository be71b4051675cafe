/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include <boternity-http.h>

#include "bty-anthropic-blocks.h"

void
bty_anthropic_cache_write (BtyJsonWriter *w, const char *cache)
{
  if (cache == NULL)
    return;
  bty_json_writer_key (w, "cache_control");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "ephemeral");
  if (!g_str_equal (cache, "5m")) /* the service's default */
    bty_json_writer_member_string (w, "ttl", cache);
  bty_json_writer_end_object (w);
}

/* Another family's ids may have letters that the service refuses. Both ends of a call are changed alike. */
static void
write_id (BtyJsonWriter *w, const char *name, const char *id)
{
  g_autofree char *sound = g_strdup (id);

  for (char *p = sound; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_' && *p != '-')
      *p = '_';
  bty_json_writer_member_string (w, name, sound);
}

/* Returns: whether @json is an object, and @has_type: whether with a `type` member. */
static gboolean
look_at_object (const char *json, gboolean *has_type, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  *has_type = FALSE;
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN)
    {
      if (token != BTY_JSON_ERROR)
        g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it is not a JSON object"));
      return FALSE;
    }
  while ((token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      *has_type |= bty_json_reader_key_is (&reader, "type");
      if (bty_json_reader_skip (&reader, NULL, NULL, error) == BTY_JSON_ERROR)
        return FALSE;
    }
  return token == BTY_JSON_OBJECT_END && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}

gboolean
bty_anthropic_schema_write (BtyJsonWriter *w, const char *what, const char *json, gboolean wants_type, GError **error)
{
  gboolean has_type, is_empty;
  g_autofree char *typed = NULL;

  if (!look_at_object (json, &has_type, error))
    {
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  is_empty = bty_json_is_empty_object (json, strlen (json), NULL);
  if (wants_type && !has_type)
    typed = g_strdup_printf ("{\"type\":\"object\"%s%s", is_empty ? "" : ",", strchr (json, '{') + 1);
  bty_json_writer_raw (w, typed != NULL ? typed : json, strlen (typed != NULL ? typed : json));
  return TRUE;
}

/* A model may have written something else than an object: it is told so, and is not kept from going on. */
static void
write_input (BtyJsonWriter *w, const char *arguments)
{
  gboolean unused;

  bty_json_writer_key (w, "input");
  if (arguments != NULL && look_at_object (arguments, &unused, NULL))
    {
      bty_json_writer_raw (w, arguments, strlen (arguments));
      return;
    }
  bty_json_writer_begin_object (w);
  if (arguments != NULL && *arguments != '\0')
    bty_json_writer_member_string (w, "not_an_object", arguments);
  bty_json_writer_end_object (w);
}

static void
write_tool_call (BtyJsonWriter *w, const BtyPart *part)
{
  bty_json_writer_member_string (w, "type", "tool_use");
  write_id (w, "id", part->call_id);
  bty_json_writer_member_string (w, "name", part->name);
  write_input (w, part->arguments);
}

static void
write_tool_result (BtyJsonWriter *w, const BtyPart *part)
{
  bty_json_writer_member_string (w, "type", "tool_result");
  write_id (w, "tool_use_id", part->call_id);
  if (part->text != NULL && *part->text != '\0')
    bty_json_writer_member_string (w, "content", part->text);
  if (part->is_error)
    bty_json_writer_member_bool (w, "is_error", TRUE);
}

static void
write_reasoning (BtyJsonWriter *w, const BtyPart *part)
{
  if (g_str_has_prefix (part->signature, BTY_ANTHROPIC_REDACTED))
    {
      bty_json_writer_member_string (w, "type", "redacted_thinking");
      bty_json_writer_member_string (w, "data", part->signature + strlen (BTY_ANTHROPIC_REDACTED));
      return;
    }
  bty_json_writer_member_string (w, "type", "thinking");
  bty_json_writer_member_string (w, "thinking", part->text != NULL ? part->text : "");
  bty_json_writer_member_string (w, "signature", part->signature + strlen (BTY_ANTHROPIC_SIGNATURE));
}

/* Returns: (nullable): the block's type that takes such a file. */
static const char *
block_type_of (const BtyPart *part)
{
  static const char *const images[] = { "image/jpeg", "image/png", "image/gif", "image/webp", NULL };
  const char *type = part->media_type != NULL ? part->media_type : "";

  if (part->data == NULL && (part->url == NULL || *part->url == '\0'))
    return NULL;
  if (g_strv_contains (images, type) || (part->data == NULL && g_str_has_prefix (type, "image/")))
    return "image";
  if (g_str_equal (type, "application/pdf") || (g_str_has_prefix (type, "text/") && part->data != NULL))
    return "document";
  return NULL;
}

static void
write_source (BtyJsonWriter *w, const BtyPart *part)
{
  gboolean is_text = g_str_has_prefix (part->media_type, "text/");

  bty_json_writer_key (w, "source");
  bty_json_writer_begin_object (w);
  if (part->data == NULL)
    {
      bty_json_writer_member_string (w, "type", "url");
      bty_json_writer_member_string (w, "url", part->url);
    }
  else
    {
      gsize length;
      const char *bytes = g_bytes_get_data (part->data, &length);

      bty_json_writer_member_string (w, "type", is_text ? "text" : "base64");
      bty_json_writer_member_string (w, "media_type", is_text ? "text/plain" : part->media_type);
      bty_json_writer_key (w, "data");
      if (is_text)
        bty_json_writer_string_len (w, bytes, length);
      else
        bty_json_writer_bytes (w, part->data);
    }
  bty_json_writer_end_object (w);
}

static gboolean
write_file (BtyJsonWriter *w, const BtyPart *part, GError **error)
{
  const char *type = block_type_of (part);

  if (part->data == NULL && (part->url == NULL || *part->url == '\0'))
    return bty_http_prompt_refuse_file (part, error);
  if (type == NULL)
    {
      g_set_error (
        error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, /* others take more */
        _ ("the file “%s” cannot be sent to this provider: it takes JPEG, PNG, GIF and WebP images, PDF and text"),
        part->name != NULL         ? part->name
        : part->media_type != NULL ? part->media_type
                                   : "");
      return FALSE;
    }
  bty_json_writer_member_string (w, "type", type);
  write_source (w, part);
  if (part->name != NULL && g_str_equal (type, "document"))
    bty_json_writer_member_string (w, "title", part->name);
  return TRUE;
}

gboolean
bty_anthropic_block_write (BtyJsonWriter *w, const BtyPart *part, const char *cache, GError **error)
{
  gboolean ok = TRUE;

  bty_json_writer_begin_object (w);
  switch (part->kind)
    {
    case BTY_PART_TOOL_CALL:
      write_tool_call (w, part);
      break;
    case BTY_PART_TOOL_RESULT:
      write_tool_result (w, part);
      break;
    case BTY_PART_REASONING:
      write_reasoning (w, part);
      break;
    case BTY_PART_FILE:
      ok = write_file (w, part, error);
      break;
    default:
      bty_json_writer_member_string (w, "type", "text");
      bty_json_writer_member_string (w, "text", part->text);
    }
  if (!ok)
    return FALSE;
  bty_anthropic_cache_write (w, cache);
  bty_json_writer_end_object (w);
  return TRUE;
}
