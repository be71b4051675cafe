/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-client-private.h"
#include "bty-http-fault-private.h"
#include "bty-http-player-private.h"
#include "bty-http-tape-private.h"
#include "bty-http-transfer-errors-private.h"
#include "bty-http-transfer-private.h"

/* Stands between a transfer and who listens to it. Freed with the transfer's end. */
typedef struct
{
  const BtyHttpTransferFuncs *funcs;
  gpointer data;
  BtyHttpClient *client;
  BtyCassette *cassette;         /* NULL: it is not recorded */
  BtyCassetteExchange *exchange; /* NULL: the cassette is full */
  gboolean is_cut;
  gint64 left; /* bytes until it is cut */
} Tape;

static void
tape_free (Tape *self)
{
  g_clear_pointer (&self->cassette, bty_cassette_unref);
  bty_http_client_unref (self->client);
  g_free (self);
}

static void
redact (GString *text, gpointer data)
{
  bty_http_client_redact_body (data, text);
}

static void
record_end (Tape *self, BtyCassetteEnd end, const GError *error)
{
  if (self->exchange == NULL)
    return;
  bty_cassette_record_end (self->cassette, self->exchange, end, error);
  bty_cassette_redact (self->cassette, self->exchange, redact, self->client);
}

/* What a service sets for next time is nobody else's business. */
static gboolean
is_kept (const char *name)
{
  static const char *const never[] = { "Set-Cookie", "Set-Cookie2", "Authorization", "WWW-Authenticate" };

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    if (g_ascii_strcasecmp (name, never[i]) == 0)
      return FALSE;
  return TRUE;
}

static GPtrArray *
copy_answer_headers (BtyHttpTransfer *transfer)
{
  GPtrArray *headers = bty_http_transfer_copy_headers (transfer);

  for (guint i = headers->len; i >= 2; i -= 2)
    if (!is_kept (headers->pdata[i - 2]))
      g_ptr_array_remove_range (headers, i - 2, 2);
  return headers;
}

static gboolean
on_head (BtyHttpTransfer *transfer, gpointer data, GError **error)
{
  Tape *self = data;

  if (self->exchange != NULL)
    bty_cassette_record_head (self->cassette, self->exchange, bty_http_transfer_get_status (transfer),
                              copy_answer_headers (transfer));
  return self->funcs->head (transfer, self->data, error);
}

static gboolean
pass_on (Tape *self, BtyHttpTransfer *transfer, const char *bytes, gsize length, GError **error)
{
  if (self->exchange != NULL)
    bty_cassette_record_piece (self->cassette, self->exchange, bytes, length);
  return self->funcs->body (transfer, bytes, length, self->data, error);
}

static gboolean
on_body (BtyHttpTransfer *transfer, const char *bytes, gsize length, gpointer data, GError **error)
{
  Tape *self = data;
  gboolean is_last = self->is_cut && (gint64) length >= self->left;

  if (is_last)
    length = (gsize) self->left;
  self->left -= (gint64) length;
  if (length > 0 && !pass_on (self, transfer, bytes, length, error))
    return FALSE;
  if (bty_http_transfer_is_stopped (transfer))
    {
      record_end (self, BTY_CASSETTE_STOPPED, NULL);
      tape_free (self);
      return TRUE;
    }
  if (is_last)
    g_propagate_error (error, bty_http_transfer_cut_off (bty_http_client_get_options (self->client)));
  return !is_last;
}

static void
on_end (BtyHttpTransfer *transfer, const GError *error, gpointer data)
{
  Tape *self = data;

  record_end (self, error == NULL ? BTY_CASSETTE_COMPLETE : BTY_CASSETTE_FAILED, error);
  self->funcs->end (transfer, error, self->data);
  tape_free (self);
}

static const BtyHttpTransferFuncs tape_funcs = { on_head, on_body, on_end };

/* The configured headers may be keys: they are not even named. */
static GPtrArray *
copy_headers (const BtyHttpRequest *request)
{
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);

  if (request->accept != NULL)
    {
      g_ptr_array_add (headers, g_strdup ("Accept"));
      g_ptr_array_add (headers, g_strdup (request->accept));
    }
  for (guint i = 0; request->headers != NULL && i < request->headers->len; i++)
    g_ptr_array_add (headers, g_strdup (request->headers->pdata[i]));
  return headers;
}

static Tape *
tape_new (BtyHttpClient *client, const BtyHttpRequest *request, BtyCassette *cassette, guint take,
          const BtyHttpTransferFuncs *funcs, gpointer data)
{
  Tape *self = g_new0 (Tape, 1);

  self->funcs = funcs;
  self->data = data;
  self->client = bty_http_client_ref (client);
  if (cassette != NULL && !bty_cassette_is_playing (cassette))
    {
      g_autofree char *url = bty_http_client_show_url (client, request->path);

      self->cassette = bty_cassette_ref (cassette);
      self->exchange = bty_cassette_record (cassette, take, request->method, url, copy_headers (request),
                                            request->body);
    }
  return self;
}

/* The cassette has no more: that is told as any other failure is. */
static BtyCassetteExchange *
find_exchange (BtyCassette **cassette, guint take)
{
  g_autoptr (GError) error = NULL;
  BtyCassetteExchange *exchange = bty_cassette_play (*cassette, take);

  if (exchange != NULL)
    return exchange;
  error = g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("the recording holds no more requests of this try: it cannot go on"));
  *cassette = bty_cassette_new (0);
  exchange = bty_cassette_record (*cassette, 1, "GET", "", g_ptr_array_new_with_free_func (g_free), NULL);
  bty_cassette_record_end (*cassette, exchange, BTY_CASSETTE_FAILED, error);
  return exchange;
}

static BtyHttpTransfer *
play (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable, BtyCassette *cassette,
      guint take, const BtyHttpTransferFuncs *funcs, gpointer data)
{
  BtyCassette *played = cassette;
  BtyCassetteExchange *exchange = find_exchange (&played, take);
  BtyHttpTransfer *transfer = bty_http_player_start (client, request, cancellable, funcs, data, played, exchange);

  if (played != cassette)
    bty_cassette_unref (played);
  return transfer;
}

BtyHttpTransfer *
bty_http_tape_start (BtyHttpClient *client, const BtyHttpRequest *request, BtyCompletion *completion,
                     const BtyHttpTransferFuncs *funcs, gpointer data)
{
  GCancellable *cancellable = bty_completion_get_cancellable (completion);
  const BtyFault *fault = bty_completion_get_fault (completion);
  guint take;
  BtyCassette *cassette = bty_completion_get_cassette (completion, &take);
  g_autoptr (BtyCassette) broken = NULL;
  Tape *tape;

  if (cassette != NULL && bty_cassette_is_playing (cassette))
    return play (client, request, cancellable, cassette, take, funcs, data);
  if (cassette == NULL && fault->kind == BTY_FAULT_NONE)
    return bty_http_transfer_start (client, request, cancellable, funcs, data);
  tape = tape_new (client, request, cassette, take, funcs, data);
  tape->is_cut = fault->kind == BTY_FAULT_CUT;
  tape->left = fault->after_bytes;
  broken = bty_http_fault_make_answer (client, fault);
  if (broken != NULL)
    return bty_http_player_start (client, request, cancellable, &tape_funcs, tape, broken,
                                  bty_cassette_play (broken, 1));
  return bty_http_transfer_start_later (client, request, cancellable, &tape_funcs, tape,
                                        fault->kind == BTY_FAULT_SLOW ? fault->delay_ms : 0);
}
