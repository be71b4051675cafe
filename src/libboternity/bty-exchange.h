/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-host.h"
#include "bty-socket.h"

G_BEGIN_DECLS

/**
 * BtyExchange:
 *
 * One HTTP request and its answer, whoever serves HTTP: this header knows no HTTP library. The transport implements it; an
 * endpoint uses it. The body has been read and bounded by the transport before the endpoint sees it. Either answer once with
 * bty_exchange_respond(), or begin a stream, write, and end it. Main context.
 */
#define BTY_TYPE_EXCHANGE (bty_exchange_get_type ())
BTY_EXPORT G_DECLARE_INTERFACE (BtyExchange, bty_exchange, BTY, EXCHANGE, GObject)

  typedef void (*BtyExchangeFunc) (BtyExchange *exchange, gpointer data);

/**
 * BtyExchangeInterface:
 * @get_method: verb in capitals
 * @get_path: the path below the endpoint's mount, still percent-encoded, beginning with a slash
 * @get_query: (nullable): the raw query
 * @get_header: (nullable): a request header by its name in any case; several of one name joined by a comma
 * @get_body: (transfer none) (nullable): the request's body
 * @get_credentials: what the caller presented, for bty_host_identify()
 * @set_header: sets an answer's header, before respond or begin
 * @respond: answers whole; @body may be %NULL
 * @begin: sends the headers of a stream; what the request said (verb, path, query, headers, body) is let go of
 * @write: queues bytes of a stream; the transport keeps them until they are sent
 * @get_pending: bytes queued and not sent: an endpoint stops reading its cursor above some 256 KiB
 * @end: ends a stream
 * @watch: @drained is called when pending falls low again, @closed when the client goes before the end or the transport stops:
 *   the endpoint may still write how a stream ends, and end it; either may be %NULL;
 *   none is called after the end, or after watch is called again with %NULL
 * @hold: (nullable): while @held, what is written waits, so that it goes out in one piece: never beyond the present turn of the main loop;
 *   the end of the stream lets it go as well. %NULL: each write goes out as it comes
 * @upgrade: (transfer full) (nullable): turns the connection into a WebSocket; %NULL: this transport has none
 */
struct _BtyExchangeInterface
{
  GTypeInterface parent;

  const char *(*get_method) (BtyExchange *exchange);
  const char *(*get_path) (BtyExchange *exchange);
  const char *(*get_query) (BtyExchange *exchange);
  const char *(*get_header) (BtyExchange *exchange, const char *name);
  GBytes *(*get_body) (BtyExchange *exchange);
  void (*get_credentials) (BtyExchange *exchange, BtyCredentials *credentials);
  void (*set_header) (BtyExchange *exchange, const char *name, const char *value);
  void (*respond) (BtyExchange *exchange, guint status, const char *content_type, GBytes *body);
  void (*begin) (BtyExchange *exchange, guint status, const char *content_type);
  void (*write) (BtyExchange *exchange, const char *data, gsize length);
  gsize (*get_pending) (BtyExchange *exchange);
  void (*end) (BtyExchange *exchange);
  void (*watch) (BtyExchange *exchange, BtyExchangeFunc drained, BtyExchangeFunc closed, gpointer data);
  BtySocket *(*upgrade) (BtyExchange *exchange, const char *protocol, GError **error);
  void (*hold) (BtyExchange *exchange, gboolean held);
};

BTY_EXPORT const char *bty_exchange_get_method (BtyExchange *exchange);
BTY_EXPORT const char *bty_exchange_get_path (BtyExchange *exchange);
BTY_EXPORT const char *bty_exchange_get_query (BtyExchange *exchange);
BTY_EXPORT const char *bty_exchange_get_header (BtyExchange *exchange, const char *name);
BTY_EXPORT GBytes *bty_exchange_get_body (BtyExchange *exchange);
BTY_EXPORT void bty_exchange_get_credentials (BtyExchange *exchange, BtyCredentials *credentials);
BTY_EXPORT void bty_exchange_set_header (BtyExchange *exchange, const char *name, const char *value);
BTY_EXPORT void bty_exchange_respond (BtyExchange *exchange, guint status, const char *content_type, GBytes *body);
BTY_EXPORT void bty_exchange_begin (BtyExchange *exchange, guint status, const char *content_type);
BTY_EXPORT void bty_exchange_write (BtyExchange *exchange, const char *data, gsize length);
BTY_EXPORT gsize bty_exchange_get_pending (BtyExchange *exchange);
BTY_EXPORT void bty_exchange_end (BtyExchange *exchange);
BTY_EXPORT void bty_exchange_hold (BtyExchange *exchange, gboolean held);
/** bty_exchange_watch: (skip) */
BTY_EXPORT void bty_exchange_watch (BtyExchange *exchange, BtyExchangeFunc drained, BtyExchangeFunc closed,
                                    gpointer data);

