/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-http-body-private.h"
#include "bty-http-client-private.h"
#include "bty-http-connection-private.h"
#include "bty-http-key-private.h"
#include "bty-http-pump-private.h"
#include "bty-http-transfer-errors-private.h"
#include "bty-http-transfer-private.h"

#define CHUNK            (16 * 1024)
#define BYTES_A_DISPATCH (16 * CHUNK) /* so that one upstream that floods does not starve the others */
#define LEAST_BYTES                                                                                                    \
  1024 /* what a read counts for at least: libsoup gives a frame of HTTP/2 at a time, and keeps the rest in a
                                          list that it walks along for each that comes */
#define DRAIN_BYTES        (64 * 1024) /* what is read after the end that the caller saw; more costs more than a connection */
#define DRAIN_MS           1000
#define RESEND_WITHIN_USEC G_USEC_PER_SEC

typedef enum
{
  CONNECTING, /* until libsoup has a connection */
  WAITING,    /* for the first byte of the body */
  READING,
  ENDED,
} State;

struct _BtyHttpTransfer
{
  gatomicrefcount references;
  State state;
  BtyHttpClient *client;
  const BtyHttpTransferFuncs *funcs;
  gpointer data;
  gboolean stopped;
  gsize drained;

  SoupMessage *message;
  SoupMessage *spare; /* for a second attempt */
  BtyHttpBody body;
  BtyHttpShard *shard; /* whose session asks */
  BtyHttpPump *pump;
  BtyHttpWatch watch;            /* of the socket, where it can be watched */
  GSocketConnection *connection; /* (nullable): that is watched */
  GSource *readable;             /* where it cannot */
  gboolean is_watched;           /* by a source that may be kept */
  char *content_type;

  GCancellable *cancellable; /* of our own: cancelled by the caller's, by time-outs and to give up */
  GCancellable *outer;
  gulong outer_handler;
  GSource *ending; /* it was given up, and ends at the next turn of the main loop */
  BtyHttpAlarm alarm;
  gint64 deadline; /* monotonic, in microseconds */
  gint64 started_at;
  guint n_restarts;
  gboolean again;  /* to be asked anew, with HTTP/2 on offer: nothing was sent yet */
  GError *failure; /* why we cancelled it ourselves */

  void (*sent) (gpointer data); /* (nullable): told when it is being sent */
  gpointer sent_data;

  GSource *delayed;      /* it is sent when this is due */
  guint played_status;   /* of one without a network */
  GDestroyNotify player; /* set for one without a network */
  gpointer player_data;
};

static void
transfer_unref (BtyHttpTransfer *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->message);
  g_clear_object (&self->spare);
  bty_http_body_clear (&self->body);
  g_clear_object (&self->connection);
  bty_http_pump_unref (self->pump);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->outer);
  g_clear_error (&self->failure);
  g_free (self->content_type);
  bty_http_client_unref (self->client);
  g_free (self);
}

static BtyHttpTransfer *
transfer_ref (BtyHttpTransfer *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHttpTransfer, transfer_unref)

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* (nullable): what lies under libsoup's connection */
static GSocketConnection *
get_connection (BtyHttpTransfer *self)
{
  return bty_http_shard_get_connection (self->shard, soup_message_get_connection_id (self->message));
}

static gboolean
is_closed (GSocketConnection *connection)
{
  return g_socket_is_closed (g_socket_connection_get_socket (connection));
}

/* Only now libsoup has its connection back. */
static void
on_closed (GObject *body, GAsyncResult *result, gpointer data)
{
  bty_http_shard_give_back (data);
}

static void
close_body (BtyHttpTransfer *self)
{
  GSocketConnection *connection = self->shard != NULL ? get_connection (self) : NULL;
  BtyHttpShard *shard = g_steal_pointer (&self->shard);

  if (connection != NULL && soup_message_get_http_version (self->message) <= SOUP_HTTP_1_1) /* else others go on */
    bty_http_connection_end_answer (G_IO_STREAM (connection));
  if (self->body.stream != NULL)
    g_input_stream_close_async (self->body.stream, G_PRIORITY_DEFAULT, self->cancellable, on_closed, shard);
  else if (shard != NULL)
    bty_http_shard_give_back (shard);
}

