/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-answer.h"
#include "bty-soup-exchange.h"
#include "bty-soup-handshake.h"
#include "bty-soup-server-private.h"
#include "bty-soup-websocket.h"

#define SMALL_CHUNK 4096 /* bytes */
#define CHUNK_MARKS 32   /* bytes; more than the length and the line ends of a chunk need */

typedef enum
{
  EXCHANGE_OPEN,   /* no answer yet */
  EXCHANGE_STREAM, /* the connection is taken over */
  EXCHANGE_OVER,   /* answered, ended, or the client is gone */
} BtySoupExchangeState;

struct _BtySoupExchange
{
  GObject parent;
  BtySoupConnection *connection;
  SoupServerMessage *message; /* NULL once a stream has begun: its connection is ours alone then */
  const char *path;
  GBytes *body;
  BtySoupExchangeState state;
  gboolean paused;
  BtyExchangeFunc drained;
  BtyExchangeFunc closed;
  gpointer watch_data;
};

static void bty_soup_exchange_iface_init (BtyExchangeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtySoupExchange, bty_soup_exchange, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_EXCHANGE, bty_soup_exchange_iface_init))

static SoupMessageHeaders *
request_headers (BtySoupExchange *self)
{
  return soup_server_message_get_request_headers (self->message);
}

static const char *
get_method (BtyExchange *exchange)
{
  SoupServerMessage *message = BTY_SOUP_EXCHANGE (exchange)->message;

  return message != NULL ? soup_server_message_get_method (message) : "";
}

static const char *
get_path (BtyExchange *exchange)
{
  return BTY_SOUP_EXCHANGE (exchange)->path;
}

static const char *
get_query (BtyExchange *exchange)
{
  SoupServerMessage *message = BTY_SOUP_EXCHANGE (exchange)->message;

  return message != NULL ? g_uri_get_query (soup_server_message_get_uri (message)) : NULL;
}

static const char *
get_header (BtyExchange *exchange, const char *name)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);

  return self->message != NULL ? soup_message_headers_get_list (request_headers (self), name) : NULL;
}

static GBytes *
get_body (BtyExchange *exchange)
{
  return BTY_SOUP_EXCHANGE (exchange)->body;
}

static void
get_credentials (BtyExchange *exchange, BtyCredentials *credentials)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);
  const char *value = get_header (exchange, "Authorization");

  credentials->token = NULL;
  credentials->token_length = 0;
  credentials->peer_uid = self->connection->peer_uid;
  if (value == NULL)
    bty_soup_handshake_find_token (self->message, credentials);
  if (value == NULL || g_ascii_strncasecmp (value, "Bearer ", 7) != 0)
    return;
  for (value += 7; *value == ' ';)
    value++;
  credentials->token = value;
  credentials->token_length = strlen (value);
}

static void
set_header (BtyExchange *exchange, const char *name, const char *value)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);

  if (self->message != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (self->message), name, value);
}

/* The client is gone, or the answer is given: nothing more is told, and the connection may go on without us. */
static void
leave (BtySoupExchange *self)
{
  self->state = EXCHANGE_OVER;
  self->drained = NULL;
  self->closed = NULL;
  if (self->connection->watch_data == self)
    {
      self->connection->on_gone = NULL;
      self->connection->on_drained = NULL;
      self->connection->watch_data = NULL;
    }
}

static void
on_gone (BtySoupConnection *connection, gpointer data)
{
  g_autoptr (BtySoupExchange) self = g_object_ref (data);
  BtyExchangeFunc closed = self->closed;

  self->closed = NULL;
  if (closed != NULL)
    closed (BTY_EXCHANGE (self), self->watch_data);
  if (self->state == EXCHANGE_STREAM)
    leave (self);
}

static void
on_drained (BtySoupConnection *connection, gpointer data)
{
  g_autoptr (BtySoupExchange) self = g_object_ref (data);

  if (self->drained != NULL)
    self->drained (BTY_EXCHANGE (self), self->watch_data);
}

static void
respond (BtyExchange *exchange, guint status, const char *content_type, GBytes *body)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);

  if (self->state != EXCHANGE_OPEN)
    return;
  soup_server_message_set_status (self->message, status, NULL);
  if (content_type != NULL)
    soup_message_headers_append (soup_server_message_get_response_headers (self->message), "Content-Type",
                                 content_type);
  if (body != NULL)
    soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), body);
  leave (self);
  if (self->paused)
    soup_server_message_unpause (self->message);
}

