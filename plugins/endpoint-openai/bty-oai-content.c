/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-oai-content.h"

#define MAX_PARTS 1000
#define MAX_URL   8192

/* A part as it stands in the request; what it is its type says, which may come last. */
typedef struct
{
  char *type;
  char *text;
  char *url;
  char *data;
  char *format;
  char *name;
  char *file_id;
  gboolean cache_here;
} Part;

static void
part_clear (Part *part)
{
  g_free (part->type);
  g_free (part->text);
  g_free (part->url);
  g_free (part->data);
  g_free (part->format);
  g_free (part->name);
  g_free (part->file_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Part, part_clear)

#define MEMBER(member)                                                                                                 \
  static gboolean read_##member (BtyOaiReader *reader, gpointer target)                                                \
  {                                                                                                                    \
    return bty_oai_read_string (reader, &((Part *) target)->member);                                                   \
  }
MEMBER (type)
MEMBER (text)
MEMBER (url)
MEMBER (data)
MEMBER (format)
MEMBER (name)
MEMBER (file_id)
#undef MEMBER

/* An object with the address in Chat Completions, the address itself in Responses. */
static gboolean
read_image_url (BtyOaiReader *reader, gpointer target)
{
  static const BtyOaiMember members[] = { { "url", read_url }, { NULL } };
  BtyJsonToken token = bty_oai_next (reader);

  if (token == BTY_JSON_STRING)
    return bty_oai_take_string (reader, &((Part *) target)->url);
  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_oai_read_members (reader, members, target);
  return token == BTY_JSON_NULL || (token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("expected an object")));
}

static const BtyOaiMember file_members[] = {
  { "filename", read_name },
  { "file_data", read_data },
  { "file_url", read_url },
  { "file_id", read_file_id },
  { "data", read_data },
  { "format", read_format },
  { NULL },
};

static gboolean
read_inner (BtyOaiReader *reader, gpointer target)
{
  return bty_oai_read_object (reader, file_members, target);
}

static gboolean
read_cache (BtyOaiReader *reader, gpointer target)
{
  g_autofree char *raw = NULL;
  gboolean ok = bty_oai_read_raw (reader, FALSE, &raw);

  ((Part *) target)->cache_here = raw != NULL;
  return ok;
}

static const BtyOaiMember part_members[] = {
  { "type", read_type },           { "text", read_text },           { "refusal", read_text },
  { "image_url", read_image_url }, { "input_audio", read_inner },   { "file", read_inner },
  { "filename", read_name },       { "file_data", read_data },      { "file_url", read_url },
  { "file_id", read_file_id },     { "cache_control", read_cache }, { NULL },
};

/* Files. */

static const char *
type_by_name (const char *name)
{
  static const char *const types[][2] = {
    { ".pdf", "application/pdf" },   { ".txt", "text/plain" }, { ".md", "text/markdown" }, { ".csv", "text/csv" },
    { ".json", "application/json" }, { ".html", "text/html" }, { ".png", "image/png" },    { ".jpg", "image/jpeg" },
  };

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i][0]))
      return types[i][1];
  return "application/pdf"; /* what this part was made for */
}

static gboolean
take_base64 (BtyOaiReader *reader, BtyPart *part, const char *base64)
{
  if (bty_record_read_text (part, BTY_VIEW_CREATE, "data", base64, NULL) && part->data != NULL)
    return TRUE;
  return bty_oai_fail (reader, _ ("the data is not base64 with padding"));
}

static gboolean
take_data_url (BtyOaiReader *reader, BtyPart *part, const char *url)
{
  const char *comma = strchr (url, ',');
  gsize length = strcspn (url + 5, ";,");

  if (comma == NULL || comma - url < 7 || strncmp (comma - 7, ";base64", 7) != 0 || length == 0 || length > 100)
    return bty_oai_fail (reader, _ ("a data URL must be data:TYPE;base64,DATA"));
  bty_record_take_string (&part->media_type, g_strndup (url + 5, length));
  for (const char *c = part->media_type; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("/+-._", *c) == NULL)
      return bty_oai_fail (reader, _ ("a data URL must be data:TYPE;base64,DATA"));
  return take_base64 (reader, part, comma + 1);
}

static gboolean
is_web_url (const char *url)
{
  if (g_ascii_strncasecmp (url, "https://", 8) != 0 && g_ascii_strncasecmp (url, "http://", 7) != 0)
    return FALSE;
  for (const char *c = url; *c != '\0'; c++)
    if ((guchar) *c <= ' ' || *c == 0x7f)
      return FALSE;
  return strlen (url) <= MAX_URL;
}

