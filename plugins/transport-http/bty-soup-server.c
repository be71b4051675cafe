/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bty-soup-address.h"
#include "bty-soup-answer.h"
#include "bty-soup-connection.h"
#include "bty-soup-exchange.h"
#include "bty-soup-guard.h"
#include "bty-soup-mounts.h"
#include "bty-soup-server.h"

#define CORS_MAX_AGE    "600"
#define MAX_TURNED_AWAY 64 /* connections too many that are still told so */

struct _BtySoupServer
{
  BtyHost        *host;
  SoupServer     *soup;
  BtySoupPump    *pump;
  BtySoupLimits   limits;
  BtySoupGuard    guard;
  BtySoupMounts  *mounts;  /* made at the first request that needs one */
  GQueue          connections;
  gsize           bodies;  /* bytes of request bodies held */
  guint           tick;
  GSocketAddress *local;
  int             idle_end; /* of the socket pair that stands for a listener */
  gboolean        stopping;
};

static BtySoupConnection *
get_connection (SoupServerMessage *message)
{
  return bty_soup_address_get_connection (soup_server_message_get_remote_address (message));
}

static void
answer (SoupServerMessage *message, guint status, const char *content_type, GString *body)
{
  g_autoptr(GBytes) bytes = g_string_free_to_bytes (body);

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

static void
forget_body (BtySoupServer *self, BtySoupConnection *connection)
{
  self->bodies -= connection->body_counted;
  connection->body_counted = 0;
  g_clear_pointer (&connection->body, g_byte_array_unref);
}

static void
on_closed (BtySoupConnection *connection, gpointer data)
{
  BtySoupServer *self = data;

  forget_body (self, connection);
  g_queue_unlink (&self->connections, &connection->link);
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
    bty_soup_connection_refuse (connection, 413, _("the body is larger than http.max_body allows"));
  else if (self->bodies + length > self->limits.max_bodies)
    bty_soup_connection_refuse (connection, 503, _("too many large requests at once"));
  if (connection->state != BTY_SOUP_BODY)
    {
      forget_body (self, connection);
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
      bty_soup_connection_refuse (connection, 413, _("the body is larger than http.max_body allows"));
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
    answer_problem (message, status, detail != NULL ? detail : _("the server is closing"));
  else
    bty_soup_connection_refuse (connection, status, detail != NULL ? detail : _("the server is closing"));
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
      answer (message, 405, BTY_SOUP_PROBLEM_TYPE, bty_soup_problem_new (405, _("this path is only read")));
    }
  else if (ready)
    answer (message, 200, "application/json", g_string_new ("{\"status\":\"ok\"}"));
  else
    answer_problem (message, 503, _("not ready yet"));
  return TRUE;
}

static void
append_cors (SoupServerMessage *message, const char *origin)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_append (headers, "Access-Control-Allow-Origin", origin);
  soup_message_headers_append (headers, "Vary", "Origin");
  soup_message_headers_append (headers, "Access-Control-Expose-Headers",
                               "ETag, Location, Retry-After, WWW-Authenticate");
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
  soup_message_headers_append (headers, "Access-Control-Allow-Headers",
                               "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID");
  soup_message_headers_append (headers, "Access-Control-Max-Age", CORS_MAX_AGE);
  soup_server_message_set_status (message, 204, NULL);
  return TRUE;
}

static void
serve (BtySoupServer *self, BtySoupConnection *connection, SoupServerMessage *message, const char *path)
{
  g_autoptr(BtySoupExchange) exchange = NULL;
  BtyEndpoint *endpoint;
  const char *below = NULL;

  if (self->mounts == NULL)
    self->mounts = bty_soup_mounts_new (self->host);
  endpoint = bty_soup_mounts_find (self->mounts, path, &below);
  if (endpoint == NULL)
    {
      answer_problem (message, 404, _("nothing is served at this path"));
      return;
    }
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range"); /* libsoup would cut answers */
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

  forget_body (self, connection);
  connection->begun = FALSE;
  if (connection->state >= BTY_SOUP_STREAMING)
    return;
  bty_soup_connection_flush (connection);
  bty_soup_connection_set_state (connection, BTY_SOUP_IDLE);
}

