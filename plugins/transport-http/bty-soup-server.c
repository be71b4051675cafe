/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bty-soup-address.h"
#include "bty-soup-server-private.h"
#include "bty-soup-websocket.h"

#define MAX_TURNED_AWAY 64 /* connections too many that are still told so */

static void
on_closed (BtySoupConnection *connection, gpointer data)
{
  BtySoupServer *self = data;

  bty_soup_server_forget_body (self, connection);
  g_queue_unlink (&self->connections, &connection->link);
}

gboolean
bty_soup_server_hold (BtySoupConnection *connection, gsize held)
{
  BtySoupServer *self = connection->closed_data;

  self->bodies += held - connection->body_counted;
  connection->body_counted = held;
  return held == 0 || self->bodies <= self->limits.max_bodies;
}

static gboolean
on_tick (gpointer data)
{
  BtySoupServer *self = data;
  gint64 now = g_get_monotonic_time ();
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      next = link->next;
      bty_soup_connection_check_time (link->data, now);
    }
  if (self->connections.length > 0)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

/* Room is made by the connection that has been idle longest. */
static gboolean
make_room (BtySoupServer *self)
{
  if (self->connections.length < self->limits.max_connections)
    return TRUE;
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    {
      BtySoupConnection *connection = link->data;

      if (connection->state == BTY_SOUP_IDLE && bty_soup_connection_get_pending (connection) == 0)
        {
          bty_soup_connection_drop (connection);
          return TRUE;
        }
    }
  return FALSE;
}

static BtySoupConnection *
add_connection (BtySoupServer *self, int fd, gint64 peer_uid)
{
  g_autoptr (BtySoupConnection) connection = bty_soup_connection_new (fd, peer_uid, self->pump, &self->limits);

  if (!bty_soup_pump_add (self->pump, connection, fd))
    {
      g_warning ("cannot watch a connection: %s", g_strerror (errno));
      connection->state = BTY_SOUP_CLOSED;
      close (fd);
      return NULL;
    }
  connection->on_closed = on_closed;
  connection->closed_data = self;
  g_queue_push_tail_link (&self->connections, &connection->link);
  if (self->tick == 0)
    self->tick = g_timeout_add (bty_soup_limits_get_interval (&self->limits), on_tick, self);
  return connection; /* the pump's reference keeps it */
}

void
bty_soup_server_accept (BtySoupServer *self, int fd, gint64 peer_uid)
{
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->local));
  gboolean has_room = make_room (self);
  g_autoptr (GSocketAddress) remote = NULL;
  BtySoupConnection *connection;

  if (!has_room && self->connections.length >= self->limits.max_connections + MAX_TURNED_AWAY)
    {
      close (fd);
      return;
    }
  connection = add_connection (self, fd, peer_uid);
  if (connection == NULL)
    return;
  if (!has_room)
    {
      bty_soup_connection_refuse (connection, 503, _ ("too many connections"));
      return;
    }
  remote = bty_soup_address_new (connection, address);
  soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), self->local, remote, NULL);
}

static gboolean
on_returned (gpointer data)
{
  BtySoupServer *self = data;
  g_autoptr (GArray) returned = g_steal_pointer (&self->returned);
  GInetAddress *address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->local));

  self->returned = g_array_new (FALSE, FALSE, sizeof (BtySoupReturned));
  self->returning = 0;
  for (guint i = 0; i < returned->len; i++)
    {
      BtySoupReturned *one = &g_array_index (returned, BtySoupReturned, i);
      BtySoupConnection *connection = add_connection (self, one->fd, one->peer_uid);
      g_autoptr (BtySoupConnection) alive = NULL;
      g_autoptr (GSocketAddress) remote = NULL;

      if (connection == NULL)
        continue;
      alive = g_object_ref (connection); /* a client that is gone takes it along at once */
      remote = bty_soup_address_new (connection, address);
      soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), self->local, remote, NULL);
      if (connection->state == BTY_SOUP_HEADERS && connection->received == 0)
        bty_soup_connection_set_state (connection, BTY_SOUP_IDLE);
    }
  return G_SOURCE_REMOVE;
}

/* As a new connection with the same socket, for libsoup has let go of the old one for good. Not at once: libsoup may be calling, and
 * who sends many requests ahead would make it call itself as often. */
