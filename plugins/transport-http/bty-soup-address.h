/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-soup-connection.h"

G_BEGIN_DECLS

/**
 * BtySoupAddress:
 *
 * What libsoup is told is the remote address. libsoup hands it out with each message, and so it leads from a message to our
 * connection. It does not keep the connection alive: libsoup's own connection, which holds both, does.
 */
#define BTY_TYPE_SOUP_ADDRESS (bty_soup_address_get_type ())
G_DECLARE_FINAL_TYPE (BtySoupAddress, bty_soup_address, BTY, SOUP_ADDRESS, GInetSocketAddress)

GSocketAddress *bty_soup_address_new (BtySoupConnection *connection, GInetAddress *address);
BtySoupConnection *bty_soup_address_get_connection (GSocketAddress *address);

G_END_DECLS