static gboolean
on_tick (gpointer data)
{
  BtySoupServer *self = data;
  gint64 now = g_get_monotonic_time ();
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      next = link->next;
      bty_soup_connection_check_time (link->data, now);
    }
  if (self->connections.length > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

/* Room is made by the connection that has been idle longest. */
static gboolean
make_room (BtySoupServer *self)
{
  if (self->connections.length < self->limits.max_connections)
    return TRUE;
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    {
      BtySoupConnection *connection = link->data;

      if (connection->state == BTY_SOUP_IDLE && bty_soup_connection_get_pending (connection) == 0)
        {
          bty_soup_connection_drop (connection);
          return TRUE;
        }
    }
  return FALSE;
}

static BtySoupConnection *
add_connection (BtySoupServer *self, int fd, gint64 peer_uid)
{
  g_autoptr(BtySoupConnection) connection = bty_soup_connection_new (fd, peer_uid, self->pump, &self->limits);

  if (!bty_soup_pump_add (self->pump, connection, fd))
    {
      g_warning ("cannot watch a connection: %s", g_strerror (errno));
      connection->state = BTY_SOUP_CLOSED;
      close (fd);
      return NULL;
    }
  connection->on_closed = on_closed;
  connection->closed_data = self;
  g_queue_push_tail_link (&self->connections, &connection->link);
  if (self->tick == 0)
    self->tick = g_timeout_add (bty_soup_limits_get_interval (&self->limits), on_tick, self);
  return connection; /* the pump's reference keeps it */
}

void
bty_soup_server_accept (BtySoupServer *self, int fd, gint64 peer_uid)
{
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->local));
  gboolean has_room = make_room (self);
  g_autoptr(GSocketAddress) remote = NULL;
  BtySoupConnection *connection;

  if (!has_room && self->connections.length >= self->limits.max_connections + MAX_TURNED_AWAY)
    {
      close (fd);
      return;
    }
  connection = add_connection (self, fd, peer_uid);
  if (connection == NULL)
    return;
  if (!has_room)
    {
      bty_soup_connection_refuse (connection, 503, _("too many connections"));
      return;
    }
  remote = bty_soup_address_new (connection, address);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), self->local, remote, NULL);
}

/* libsoup keeps connections alive only while it has a listener: give it one end of a pair, at which nobody ever knocks. */
static gboolean
add_idle_listener (BtySoupServer *self, GError **error)
{
  g_autoptr(GSocket) socket = NULL;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _("cannot make a socket: %s"), g_strerror (errno));
      return FALSE;
    }
  self->idle_end = ends[1];
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    close (ends[0]);
  return socket != NULL && soup_server_listen_socket (self->soup, socket, 0, error);
}

BtySoupServer *
bty_soup_server_new (BtyHost *host, GError **error)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  BtySoupPump *pump = bty_soup_pump_new (error);
  BtySoupServer *self;

  if (pump == NULL)
    return NULL;
  self = g_new0 (BtySoupServer, 1);
  self->pump = pump;
  self->host = host;
  self->idle_end = -1;
  self->local = g_inet_socket_address_new (loopback, 0);
  g_queue_init (&self->connections);
  bty_soup_limits_load (&self->limits, host);
  bty_soup_guard_load (&self->guard, host);
  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-read", G_CALLBACK (on_request_read), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (on_request_over), self);
  g_signal_connect (self->soup, "request-aborted", G_CALLBACK (on_request_over), self);
  if (add_idle_listener (self, error))
    return self;
  bty_soup_server_free (self);
  return NULL;
}

static gboolean
is_busy (BtySoupServer *self)
{
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    {
      BtySoupConnection *connection = link->data;

      if (connection->state == BTY_SOUP_ANSWERING || bty_soup_connection_get_pending (connection) > 0)
        return TRUE;
    }
  return FALSE;
}

static void
end_streams (BtySoupServer *self)
{
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      g_autoptr(BtySoupConnection) connection = g_object_ref (link->data);

      next = link->next;
      if (connection->state != BTY_SOUP_STREAMING || connection->ending)
        continue;
      if (connection->on_gone != NULL)
        connection->on_gone (connection, connection->watch_data);
      bty_soup_connection_end (connection);
    }
}

static gboolean
on_drain_time_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
bty_soup_server_stop (BtySoupServer *self)
{
  gboolean over = FALSE;
  guint timer;

  if (self->stopping)
    return;
  self->stopping = TRUE;
  end_streams (self);
  if (!is_busy (self) || self->limits.drain_time == 0)
    return;
  timer = g_timeout_add (self->limits.drain_time / 1000, on_drain_time_over, &over);
  while (!over && is_busy (self))
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (timer);
}

void
bty_soup_server_free (BtySoupServer *self)
{
  BtySoupConnection *connection;

  bty_soup_server_stop (self);
  soup_server_disconnect (self->soup);
  while ((connection = g_queue_peek_head (&self->connections)) != NULL)
    bty_soup_connection_close (connection);
  g_signal_handlers_disconnect_by_data (self->soup, self);
  g_object_unref (self->soup);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_pointer (&self->mounts, bty_soup_mounts_free);
  bty_soup_pump_free (self->pump);
  bty_soup_guard_clear (&self->guard);
  g_object_unref (self->local);
  if (self->idle_end != -1)
    close (self->idle_end);
  g_free (self);
}
