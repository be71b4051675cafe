/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-soup-connection.h"
#include "bty-soup-guard.h"
#include "bty-soup-mounts.h"
#include "bty-soup-server.h"

G_BEGIN_DECLS

/* A socket that waits for its next request. */
typedef struct
{
  int fd;
  gint64 peer_uid;
} BtySoupReturned;

/* The server in two files: its connections, and the requests on them. */
struct _BtySoupServer
{
  BtyHost *host;
  SoupServer *soup;
  BtySoupPump *pump;
  BtySoupLimits limits;
  BtySoupGuard guard;
  BtySoupMounts *mounts; /* made at the first request that needs one */
  GQueue connections;
  GArray *returned; /* of BtySoupReturned: sockets whose streams have ended */
  guint returning;  /* their source */
  gsize bodies;     /* bytes of request bodies held */
  guint tick;
  GSocketAddress *local;
  int idle_end; /* of the socket pair that stands for a listener */
  gboolean stopping;
};

/* Takes the requests that libsoup reads. */
void bty_soup_server_serve_requests (BtySoupServer *self);

/* The body that was read on @connection is not needed any more. */
void bty_soup_server_forget_body (BtySoupServer *self, BtySoupConnection *connection);

/* The stream of @connection has ended, and the client may ask for something else on it. */
void bty_soup_server_take_back (BtySoupConnection *connection);

/* @held: bytes of the message that a WebSocket has not finished; FALSE when all of these and of the bodies are too many. */
gboolean bty_soup_server_hold (BtySoupConnection *connection, gsize held);

G_END_DECLS
