/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <string.h>

#include "bty-cassette-private.h"
#include "bty-json-writer.h"

typedef struct
{
  GString *out;
  BtyJsonWriter writer;
} Line;

static void
begin (Line *line, BtyCassetteLineKind kind)
{
  bty_json_writer_init (&line->writer, line->out);
  bty_json_writer_begin_object (&line->writer);
  bty_json_writer_member_string (&line->writer, "line", bty_enum_nick (bty_cassette_lines, kind));
}

static void
end (Line *line)
{
  bty_json_writer_end_object (&line->writer);
  g_string_append_c (line->out, '\n');
}

static void
add_int (Line *line, const char *name, gint64 value)
{
  bty_json_writer_key (&line->writer, name);
  bty_json_writer_int (&line->writer, value);
}

static void
add_text (Line *line, const char *name, const char *text)
{
  if (text == NULL)
    return;
  bty_json_writer_key (&line->writer, name);
  bty_json_writer_string (&line->writer, text);
}

/* Text where it is text, so that it can be read; else base64. */
static void
add_bytes (Line *line, GBytes *bytes)
{
  gsize length = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (bytes == NULL)
    return;
  if (length == 0)
    data = "";
  if (g_utf8_validate_len (data, length, NULL))
    {
      bty_json_writer_key (&line->writer, "text");
      bty_json_writer_string_len (&line->writer, data, length);
      return;
    }
  bty_json_writer_key (&line->writer, "base64");
  bty_json_writer_bytes (&line->writer, bytes);
}

static void
add_headers (Line *line, const GPtrArray *headers)
{
  bty_json_writer_key (&line->writer, "headers");
  bty_json_writer_begin_array (&line->writer);
  for (guint i = 0; i < headers->len; i++)
    bty_json_writer_string (&line->writer, headers->pdata[i]);
  bty_json_writer_end_array (&line->writer);
}

static void
write_first (Line *line, const BtyCassette *cassette)
{
  begin (line, BTY_CASSETTE_LINE_CASSETTE);
  add_int (line, "version", 1);
  add_text (line, "turn", cassette->turn);
  add_text (line, "session", cassette->session);
  add_text (line, "bot", cassette->bot);
  bty_json_writer_key (&line->writer, "made_at");
  bty_json_writer_time (&line->writer, cassette->made_at);
  add_int (line, "redacted", cassette->redacted);
  end (line);
}

static void
write_take (Line *line, const BtyCassetteTake *take, guint n)
{
  begin (line, BTY_CASSETTE_LINE_TAKE);
  add_int (line, "n", n);
  add_int (line, "at", take->at);
  add_text (line, "provider", take->provider);
  add_text (line, "kind", take->kind);
  add_text (line, "url", take->url);
  bty_json_writer_key (&line->writer, "request");
  bty_json_writer_raw (&line->writer, take->request, strlen (take->request));
  end (line);
}

static void
write_answer (Line *line, const BtyCassetteExchange *exchange, guint n)
{
  begin (line, BTY_CASSETTE_LINE_HEAD);
  add_int (line, "n", n);
  add_int (line, "at", exchange->head_at);
  add_int (line, "status", exchange->status);
  add_headers (line, exchange->answer_headers);
  end (line);
  for (guint i = 0; i < exchange->pieces->len; i++)
    {
      const BtyCassettePiece *piece = &g_array_index (exchange->pieces, BtyCassettePiece, i);

      begin (line, BTY_CASSETTE_LINE_PIECE);
      add_int (line, "n", n);
      add_int (line, "at", piece->at);
      add_bytes (line, piece->bytes);
      end (line);
    }
}

static void
write_exchange (Line *line, const BtyCassetteExchange *exchange, guint n)
{
  begin (line, BTY_CASSETTE_LINE_ASK);
  add_int (line, "n", n);
  add_int (line, "at", exchange->sent_at);
  add_int (line, "take", exchange->take);
  add_text (line, "method", exchange->method);
  add_text (line, "url", exchange->url);
  add_headers (line, exchange->headers);
  add_bytes (line, exchange->body);
  end (line);
  if (exchange->status != 0)
    write_answer (line, exchange, n);
  if (exchange->end == BTY_CASSETTE_OPEN)
    return;
  begin (line, BTY_CASSETTE_LINE_OVER);
  add_int (line, "n", n);
  add_int (line, "at", exchange->ended_at);
  add_text (line, "end", bty_enum_nick (bty_cassette_ends, exchange->end));
  add_text (line, "code", exchange->code);
  add_text (line, "error", exchange->error);
  end (line);
}

static void
write_heard (Line *line, const BtyCassette *cassette, guint n)
{
  const BtyCassetteTake *take = cassette->takes->pdata[n - 1];
  g_autofree char *digest = take->digest != NULL ? g_strdup (take->digest) : bty_cassette_digest (cassette, n);

  begin (line, BTY_CASSETTE_LINE_HEARD);
  add_int (line, "n", n);
  add_int (line, "at", take->heard_at);
  add_text (line, "stop", bty_enum_nick (bty_stop_reasons, (int) take->stop));
  add_text (line, "code", take->code);
  add_int (line, "bytes", take->digest != NULL ? take->n_bytes : (gint64) take->heard->len);
  add_text (line, "sha256", digest);
  end (line);
}

GString *
bty_cassette_write (BtyCassette *self)
{
  Line line = { .out = g_string_new (NULL) };

  write_first (&line, self);
  for (guint i = 0; i < self->takes->len; i++)
    write_take (&line, self->takes->pdata[i], i + 1);
  for (guint i = 0; i < self->exchanges->len; i++)
    write_exchange (&line, self->exchanges->pdata[i], i + 1);
  for (guint i = 0; i < self->takes->len; i++)
    if (((const BtyCassetteTake *) self->takes->pdata[i])->heard_at > 0)
      write_heard (&line, self, i + 1);
  return line.out;
}
