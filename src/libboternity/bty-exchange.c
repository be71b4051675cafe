/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-exchange.h"

G_DEFINE_INTERFACE (BtyExchange, bty_exchange, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (BtyEndpoint, bty_endpoint, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (BtyTransport, bty_transport, G_TYPE_OBJECT)

static void
bty_exchange_default_init (BtyExchangeInterface *iface)
{
}

static void
bty_endpoint_default_init (BtyEndpointInterface *iface)
{
}

static void
bty_transport_default_init (BtyTransportInterface *iface)
{
}

const char *
bty_exchange_get_method (BtyExchange *exchange)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_method (exchange);
}

const char *
bty_exchange_get_path (BtyExchange *exchange)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_path (exchange);
}

const char *
bty_exchange_get_query (BtyExchange *exchange)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_query (exchange);
}

const char *
bty_exchange_get_header (BtyExchange *exchange, const char *name)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_header (exchange, name);
}

GBytes *
bty_exchange_get_body (BtyExchange *exchange)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_body (exchange);
}

void
bty_exchange_get_credentials (BtyExchange *exchange, BtyCredentials *credentials)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->get_credentials (exchange, credentials);
}

void
bty_exchange_set_header (BtyExchange *exchange, const char *name, const char *value)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->set_header (exchange, name, value);
}

void
bty_exchange_respond (BtyExchange *exchange, guint status, const char *content_type, GBytes *body)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->respond (exchange, status, content_type, body);
}

void
bty_exchange_begin (BtyExchange *exchange, guint status, const char *content_type)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->begin (exchange, status, content_type);
}

void
bty_exchange_write (BtyExchange *exchange, const char *data, gsize length)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->write (exchange, data, length);
}

gsize
bty_exchange_get_pending (BtyExchange *exchange)
{
  return BTY_EXCHANGE_GET_IFACE (exchange)->get_pending (exchange);
}

void
bty_exchange_end (BtyExchange *exchange)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->end (exchange);
}

void
bty_exchange_hold (BtyExchange *exchange, gboolean held)
{
  if (BTY_EXCHANGE_GET_IFACE (exchange)->hold != NULL)
    BTY_EXCHANGE_GET_IFACE (exchange)->hold (exchange, held);
}

void
bty_exchange_watch (BtyExchange *exchange, BtyExchangeFunc drained, BtyExchangeFunc closed, gpointer data)
{
  BTY_EXCHANGE_GET_IFACE (exchange)->watch (exchange, drained, closed, data);
}

BtySocket *
bty_exchange_upgrade (BtyExchange *exchange, const char *protocol, GError **error)
{
  if (BTY_EXCHANGE_GET_IFACE (exchange)->upgrade != NULL)
    return BTY_EXCHANGE_GET_IFACE (exchange)->upgrade (exchange, protocol, error);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, _ ("this transport has no WebSockets"));
  bty_exchange_respond (exchange, bty_error_info (BTY_ERROR_UNIMPLEMENTED)->http_status, NULL, NULL);
  return NULL;
}

const char *const *
bty_endpoint_get_mounts (BtyEndpoint *endpoint)
{
  return BTY_ENDPOINT_GET_IFACE (endpoint)->get_mounts (endpoint);
}

void
bty_endpoint_start (BtyEndpoint *endpoint, BtyHost *host)
{
  BTY_ENDPOINT_GET_IFACE (endpoint)->start (endpoint, host);
}

void
bty_endpoint_handle (BtyEndpoint *endpoint, BtyExchange *exchange)
{
  BTY_ENDPOINT_GET_IFACE (endpoint)->handle (endpoint, exchange);
}

GBytes *
bty_endpoint_make_refusal (BtyEndpoint *endpoint, guint status, const char *detail)
{
  BtyEndpointInterface *iface = BTY_ENDPOINT_GET_IFACE (endpoint);

  return iface->make_refusal != NULL ? iface->make_refusal (endpoint, status, detail) : NULL;
}

gboolean
bty_transport_start (BtyTransport *transport, BtyHost *host, GError **error)
{
  return BTY_TRANSPORT_GET_IFACE (transport)->start (transport, host, error);
}

void
bty_transport_stop (BtyTransport *transport)
{
  BTY_TRANSPORT_GET_IFACE (transport)->stop (transport);
}

GStrv
bty_transport_get_addresses (BtyTransport *transport)
{
  return BTY_TRANSPORT_GET_IFACE (transport)->get_addresses (transport);
}

gboolean
bty_transport_keeps_daemon (BtyTransport *transport)
{
  const BtyTransportInterface *iface = BTY_TRANSPORT_GET_IFACE (transport);

  return iface->keeps_daemon != NULL && iface->keeps_daemon (transport);
}

gboolean
bty_transport_leave (BtyTransport *transport, gboolean leaving)
{
  const BtyTransportInterface *iface = BTY_TRANSPORT_GET_IFACE (transport);

  return iface->leave == NULL || iface->leave (transport, leaving);
}
