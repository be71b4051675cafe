/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-anthropic-event.h"

/* Where in an event a member stands. */
typedef enum
{
  ROOT,
  MESSAGE,
  DELTA,
  BLOCK,
  USAGE,
  DETAILS,
  N_PLACES,
} Place;

static const struct
{
  Place place;
  const char *name;
  BtyAnthropicText text;
} texts[] = {
  { ROOT, "type", BTY_ANTHROPIC_TYPE },
  { ROOT, "stop_reason", BTY_ANTHROPIC_STOP }, /* of a whole answer */
  { DELTA, "type", BTY_ANTHROPIC_DELTA_TYPE },
  { DELTA, "text", BTY_ANTHROPIC_TEXT },
  { DELTA, "thinking", BTY_ANTHROPIC_THINKING },
  { DELTA, "signature", BTY_ANTHROPIC_SIGNED },
  { DELTA, "partial_json", BTY_ANTHROPIC_PARTIAL },
  { DELTA, "stop_reason", BTY_ANTHROPIC_STOP },
  { BLOCK, "type", BTY_ANTHROPIC_BLOCK_TYPE },
  { BLOCK, "id", BTY_ANTHROPIC_ID },
  { BLOCK, "name", BTY_ANTHROPIC_NAME },
  { BLOCK, "text", BTY_ANTHROPIC_TEXT },
  { BLOCK, "thinking", BTY_ANTHROPIC_THINKING },
  { BLOCK, "signature", BTY_ANTHROPIC_SIGNED },
  { BLOCK, "data", BTY_ANTHROPIC_DATA },
  { BLOCK, "input", BTY_ANTHROPIC_INPUT },
};

static const struct
{
  Place place;
  const char *name;
  BtyAnthropicCount count;
} counts[] = {
  { USAGE, "input_tokens", BTY_ANTHROPIC_COUNT_INPUT },
  { USAGE, "cache_read_input_tokens", BTY_ANTHROPIC_COUNT_CACHED },
  { USAGE, "cache_creation_input_tokens", BTY_ANTHROPIC_COUNT_CACHE_WRITE },
  { USAGE, "output_tokens", BTY_ANTHROPIC_COUNT_OUTPUT },
  { DETAILS, "thinking_tokens", BTY_ANTHROPIC_COUNT_THINKING },
};

/* Objects that are looked into. */
static const struct
{
  Place place;
  const char *name;
  Place inner;
} places[] = {
  { ROOT, "message", MESSAGE }, { ROOT, "delta", DELTA },    { ROOT, "content_block", BLOCK },
  { ROOT, "usage", USAGE },     { MESSAGE, "usage", USAGE }, { USAGE, "output_tokens_details", DETAILS },
};

typedef struct
{
  BtyAnthropicEvent *event;
  BtyJsonReader reader;
  BtyAnthropicBlockFunc block;
  gpointer data;
  GError **error;
} Read;

void
bty_anthropic_event_init (BtyAnthropicEvent *event)
{
  *event = (BtyAnthropicEvent){ .index = -1 };
  for (guint i = 0; i < BTY_ANTHROPIC_N_TEXTS; i++)
    event->texts[i] = g_string_new (NULL);
}

void
bty_anthropic_event_clear (BtyAnthropicEvent *event)
{
  for (guint i = 0; i < BTY_ANTHROPIC_N_TEXTS; i++)
    g_string_free (event->texts[i], TRUE);
}

static void
forget (BtyAnthropicEvent *event)
{
  memset (event->has, 0, sizeof event->has);
  event->index = -1;
  event->has_counts = event->has_error = FALSE;
  for (guint i = 0; i < BTY_ANTHROPIC_N_COUNTS; i++)
    event->counts[i] = -1;
}

static void
take_text (Read *read, BtyAnthropicText text, const char *bytes, gsize length)
{
  GString *place = read->event->texts[text];

  read->event->has[text] = TRUE;
  g_string_truncate (place, 0);
  g_string_append_len (place, bytes, (gssize) length);
  if (memchr (bytes, '\0', length) != NULL)
    { /* from \u0000: nobody behind us expects one */
      g_autofree char *mended = g_utf8_make_valid (bytes, (gssize) length);

      g_string_assign (place, mended);
    }
}

static void
take_count (Read *read, BtyAnthropicCount count, BtyJsonToken token)
{
  const gint64 most = G_GINT64_CONSTANT (1000000000000000);
  gint64 value = -1;

  if (token == BTY_JSON_INT)
    value = CLAMP (read->reader.integer, 0, most);
  else if (token == BTY_JSON_DOUBLE)
    value = (gint64) CLAMP (read->reader.number, 0, (double) most);
  if (value < 0)
    return;
  read->event->counts[count] = value;
  read->event->has_counts = TRUE;
}

