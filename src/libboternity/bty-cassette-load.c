/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-cassette-private.h"
#include "bty-error.h"

#define VERSION     1
#define MAX_TAKES   1000
#define MAX_ASKS    1000
#define MAX_HEADERS 1000
#define MAX_AT      (G_TIME_SPAN_DAY * 400)
#define MAX_TEXT    (512 * 1024 * 1024)
#define MAX_STATUS  999

const BtyEnumValue bty_cassette_lines[] = {
  { BTY_CASSETTE_LINE_CASSETTE, "cassette", "" }, { BTY_CASSETTE_LINE_TAKE, "take", "" },
  { BTY_CASSETTE_LINE_ASK, "ask", "" },           { BTY_CASSETTE_LINE_HEAD, "head", "" },
  { BTY_CASSETTE_LINE_PIECE, "piece", "" },       { BTY_CASSETTE_LINE_OVER, "over", "" },
  { BTY_CASSETTE_LINE_HEARD, "heard", "" },       { 0 },
};

/* Not for people: no summaries. */
static const BtyField line_fields[] = {
  BTY_FIELD_ENUM (BtyCassetteLine, line, BTY_REQUIRED, "", bty_cassette_lines),
  BTY_FIELD_INT64 (BtyCassetteLine, n, 0, "", .min = 0, .max = MAX_ASKS),
  BTY_FIELD_INT64 (BtyCassetteLine, at, 0, "", .min = 0, .max = MAX_AT),
  BTY_FIELD_INT64 (BtyCassetteLine, version, 0, "", .min = 0, .max = G_MAXINT32),
  BTY_FIELD_STRING (BtyCassetteLine, turn, 0, "", .max = 36),
  BTY_FIELD_STRING (BtyCassetteLine, session, 0, "", .max = 36),
  BTY_FIELD_STRING (BtyCassetteLine, bot, 0, "", .max = 36),
  BTY_FIELD_TIME (BtyCassetteLine, made_at, 0, ""),
  BTY_FIELD_INT64 (BtyCassetteLine, redacted, 0, "", .min = 0, .max = G_MAXINT32),
  BTY_FIELD_STRING (BtyCassetteLine, provider, 0, "", .max = 64),
  BTY_FIELD_STRING (BtyCassetteLine, kind, 0, "", .max = 64),
  BTY_FIELD_TEXT (BtyCassetteLine, url, 0, "", .max = 65536),
  BTY_FIELD_JSON (BtyCassetteLine, request, 0, "", .max = MAX_TEXT),
  BTY_FIELD_INT64 (BtyCassetteLine, take, 0, "", .min = 0, .max = MAX_TAKES),
  BTY_FIELD_STRING (BtyCassetteLine, method, 0, "", .max = 16),
  BTY_FIELD_STRV (BtyCassetteLine, headers, 0, "", .max = MAX_HEADERS),
  BTY_FIELD_TEXT (BtyCassetteLine, text, 0, "", .max = MAX_TEXT),
  BTY_FIELD_BYTES (BtyCassetteLine, base64, 0, "", .max = MAX_TEXT),
  BTY_FIELD_INT64 (BtyCassetteLine, status, 0, "", .min = 0, .max = MAX_STATUS),
  BTY_FIELD_ENUM (BtyCassetteLine, end, 0, "", bty_cassette_ends),
  BTY_FIELD_STRING (BtyCassetteLine, code, 0, "", .max = 64),
  BTY_FIELD_TEXT (BtyCassetteLine, error, 0, "", .max = 65536),
  BTY_FIELD_ENUM (BtyCassetteLine, stop, 0, "", bty_stop_reasons),
  BTY_FIELD_INT64 (BtyCassetteLine, bytes, 0, "", .min = 0, .max = G_MAXINT64),
  BTY_FIELD_STRING (BtyCassetteLine, sha256, 0, "", .max = 64),
};
const BtySchema bty_cassette_line_schema = { .name = "cassette_line",
                                             .summary = "",
                                             .size = sizeof (BtyCassetteLine),
                                             .fields = line_fields,
                                             .n_fields = G_N_ELEMENTS (line_fields),
                                             .field_size = sizeof (BtyField) };

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_clear_error (error);
  if (error != NULL)
    *error = g_error_new_valist (BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
read_first (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  if (line->version != VERSION)
    return refuse (error, _ ("it is of version %lld, and only version %d is known"), (long long) line->version,
                   VERSION);
  self->turn = g_strdup (line->turn);
  self->session = g_strdup (line->session);
  self->bot = g_strdup (line->bot);
  self->made_at = line->made_at;
  self->redacted = line->redacted;
  return TRUE;
}

static gboolean
read_take (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteTake *take;

  if (line->n != self->takes->len + 1 || line->n > MAX_TAKES)
    return refuse (error, _ ("the take %lld does not follow the one before"), (long long) line->n);
  if (line->provider == NULL || line->kind == NULL || line->request == NULL)
    return refuse (error, _ ("the take %lld lacks “provider”, “kind” or “request”"), (long long) line->n);
  take = bty_cassette_take_new ();
  take->at = line->at;
  take->provider = g_strdup (line->provider);
  take->kind = g_strdup (line->kind);
  take->url = g_strdup (line->url);
  take->request = g_strdup (line->request);
  g_ptr_array_add (self->takes, take);
  return TRUE;
}

static gboolean
read_headers (const BtyCassetteLine *line, GPtrArray *headers, GError **error)
{
  if (line->headers == NULL)
    return TRUE;
  if (g_strv_length (line->headers) % 2 != 0)
    return refuse (error, _ ("“headers” are names and values by turns"));
  for (char **word = line->headers; *word != NULL; word++)
    g_ptr_array_add (headers, g_strdup (*word));
  return TRUE;
}

/* (transfer full) (nullable): */
static GBytes *
read_bytes (const BtyCassetteLine *line)
{
  if (line->text != NULL)
    return g_bytes_new (line->text, strlen (line->text));
  return line->base64 != NULL ? g_bytes_ref (line->base64) : NULL;
}

static gboolean
read_ask (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteExchange *exchange;

  if (line->n != self->exchanges->len + 1)
    return refuse (error, _ ("the request %lld does not follow the one before"), (long long) line->n);
  if (line->take < 1 || line->take > self->takes->len)
    return refuse (error, _ ("the request %lld is of the take %lld, which is not there"), (long long) line->n,
                   (long long) line->take);
  if (line->method == NULL || line->url == NULL)
    return refuse (error, _ ("the request %lld lacks “method” or “url”"), (long long) line->n);
  exchange = bty_cassette_exchange_new ();
  exchange->take = (guint) line->take;
  exchange->sent_at = line->at;
  exchange->method = g_strdup (line->method);
  exchange->url = g_strdup (line->url);
  exchange->body = read_bytes (line);
  g_ptr_array_add (self->exchanges, exchange);
  return read_headers (line, exchange->headers, error);
}

/* The exchange that a line goes on with; %NULL with an error. */
static BtyCassetteExchange *
find_exchange (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteExchange *exchange;

  if (line->n < 1 || line->n > self->exchanges->len)
    {
      refuse (error, _ ("there is no request %lld"), (long long) line->n);
      return NULL;
    }
  exchange = self->exchanges->pdata[line->n - 1];
  if (exchange->end == BTY_CASSETTE_OPEN)
    return exchange;
  refuse (error, _ ("the answer to the request %lld is over"), (long long) line->n);
  return NULL;
}

static gboolean
read_head (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteExchange *exchange = find_exchange (self, line, error);

  if (exchange == NULL)
    return FALSE;
  if (exchange->status != 0 || line->status < 100)
    return refuse (error, _ ("the request %lld has another status already, or one below 100"), (long long) line->n);
  exchange->head_at = line->at;
  exchange->status = (guint) line->status;
  return read_headers (line, exchange->answer_headers, error);
}

static gboolean
read_piece (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteExchange *exchange = find_exchange (self, line, error);
  BtyCassettePiece piece = { .at = line->at };

  if (exchange == NULL)
    return FALSE;
  if (exchange->status == 0)
    return refuse (error, _ ("the answer to the request %lld has no status yet"), (long long) line->n);
  piece.bytes = read_bytes (line);
  if (piece.bytes == NULL)
    return refuse (error, _ ("a piece has neither “text” nor “base64”"));
  g_array_append_val (exchange->pieces, piece);
  return TRUE;
}

static gboolean
read_over (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteExchange *exchange = find_exchange (self, line, error);

  if (exchange == NULL)
    return FALSE;
  if (line->end == BTY_CASSETTE_OPEN)
    return refuse (error, _ ("“end” is missing"));
  if (line->end == BTY_CASSETTE_FAILED && (line->code == NULL || bty_error_info_by_name (line->code) == NULL))
    return refuse (error, _ ("“code” is missing, or no code of an error"));
  if (line->end == BTY_CASSETTE_COMPLETE && exchange->status == 0)
    return refuse (error, _ ("the answer to the request %lld has no status yet"), (long long) line->n);
  exchange->end = line->end;
  exchange->ended_at = line->at;
  exchange->code = g_strdup (line->code);
  exchange->error = g_strdup (line->error);
  return TRUE;
}

static gboolean
read_heard (BtyCassette *self, const BtyCassetteLine *line, GError **error)
{
  BtyCassetteTake *take;

  if (line->n < 1 || line->n > self->takes->len || line->sha256 == NULL)
    return refuse (error, _ ("there is no take %lld, or “sha256” is missing"), (long long) line->n);
  take = self->takes->pdata[line->n - 1];
  if (take->digest != NULL)
    return refuse (error, _ ("the take %lld is over"), (long long) line->n);
  take->heard_at = MAX (line->at, 1);
  take->stop = line->stop;
  take->code = g_strdup (line->code);
  take->n_bytes = line->bytes;
  take->digest = g_strdup (line->sha256);
  return TRUE;
}

static gboolean
read_line (BtyCassette *self, guint number, const char *text, gsize length, GError **error)
{
  static gboolean (*const readers[]) (BtyCassette *, const BtyCassetteLine *, GError **) = {
    [BTY_CASSETTE_LINE_CASSETTE] = read_first, [BTY_CASSETTE_LINE_TAKE] = read_take,
    [BTY_CASSETTE_LINE_ASK] = read_ask,        [BTY_CASSETTE_LINE_HEAD] = read_head,
    [BTY_CASSETTE_LINE_PIECE] = read_piece,    [BTY_CASSETTE_LINE_OVER] = read_over,
    [BTY_CASSETTE_LINE_HEARD] = read_heard,
  };
  g_autoptr (BtyRecord) record = bty_record_from_json (&bty_cassette_line_schema, BTY_VIEW_CREATE, text,
                                                       (gssize) length, error);
  const BtyCassetteLine *line = (const BtyCassetteLine *) record;

  if (line == NULL)
    return FALSE;
  if ((number == 1) != (line->line == BTY_CASSETTE_LINE_CASSETTE))
    return refuse (error, _ ("the first line, and no other, is of the kind “cassette”"));
  return readers[line->line](self, line, error);
}

BtyCassette *
bty_cassette_load (const char *text, gsize length, GError **error)
{
  g_autoptr (BtyCassette) self = bty_cassette_new (0);
  guint number = 0;

  while (length > 0)
    {
      const char *newline = memchr (text, '\n', length);
      gsize size = newline != NULL ? (gsize) (newline - text) : length;

      number += 1;
      if (number > BTY_CASSETTE_MAX_LINES)
        {
          refuse (error, _ ("a cassette has at most %d lines"), BTY_CASSETTE_MAX_LINES);
          return NULL;
        }
      if (!read_line (self, number, text, size, error))
        {
          g_prefix_error (error, _ ("line %u of the cassette: "), number);
          return NULL;
        }
      size += newline != NULL ? 1 : 0;
      text += size;
      length -= size;
    }
  if (number == 0)
    {
      refuse (error, _ ("the cassette is empty"));
      return NULL;
    }
  self->is_playing = TRUE;
  return g_steal_pointer (&self);
}