static void
stop_waiting (BtyHttpTransfer *self)
{
  bty_http_pump_drop_alarm (self->pump, &self->alarm);
  if (self->watch.fd != -1)
    bty_http_pump_unwatch (self->pump, &self->watch, !is_closed (self->connection));
  drop_source (&self->readable);
  drop_source (&self->ending);
}

/* Takes the reference that bty_http_transfer_start() made. */
static void
finish (BtyHttpTransfer *self, GError *error)
{
  g_autoptr (GError) why = self->failure != NULL ? g_error_copy (self->failure) : NULL;
  g_autoptr (BtyHttpTransfer) last = self;

  if (why == NULL && error != NULL)
    why = bty_http_transfer_convert (bty_http_client_get_options (self->client), self->state != CONNECTING, error);
  self->state = ENDED;
  stop_waiting (self);
  drop_source (&self->delayed);
  if (self->player != NULL)
    self->player (self->player_data);
  if (self->outer_handler != 0) /* not g_cancellable_disconnect(): it would wait for the handler that we may be in */
    g_signal_handler_disconnect (self->outer, self->outer_handler);
  g_signal_handlers_disconnect_by_data (self->message, self);
  if (why != NULL)
    g_cancellable_cancel (self->cancellable); /* so that the connection is closed and not read to its end */
  /* Over HTTP/2 that ends the stream alone, and libsoup keeps what a service goes on to send for it, without an end to it. */
  if (why != NULL && self->body.stream != NULL && self->shard != NULL &&
      soup_message_get_http_version (self->message) > SOUP_HTTP_1_1)
    bty_http_shard_retire (self->shard);
  close_body (self);
  if (!self->stopped)
    self->funcs->end (self, why, self->data);
}

static gboolean
on_given_up (gpointer data)
{
  finish (data, NULL);
  return G_SOURCE_REMOVE;
}

static void
finish_later (BtyHttpTransfer *self)
{
  self->ending = g_idle_source_new ();
  g_source_set_priority (self->ending, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->ending, on_given_up, self, NULL);
  g_source_attach (self->ending, g_main_context_get_thread_default ());
}

/* libsoup is told, and not waited for: over HTTP/2 it looks at its cancellable only when something comes from the other side. */
static void
give_up (BtyHttpTransfer *self, GError *failure)
{
  if (self->failure != NULL)
    {
      g_error_free (failure);
      return;
    }
  self->failure = failure;
  g_cancellable_cancel (self->cancellable);
  finish_later (self);
}

static void
on_alarm (BtyHttpAlarm *alarm)
{
  BtyHttpTransfer *self = (BtyHttpTransfer *) ((char *) alarm - G_STRUCT_OFFSET (BtyHttpTransfer, alarm));
  BtyHttpOptions *options = bty_http_client_get_options (self->client);
  const char *option = self->state == CONNECTING ? "connect_timeout_ms"
                       : self->state == WAITING  ? "first_byte_timeout_ms"
                                                 : "idle_timeout_ms";
  gint64 limit = self->state == CONNECTING ? options->connect_timeout_ms
                 : self->state == WAITING  ? options->first_byte_timeout_ms
                                           : options->idle_timeout_ms;

  if (self->deadline <= g_get_monotonic_time ())
    give_up (self, bty_http_transfer_silent (options, option, limit));
  else
    bty_http_pump_set_alarm (self->pump, alarm, self->deadline);
}

