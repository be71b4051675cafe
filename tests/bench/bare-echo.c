/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bare peer of bench-websocket.py: a SoupServer that sends back every WebSocket message. Prints its port once it listens. */
#include <libsoup/soup.h>
#include <stdio.h>

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer data)
{
  soup_websocket_connection_send_message (connection, type, message);
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  g_object_unref (connection);
}

static void
on_socket (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection,
           gpointer data)
{
  g_object_ref (connection);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), NULL);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), NULL);
}

int
main (void)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GSList *uris;

  soup_server_add_websocket_handler (server, NULL, NULL, NULL, on_socket, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    return 1;
  uris = soup_server_get_uris (server);
  printf ("%d\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  return 0;
}