static GString *
make_head (BtySoupExchange *self, guint status, const char *content_type)
{
  GString *head = g_string_sized_new (512);
  SoupMessageHeadersIter iter;
  const char *name, *value;

  g_string_append_printf (head, "HTTP/1.1 %u %s\r\n", status, soup_status_get_phrase (status));
  soup_message_headers_iter_init (&iter, soup_server_message_get_response_headers (self->message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (head, "%s: %s\r\n", name, value);
  if (content_type != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\n", content_type);
  if (self->connection->chunked)
    g_string_append (head, "Transfer-Encoding: chunked\r\n");
  return head;
}

/* What libsoup has read beyond the request comes out of its stream first, until our end of it says that it is over; then what was
   not given to it yet. */
static GByteArray *
steal_early (BtySoupExchange *self)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (self->message);
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  GByteArray *early = NULL;
  guint8 buffer[1024];
  gssize n;

  self->connection->begun = TRUE;
  while ((n = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    {
      if (early == NULL)
        early = g_byte_array_new ();
      g_byte_array_append (early, buffer, n);
    }
  if (early == NULL)
    return g_steal_pointer (&self->connection->ahead);
  if (self->connection->ahead != NULL)
    g_byte_array_append (early, self->connection->ahead->data, self->connection->ahead->len);
  return early;
}

/* Whether the connection can be told apart from the stream at its end. A client that has sent its next request already has to
 * send it again: it would be lost between libsoup and us. */
static gboolean
can_keep (BtySoupExchange *self)
{
  g_autoptr (GByteArray) early = NULL;
  gboolean asks_to_close = soup_message_headers_header_contains (request_headers (self), "Connection", "close");

  early = steal_early (self);
  return early == NULL && !asks_to_close && self->connection->chunked;
}

static void
begin (BtyExchange *exchange, guint status, const char *content_type)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);
  BtySoupConnection *connection = self->connection;
  g_autoptr (GString) head = NULL;

  if (self->state != EXCHANGE_OPEN || connection->state >= BTY_SOUP_STREAMING)
    return;
  self->state = EXCHANGE_STREAM;
  connection->chunked = soup_server_message_get_http_version (self->message) >= SOUP_HTTP_1_1;
  head = make_head (self, status, content_type);
  bty_soup_connection_set_state (connection, BTY_SOUP_STREAMING);
  connection->keeps = can_keep (self);
  g_string_append (head, connection->keeps ? "\r\n" : "Connection: close\r\n\r\n");
  bty_soup_connection_detach (connection);
  g_clear_object (&self->message);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->path = "";
  bty_soup_connection_send (connection, head->str, head->len);
}

/* Small pieces are framed on the stack: where nothing waits they go to the socket without a copy of the connection's own. */
static void
write_small_chunk (BtySoupConnection *connection, const char *data, gsize length)
{
  char chunk[SMALL_CHUNK + CHUNK_MARKS];
  int head = g_snprintf (chunk, CHUNK_MARKS, "%" G_GSIZE_MODIFIER "x\r\n", length);

  memcpy (chunk + head, data, length);
  memcpy (chunk + head + length, "\r\n", 2);
  bty_soup_connection_send (connection, chunk, head + length + 2);
}

static void
write_stream (BtyExchange *exchange, const char *data, gsize length)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);
  char frame[32];

  if (self->state != EXCHANGE_STREAM || length == 0 || self->connection->state != BTY_SOUP_STREAMING)
    return;
  if (!self->connection->chunked)
    {
      bty_soup_connection_send (self->connection, data, length);
      return;
    }
  if (length <= SMALL_CHUNK)
    {
      write_small_chunk (self->connection, data, length);
      return;
    }
  g_snprintf (frame, sizeof frame, "%" G_GSIZE_MODIFIER "x\r\n", length);
  bty_soup_connection_queue (self->connection, frame, strlen (frame));
  bty_soup_connection_queue (self->connection, data, length);
  bty_soup_connection_send (self->connection, "\r\n", 2);
}

static gsize
get_pending (BtyExchange *exchange)
{
  return bty_soup_connection_get_pending (BTY_SOUP_EXCHANGE (exchange)->connection);
}

static void
end_stream (BtyExchange *exchange)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);

  if (self->state != EXCHANGE_STREAM)
    return;
  leave (self);
  if (self->connection->chunked)
    bty_soup_connection_send (self->connection, "0\r\n\r\n", 5);
  bty_soup_connection_hold (self->connection, FALSE);
  if (self->connection->keeps)
    bty_soup_server_take_back (self->connection);
  else
    bty_soup_connection_end (self->connection);
}

static void
hold (BtyExchange *exchange, gboolean held)
{
  bty_soup_connection_hold (BTY_SOUP_EXCHANGE (exchange)->connection, held);
}

static void
watch (BtyExchange *exchange, BtyExchangeFunc drained, BtyExchangeFunc closed, gpointer data)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);

  if (self->state == EXCHANGE_OVER)
    return;
  self->drained = drained;
  self->closed = closed;
  self->watch_data = data;
  self->connection->on_gone = on_gone;
  self->connection->on_drained = on_drained;
  self->connection->watch_data = self;
}