/* A deadline that moves later costs nothing: it is looked at when the alarm rings. */
static void
set_deadline (BtyHttpTransfer *self, gint64 ms)
{
  gint64 deadline = g_get_monotonic_time () + ms * 1000;

  if (self->player != NULL)
    return; /* it ends as it did when it was recorded */
  if (self->alarm.place == 0 || deadline < self->deadline)
    bty_http_pump_set_alarm (self->pump, &self->alarm, deadline);
  self->deadline = deadline;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  give_up (data, g_error_new (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped")));
}

static void
on_starting (SoupMessage *message, gpointer data)
{
  BtyHttpTransfer *self = data;
  GError *refusal = bty_http_key_refusal (message);

  if (refusal != NULL)
    {
      give_up (self, refusal);
      return;
    }
  self->state = WAITING;
  self->started_at = g_get_monotonic_time ();
  set_deadline (self, bty_http_client_get_options (self->client)->first_byte_timeout_ms);
  if (self->sent != NULL)
    self->sent (self->sent_data);
}

/* libsoup sends again when a kept connection was closed by the other side. A request costs money: once, and only at once. */
static void
on_restarted (SoupMessage *message, gpointer data)
{
  BtyHttpTransfer *self = data;

  self->n_restarts += 1;
  if (self->n_restarts > 1 || g_get_monotonic_time () - self->started_at > RESEND_WITHIN_USEC)
    give_up (self, bty_http_transfer_cut_off (bty_http_client_get_options (self->client)));
}

static gboolean
take_piece (BtyHttpTransfer *self, const char *bytes, gsize length, GError **error)
{
  if (self->stopped)
    {
      self->drained += length;
      return self->drained <= DRAIN_BYTES ||
             (g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, "more than is worth reading"), FALSE);
    }
  self->state = READING;
  set_deadline (self, bty_http_client_get_options (self->client)->idle_timeout_ms);
  return self->funcs->body (self, bytes, length, self->data, error);
}

static gboolean
is_over_tls (BtyHttpTransfer *self)
{
  return g_str_equal (g_uri_get_scheme (bty_http_client_get_options (self->client)->url), "https");
}

static gboolean read_some (BtyHttpTransfer *self);
static gboolean on_more (gpointer data);
static gboolean on_readable (GObject *stream, gpointer data);

static void
wait_with (BtyHttpTransfer *self, GSource *source, GSourceFunc func)
{
  drop_source (&self->readable);
  self->readable = source;
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
on_socket (BtyHttpWatch *watch)
{
  read_some ((BtyHttpTransfer *) ((char *) watch - G_STRUCT_OFFSET (BtyHttpTransfer, watch)));
}

/* Over HTTP/1 what the socket has is ours, with TLS as well: reading goes on until nothing of it is left in a buffer. */
static gboolean
watch_socket (BtyHttpTransfer *self)
{
  GSocketConnection *connection = get_connection (self);

  if (soup_message_get_http_version (self->message) > SOUP_HTTP_1_1 || connection == NULL || is_closed (connection) ||
      !bty_http_pump_watch (self->pump, &self->watch, g_socket_get_fd (g_socket_connection_get_socket (connection))))
    return FALSE;
  self->connection = g_object_ref (connection);
  drop_source (&self->readable);
  self->is_watched = TRUE;
  return TRUE;
}

/* libsoup's sources tell of bytes that are yet to come, and not reliably of those that lie in a buffer: so one is made, and waited
 * for, only after a read found nothing. A kept one fires again over plain HTTP/1.1 only; over HTTP/2, once and then never. */
static void
wait_for_bytes (BtyHttpTransfer *self)
{
  if (watch_socket (self))
    return;
  self->is_watched = !is_over_tls (self) && !G_IS_CONVERTER_INPUT_STREAM (self->body.stream);
  wait_with (self,
             g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->body.stream), self->cancellable),
             G_SOURCE_FUNC (on_readable));
}

