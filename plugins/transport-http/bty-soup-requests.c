/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-address.h"
#include "bty-soup-answer.h"
#include "bty-soup-exchange.h"
#include "bty-soup-server-private.h"

#define CORS_MAX_AGE "600"

static BtySoupConnection *
get_connection (SoupServerMessage *message)
{
  return bty_soup_address_get_connection (soup_server_message_get_remote_address (message));
}

static void
answer (SoupServerMessage *message, guint status, const char *content_type, GString *body)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (body);

  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Content-Type", content_type);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
}

static void
answer_problem (SoupServerMessage *message, guint status, const char *detail)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (status == 405)
    soup_message_headers_append (headers, "Allow", BTY_SOUP_METHODS);
  if (status == 503)
    soup_message_headers_append (headers, "Retry-After", "1");
  answer (message, status, BTY_SOUP_PROBLEM_TYPE, bty_soup_problem_new (status, detail));
}

static BtyEndpoint *
find_endpoint (BtySoupServer *self, const char *path, const char **below)
{
  if (self->mounts == NULL)
    self->mounts = bty_soup_mounts_new (self->host);
  return bty_soup_mounts_find (self->mounts, path, below);
}

/* Its path is known already: who is asked there is heard in its own words. */
static void
refuse (BtySoupServer *self, SoupServerMessage *message, guint status, const char *detail)
{
  const char *below = NULL;
  BtyEndpoint *endpoint = find_endpoint (self, g_uri_get_path (soup_server_message_get_uri (message)), &below);
  g_autoptr (GBytes) own = endpoint != NULL ? bty_endpoint_make_refusal (endpoint, status, detail) : NULL;

  bty_soup_connection_refuse_with (get_connection (message), status, detail, own);
}

void
bty_soup_server_forget_body (BtySoupServer *self, BtySoupConnection *connection)
{
  self->bodies -= connection->body_counted;
  connection->body_counted = 0;
  if (connection->body != NULL)
    bty_secret_clear_memory (connection->body->data, connection->body->len);
  g_clear_pointer (&connection->body, g_byte_array_unref);
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  BtySoupServer *self = data;
  BtySoupConnection *connection = get_connection (message);
  gsize length = g_bytes_get_size (chunk);

  if (connection->body == NULL || connection->state != BTY_SOUP_BODY)
    return;
  if (connection->body->len + length > self->limits.max_body)
    refuse (self, message, 413, _ ("the body is larger than http.max_body allows"));
  else if (self->bodies + length > self->limits.max_bodies)
    refuse (self, message, 503, _ ("too many large requests at once"));
  if (connection->state != BTY_SOUP_BODY)
    {
      bty_soup_server_forget_body (self, connection);
      return;
    }
  g_byte_array_append (connection->body, g_bytes_get_data (chunk, NULL), length);
  connection->body_counted += length;
  self->bodies += length;
}

static void
expect_body (BtySoupServer *self, BtySoupConnection *connection, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  goffset declared = soup_message_headers_get_content_length (headers);

  if (soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CHUNKED && declared == 0)
    return;
  if (declared > (goffset) self->limits.max_body)
    {
      refuse (self, message, 413, _ ("the body is larger than http.max_body allows"));
      return;
    }
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  connection->body = g_byte_array_new ();
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), self);
}

static void
on_got_headers (SoupServerMessage *message, gpointer data)
{
  BtySoupServer *self = data;
  BtySoupConnection *connection = get_connection (message);
  const char *detail = NULL;
  guint status;

  if (connection->state >= BTY_SOUP_STREAMING)
    return;
  bty_soup_connection_set_state (connection, BTY_SOUP_BODY);
  if (soup_server_message_get_status (message) != 0) /* libsoup has refused it */
    return;
  status = self->stopping ? 503 : bty_soup_guard_check (&self->guard, message, &detail);
  if (status == 0)
    expect_body (self, connection, message);
  else if (soup_message_headers_get_encoding (soup_server_message_get_request_headers (message)) == SOUP_ENCODING_NONE)
    answer_problem (message, status, detail != NULL ? detail : _ ("the server is closing"));
  else
    bty_soup_connection_refuse (connection, status, detail != NULL ? detail : _ ("the server is closing"));
}

/* libsoup tells this for the first message when the connection is accepted, for the others with their first bytes. */
static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  BtySoupConnection *connection = get_connection (message);

  connection->begun = TRUE;
  if (connection->state == BTY_SOUP_IDLE)
    {
      connection->received = 0;
      bty_soup_connection_set_state (connection, BTY_SOUP_HEADERS);
    }
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), data);
}

