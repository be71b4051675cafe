/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-http-player-private.h"
#include "bty-http-transfer-errors-private.h"
#include "bty-http-transfer-private.h"

#define PIECES_A_DISPATCH 16 /* as a network would: others have their turn */

/* Gives an answer of a cassette to a transfer. Freed by the transfer, at its end. */
typedef struct
{
  BtyHttpTransfer *transfer;
  BtyCassette *cassette;
  BtyCassetteExchange *exchange; /* the cassette's */
  gboolean has_head;
  guint next; /* piece */
  gint64 began;
  GSource *source;
  gboolean is_within;
  gboolean is_over;
} Player;

static void
player_free (Player *self)
{
  bty_cassette_unref (self->cassette);
  g_free (self);
}

/* The transfer has ended, perhaps by what the player just gave it. */
static void
on_over (gpointer data)
{
  Player *self = data;

  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_clear_pointer (&self->source, g_source_unref);
    }
  self->is_over = TRUE;
  if (!self->is_within)
    player_free (self);
}

/* When the next step is due, in microseconds from the request. */
static gint64
find_time (const Player *self)
{
  const BtyCassetteExchange *exchange = self->exchange;
  gint64 at = exchange->ended_at;

  if (!self->has_head && exchange->status != 0)
    at = exchange->head_at;
  else if (self->next < exchange->pieces->len)
    at = g_array_index (exchange->pieces, BtyCassettePiece, self->next).at;
  return at - exchange->sent_at;
}

static void
play_end (Player *self)
{
  const BtyHttpOptions *options = bty_http_client_get_options (bty_http_transfer_get_client (self->transfer));
  const BtyCassetteExchange *exchange = self->exchange;
  g_autoptr (GError) error = NULL;

  if (exchange->end == BTY_CASSETTE_FAILED)
    error = g_error_new_literal (BTY_ERROR, (gint) bty_error_info_by_name (exchange->code)->code,
                                 exchange->error != NULL ? exchange->error : exchange->code);
  else if (exchange->end != BTY_CASSETTE_COMPLETE)
    error = bty_http_transfer_cut_off (options);
  bty_http_transfer_play_end (self->transfer, error);
}

/* Returns: whether there is more */
static gboolean
play_next (Player *self)
{
  const BtyCassetteExchange *exchange = self->exchange;
  GBytes *bytes;

  if (!self->has_head && exchange->status != 0)
    {
      self->has_head = TRUE;
      return bty_http_transfer_play_head (self->transfer, exchange->status, exchange->answer_headers);
    }
  if (self->next == exchange->pieces->len)
    {
      play_end (self);
      return FALSE;
    }
  bytes = g_array_index (exchange->pieces, BtyCassettePiece, self->next++).bytes;
  return bty_http_transfer_play_piece (self->transfer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void wait_for_next (Player *self);

static gboolean
on_due (gpointer data)
{
  Player *self = data;
  gboolean is_timed = bty_cassette_is_timed (self->cassette);
  gboolean goes_on = TRUE;

  g_clear_pointer (&self->source, g_source_unref);
  self->is_within = TRUE;
  for (guint i = 0; goes_on && i < PIECES_A_DISPATCH; i++)
    goes_on = (!is_timed || find_time (self) <= g_get_monotonic_time () - self->began) && play_next (self);
  self->is_within = FALSE;
  if (self->is_over)
    player_free (self);
  else
    wait_for_next (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_next (Player *self)
{
  gint64 left = bty_cassette_is_timed (self->cassette) ? find_time (self) - (g_get_monotonic_time () - self->began) : 0;

  self->source = left > 0 ? g_timeout_source_new ((guint) MIN (left / 1000 + 1, G_MAXINT)) : g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, on_due, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

BtyHttpTransfer *
bty_http_player_start (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable,
                       const BtyHttpTransferFuncs *funcs, gpointer data, BtyCassette *cassette,
                       BtyCassetteExchange *exchange)
{
  Player *self = g_new0 (Player, 1);

  self->cassette = bty_cassette_ref (cassette);
  self->exchange = exchange;
  self->began = g_get_monotonic_time ();
  self->transfer = bty_http_transfer_begin_played (client, request, cancellable, funcs, data, on_over, self);
  wait_for_next (self);
  return self->transfer;
}