/* Reads at the next turn of the main loop, after whatever else is due. */
static void
read_on (BtyHttpTransfer *self)
{
  GSource *source;

  if (self->watch.fd != -1)
    {
      bty_http_pump_again (self->pump, &self->watch);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  self->is_watched = FALSE;
  wait_with (self, source, on_more);
}

/* Whether the source that called is to be kept. */
static gboolean
keep_or_wait (BtyHttpTransfer *self)
{
  if (self->is_watched)
    return G_SOURCE_CONTINUE;
  wait_for_bytes (self);
  return G_SOURCE_REMOVE;
}

static gboolean
read_some (BtyHttpTransfer *self)
{
  g_autoptr (BtyHttpTransfer) alive = transfer_ref (self);
  char chunk[CHUNK];

  for (gsize taken = 0; taken < BYTES_A_DISPATCH;)
    {
      g_autoptr (GError) error = NULL;
      gssize n = -1;

      if (!g_cancellable_set_error_if_cancelled (self->cancellable, &error))
        n = bty_http_body_read (&self->body, chunk, sizeof chunk, &error);
      if (n < 0 && error == NULL)
        return keep_or_wait (self);
      taken += MAX (n, LEAST_BYTES);
      if (n <= 0 || !take_piece (self, chunk, n, &error))
        {
          finish (self, error);
          return G_SOURCE_REMOVE;
        }
      if (bty_http_body_is_drained (&self->body))
        return keep_or_wait (self);
    }
  read_on (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_more (gpointer data)
{
  return read_some (data);
}

static gboolean
on_readable (GObject *stream, gpointer data)
{
  return read_some (data);
}

/* We do not ask for compression; a proxy may do it all the same. */
static gboolean
decode_body (BtyHttpTransfer *self, GError **error)
{
  const char *encoding = bty_http_transfer_get_header (self, "Content-Encoding");
  g_autoptr (GConverter) decoder = NULL;

  if (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;
  if (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0)
    decoder = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  else if (g_ascii_strcasecmp (encoding, "deflate") == 0)
    decoder = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  if (decoder == NULL)
    {
      g_autofree char *shown = bty_http_client_redact (self->client, encoding, MIN (strlen (encoding), 40));

      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                   _ ("the provider “%s” answers in the encoding “%s”, which was not asked for"),
                   bty_http_client_get_options (self->client)->name, shown);
      return FALSE;
    }
  bty_http_body_decode (&self->body, decoder);
  return TRUE;
}

/* For as long as the connection is there: this request may be the first of many on it. */
static void
remember_connection (BtyHttpTransfer *self, GIOStream *stream)
{
  guint64 number = soup_message_get_connection_id (self->message);
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream))
    {
      g_object_get (stream, "base-io-stream", &base, NULL);
      stream = base;
    }
  if (G_IS_TCP_WRAPPER_CONNECTION (stream))
    stream = g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (stream));
  if (number != 0 && G_IS_SOCKET_CONNECTION (stream))
    bty_http_shard_set_connection (self->shard, number, G_SOCKET_CONNECTION (stream));
}

/* Only HTTP/1.1 is offered at first. A server may refuse the handshake, or agree on no protocol: one that knows HTTP/2 only, or one
 * that knows nothing of such agreements. Both are asked anew with HTTP/2 on offer; nothing but the handshake was sent. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer data)
{
  static const char *const http1[] = { "http/1.1", NULL };
  BtyHttpTransfer *self = data;

  if (event == G_SOCKET_CLIENT_RESOLVING) /* before, it waits for one of the connections that are busy */
    set_deadline (self, bty_http_client_get_options (self->client)->connect_timeout_ms);
  if (event == G_SOCKET_CLIENT_CONNECTED)
    bty_http_connection_read_ahead (connection);
  if (event == G_SOCKET_CLIENT_COMPLETE)
    remember_connection (self, connection);
  if (!G_IS_TLS_CONNECTION (connection) || bty_http_client_offers_http2 (self->client))
    return;
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    {
      g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), http1);
      self->again = TRUE; /* unless it comes to good */
    }
  else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED)
    {
      self->again = g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (connection)) == NULL;
      if (self->again)
        g_cancellable_cancel (self->cancellable);
    }
}

static void on_sent (GObject *session, GAsyncResult *result, gpointer data);

