/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-line-framer-private.h"
#include "bty-ndjson-reader.h"

struct _BtyNdjsonReader
{
  BtyLineFramer framer;
  BtySseFunc func;
  gpointer func_data;
  gsize quiet_size; /* of empty lines since the last document */
};

BtyNdjsonReader *
bty_ndjson_reader_new (gsize max_line, BtySseFunc func, gpointer data)
{
  BtyNdjsonReader *self = g_new0 (BtyNdjsonReader, 1);

  bty_line_framer_init (&self->framer, max_line != 0 ? max_line : BTY_SSE_MAX_EVENT, FALSE);
  self->func = func;
  self->func_data = data;
  return self;
}

void
bty_ndjson_reader_free (BtyNdjsonReader *self)
{
  bty_line_framer_clear (&self->framer);
  g_free (self);
}

static gboolean
fail_too_long (BtyNdjsonReader *self, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
               _ ("a line of the stream is longer than %zu bytes: raise the option max_event_bytes of the provider"),
               self->framer.max_length);
  return FALSE;
}

static gboolean
deliver (BtyNdjsonReader *self, const BtyLine *line, GError **error)
{
  BtySseEvent event = { .data = line->text, .length = line->length };
  g_autofree char *mended = NULL;

  while (event.length > 0 && g_ascii_isspace (event.data[event.length - 1]))
    event.length -= 1;
  self->quiet_size = event.length > 0 ? 0 : self->quiet_size + line->length + 1;
  if (event.length == 0)
    return self->quiet_size <= self->framer.max_length || fail_too_long (self, error);
  if (!bty_line_is_utf8 (event.data, event.length))
    {
      event.data = mended = g_utf8_make_valid (event.data, event.length);
      event.length = strlen (mended);
    }
  return self->func (&event, self->func_data, error);
}

gboolean
bty_ndjson_reader_feed (BtyNdjsonReader *self, const char *bytes, gsize length, GError **error)
{
  const char *end = bytes + length;
  BtyLineFramerResult result;
  BtyLine line;

  while ((result = bty_line_framer_next (&self->framer, &bytes, end, &line)) == BTY_LINE_FRAMER_LINE)
    if (!deliver (self, &line, error))
      return FALSE;
  return result == BTY_LINE_FRAMER_MORE || fail_too_long (self, error);
}

gboolean
bty_ndjson_reader_end (BtyNdjsonReader *self, GError **error)
{
  BtyLine line;

  if (!bty_line_framer_last (&self->framer, &line) || !bty_json_validate (line.text, line.length, 0, NULL))
    return TRUE;
  return deliver (self, &line, error);
}