/**
 * bty_exchange_upgrade:
 * @protocol: (nullable): the sub-protocol chosen among those that the header Sec-WebSocket-Protocol offers
 * @error: why not, such as %BTY_ERROR_FAILED_PRECONDITION when the client asks for no WebSocket
 *
 * Turns the connection of a request into a WebSocket: a path takes upgrades when its endpoint calls this in its handler, once it
 * knows who asks. The transport checks the handshake. The exchange is over then, either way: when there is no socket, the client
 * has been told why. A browser, which cannot set Authorization here, may offer its token as a sub-protocol `bearer.TOKEN`
 * beside a real one; bty_exchange_get_credentials() finds it there.
 *
 * Returns: (transfer full) (nullable): the socket, silent until bty_socket_watch() is called
 */
BTY_EXPORT BtySocket *bty_exchange_upgrade (BtyExchange *exchange, const char *protocol, GError **error);

/**
 * BtyEndpoint:
 *
 * Serves one path of the HTTP server.
 */
#define BTY_TYPE_ENDPOINT (bty_endpoint_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyEndpoint, bty_endpoint, BTY, ENDPOINT, GObject)

/**
 * BtyEndpointInterface:
 * @get_mounts: paths that it serves with all below them, such as `/api/v1`; %NULL-terminated, static
 * @start: is given the host once, before the first request
 * @handle: answers a request, now or later; references the exchange to keep it
 * @make_refusal: (transfer full) (nullable): the body, as JSON, of a request that the transport refuses before it is read whole; %NULL:
 *   the transport's own problem document
 */
struct _BtyEndpointInterface
{
  GTypeInterface parent;

  const char *const *(*get_mounts) (BtyEndpoint *endpoint);
  void (*start) (BtyEndpoint *endpoint, BtyHost *host);
  void (*handle) (BtyEndpoint *endpoint, BtyExchange *exchange);
  GBytes *(*make_refusal) (BtyEndpoint *endpoint, guint status, const char *detail);
};

BTY_EXPORT const char *const *bty_endpoint_get_mounts (BtyEndpoint *endpoint);
BTY_EXPORT void bty_endpoint_start (BtyEndpoint *endpoint, BtyHost *host);
BTY_EXPORT void bty_endpoint_handle (BtyEndpoint *endpoint, BtyExchange *exchange);
/** bty_endpoint_make_refusal: Returns: (transfer full) (nullable): how the endpoint says that a request was refused with @status */
BTY_EXPORT GBytes *bty_endpoint_make_refusal (BtyEndpoint *endpoint, guint status, const char *detail);

/**
 * BtyTransport:
 *
 * A door: serves the catalogue to the outside.
 */
#define BTY_TYPE_TRANSPORT (bty_transport_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyTransport, bty_transport, BTY, TRANSPORT, GObject)

/**
 * BtyTransportInterface:
 * @start: opens its listeners; must not block
 * @stop: takes nothing new, ends streams, lets running answers finish for a moment, and closes
 * @get_addresses: (transfer full): what it listens on, such as `http://127.0.0.1:7717` and `unix:/…`; %NULL-terminated; empty while
 *   it is not open yet, or stays closed for this daemon
 * @keeps_daemon: (nullable): whether it keeps a daemon that was started on demand from ending unused: a TCP door, a connected client
 * @leave: (nullable): with %TRUE, takes back what an activator finds the daemon by, and gives %TRUE once nothing that was sent to it
 *   before can still be on its way; asked again until then. With %FALSE, puts it back. Must not block
 */
struct _BtyTransportInterface
{
  GTypeInterface parent;

  gboolean (*start) (BtyTransport *transport, BtyHost *host, GError **error);
  void (*stop) (BtyTransport *transport);
  GStrv (*get_addresses) (BtyTransport *transport);
  gboolean (*keeps_daemon) (BtyTransport *transport);
  gboolean (*leave) (BtyTransport *transport, gboolean leaving);
};

BTY_EXPORT gboolean bty_transport_start (BtyTransport *transport, BtyHost *host, GError **error);
BTY_EXPORT void bty_transport_stop (BtyTransport *transport);
/** bty_transport_get_addresses: Returns: (transfer full): what it listens on, %NULL-terminated */
BTY_EXPORT GStrv bty_transport_get_addresses (BtyTransport *transport);
BTY_EXPORT gboolean bty_transport_keeps_daemon (BtyTransport *transport);
BTY_EXPORT gboolean bty_transport_leave (BtyTransport *transport, gboolean leaving);

G_END_DECLS
