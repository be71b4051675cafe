/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-http-pump-private.h"

G_BEGIN_DECLS

/**
 * BtyHttpPool:
 *
 * The sessions of one client. What libsoup does for a request grows with the connections of its session, so each has few, and a new
 * one is made when those there are are busy. Connections are used again within their session: the first that has room is taken,
 * so that the same ones stay in use. A session that nobody has used for a minute goes, with its connections.
 */
typedef struct _BtyHttpPool BtyHttpPool;
typedef struct _BtyHttpShard BtyHttpShard;

/* Makes a session that holds so many connections. */
typedef SoupSession *(*BtyHttpPoolMake) (guint max_connections, gpointer data, GError **error);

BtyHttpPool *bty_http_pool_new (guint max_connections, BtyHttpPump *pump, BtyHttpPoolMake make, gpointer data);
BtyHttpPool *bty_http_pool_ref (BtyHttpPool *pool);
/* The owner drops it: no session is made any more. */
void bty_http_pool_close (BtyHttpPool *pool);
void bty_http_pool_unref (BtyHttpPool *pool);

/* A session for one request, to be given back after it. It holds a reference to the pool. */
BtyHttpShard *bty_http_pool_take (BtyHttpPool *pool, GError **error);
void bty_http_shard_give_back (BtyHttpShard *shard);
/* It takes no more requests, and its connections are closed when those that it has have ended. */
void bty_http_shard_retire (BtyHttpShard *shard);

SoupSession *bty_http_shard_get_session (BtyHttpShard *shard);

/* Remembers what lies under a connection of the session, by libsoup's number for it, for as long as it is there. */
void bty_http_shard_set_connection (BtyHttpShard *shard, guint64 number, GSocketConnection *connection);
/* (transfer none) (nullable) */
GSocketConnection *bty_http_shard_get_connection (BtyHttpShard *shard, guint64 number);

G_END_DECLS
