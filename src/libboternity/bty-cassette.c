/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-cassette-private.h"
#include "bty-error.h"
#include "bty-secret.h"

const BtyEnumValue bty_cassette_ends[] = {
  { BTY_CASSETTE_OPEN, "open", N_ ("The recording is over before it was") },
  { BTY_CASSETTE_COMPLETE, "complete", N_ ("It came to its end") },
  { BTY_CASSETTE_STOPPED, "stopped", N_ ("Who asked had heard enough") },
  { BTY_CASSETTE_FAILED, "failed", N_ ("It broke off, or never came") },
  { 0 },
};

G_DEFINE_BOXED_TYPE (BtyCassette, bty_cassette, bty_cassette_ref, bty_cassette_unref)

/* What a service said may hold a key until it is redacted: it is not left behind in freed memory. */
static void
free_cleared (gpointer data)
{
  GString *text = data;

  bty_secret_clear_memory (text->str, text->len);
  g_string_free (text, TRUE);
}

GBytes *
bty_cassette_take_bytes (const char *bytes, gsize length)
{
  GString *copy = g_string_new_len (bytes, (gssize) length);

  return g_bytes_new_with_free_func (copy->str, copy->len, free_cleared, copy);
}

static void
clear_piece (gpointer data)
{
  BtyCassettePiece *piece = data;

  g_bytes_unref (piece->bytes);
}

static void
exchange_free (gpointer data)
{
  BtyCassetteExchange *self = data;

  g_free (self->method);
  g_free (self->url);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_ptr_array_unref (self->answer_headers);
  g_array_unref (self->pieces);
  g_free (self->code);
  g_free (self->error);
  g_free (self);
}

BtyCassetteExchange *
bty_cassette_exchange_new (void)
{
  BtyCassetteExchange *self = g_new0 (BtyCassetteExchange, 1);

  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->answer_headers = g_ptr_array_new_with_free_func (g_free);
  self->pieces = g_array_new (FALSE, FALSE, sizeof (BtyCassettePiece));
  g_array_set_clear_func (self->pieces, clear_piece);
  return self;
}

static void
take_free (gpointer data)
{
  BtyCassetteTake *self = data;

  g_free (self->provider);
  g_free (self->kind);
  g_free (self->url);
  g_free (self->request);
  g_free (self->code);
  g_free (self->digest);
  g_free (self->last_kind);
  free_cleared (self->heard);
  g_free (self);
}

BtyCassetteTake *
bty_cassette_take_new (void)
{
  BtyCassetteTake *self = g_new0 (BtyCassetteTake, 1);

  self->heard = g_string_new (NULL);
  return self;
}

BtyCassette *
bty_cassette_new (gsize max_size)
{
  BtyCassette *self = g_new0 (BtyCassette, 1);

  g_atomic_ref_count_init (&self->references);
  self->takes = g_ptr_array_new_with_free_func (take_free);
  self->exchanges = g_ptr_array_new_with_free_func (exchange_free);
  self->made_at = g_get_real_time ();
  self->began = g_get_monotonic_time ();
  self->max_size = max_size;
  return self;
}

BtyCassette *
bty_cassette_ref (BtyCassette *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bty_cassette_unref (BtyCassette *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->turn);
  g_free (self->session);
  g_free (self->bot);
  g_ptr_array_unref (self->takes);
  g_ptr_array_unref (self->exchanges);
  g_free (self);
}

gboolean
bty_cassette_is_full (const BtyCassette *self)
{
  return self->is_full;
}

gboolean
bty_cassette_is_playing (const BtyCassette *self)
{
  return self->is_playing;
}

void
bty_cassette_set_timed (BtyCassette *self, gboolean is_timed)
{
  self->is_timed = is_timed;
}

gboolean
bty_cassette_is_timed (const BtyCassette *self)
{
  return self->is_timed;
}

static gint64
now (const BtyCassette *self)
{
  return g_get_monotonic_time () - self->began;
}

/* Returns: whether there is room for @length more bytes. */
static gboolean
grow (BtyCassette *self, gsize length)
{
  if (!self->is_full && self->max_size - self->size >= length)
    self->size += length;
  else
    self->is_full = TRUE;
  return !self->is_full;
}

static BtyCassetteTake *
get_take (const BtyCassette *self, guint take)
{
  return take > 0 && take <= self->takes->len ? self->takes->pdata[take - 1] : NULL;
}

