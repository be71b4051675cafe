/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <string.h>

#include "bty-keyring-error.h"
#include "bty-keyring-link.h"

#define N_SUBSCRIPTIONS 3

struct _BtyKeyringLink
{
  GObject parent_instance;
  GDBusConnection *connection;
  BtyKeyringService *service;
  gulong closed;
  guint subscriptions[N_SUBSCRIPTIONS];
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (BtyKeyringLink, bty_keyring_link, G_TYPE_OBJECT)

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

gboolean
bty_keyring_link_has_bus (void)
{
  g_autofree char *address = find_bus ();

  return address != NULL;
}

static void
drop (BtyKeyringLink *self)
{
  g_clear_object (&self->service);
  if (self->connection == NULL)
    return;
  for (guint i = 0; i < N_SUBSCRIPTIONS; i++)
    if (self->subscriptions[i] != 0)
      g_dbus_connection_signal_unsubscribe (self->connection, self->subscriptions[i]);
  memset (self->subscriptions, 0, sizeof self->subscriptions);
  g_clear_signal_handler (&self->closed, self->connection);
  if (!g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  g_clear_object (&self->connection);
}

static void
bty_keyring_link_dispose (GObject *object)
{
  drop (BTY_KEYRING_LINK (object));
  G_OBJECT_CLASS (bty_keyring_link_parent_class)->dispose (object);
}

static void
bty_keyring_link_class_init (BtyKeyringLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_keyring_link_dispose;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
bty_keyring_link_init (BtyKeyringLink *self)
{
}

BtyKeyringLink *
bty_keyring_link_new (void)
{
  return g_object_new (BTY_TYPE_KEYRING_LINK, NULL);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer data)
{
  g_autoptr (BtyKeyringLink) self = g_object_ref (data);

  g_debug ("the session bus is gone, and the keyring with it");
  drop (self);
  g_signal_emit (self, changed_signal, 0);
}

/* Its session, with the key that hides secrets on the bus, is gone with the program. */
static void
on_owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                  const char *signal, GVariant *parameters, gpointer data)
{
  BtyKeyringLink *self = data;

  g_clear_object (&self->service);
  g_signal_emit (self, changed_signal, 0);
}

static void
on_change_told (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                const char *signal, GVariant *parameters, gpointer data)
{
  g_signal_emit (data, changed_signal, 0);
}

static void
adopt (BtyKeyringLink *self, GDBusConnection *connection)
{
  self->connection = g_object_ref (connection);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->closed = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  self->subscriptions[0] = g_dbus_connection_signal_subscribe (
    connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", "/org/freedesktop/DBus",
    BTY_KEYRING_BUS_NAME, G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, self, NULL);
  self->subscriptions[1] = g_dbus_connection_signal_subscribe (
    connection, BTY_KEYRING_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
    "org.freedesktop.Secret.Collection", G_DBUS_SIGNAL_FLAGS_NONE, on_change_told, self, NULL);
  self->subscriptions[2] = g_dbus_connection_signal_subscribe (connection, BTY_KEYRING_BUS_NAME, BTY_KEYRING_INTERFACE,
                                                               NULL, BTY_KEYRING_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                                               on_change_told, self, NULL);
}

/* Two may have begun to connect at once: the second one's connection is not needed. */
static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyKeyringLink *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (connection != NULL && g_dbus_connection_is_closed (connection)) /* already */
    error = bty_keyring_error_no_bus ();
  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (self->connection == NULL)
    adopt (self, connection);
  else
    g_dbus_connection_close (connection, NULL, NULL, NULL);
  g_task_return_pointer (task, g_object_ref (self->connection), g_object_unref);
}

void
bty_keyring_link_connect_async (BtyKeyringLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autofree char *address = find_bus ();

  g_task_set_source_tag (task, bty_keyring_link_connect_async);
  if (self->connection != NULL && g_dbus_connection_is_closed (self->connection)) /* and it is about to be told */
    {
      drop (self);
      g_signal_emit (self, changed_signal, 0);
    }
  if (self->connection != NULL)
    g_task_return_pointer (task, g_object_ref (self->connection), g_object_unref);
  else if (address == NULL)
    g_task_return_error (task, bty_keyring_error_no_bus ());
  else
    g_dbus_connection_new_for_address (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      cancellable, on_connected, g_steal_pointer (&task));
}

GDBusConnection *
bty_keyring_link_connect_finish (BtyKeyringLink *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyKeyringLink *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyKeyringService) service = bty_keyring_service_new_finish (result, &error);

  if (service == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (self->service == NULL && g_dbus_proxy_get_connection (G_DBUS_PROXY (service)) == self->connection)
    self->service = g_object_ref (service);
  g_task_return_pointer (task, g_steal_pointer (&service), g_object_unref);
}

static void
on_connected_to_open (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = bty_keyring_link_connect_finish (BTY_KEYRING_LINK (source), result, &error);

  if (connection == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    bty_keyring_service_new_async (connection, g_task_get_cancellable (task), on_opened, g_object_ref (task));
}

void
bty_keyring_link_open_async (BtyKeyringLink *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, bty_keyring_link_open_async);
  if (self->service != NULL && !g_dbus_connection_is_closed (self->connection))
    g_task_return_pointer (task, g_object_ref (self->service), g_object_unref);
  else
    bty_keyring_link_connect_async (self, cancellable, on_connected_to_open, g_steal_pointer (&task));
}

BtyKeyringService *
bty_keyring_link_open_finish (BtyKeyringLink *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