void
bty_soup_server_take_back (BtySoupConnection *connection)
{
  BtySoupServer *self = connection->closed_data;
  BtySoupReturned one = { .peer_uid = connection->peer_uid };

  if (self->stopping || connection->gone || connection->state != BTY_SOUP_STREAMING ||
      bty_soup_connection_get_pending (connection) > 0)
    {
      bty_soup_connection_end (connection);
      return;
    }
  one.fd = bty_soup_connection_give_up (connection);
  g_array_append_val (self->returned, one);
  if (self->returning == 0)
    self->returning = g_idle_add_full (G_PRIORITY_DEFAULT, on_returned, self, NULL);
}

/* libsoup keeps connections alive only while it has a listener: give it one end of a pair, at which nobody ever knocks. */
static gboolean
add_idle_listener (BtySoupServer *self, GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _ ("cannot make a socket: %s"), g_strerror (errno));
      return FALSE;
    }
  self->idle_end = ends[1];
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    close (ends[0]);
  return socket != NULL && soup_server_listen_socket (self->soup, socket, 0, error);
}

BtySoupServer *
bty_soup_server_new (BtyHost *host, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  BtySoupPump *pump = bty_soup_pump_new (error);
  BtySoupServer *self;

  if (pump == NULL)
    return NULL;
  self = g_new0 (BtySoupServer, 1);
  self->pump = pump;
  self->host = host;
  self->idle_end = -1;
  self->local = g_inet_socket_address_new (loopback, 0);
  g_queue_init (&self->connections);
  self->returned = g_array_new (FALSE, FALSE, sizeof (BtySoupReturned));
  bty_soup_limits_load (&self->limits, host);
  bty_soup_guard_load (&self->guard, host);
  self->soup = soup_server_new ("raw-paths", TRUE, NULL);
  bty_soup_server_serve_requests (self);
  if (add_idle_listener (self, error))
    return self;
  bty_soup_server_free (self);
  return NULL;
}

static gboolean
is_busy (BtySoupServer *self)
{
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    {
      BtySoupConnection *connection = link->data;

      if (connection->state == BTY_SOUP_ANSWERING || connection->websocket != NULL ||
          bty_soup_connection_get_pending (connection) > 0)
        return TRUE;
    }
  return FALSE;
}

static void
end_streams (BtySoupServer *self)
{
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      g_autoptr (BtySoupConnection) connection = g_object_ref (link->data);

      next = link->next;
      if (connection->websocket != NULL)
        bty_soup_websocket_stop (connection->websocket);
      if (connection->state != BTY_SOUP_STREAMING || connection->ending || connection->websocket != NULL)
        continue;
      if (connection->on_gone != NULL)
        connection->on_gone (connection, connection->watch_data); /* the endpoint may still say that it ends */
      if (connection->state == BTY_SOUP_STREAMING && !connection->ending)
        bty_soup_connection_end (connection);
    }
}

static gboolean
on_drain_time_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
bty_soup_server_stop (BtySoupServer *self)
{
  gboolean over = FALSE;
  guint timer;

  if (self->stopping)
    return;
  self->stopping = TRUE;
  end_streams (self);
  if (!is_busy (self) || self->limits.drain_time == 0)
    return;
  timer = g_timeout_add (self->limits.drain_time / 1000, on_drain_time_over, &over);
  while (!over && is_busy (self))
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (timer);
  end_streams (self); /* which began meanwhile */
}

void
bty_soup_server_free (BtySoupServer *self)
{
  BtySoupConnection *connection;

  bty_soup_server_stop (self);
  soup_server_disconnect (self->soup);
  while ((connection = g_queue_peek_head (&self->connections)) != NULL)
    bty_soup_connection_close (connection);
  g_signal_handlers_disconnect_by_data (self->soup, self);
  g_object_unref (self->soup);
  for (guint i = 0; i < self->returned->len; i++)
    close (g_array_index (self->returned, BtySoupReturned, i).fd);
  g_array_unref (self->returned);
  g_clear_handle_id (&self->returning, g_source_remove);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_pointer (&self->mounts, bty_soup_mounts_free);
  bty_soup_pump_free (self->pump);
  bty_soup_guard_clear (&self->guard);
  g_object_unref (self->local);
  if (self->idle_end != -1)
    close (self->idle_end);
  g_free (self);
}

gboolean
bty_soup_server_has_connections (BtySoupServer *self)
{
  return self->connections.length > 0;
}
