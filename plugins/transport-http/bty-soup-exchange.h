/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-soup-connection.h"

G_BEGIN_DECLS

/**
 * BtySoupExchange:
 *
 * A request that an endpoint answers, now or later. An answer made at once goes out without libsoup's pausing, which would cost
 * two turns of the main loop; a stream takes the connection over, so that libsoup has no part in it. If whoever has the exchange
 * lets go of it without an answer, the client is told so.
 */
#define BTY_TYPE_SOUP_EXCHANGE (bty_soup_exchange_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupExchange, bty_soup_exchange, BTY, SOUP_EXCHANGE, GObject)

/* @path: the path below the mount, which lives as long as @message. */
BtySoupExchange *bty_soup_exchange_new (BtySoupConnection *connection, SoupServerMessage *message, const char *path);

/* Once the endpoint's handler is back: has libsoup wait if there is no answer yet. */
void bty_soup_exchange_settle (BtySoupExchange *self);

G_END_DECLS
