/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_WS_MOUNT    "/api/v1/ws"
#define BTY_WS_PROTOCOL "boternity.v1"

/**
 * BtyWsEndpoint:
 *
 * Every operation of the catalogue over a WebSocket, as JSON-RPC 2.0: any number of calls and streams on one connection.
 */
#define BTY_TYPE_WS_ENDPOINT (bty_ws_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (BtyWsEndpoint, bty_ws_endpoint, BTY, WS_ENDPOINT, GObject)

G_END_DECLS