static void
send_message (BtyHttpTransfer *self)
{
  self->again = FALSE;
  g_signal_connect (self->message, "starting", G_CALLBACK (on_starting), self);
  g_signal_connect (self->message, "restarted", G_CALLBACK (on_restarted), self);
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network_event), self);
  soup_session_send_async (bty_http_shard_get_session (self->shard), self->message, G_PRIORITY_DEFAULT,
                           self->cancellable, on_sent, transfer_ref (self));
}

static gboolean
try_again (BtyHttpTransfer *self, const GError *error)
{
  if (!self->again || self->spare == NULL || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return FALSE;
  bty_http_client_offer_http2 (self->client);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  self->message = g_steal_pointer (&self->spare);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  send_message (self);
  return TRUE;
}

/* The status and the headers are there. Returns: whether it goes on */
static gboolean
take_head (BtyHttpTransfer *self)
{
  g_autoptr (GError) error = NULL;
  const char *location = bty_http_transfer_get_header (self, "Location");

  self->content_type = g_strdup (
    soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL));
  if (self->content_type != NULL)
    for (char *c = self->content_type; *c != '\0'; c++)
      *c = g_ascii_tolower (*c);
  if (SOUP_STATUS_IS_REDIRECTION (bty_http_transfer_get_status (self)) && location != NULL)
    error = bty_http_transfer_redirected (self->client, soup_message_get_uri (self->message), location);
  if (error == NULL && (self->player != NULL || decode_body (self, &error)) &&
      (self->stopped || self->funcs->head (self, self->data, &error)))
    return TRUE;
  finish (self, error);
  return FALSE;
}

/* (nullable): what the answer comes by alone, and may be read from without libsoup */
static GInputStream *
get_ahead (BtyHttpTransfer *self)
{
  GSocketConnection *connection = get_connection (self);

  if (connection == NULL || soup_message_get_http_version (self->message) > SOUP_HTTP_1_1)
    return NULL;
  return bty_http_connection_get_ahead (G_IO_STREAM (connection));
}

static void
on_sent (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyHttpTransfer) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (session), result, &error);

  if (self->failure != NULL) /* it has ended, or is about to */
    return;
  if (error != NULL && try_again (self, error))
    return;
  if (body == NULL)
    {
      finish (self, error);
      return;
    }
  bty_http_body_init (&self->body, g_steal_pointer (&body), get_ahead (self));
  soup_message_set_request_body (self->message, NULL, NULL, 0); /* it may be long, and so may be the answer */
  if (take_head (self))
    read_on (self);
}

static BtyHttpTransfer *
transfer_new (BtyHttpClient *client, const BtyHttpRequest *request, const BtyHttpTransferFuncs *funcs, gpointer data)
{
  BtyHttpTransfer *self = g_new0 (BtyHttpTransfer, 1);

  g_atomic_ref_count_init (&self->references);
  self->client = bty_http_client_ref (client);
  self->funcs = funcs;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->message = bty_http_client_message (client, request);
  self->pump = bty_http_pump_get ();
  self->watch = (BtyHttpWatch){ .fd = -1, .func = on_socket };
  self->alarm.func = on_alarm;
  return self;
}

static void
follow (BtyHttpTransfer *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  self->outer = g_object_ref (cancellable);
  self->outer_handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);
}

static gboolean
on_delayed (gpointer data)
{
  BtyHttpTransfer *self = data;

  g_clear_pointer (&self->delayed, g_source_unref);
  if (self->failure == NULL)
    send_message (self);
  return G_SOURCE_REMOVE;
}

static void
send_later (BtyHttpTransfer *self, gint64 delay_ms)
{
  self->state = WAITING;
  set_deadline (self, bty_http_client_get_options (self->client)->first_byte_timeout_ms);
  self->delayed = g_timeout_source_new ((guint) delay_ms);
  g_source_set_callback (self->delayed, on_delayed, self, NULL);
  g_source_attach (self->delayed, g_main_context_get_thread_default ());
}