guint
bty_cassette_begin_take (BtyCassette *self, const char *provider, const char *kind, const char *url,
                         const BtyCompletionRequest *request)
{
  BtyCassetteTake *take = bty_cassette_take_new ();

  take->at = now (self);
  take->provider = g_strdup (provider);
  take->kind = g_strdup (kind);
  take->url = g_strdup (url);
  take->request = bty_record_to_json (request, BTY_VIEW_STORE);
  grow (self, strlen (take->request));
  g_ptr_array_add (self->takes, take);
  return self->takes->len;
}

/* A line with the kind stands before the text of each run of deltas of one kind, so that where they are cut makes no difference. */
void
bty_cassette_hear (BtyCassette *self, guint number, const char *kind, const char *text, gsize length)
{
  BtyCassetteTake *take = get_take (self, number);

  g_return_if_fail (take != NULL);
  if (!self->is_playing && !grow (self, length))
    return;
  if (g_strcmp0 (take->last_kind, kind) != 0)
    {
      if (take->heard->len > 0)
        g_string_append_c (take->heard, '\n');
      g_string_append_printf (take->heard, "%s\n", kind);
      g_free (take->last_kind);
      take->last_kind = g_strdup (kind);
    }
  g_string_append_len (take->heard, text, (gssize) length);
}

void
bty_cassette_end_take (BtyCassette *self, guint number, BtyStopReason stop, const GError *error)
{
  BtyCassetteTake *take = get_take (self, number);

  g_return_if_fail (take != NULL);
  if (self->is_playing)
    return;
  take->heard_at = MAX (now (self), 1);
  take->stop = stop;
  take->code = error != NULL ? g_strdup (bty_error_info (bty_error_code_of (error))->name) : NULL;
}

const char *
bty_cassette_peek_heard (const BtyCassette *self, guint number)
{
  const BtyCassetteTake *take = get_take (self, number);

  return take != NULL ? take->heard->str : NULL;
}

char *
bty_cassette_digest (const BtyCassette *self, guint number)
{
  const BtyCassetteTake *take = get_take (self, number);

  g_return_val_if_fail (take != NULL, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) take->heard->str, take->heard->len);
}

static void
give_headers (GPtrArray **place, GPtrArray *headers)
{
  g_ptr_array_unref (*place);
  *place = headers;
}

BtyCassetteExchange *
bty_cassette_record (BtyCassette *self, guint take, const char *method, const char *url, GPtrArray *headers,
                     GBytes *body)
{
  BtyCassetteExchange *exchange;

  if (!grow (self, body != NULL ? g_bytes_get_size (body) : 0))
    {
      g_ptr_array_unref (headers);
      return NULL;
    }
  exchange = bty_cassette_exchange_new ();
  exchange->take = take;
  exchange->sent_at = now (self);
  exchange->method = g_strdup (method);
  exchange->url = g_strdup (url);
  give_headers (&exchange->headers, headers);
  exchange->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_ptr_array_add (self->exchanges, exchange);
  return exchange;
}

void
bty_cassette_record_head (BtyCassette *self, BtyCassetteExchange *exchange, guint status, GPtrArray *headers)
{
  exchange->head_at = now (self);
  exchange->status = status;
  give_headers (&exchange->answer_headers, headers);
}

void
bty_cassette_record_piece (BtyCassette *self, BtyCassetteExchange *exchange, const char *bytes, gsize length)
{
  BtyCassettePiece piece = { .at = now (self) };

  if (!grow (self, length + sizeof piece))
    return;
  piece.bytes = bty_cassette_take_bytes (bytes, length);
  g_array_append_val (exchange->pieces, piece);
}

void
bty_cassette_record_end (BtyCassette *self, BtyCassetteExchange *exchange, BtyCassetteEnd end, const GError *error)
{
  exchange->end = end;
  exchange->ended_at = now (self);
  if (error == NULL)
    return;
  exchange->code = g_strdup (bty_error_info (bty_error_code_of (error))->name);
  exchange->error = g_strdup (error->message);
}

BtyCassetteExchange *
bty_cassette_play (BtyCassette *self, guint take)
{
  for (guint i = 0; i < self->exchanges->len; i++)
    {
      BtyCassetteExchange *exchange = self->exchanges->pdata[i];

      if (exchange->take == take && !exchange->is_played)
        {
          exchange->is_played = TRUE;
          return exchange;
        }
    }
  return NULL;
}
