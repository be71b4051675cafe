/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-passed.h"
#include "bty-soup-server.h"
#include "bty-soup-transport.h"

struct _BtySoupTransport
{
  GObject parent;
  BtySoupServer *server;
  GPtrArray *listeners;
};

static void bty_soup_transport_iface_init (BtyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtySoupTransport, bty_soup_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_TRANSPORT, bty_soup_transport_iface_init))

static void
on_accepted (int fd, gint64 peer_uid, gpointer data)
{
  bty_soup_server_accept (data, fd, peer_uid);
}

static gboolean
has_tcp (BtySoupTransport *self)
{
  for (guint i = 0; self->listeners != NULL && i < self->listeners->len; i++)
    if (bty_soup_listener_is_tcp (g_ptr_array_index (self->listeners, i)))
      return TRUE;
  return FALSE;
}

static gboolean
has_url (BtySoupTransport *self, const char *path)
{
  g_autofree char *url = g_strconcat ("unix:", path, NULL);

  for (guint i = 0; i < self->listeners->len; i++)
    if (g_str_equal (bty_soup_listener_get_url (g_ptr_array_index (self->listeners, i)), url))
      return TRUE;
  return FALSE;
}

static gboolean
add (BtySoupTransport *self, BtySoupListener *listener)
{
  if (listener != NULL)
    g_ptr_array_add (self->listeners, listener);
  return listener != NULL;
}

/* A TCP socket that was passed stands for the address and the port of the settings. */
static gboolean
listen_tcp (BtySoupTransport *self, BtyHost *host, GError **error)
{
  g_autofree char *address = bty_host_get_setting (host, "http", "address");

  if (address == NULL || *address == '\0' || has_tcp (self))
    return TRUE;
  return add (self, bty_soup_listener_new_tcp (address, bty_host_get_int (host, "http", "port"), error));
}

/* By which the CLI finds us, whatever else was passed. */
static gboolean
listen_local (BtySoupTransport *self, BtyHost *host, GError **error)
{
  g_autofree char *path = bty_paths_socket (bty_host_get_data_dir (host));

  return has_url (self, path) || add (self, bty_soup_listener_new_unix (path, error));
}

static void
stop (BtyTransport *transport)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->server, bty_soup_server_free);
}

static gboolean
start (BtyTransport *transport, BtyHost *host, GError **error)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  self->listeners = bty_soup_passed_take ();
  if (!listen_tcp (self, host, error) || !listen_local (self, host, error) ||
      (self->server = bty_soup_server_new (host, error)) == NULL)
    {
      stop (transport);
      return FALSE;
    }
  for (guint i = 0; i < self->listeners->len; i++)
    bty_soup_listener_start (g_ptr_array_index (self->listeners, i), on_accepted, self->server);
  return TRUE;
}

static GStrv
get_addresses (BtyTransport *transport)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; self->listeners != NULL && i < self->listeners->len; i++)
    g_strv_builder_add (builder, bty_soup_listener_get_url (g_ptr_array_index (self->listeners, i)));
  return g_strv_builder_end (builder);
}

static gboolean
keeps_daemon (BtyTransport *transport)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  return has_tcp (self) || (self->server != NULL && bty_soup_server_has_connections (self->server));
}

/* What waits on a socket that was passed starts the next daemon. */
static gboolean
leave (BtyTransport *transport, gboolean leaving)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  for (guint i = 0; self->listeners != NULL && i < self->listeners->len; i++)
    bty_soup_listener_pause (g_ptr_array_index (self->listeners, i), leaving);
  return TRUE;
}

static void
bty_soup_transport_iface_init (BtyTransportInterface *iface)
{
  iface->start = start;
  iface->stop = stop;
  iface->get_addresses = get_addresses;
  iface->keeps_daemon = keeps_daemon;
  iface->leave = leave;
}

static void
bty_soup_transport_dispose (GObject *object)
{
  stop (BTY_TRANSPORT (object));
  G_OBJECT_CLASS (bty_soup_transport_parent_class)->dispose (object);
}

static void
bty_soup_transport_class_init (BtySoupTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_soup_transport_dispose;
}

static void
bty_soup_transport_init (BtySoupTransport *self)
{
}
