/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-dbus-door.h"
#include "bty-dbus-name.h"
#include "bty-dbus-notices.h"
#include "bty-dbus-transport.h"

#define PATIENCE_MS  1000 /* for a bus, at the end */
#define TICK_MS      10
#define MAX_RETRY_MS 60000

struct _BtyDbusTransport
{
  GObject parent;
  BtyHost *host; /* outlives us */
  GCancellable *cancellable;
  GDBusConnection *connection;
  BtyDbusDoor *door;
  BtyDbusName *name;
  BtyDbusNotices *notices;
  gulong closed;
  gulong ready;
  guint retry;    /* a bus that went away is looked for */
  guint retry_ms; /* when next; 0: none is missed */
};

static void bty_dbus_transport_iface_init (BtyTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyDbusTransport, bty_dbus_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_TRANSPORT, bty_dbus_transport_iface_init))

/* Not g_dbus_address_get_for_bus_sync(), which may start a bus of its own and wait for it. */
static char *
find_bus (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  const char *runtime_dir = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *path = NULL;
  g_autofree char *escaped = NULL;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  if (runtime_dir == NULL || !g_path_is_absolute (runtime_dir))
    return NULL;
  path = g_build_filename (runtime_dir, "bus", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  return g_strconcat ("unix:path=", escaped, NULL);
}

static void
close_door (BtyDbusTransport *self)
{
  if (self->host != NULL)
    g_clear_signal_handler (&self->ready, self->host);
  g_clear_pointer (&self->name, bty_dbus_name_free);
  g_clear_pointer (&self->notices, bty_dbus_notices_free);
  g_clear_pointer (&self->door, bty_dbus_door_free);
  if (self->connection != NULL)
    g_clear_signal_handler (&self->closed, self->connection);
  g_clear_object (&self->connection);
}

static gboolean on_retry (gpointer data);

static void
retry_later (BtyDbusTransport *self)
{
  self->retry = g_timeout_add (self->retry_ms, on_retry, self);
  self->retry_ms = MIN (2 * self->retry_ms, MAX_RETRY_MS);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer data)
{
  BtyDbusTransport *self = data;

  g_warning ("a door is closed: the session bus is gone%s%s; it is looked for", error != NULL ? ": " : "",
             error != NULL ? error->message : "");
  close_door (self);
  self->retry_ms = (guint) bty_host_get_int (self->host, "dbus", "retry");
  retry_later (self);
}

/* Who calls by the name shall find what every other door shows: the first bot, say. */
static void
on_ready (BtyHost *host, gpointer data)
{
  BtyDbusTransport *self = data;

  bty_dbus_door_ready (self->door);
  self->name = bty_dbus_name_new (self->connection, BTY_DBUS_NAME);
  self->notices = bty_dbus_notices_new (self->host, self->connection);
}

static void
take_connection (BtyDbusTransport *self, GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;

  self->connection = g_object_ref (connection);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->door = bty_dbus_door_new (self->host, connection, &error);
  if (self->door == NULL)
    {
      g_warning ("a door stays closed: %s", error->message);
      close_door (self);
      return;
    }
  self->closed = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  self->retry_ms = 0;
  if (bty_host_get_ready (self->host))
    on_ready (self->host, self);
  else
    self->ready = g_signal_connect (self->host, "ready", G_CALLBACK (on_ready), self);
}

/* Of many attempts that fail only the first is told. */
static void
look_again (BtyDbusTransport *self, const GError *error)
{
  if (self->retry_ms == 0)
    {
      g_warning ("a door stays closed: the session bus cannot be reached: %s; it is looked for", error->message);
      self->retry_ms = (guint) bty_host_get_int (self->host, "dbus", "retry");
    }
  retry_later (self);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyDbusTransport) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (connection != NULL && !g_cancellable_is_cancelled (self->cancellable))
    take_connection (self, connection);
  else if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  else
    look_again (self, error);
}

static void
connect_to (BtyDbusTransport *self, const char *address)
{
  g_dbus_connection_new_for_address (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
    self->cancellable, on_connected, g_object_ref (self));
}

