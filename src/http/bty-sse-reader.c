/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-line-framer-private.h"
#include "bty-sse-reader.h"

struct _BtySseReader
{
  BtyLineFramer framer;
  BtySseFunc func;
  gpointer func_data;
  gsize max_event;

  gsize event_size; /* of the lines of the event that is being read */
  gsize quiet_size; /* of comments and empty lines since the last event: signs of life, but not for ever */
  gboolean has_data;
  const char *data; /* the only data line so far, where it lies in what is being fed; else %NULL */
  gsize data_length;
  GString *data_copy; /* when there are several lines, or the piece they came in is gone */
  char *name;
  char *id;
  gint64 retry_ms;
  gboolean at_start;
};

BtySseReader *
bty_sse_reader_new (gsize max_event, BtySseFunc func, gpointer data)
{
  BtySseReader *self = g_new0 (BtySseReader, 1);

  self->max_event = max_event != 0 ? max_event : BTY_SSE_MAX_EVENT;
  bty_line_framer_init (&self->framer, self->max_event, TRUE);
  self->func = func;
  self->func_data = data;
  self->data_copy = g_string_new (NULL);
  self->retry_ms = -1;
  self->at_start = TRUE;
  return self;
}

void
bty_sse_reader_free (BtySseReader *self)
{
  bty_line_framer_clear (&self->framer);
  g_string_free (self->data_copy, TRUE);
  g_free (self->name);
  g_free (self->id);
  g_free (self);
}

gint64
bty_sse_reader_get_retry_ms (BtySseReader *self)
{
  return self->retry_ms;
}

/* Moves a data line that lies in what is being fed to where it can stay. */
static void
keep_data (BtySseReader *self)
{
  if (self->data != NULL)
    g_string_append_len (self->data_copy, self->data, self->data_length);
  self->data = NULL;
}

static void
take_data (BtySseReader *self, const char *value, gsize length, gboolean torn)
{
  if (!self->has_data && !torn)
    {
      self->data = value;
      self->data_length = length;
    }
  else
    {
      keep_data (self);
      if (self->has_data)
        g_string_append_c (self->data_copy, '\n');
      g_string_append_len (self->data_copy, value, length);
    }
  self->has_data = TRUE;
}

static void
take_text (char **place, const char *value, gsize length)
{
  g_free (*place);
  *place = g_utf8_make_valid (value, length);
}

static void
take_retry (BtySseReader *self, const char *value, gsize length)
{
  gint64 retry = 0;

  if (length == 0 || length > 9)
    return;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return;
      retry = retry * 10 + (value[i] - '0');
    }
  self->retry_ms = retry;
}

static gboolean
name_is (const char *name, gsize length, const char *word)
{
  return length == strlen (word) && memcmp (name, word, length) == 0;
}

static void
take_field (BtySseReader *self, const BtyLine *line)
{
  const char *colon = memchr (line->text, ':', line->length);
  gsize name_length = colon != NULL ? (gsize) (colon - line->text) : line->length;
  const char *value = line->text + name_length + (colon != NULL);
  gsize length = line->text + line->length - value;

  if (length > 0 && *value == ' ')
    {
      value += 1;
      length -= 1;
    }
  if (name_is (line->text, name_length, "data"))
    take_data (self, value, length, line->torn);
  else if (name_is (line->text, name_length, "event"))
    take_text (&self->name, value, length);
  else if (name_is (line->text, name_length, "id") && memchr (value, '\0', length) == NULL)
    take_text (&self->id, value, length);
  else if (name_is (line->text, name_length, "retry"))
    take_retry (self, value, length);
}

static void
begin_event (BtySseReader *self)
{
  self->event_size = 0;
  self->has_data = FALSE;
  self->data = NULL;
  g_string_truncate (self->data_copy, 0);
  g_clear_pointer (&self->name, g_free);
}

static gboolean
deliver (BtySseReader *self, GError **error)
{
  BtySseEvent event = { .name = self->name, .id = self->id };
  g_autofree char *mended = NULL;
  gboolean ok = TRUE;

  event.data = self->data != NULL ? self->data : self->data_copy->str;
  event.length = self->data != NULL ? self->data_length : self->data_copy->len;
  if (!bty_line_is_utf8 (event.data, event.length))
    {
      event.data = mended = g_utf8_make_valid (event.data, event.length);
      event.length = strlen (mended);
    }
  if (event.name != NULL && *event.name == '\0')
    event.name = NULL;
  if (self->has_data)
    {
      self->quiet_size = 0;
      ok = self->func (&event, self->func_data, error);
    }
  begin_event (self);
  return ok;
}

static gboolean
fail_too_long (BtySseReader *self, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
               _ ("an event of the stream is longer than %zu bytes: raise the option max_event_bytes of the provider"),
               self->max_event);
  return FALSE;
}

static gboolean
take_line (BtySseReader *self, BtyLine *line, GError **error)
{
  if (self->at_start && line->length >= 3 && memcmp (line->text, "\xef\xbb\xbf", 3) == 0)
    {
      line->text += 3;
      line->length -= 3;
    }
  self->at_start = FALSE;
  if (line->length == 0 || *line->text == ':')
    {
      self->quiet_size += line->length + 1;
      if (self->quiet_size > self->max_event && !self->has_data)
        return fail_too_long (self, error);
      return line->length > 0 || deliver (self, error);
    }
  self->event_size += line->length + 1;
  if (self->event_size > self->max_event)
    return fail_too_long (self, error);
  take_field (self, line);
  return TRUE;
}

gboolean
bty_sse_reader_feed (BtySseReader *self, const char *bytes, gsize length, GError **error)
{
  const char *end = bytes + length;
  BtyLineFramerResult result;
  BtyLine line;

  while ((result = bty_line_framer_next (&self->framer, &bytes, end, &line)) == BTY_LINE_FRAMER_LINE)
    if (!take_line (self, &line, error))
      return FALSE;
  if (result == BTY_LINE_FRAMER_LONG)
    return fail_too_long (self, error);
  keep_data (self);
  return TRUE;
}

gboolean
bty_sse_reader_end (BtySseReader *self, GError **error)
{
  BtyLine cut_off;

  if (bty_line_framer_last (&self->framer, &cut_off))
    g_debug ("the stream ended inside a line of %zu bytes", cut_off.length);
  return deliver (self, error);
}
