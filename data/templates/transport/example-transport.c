/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "example-session.h"
#include "example-transport.h"

/* Listens on a unix socket in the data folder, which nobody else may enter. */
struct _ExampleTransport
{
  GObject parent_instance;
  BtyHost *host; /* outlives us */
  GSocketService *service;
  GCancellable *closing;
  char *path;
};

static void init_transport (BtyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleTransport, example_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_TRANSPORT, init_transport))

static void
example_transport_finalize (GObject *object)
{
  ExampleTransport *self = EXAMPLE_TRANSPORT (object);

  g_clear_object (&self->service);
  g_clear_object (&self->closing);
  g_free (self->path);
  G_OBJECT_CLASS (example_transport_parent_class)->finalize (object);
}

static void
example_transport_class_init (ExampleTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = example_transport_finalize;
}

static void
example_transport_init (ExampleTransport *self)
{
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  ExampleTransport *self = data;

  example_session_start (self->host, connection, self->closing);
  return TRUE;
}

static gboolean
start (BtyTransport *transport, BtyHost *host, GError **error)
{
  ExampleTransport *self = EXAMPLE_TRANSPORT (transport);
  g_autoptr (GSocketAddress) address = NULL;

  self->host = host;
  self->path = g_build_filename (bty_host_get_data_dir (host), "example.sock", NULL);
  self->closing = g_cancellable_new ();
  self->service = g_socket_service_new ();
  g_unlink (self->path); /* of a daemon that was killed: the data folder has one daemon at a time */
  address = g_unix_socket_address_new (self->path);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
    return bty_error_convert (error);
  g_signal_connect_object (self->service, "incoming", G_CALLBACK (on_incoming), self, 0);
  g_socket_service_start (self->service);
  return TRUE;
}

static void
stop (BtyTransport *transport)
{
  ExampleTransport *self = EXAMPLE_TRANSPORT (transport);

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_cancellable_cancel (self->closing);
  g_unlink (self->path);
}

static GStrv
get_addresses (BtyTransport *transport)
{
  g_autofree char *address = g_strconcat ("unix:", EXAMPLE_TRANSPORT (transport)->path, NULL);

  return g_strsplit (address, "\n", -1);
}

static void
init_transport (BtyTransportInterface *iface)
{
  iface->start = start;
  iface->stop = stop;
  iface->get_addresses = get_addresses;
}