static gboolean
take_url (BtyOaiReader *reader, BtyPart *part, const char *url, const char *media_type)
{
  if (g_ascii_strncasecmp (url, "data:", 5) == 0)
    return take_data_url (reader, part, url);
  if (!is_web_url (url))
    return bty_oai_fail (reader, _ ("the address must be a data: or an https: URL"));
  part->url = g_strdup (url);
  part->media_type = g_strdup (media_type);
  return TRUE;
}

static gboolean
take_file (BtyOaiReader *reader, BtyPart *part, const Part *from)
{
  part->name = g_strdup (from->name);
  if (from->data != NULL && g_ascii_strncasecmp (from->data, "data:", 5) == 0)
    return take_data_url (reader, part, from->data);
  if (from->data == NULL && from->url != NULL)
    return take_url (reader, part, from->url, type_by_name (from->name));
  if (from->data == NULL)
    return bty_oai_fail (reader, _ ("files that were uploaded before are not known here: send the file's data"));
  part->media_type = g_strdup (type_by_name (from->name));
  return take_base64 (reader, part, from->data);
}

static gboolean
take_audio (BtyOaiReader *reader, BtyPart *part, const Part *from)
{
  gboolean is_wav = g_strcmp0 (from->format, "wav") == 0;

  if (!is_wav && g_strcmp0 (from->format, "mp3") != 0)
    return bty_oai_fail (reader, _ ("the format must be wav or mp3"));
  part->media_type = g_strdup (is_wav ? "audio/wav" : "audio/mpeg");
  return take_base64 (reader, part, from->data != NULL ? from->data : "");
}

static gboolean
is_one_of (const char *type, const char *a, const char *b)
{
  return g_strcmp0 (type, a) == 0 || g_strcmp0 (type, b) == 0;
}

static gboolean
is_text (const Part *from)
{
  return is_one_of (from->type, "text", "input_text") || is_one_of (from->type, "output_text", "refusal") ||
         is_one_of (from->type, "summary_text", "reasoning_text");
}

static gboolean
convert (BtyOaiReader *reader, const Part *from, BtyPart *part)
{
  part->kind = BTY_PART_FILE;
  if (is_text (from))
    {
      part->kind = BTY_PART_TEXT;
      part->text = g_strdup (from->text);
      return from->text != NULL || bty_oai_fail (reader, _ ("the text is missing"));
    }
  if (is_one_of (from->type, "image_url", "input_image"))
    return from->url != NULL ? take_url (reader, part, from->url, "image/*")
                             : bty_oai_fail (reader, _ ("the image's address is missing"));
  if (g_strcmp0 (from->type, "input_audio") == 0)
    return take_audio (reader, part, from);
  if (is_one_of (from->type, "file", "input_file"))
    return take_file (reader, part, from);
  return bty_oai_fail (reader, _ ("a part must be text, an image, audio or a file"));
}

static gboolean
read_part (BtyOaiReader *reader, gpointer target)
{
  BtyOaiContent *content = target;
  g_auto (Part) from = { 0 };
  g_autoptr (BtyPart) part = bty_part_new ();

  if (!bty_oai_read_members (reader, part_members, &from) || !convert (reader, &from, part))
    return FALSE;
  content->cache_here |= from.cache_here;
  g_ptr_array_add (content->parts, g_steal_pointer (&part));
  return TRUE;
}

void
bty_oai_content_init (BtyOaiContent *content)
{
  *content = (BtyOaiContent){ .parts = bty_record_list_new () };
}

void
bty_oai_content_clear (BtyOaiContent *content)
{
  g_clear_pointer (&content->parts, g_ptr_array_unref);
}

gboolean
bty_oai_read_content (BtyOaiReader *reader, BtyOaiContent *content)
{
  BtyJsonToken token = bty_oai_next (reader);
  BtyPart *part;

  content->is_given = token != BTY_JSON_NULL;
  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_oai_read_items (reader, MAX_PARTS, read_part, content);
  if (token != BTY_JSON_STRING)
    return token != BTY_JSON_ERROR && bty_oai_fail (reader, _ ("expected a string or an array of parts"));
  part = bty_part_new ();
  part->kind = BTY_PART_TEXT;
  g_ptr_array_add (content->parts, part);
  return bty_oai_take_string (reader, &part->text);
}

char *
bty_oai_content_get_text (const BtyOaiContent *content)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < content->parts->len; i++)
    {
      const BtyPart *part = content->parts->pdata[i];

      if (part->kind != BTY_PART_TEXT)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, part->text);
    }
  return g_string_free (text, FALSE);
}
