/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtySoupServer:
 *
 * Connections in, requests to endpoints, answers out. libsoup reads the requests and writes the answers; it is never told of a
 * socket, only of our connections.
 */
typedef struct _BtySoupServer BtySoupServer;

BtySoupServer *bty_soup_server_new (BtyHost *host, GError **error);

/* Takes over @fd. */
void bty_soup_server_accept (BtySoupServer *self, int fd, gint64 peer_uid);

gboolean bty_soup_server_has_connections (BtySoupServer *self);

/* Ends streams, lets running answers finish for as long as the settings say, and closes all connections. */
void bty_soup_server_stop (BtySoupServer *self);
void bty_soup_server_free (BtySoupServer *self);

G_END_DECLS
