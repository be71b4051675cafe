/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include "bty-keyring-collection.h"
#include "bty-keyring-service.h"

void
bty_keyring_collection_clear (BtyKeyringCollection *collection)
{
  g_clear_pointer (&collection->path, g_free);
  g_clear_pointer (&collection->label, g_free);
}

static void
collection_free (gpointer collection)
{
  bty_keyring_collection_clear (collection);
  g_free (collection);
}

static void
on_properties (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyKeyringCollection *collection = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) properties = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  properties = g_variant_get_child_value (answer, 0);
  collection->is_locked = TRUE; /* unless it says otherwise */
  g_variant_lookup (properties, "Locked", "b", &collection->is_locked);
  g_variant_lookup (properties, "Label", "s", &collection->label);
  g_task_return_boolean (task, TRUE);
}

static void
on_alias (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  BtyKeyringCollection *collection = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (connection, result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_get (answer, "(o)", &collection->path);
  if (g_str_equal (collection->path, "/")) /* that is how it says none */
    {
      g_clear_pointer (&collection->path, g_free);
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_dbus_connection_call (connection, BTY_KEYRING_BUS_NAME, collection->path, "org.freedesktop.DBus.Properties",
                          "GetAll", g_variant_new ("(s)", "org.freedesktop.Secret.Collection"),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, g_task_get_cancellable (task),
                          on_properties, g_object_ref (task));
}

/* Its own time-out is whoever asks: the cancellable. */
void
bty_keyring_collection_find_async (GDBusConnection *connection, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer data)
{
  GTask *task = g_task_new (connection, cancellable, callback, data);

  g_task_set_source_tag (task, bty_keyring_collection_find_async);
  g_task_set_task_data (task, g_new0 (BtyKeyringCollection, 1), collection_free);
  g_dbus_connection_call (connection, BTY_KEYRING_BUS_NAME, BTY_KEYRING_PATH, BTY_KEYRING_INTERFACE, "ReadAlias",
                          g_variant_new ("(s)", "default"), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          cancellable, on_alias, task);
}

gboolean
bty_keyring_collection_find_finish (GDBusConnection *connection, GAsyncResult *result, BtyKeyringCollection *collection,
                                    GError **error)
{
  BtyKeyringCollection *found = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *collection = *found;
  *found = (BtyKeyringCollection){ 0 };
  return TRUE;
}
