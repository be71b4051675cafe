/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-responses"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-responses-event.h"

typedef enum
{
  TEXT,
  JSON, /* kept as it stands, and looked into */
} Form;

static const struct
{
  const char *path;
  BtyResponsesText text;
  Form form;
} texts[] = {
  { "/type", BTY_RESPONSES_TYPE, TEXT },
  { "/object", BTY_RESPONSES_OBJECT, TEXT },
  { "/delta", BTY_RESPONSES_DELTA, TEXT },
  { "/item_id", BTY_RESPONSES_ITEM_ID, TEXT },
  { "/arguments", BTY_RESPONSES_ARGUMENTS, TEXT },
  { "/item", BTY_RESPONSES_ITEM, JSON },
  { "/item/type", BTY_RESPONSES_ITEM_TYPE, TEXT },
  { "/item/id", BTY_RESPONSES_ITEM_OWN_ID, TEXT },
  { "/item/call_id", BTY_RESPONSES_ITEM_CALL_ID, TEXT },
  { "/item/name", BTY_RESPONSES_ITEM_NAME, TEXT },
  { "/item/arguments", BTY_RESPONSES_ITEM_ARGUMENTS, TEXT },
  { "/item/encrypted_content", BTY_RESPONSES_ITEM_ENCRYPTED, TEXT },
  { "/status", BTY_RESPONSES_STATUS, TEXT },
  { "/incomplete_details/reason", BTY_RESPONSES_REASON, TEXT },
  { "/error", BTY_RESPONSES_ERROR, JSON },
  { "/output", BTY_RESPONSES_OUTPUT, JSON },
};

static const struct
{
  const char *path;
  BtyResponsesNumber number;
} numbers[] = {
  { "/output_index", BTY_RESPONSES_OUTPUT_INDEX },
  { "/summary_index", BTY_RESPONSES_SUMMARY_INDEX },
  { "/usage/input_tokens", BTY_RESPONSES_INPUT },
  { "/usage/input_tokens_details/cached_tokens", BTY_RESPONSES_CACHED },
  { "/usage/input_tokens_details/cache_write_tokens", BTY_RESPONSES_CACHE_WRITE },
  { "/usage/output_tokens", BTY_RESPONSES_GIVEN },
  { "/usage/output_tokens_details/reasoning_tokens", BTY_RESPONSES_REASONED },
};

void
bty_responses_event_init (BtyResponsesEvent *event)
{
  *event = (BtyResponsesEvent){ .path = g_string_new (NULL) };
  for (guint i = 0; i < BTY_RESPONSES_N_TEXTS; i++)
    event->texts[i] = g_string_new (NULL);
}

void
bty_responses_event_clear (BtyResponsesEvent *event)
{
  g_string_free (event->path, TRUE);
  for (guint i = 0; i < BTY_RESPONSES_N_TEXTS; i++)
    g_string_free (event->texts[i], TRUE);
}

static void
take_text (BtyResponsesEvent *event, BtyResponsesText text, const char *bytes, gsize length)
{
  event->has[text] = TRUE;
  g_string_truncate (event->texts[text], 0);
  g_string_append_len (event->texts[text], bytes, (gssize) length);
  if (memchr (bytes, '\0', length) != NULL)
    { /* from \u0000: nobody behind us expects one */
      g_autofree char *mended = g_utf8_make_valid (bytes, (gssize) length);

      g_string_assign (event->texts[text], mended);
    }
}

static void
take_number (BtyResponsesEvent *event, const BtyJsonReader *reader, BtyJsonToken token)
{
  const gint64 most = G_GINT64_CONSTANT (1000000000000000);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (!g_str_equal (numbers[i].path, event->path->str))
        continue;
      if (token == BTY_JSON_INT)
        event->numbers[numbers[i].number] = CLAMP (reader->integer, 0, most);
      else if (token == BTY_JSON_DOUBLE)
        event->numbers[numbers[i].number] = (gint64) CLAMP (reader->number, 0, (double) most);
    }
}

static gboolean read_members (BtyResponsesEvent *event, BtyJsonReader *reader, GError **error);

static int
find_text (const BtyResponsesEvent *event)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].path, event->path->str))
      return (int) i;
  return -1;
}

/* Keeps an object or a list as it stands, and reads an object's members from there. */
static gboolean
read_json (BtyResponsesEvent *event, BtyResponsesText text, BtyJsonReader *reader, GError **error)
{
  const char *raw;
  gsize length;
  BtyJsonToken token = bty_json_reader_skip (reader, &raw, &length, error);
  g_auto (BtyJsonReader) inner;

  bty_json_reader_init (&inner, raw, token == BTY_JSON_OBJECT_BEGIN ? length : 0, 0);
  if (token == BTY_JSON_OBJECT_BEGIN || token == BTY_JSON_ARRAY_BEGIN)
    take_text (event, text, raw, length);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return token != BTY_JSON_ERROR;
  return bty_json_reader_next (&inner, error) == BTY_JSON_OBJECT_BEGIN && read_members (event, &inner, error);
}

static gboolean
read_value (BtyResponsesEvent *event, BtyJsonReader *reader, GError **error)
{
  int row = find_text (event);
  BtyJsonToken token;

  if (row >= 0 && texts[row].form == JSON)
    return read_json (event, texts[row].text, reader, error);
  token = bty_json_reader_next (reader, error);
  if (token == BTY_JSON_OBJECT_BEGIN)
    return read_members (event, reader, error);
  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (reader, error);
  if (row >= 0 && token == BTY_JSON_STRING)
    take_text (event, texts[row].text, reader->text, reader->length);
  take_number (event, reader, token);
  return token != BTY_JSON_ERROR;
}

/* An answer inside an event has its members where they would be if it stood alone. */
static gboolean
read_members (BtyResponsesEvent *event, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_KEY)
    {
      gsize before = event->path->len;
      gboolean is_answer = before == 0 && bty_json_reader_key_is (reader, "response");

      if (!is_answer)
        {
          g_string_append_c (event->path, '/');
          g_string_append_len (event->path, reader->text, (gssize) reader->length);
        }
      if (!read_value (event, reader, error))
        return FALSE;
      g_string_truncate (event->path, before);
    }
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_responses_event_read (BtyResponsesEvent *event, const char *prefix, const char *json, gsize length, GError **error)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  memset (event->has, 0, sizeof event->has);
  for (guint i = 0; i < BTY_RESPONSES_N_NUMBERS; i++)
    event->numbers[i] = -1;
  g_string_assign (event->path, prefix);
  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an event is not an object"));
  return token == BTY_JSON_OBJECT_BEGIN && read_members (event, &reader, error) &&
         bty_json_reader_next (&reader, error) == BTY_JSON_END;
}