static gboolean read_object (Read *read, Place place);

/* A member whose value is no object that is looked into. */
static gboolean
read_value (Read *read, Place place)
{
  int text = -1, count = -1;
  gboolean is_index = place == ROOT && bty_json_reader_key_is (&read->reader, "index");
  gboolean is_error = place == ROOT && bty_json_reader_key_is (&read->reader, "error");
  const char *raw;
  gsize length;
  BtyJsonToken token;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].place == place && bty_json_reader_key_is (&read->reader, texts[i].name))
      text = (int) texts[i].text;
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (counts[i].place == place && bty_json_reader_key_is (&read->reader, counts[i].name))
      count = (int) counts[i].count;
  token = bty_json_reader_skip (&read->reader, &raw, &length, read->error);
  if (text == BTY_ANTHROPIC_INPUT && token == BTY_JSON_OBJECT_BEGIN)
    take_text (read, BTY_ANTHROPIC_INPUT, raw, length);
  else if (text >= 0 && text != BTY_ANTHROPIC_INPUT && token == BTY_JSON_STRING)
    take_text (read, (BtyAnthropicText) text, read->reader.text, read->reader.length);
  if (count >= 0)
    take_count (read, (BtyAnthropicCount) count, token);
  if (is_index && token == BTY_JSON_INT)
    read->event->index = read->reader.integer;
  read->event->has_error |= is_error && token != BTY_JSON_NULL;
  return token != BTY_JSON_ERROR;
}

static gboolean
read_inner (Read *read, Place inner)
{
  BtyJsonToken token = bty_json_reader_next (&read->reader, read->error);

  if (token == BTY_JSON_OBJECT_BEGIN)
    return read_object (read, inner);
  if (token == BTY_JSON_ARRAY_BEGIN)
    return bty_json_reader_skip_rest (&read->reader, read->error);
  return token != BTY_JSON_ERROR;
}

/* The blocks of a whole answer, as if they had come one by one. */
static gboolean
read_content (Read *read)
{
  BtyJsonToken token = bty_json_reader_next (&read->reader, read->error);
  gint64 index = 0;

  if (token == BTY_JSON_OBJECT_BEGIN)
    return bty_json_reader_skip_rest (&read->reader, read->error);
  if (token != BTY_JSON_ARRAY_BEGIN)
    return token != BTY_JSON_ERROR;
  while ((token = bty_json_reader_next (&read->reader, read->error)) == BTY_JSON_OBJECT_BEGIN)
    {
      for (guint i = BTY_ANTHROPIC_BLOCK_TYPE; i <= BTY_ANTHROPIC_PARTIAL; i++)
        read->event->has[i] = FALSE;
      if (!read_object (read, BLOCK))
        return FALSE;
      read->event->index = index++;
      if (!read->block (read->event, read->data, read->error))
        return FALSE;
    }
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (read->error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a content block is not an object"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_member (Read *read, Place place)
{
  if (place == ROOT && read->block != NULL && bty_json_reader_key_is (&read->reader, "content"))
    return read_content (read);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].place == place && bty_json_reader_key_is (&read->reader, places[i].name))
      return read_inner (read, places[i].inner);
  return read_value (read, place);
}

static gboolean
read_object (Read *read, Place place)
{
  BtyJsonToken token;

  while ((token = bty_json_reader_next (&read->reader, read->error)) == BTY_JSON_KEY)
    if (!read_member (read, place))
      return FALSE;
  return token == BTY_JSON_OBJECT_END;
}

gboolean
bty_anthropic_event_read (BtyAnthropicEvent *event, const char *json, gsize length, BtyAnthropicBlockFunc block,
                          gpointer data, GError **error)
{
  Read read = { .event = event, .block = block, .data = data, .error = error };
  BtyJsonToken token;
  gboolean ok;

  forget (event);
  bty_json_reader_init (&read.reader, json, length, 0);
  token = bty_json_reader_next (&read.reader, error);
  if (token != BTY_JSON_OBJECT_BEGIN && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("an event is not an object"));
  ok = token == BTY_JSON_OBJECT_BEGIN && read_object (&read, ROOT) &&
       bty_json_reader_next (&read.reader, error) == BTY_JSON_END;
  bty_json_reader_clear (&read.reader);
  return ok;
}
