/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-host.h"

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
BTY_EXPORT void bty_exchange_watch (BtyExchange *exchange, BtyExchangeFunc drained, BtyExchangeFunc closed,
                                    gpointer data);

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
 */
struct _BtyEndpointInterface
{
  GTypeInterface parent;

  const char *const *(*get_mounts) (BtyEndpoint *endpoint);
  void (*start) (BtyEndpoint *endpoint, BtyHost *host);
  void (*handle) (BtyEndpoint *endpoint, BtyExchange *exchange);
};

BTY_EXPORT const char *const *bty_endpoint_get_mounts (BtyEndpoint *endpoint);
BTY_EXPORT void bty_endpoint_start (BtyEndpoint *endpoint, BtyHost *host);
BTY_EXPORT void bty_endpoint_handle (BtyEndpoint *endpoint, BtyExchange *exchange);

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
 * @get_addresses: (transfer full): what it listens on, such as `http://127.0.0.1:7717` and `unix:/…`; %NULL-terminated
 */
struct _BtyTransportInterface
{
  GTypeInterface parent;

  gboolean (*start) (BtyTransport *transport, BtyHost *host, GError **error);
  void (*stop) (BtyTransport *transport);
  GStrv (*get_addresses) (BtyTransport *transport);
};

BTY_EXPORT gboolean bty_transport_start (BtyTransport *transport, BtyHost *host, GError **error);
BTY_EXPORT void bty_transport_stop (BtyTransport *transport);
BTY_EXPORT GStrv bty_transport_get_addresses (BtyTransport *transport);

G_END_DECLS