BtyHttpTransfer *
bty_http_transfer_start_later (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable,
                               const BtyHttpTransferFuncs *funcs, gpointer data, gint64 delay_ms)
{
  BtyHttpTransfer *self = transfer_new (client, request, funcs, data);

  self->shard = bty_http_client_take_session (client, &self->failure);
  if (self->shard == NULL)
    {
      finish_later (self);
      return self;
    }
  if (is_over_tls (self) && !bty_http_client_offers_http2 (client))
    self->spare = bty_http_client_message (client, request);
  if (delay_ms > 0)
    send_later (self, delay_ms);
  else
    send_message (self);
  follow (self, cancellable);
  return self;
}

BtyHttpTransfer *
bty_http_transfer_start (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable,
                         const BtyHttpTransferFuncs *funcs, gpointer data)
{
  return bty_http_transfer_start_later (client, request, cancellable, funcs, data, 0);
}

BtyHttpTransfer *
bty_http_transfer_begin_played (BtyHttpClient *client, const BtyHttpRequest *request, GCancellable *cancellable,
                                const BtyHttpTransferFuncs *funcs, gpointer data, GDestroyNotify player,
                                gpointer player_data)
{
  BtyHttpTransfer *self = transfer_new (client, request, funcs, data);

  self->player = player;
  self->player_data = player_data;
  self->state = WAITING;
  follow (self, cancellable);
  return self;
}

gboolean
bty_http_transfer_play_head (BtyHttpTransfer *self, guint status, const GPtrArray *headers)
{
  SoupMessageHeaders *into = soup_message_get_response_headers (self->message);

  if (self->failure != NULL)
    return FALSE;
  self->played_status = status;
  for (guint i = 0; i + 1 < headers->len; i += 2)
    soup_message_headers_append (into, headers->pdata[i], headers->pdata[i + 1]);
  return take_head (self);
}

gboolean
bty_http_transfer_play_piece (BtyHttpTransfer *self, const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;

  if (self->failure != NULL)
    return FALSE;
  if (take_piece (self, bytes, length, &error))
    return TRUE;
  finish (self, error);
  return FALSE;
}

void
bty_http_transfer_play_end (BtyHttpTransfer *self, GError *error)
{
  if (self->failure == NULL)
    finish (self, error);
}

void
bty_http_transfer_watch_sent (BtyHttpTransfer *self, void (*func) (gpointer data), gpointer data)
{
  self->sent = func;
  self->sent_data = data;
  if (self->state == WAITING || self->state == READING)
    func (data);
}

gboolean
bty_http_transfer_is_stopped (BtyHttpTransfer *self)
{
  return self->stopped;
}

static void
copy_header (const char *name, const char *value, gpointer data)
{
  g_ptr_array_add (data, g_strdup (name));
  g_ptr_array_add (data, g_strdup (value));
}

GPtrArray *
bty_http_transfer_copy_headers (BtyHttpTransfer *self)
{
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);

  soup_message_headers_foreach (soup_message_get_response_headers (self->message), copy_header, headers);
  return headers;
}

void
bty_http_transfer_stop (BtyHttpTransfer *self)
{
  self->stopped = TRUE;
  if (self->state != ENDED)
    set_deadline (self, DRAIN_MS);
}

BtyHttpClient *
bty_http_transfer_get_client (BtyHttpTransfer *self)
{
  return self->client;
}

guint
bty_http_transfer_get_status (BtyHttpTransfer *self)
{
  return self->player != NULL ? self->played_status : soup_message_get_status (self->message);
}

const char *
bty_http_transfer_get_header (BtyHttpTransfer *self, const char *name)
{
  return soup_message_headers_get_list (soup_message_get_response_headers (self->message), name);
}

const char *
bty_http_transfer_get_content_type (BtyHttpTransfer *self)
{
  return self->content_type;
}

gint64
bty_http_transfer_get_retry_after_ms (BtyHttpTransfer *self)
{
  return bty_http_retry_after_ms (bty_http_transfer_get_header (self, "retry-after-ms"),
                                  bty_http_transfer_get_header (self, "Retry-After"));
}
