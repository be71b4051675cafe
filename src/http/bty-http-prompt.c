/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-prompt.h"

#define OWN_ID   "bty-"
#define ID_CHARS 20

guint
bty_http_prompt_count (const BtyPromptMessage *message, BtyPartKind kind)
{
  guint n = 0;

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    n += ((BtyPart *) message->parts->pdata[i])->kind == kind;
  return n;
}

char *
bty_http_prompt_text (const BtyPromptMessage *message)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind != BTY_PART_TEXT || part->text == NULL)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, part->text);
    }
  return g_string_free (text, FALSE);
}

static const char *
name_of_call (const BtyPromptMessage *message, const char *call_id)
{
  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TOOL_CALL && g_strcmp0 (part->call_id, call_id) == 0)
        return part->name;
    }
  return NULL;
}

const char *
bty_http_prompt_tool_name (const BtyCompletionRequest *request, const BtyPart *part)
{
  const char *name = part->name;

  for (guint i = request->messages->len; name == NULL && part->call_id != NULL && i > 0; i--)
    name = name_of_call (request->messages->pdata[i - 1], part->call_id);
  return name;
}

gboolean
bty_http_prompt_write_json (BtyJsonWriter *w, const char *what, const char *json, GError **error)
{
  if (!bty_json_validate (json, strlen (json), 0, error))
    {
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  bty_json_writer_raw (w, json, strlen (json));
  return TRUE;
}

char *
bty_http_prompt_new_call_id (const char *seed, guint index, const char *name, const char *arguments, gsize length)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%s\n%u\n%s\n", seed != NULL ? seed : "", index, name);

  g_checksum_update (sum, (const guchar *) head, -1);
  g_checksum_update (sum, (const guchar *) arguments, (gssize) length);
  return g_strdup_printf (OWN_ID "%.*s", ID_CHARS, g_checksum_get_string (sum));
}

gboolean
bty_http_prompt_is_own_call_id (const char *call_id)
{
  return g_str_has_prefix (call_id, OWN_ID) && strlen (call_id) == strlen (OWN_ID) + ID_CHARS;
}

gboolean
bty_http_prompt_refuse_file (const BtyPart *part, GError **error)
{
  const char *type = part->media_type != NULL ? part->media_type : "";

  if (part->data == NULL && part->url != NULL && *part->url != '\0')
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
      _ ("the file “%s” lies at an address, from where this service does not fetch it: send it along, or add "
         "another provider to the route"),
      part->name != NULL ? part->name : type);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the file “%s” has no content that could be sent"),
                 part->name != NULL ? part->name : type);
  return FALSE;
}
