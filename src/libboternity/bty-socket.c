/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include "bty-socket.h"

G_DEFINE_INTERFACE (BtySocket, bty_socket, G_TYPE_OBJECT)

static void
bty_socket_default_init (BtySocketInterface *iface)
{
}

void
bty_socket_send_text (BtySocket *socket, const char *text, gsize length)
{
  BTY_SOCKET_GET_IFACE (socket)->send_text (socket, text, length);
}

void
bty_socket_flush (BtySocket *socket)
{
  BTY_SOCKET_GET_IFACE (socket)->flush (socket);
}

gsize
bty_socket_get_pending (BtySocket *socket)
{
  return BTY_SOCKET_GET_IFACE (socket)->get_pending (socket);
}

void
bty_socket_set_reading (BtySocket *socket, gboolean reading)
{
  BTY_SOCKET_GET_IFACE (socket)->set_reading (socket, reading);
}

void
bty_socket_close (BtySocket *socket, guint code, const char *reason)
{
  BTY_SOCKET_GET_IFACE (socket)->close (socket, code, reason);
}

void
bty_socket_watch (BtySocket *socket, const BtySocketEvents *events, gpointer data)
{
  BTY_SOCKET_GET_IFACE (socket)->watch (socket, events, data);
}
