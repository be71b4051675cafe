/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-fault-private.h"
#include "bty-http-transfer-errors-private.h"

#define GARBAGE_BYTES 512

static GPtrArray *
make_headers (const char *content_type, gint64 retry_after_s)
{
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (headers, g_strdup ("Content-Type"));
  g_ptr_array_add (headers, g_strdup (content_type));
  if (retry_after_s >= 0)
    {
      g_ptr_array_add (headers, g_strdup ("Retry-After"));
      g_ptr_array_add (headers, g_strdup_printf ("%" G_GINT64_FORMAT, retry_after_s));
    }
  return headers;
}

static void
refuse (BtyCassette *cassette, BtyCassetteExchange *exchange, guint status, const char *type, gint64 retry_after_s)
{
  g_autofree char *body = g_strdup_printf ("{\"error\":{\"message\":\"%s (the settings “faults” made this up)\","
                                           "\"type\":\"%s\"}}",
                                           status == 429 ? "Too many requests" : "Internal server error", type);

  bty_cassette_record_head (cassette, exchange, status, make_headers ("application/json", retry_after_s));
  bty_cassette_record_piece (cassette, exchange, body, strlen (body));
  bty_cassette_record_end (cassette, exchange, BTY_CASSETTE_COMPLETE, NULL);
}

static void
say_nonsense (BtyCassette *cassette, BtyCassetteExchange *exchange, guint64 seed)
{
  char garbage[GARBAGE_BYTES];

  for (guint i = 0; i < sizeof garbage; i++)
    garbage[i] = (char) bty_fault_random (seed, "garbage", i);
  memcpy (garbage, "data: {\"", 8); /* so that it is taken for an answer at first */
  memcpy (garbage + sizeof garbage - 2, "\n\n", 2);
  bty_cassette_record_head (cassette, exchange, 200, make_headers ("text/event-stream", -1));
  bty_cassette_record_piece (cassette, exchange, garbage, sizeof garbage);
  bty_cassette_record_end (cassette, exchange, BTY_CASSETTE_COMPLETE, NULL);
}

static void
be_absent (BtyCassette *cassette, BtyCassetteExchange *exchange, BtyHttpClient *client)
{
  g_autoptr (GError) refused = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "");
  g_autoptr (GError) error = bty_http_transfer_convert (bty_http_client_get_options (client), FALSE, refused);

  bty_cassette_record_end (cassette, exchange, BTY_CASSETTE_FAILED, error);
}

BtyCassette *
bty_http_fault_make_answer (BtyHttpClient *client, const BtyFault *fault)
{
  g_autoptr (BtyCassette) cassette = NULL;
  BtyCassetteExchange *exchange;

  if (fault->kind == BTY_FAULT_NONE || fault->kind == BTY_FAULT_SLOW || fault->kind == BTY_FAULT_CUT)
    return NULL;
  cassette = bty_cassette_new (64 * 1024);
  exchange = bty_cassette_record (cassette, 1, "POST", "", g_ptr_array_new_with_free_func (g_free), NULL);
  if (fault->kind == BTY_FAULT_RATE)
    refuse (cassette, exchange, 429, "rate_limit_exceeded", fault->retry_after_s);
  else if (fault->kind == BTY_FAULT_SERVER)
    refuse (cassette, exchange, 500, "server_error", -1);
  else if (fault->kind == BTY_FAULT_GARBAGE)
    say_nonsense (cassette, exchange, fault->seed);
  else
    be_absent (cassette, exchange, client);
  return g_steal_pointer (&cassette);
}