/* The next session may have its bus elsewhere only where nobody named the address. */
static gboolean
on_retry (gpointer data)
{
  BtyDbusTransport *self = data;
  g_autofree char *address = find_bus ();

  self->retry = 0;
  if (address != NULL)
    connect_to (self, address);
  else
    retry_later (self);
  return G_SOURCE_REMOVE;
}

/* The name is that of the user's own data: a daemon that serves another folder leaves it alone unless told otherwise. */
static gboolean
is_wanted (BtyHost *host)
{
  g_autofree char *enabled = bty_host_get_setting (host, "dbus", "enabled");

  if (g_strcmp0 (enabled, "yes") == 0 || g_strcmp0 (enabled, "true") == 0)
    return TRUE;
  if (g_strcmp0 (enabled, "no") == 0 || g_strcmp0 (enabled, "false") == 0)
    return FALSE;
  if (g_strcmp0 (enabled, "auto") != 0)
    g_warning ("dbus.enabled: “%s” is not one of: auto, yes, no; taking auto", enabled);
  return bty_paths_is_default (bty_host_get_data_dir (host));
}

static gboolean
start (BtyTransport *transport, BtyHost *host, GError **error)
{
  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (transport);
  g_autofree char *address = NULL;

  if (!is_wanted (host))
    return TRUE;
  address = find_bus ();
  if (address == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                           _ ("there is no session bus (DBUS_SESSION_BUS_ADDRESS names none); set dbus.enabled to “no” "
                              "to do without it"));
      return FALSE;
    }
  self->host = host;
  self->cancellable = g_cancellable_new ();
  connect_to (self, address);
  return TRUE;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  *(gboolean *) data = TRUE;
}

static gboolean
on_patience_over (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_CONTINUE;
}

/* The name goes first, then what was answered is sent, then the connection is closed: a bus that does not move is not waited for. */
static void
part (BtyDbusTransport *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint timer = g_timeout_add (PATIENCE_MS, on_patience_over, cancellable);
  guint tick = g_timeout_add (TICK_MS, on_tick, NULL);
  gboolean is_flushed = FALSE;

  while (self->name != NULL && !bty_dbus_name_release (self->name) && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (self->connection != NULL)
    {
      g_autoptr (GDBusConnection) connection = g_object_ref (self->connection);

      close_door (self);
      g_dbus_connection_flush (connection, cancellable, on_flushed, &is_flushed);
      while (!is_flushed)
        g_main_context_iteration (NULL, TRUE);
      g_dbus_connection_close (connection, NULL, NULL, NULL);
    }
  g_source_remove (tick);
  g_source_remove (timer);
}

static void
stop (BtyTransport *transport)
{
  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (transport);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->connection != NULL)
    part (self);
  close_door (self);
}

static gboolean
keeps_daemon (BtyTransport *transport)
{
  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (transport);

  return self->door != NULL && !bty_dbus_door_is_idle (self->door);
}

static gboolean
leave (BtyTransport *transport, gboolean leaving)
{
  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (transport);

  if (self->name == NULL)
    return TRUE;
  if (leaving)
    return bty_dbus_name_release (self->name);
  bty_dbus_name_request (self->name);
  return TRUE;
}

static GStrv
get_addresses (BtyTransport *transport)
{
  static const char *const named[] = { "dbus:" BTY_DBUS_NAME, NULL };
  static const char *const none[] = { NULL };

  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (transport);
  gboolean is_named = self->name != NULL && bty_dbus_name_is_owned (self->name);

  return g_strdupv ((GStrv) (is_named ? named : none));
}

static void
bty_dbus_transport_iface_init (BtyTransportInterface *iface)
{
  iface->start = start;
  iface->stop = stop;
  iface->get_addresses = get_addresses;
  iface->keeps_daemon = keeps_daemon;
  iface->leave = leave;
}

static void
bty_dbus_transport_dispose (GObject *object)
{
  BtyDbusTransport *self = BTY_DBUS_TRANSPORT (object);

  stop (BTY_TRANSPORT (object));
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (bty_dbus_transport_parent_class)->dispose (object);
}

static void
bty_dbus_transport_class_init (BtyDbusTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_dbus_transport_dispose;
}

static void
bty_dbus_transport_init (BtyDbusTransport *self)
{
}