static BtySocket *
refuse_upgrade (BtySoupExchange *self, guint status, const char *detail, GError **error)
{
  g_autoptr (GString) problem = bty_soup_problem_new (status, detail);
  g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&problem));

  g_set_error_literal (error, BTY_ERROR, status == 400 ? BTY_ERROR_INVALID_ARGUMENT : BTY_ERROR_FAILED_PRECONDITION,
                       detail);
  respond (BTY_EXCHANGE (self), status, BTY_SOUP_PROBLEM_TYPE, body);
  return NULL;
}

static BtySocket *
upgrade (BtyExchange *exchange, const char *protocol, GError **error)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (exchange);
  BtySoupConnection *connection = self->connection;
  g_autoptr (GString) head = NULL;
  BtySoupWebsocket *websocket;
  const char *detail = NULL;
  guint status;

  if (self->state != EXCHANGE_OPEN || connection->state >= BTY_SOUP_STREAMING)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the request is answered already"));
      return NULL;
    }
  status = bty_soup_handshake_check (self->message, &detail);
  if (status != 0)
    return refuse_upgrade (self, status, detail, error);
  leave (self);
  head = bty_soup_handshake_make_head (self->message, protocol);
  bty_soup_connection_set_state (connection, BTY_SOUP_STREAMING);
  websocket = bty_soup_websocket_new (connection, steal_early (self));
  bty_soup_connection_send (connection, head->str, head->len);
  return BTY_SOCKET (websocket);
}

static void
bty_soup_exchange_iface_init (BtyExchangeInterface *iface)
{
  iface->get_method = get_method;
  iface->get_path = get_path;
  iface->get_query = get_query;
  iface->get_header = get_header;
  iface->get_body = get_body;
  iface->get_credentials = get_credentials;
  iface->set_header = set_header;
  iface->respond = respond;
  iface->begin = begin;
  iface->write = write_stream;
  iface->get_pending = get_pending;
  iface->end = end_stream;
  iface->watch = watch;
  iface->upgrade = upgrade;
  iface->hold = hold;
}

/* Nobody has answered and nobody can any more: libsoup, or the stream, must not wait for ever. */
static void
bty_soup_exchange_dispose (GObject *object)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (object);

  if (self->state == EXCHANGE_STREAM)
    {
      leave (self);
      bty_soup_connection_close (self->connection);
    }
  else if (self->state == EXCHANGE_OPEN)
    {
      g_autoptr (GString) problem = bty_soup_problem_new (503, _ ("the request was given up"));
      g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&problem));

      soup_message_headers_append (soup_server_message_get_response_headers (self->message), "Connection", "close");
      respond (BTY_EXCHANGE (self), 503, BTY_SOUP_PROBLEM_TYPE, body);
    }
  G_OBJECT_CLASS (bty_soup_exchange_parent_class)->dispose (object);
}

static void
bty_soup_exchange_finalize (GObject *object)
{
  BtySoupExchange *self = BTY_SOUP_EXCHANGE (object);

  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->message);
  g_object_unref (self->connection);
  G_OBJECT_CLASS (bty_soup_exchange_parent_class)->finalize (object);
}

static void
bty_soup_exchange_class_init (BtySoupExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_soup_exchange_dispose;
  G_OBJECT_CLASS (klass)->finalize = bty_soup_exchange_finalize;
}

static void
bty_soup_exchange_init (BtySoupExchange *self)
{
}

/* It may hold a key. */
static void
wipe_body (gpointer data)
{
  GByteArray *body = data;

  bty_secret_clear_memory (body->data, body->len);
  g_byte_array_unref (body);
}

static GBytes *
take_body (BtySoupConnection *connection)
{
  GByteArray *body = g_steal_pointer (&connection->body);

  return g_bytes_new_with_free_func (body->data, body->len, wipe_body, body);
}

BtySoupExchange *
bty_soup_exchange_new (BtySoupConnection *connection, SoupServerMessage *message, const char *path)
{
  BtySoupExchange *self = g_object_new (BTY_TYPE_SOUP_EXCHANGE, NULL);

  self->connection = g_object_ref (connection);
  self->message = g_object_ref (message);
  self->path = path;
  if (connection->body != NULL)
    self->body = take_body (connection);
  return self;
}

void
bty_soup_exchange_settle (BtySoupExchange *self)
{
  if (self->state != EXCHANGE_OPEN)
    return;
  self->paused = TRUE;
  soup_server_message_set_status (self->message, SOUP_STATUS_OK, NULL); /* else libsoup looks for a handler */
  soup_server_message_pause (self->message);
}
