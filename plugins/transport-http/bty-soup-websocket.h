/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soup-connection.h"

G_BEGIN_DECLS

/**
 * BtySoupWebsocket:
 *
 * A connection as a WebSocket: our own framing (RFC 6455) in the pump's epoll set. libsoup's would hold what a client sends without
 * end and what it does not read without end (unfinished fragments, inflated messages, its queue), and no call of it bounds these.
 * No extension is offered, so nothing is inflated. The connection owns it; once the connection is given away it is an object
 * that does nothing.
 */
#define BTY_TYPE_SOUP_WEBSOCKET (bty_soup_websocket_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupWebsocket, bty_soup_websocket, BTY, SOUP_WEBSOCKET, GObject)

/* Takes over a connection that libsoup has given away; @early: (nullable): what libsoup has read of it beyond the request. */
BtySoupWebsocket *bty_soup_websocket_new (BtySoupConnection *connection, GByteArray *early);

/* For the connection. */
void bty_soup_websocket_on_events (BtySoupWebsocket *self);
void bty_soup_websocket_on_closed (BtySoupWebsocket *self);
void bty_soup_websocket_check_time (BtySoupWebsocket *self, gint64 now);

/* For the server: says goodbye because the daemon stops. */
void bty_soup_websocket_stop (BtySoupWebsocket *self);

G_END_DECLS
