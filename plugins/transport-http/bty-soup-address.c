/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include "bty-soup-address.h"

struct _BtySoupAddress
{
  GInetSocketAddress parent;
  BtySoupConnection *connection;
};

G_DEFINE_FINAL_TYPE (BtySoupAddress, bty_soup_address, G_TYPE_INET_SOCKET_ADDRESS)

static void
bty_soup_address_class_init (BtySoupAddressClass *klass)
{
}

static void
bty_soup_address_init (BtySoupAddress *self)
{
}

GSocketAddress *
bty_soup_address_new (BtySoupConnection *connection, GInetAddress *address)
{
  BtySoupAddress *self = g_object_new (BTY_TYPE_SOUP_ADDRESS, "address", address, NULL);

  self->connection = connection;
  return G_SOCKET_ADDRESS (self);
}

BtySoupConnection *
bty_soup_address_get_connection (GSocketAddress *address)
{
  return BTY_SOUP_ADDRESS (address)->connection;
}
