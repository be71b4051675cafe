/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-soup-listener.h"
#include "bty-soup-server.h"
#include "bty-soup-transport.h"

struct _BtySoupTransport
{
  GObject parent;
  BtySoupServer *server;
  BtySoupListener *tcp;
  BtySoupListener *local;
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
listen_tcp (BtySoupTransport *self, BtyHost *host, GError **error)
{
  g_autofree char *address = bty_host_get_setting (host, "http", "address");

  if (address == NULL || *address == '\0')
    return TRUE;
  self->tcp = bty_soup_listener_new_tcp (address, bty_host_get_int (host, "http", "port"), error);
  return self->tcp != NULL;
}

static gboolean
listen_local (BtySoupTransport *self, BtyHost *host, GError **error)
{
  g_autofree char *path = bty_paths_socket (bty_host_get_data_dir (host));

  self->local = bty_soup_listener_new_unix (path, error);
  return self->local != NULL;
}

static void
stop (BtyTransport *transport)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  g_clear_pointer (&self->tcp, bty_soup_listener_free);
  g_clear_pointer (&self->local, bty_soup_listener_free);
  g_clear_pointer (&self->server, bty_soup_server_free);
}

static gboolean
start (BtyTransport *transport, BtyHost *host, GError **error)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);

  if (!listen_tcp (self, host, error) || !listen_local (self, host, error) ||
      (self->server = bty_soup_server_new (host, error)) == NULL)
    {
      stop (transport);
      return FALSE;
    }
  if (self->tcp != NULL)
    bty_soup_listener_start (self->tcp, on_accepted, self->server);
  bty_soup_listener_start (self->local, on_accepted, self->server);
  return TRUE;
}

static GStrv
get_addresses (BtyTransport *transport)
{
  BtySoupTransport *self = BTY_SOUP_TRANSPORT (transport);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self->tcp != NULL)
    g_strv_builder_add (builder, bty_soup_listener_get_url (self->tcp));
  if (self->local != NULL)
    g_strv_builder_add (builder, bty_soup_listener_get_url (self->local));
  return g_strv_builder_end (builder);
}

static void
bty_soup_transport_iface_init (BtyTransportInterface *iface)
{
  iface->start = start;
  iface->stop = stop;
  iface->get_addresses = get_addresses;
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