static gboolean
serve_health (BtySoupServer *self, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);
  gboolean ready;

  if (!g_str_equal (path, "/healthz") && !g_str_equal (path, "/readyz"))
    return FALSE;
  ready = path[1] == 'h' || bty_host_get_ready (self->host);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    {
      soup_message_headers_append (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
      answer (message, 405, BTY_SOUP_PROBLEM_TYPE, bty_soup_problem_new (405, _ ("this path is only read")));
    }
  else if (ready)
    answer (message, 200, "application/json", g_string_new ("{\"status\":\"ok\"}"));
  else
    answer_problem (message, 503, _ ("not ready yet"));
  return TRUE;
}

static void
append_cors (SoupServerMessage *message, const char *origin)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_append (headers, "Access-Control-Allow-Origin", origin);
  soup_message_headers_append (headers, "Vary", "Origin");
  soup_message_headers_append (headers, "Access-Control-Expose-Headers",
                               "ETag, Location, Retry-After, WWW-Authenticate, retry-after-ms, x-request-id, "
                               "x-should-retry");
}

/* Which headers a page may send: the origin is one that the owner named, so that its own names are taken as they are. */
static const char *
get_allowed_headers (SoupMessageHeaders *asked)
{
  const char *wanted = soup_message_headers_get_list (asked, "Access-Control-Request-Headers");

  for (const char *p = wanted; p != NULL && *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_, ", *p) == NULL)
      wanted = NULL;
  if (wanted != NULL && *wanted != '\0' && strlen (wanted) <= 2048)
    return wanted;
  return "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID";
}

static gboolean
serve_preflight (SoupServerMessage *message)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (soup_server_message_get_method (message) != SOUP_METHOD_OPTIONS ||
      soup_message_headers_get_one (asked, "Access-Control-Request-Method") == NULL)
    return FALSE;
  soup_message_headers_append (headers, "Access-Control-Allow-Methods", BTY_SOUP_METHODS);
  soup_message_headers_append (headers, "Access-Control-Allow-Headers", get_allowed_headers (asked));
  soup_message_headers_append (headers, "Access-Control-Max-Age", CORS_MAX_AGE);
  soup_server_message_set_status (message, 204, NULL);
  return TRUE;
}

static void
serve (BtySoupServer *self, BtySoupConnection *connection, SoupServerMessage *message, const char *path)
{
  g_autoptr (BtySoupExchange) exchange = NULL;
  BtyEndpoint *endpoint;
  const char *below = NULL;

  endpoint = find_endpoint (self, path, &below);
  if (endpoint == NULL)
    {
      answer_problem (message, 404, _ ("nothing is served at this path"));
      return;
    }
  soup_message_headers_remove (soup_server_message_get_request_headers (message),
                               "Range"); /* libsoup would cut answers */
  exchange = bty_soup_exchange_new (connection, message, below);
  bty_endpoint_handle (endpoint, BTY_EXCHANGE (exchange));
  bty_soup_exchange_settle (exchange);
}

static void
on_request_read (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  BtySoupServer *self = data;
  BtySoupConnection *connection = get_connection (message);
  const char *path, *origin;

  if (connection->state >= BTY_SOUP_STREAMING)
    {
      soup_server_message_set_status (message, 400, NULL); /* refused already; libsoup only winds up */
      return;
    }
  bty_soup_connection_set_state (connection, BTY_SOUP_ANSWERING);
  if (soup_server_message_get_status (message) != 0)
    return;
  path = g_uri_get_path (soup_server_message_get_uri (message));
  if (serve_health (self, message, path))
    return;
  origin = bty_soup_guard_get_cors_origin (&self->guard, message);
  if (origin != NULL)
    append_cors (message, origin);
  if (origin == NULL || !serve_preflight (message))
    serve (self, connection, message, path);
}

static void
on_request_over (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  BtySoupServer *self = data;
  BtySoupConnection *connection = get_connection (message);

  bty_soup_server_forget_body (self, connection);
  connection->begun = FALSE;
  if (connection->state >= BTY_SOUP_STREAMING)
    return;
  bty_soup_connection_flush (connection);
  bty_soup_connection_set_state (connection, BTY_SOUP_IDLE);
}

void
bty_soup_server_serve_requests (BtySoupServer *self)
{
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-read", G_CALLBACK (on_request_read), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (on_request_over), self);
  g_signal_connect (self->soup, "request-aborted", G_CALLBACK (on_request_over), self);
}
