/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-bus.h"

#include <glib/gi18n-lib.h>

#define PATIENCE_MS 2000

typedef struct
{
  GCancellable *cancellable;
  guint source;
  GAsyncResult *result;
} Wait;

static gboolean
on_patience_over (gpointer data)
{
  Wait *wait = data;

  wait->source = 0;
  g_cancellable_cancel (wait->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Wait *) data)->result = g_object_ref (result);
}

/* Returns: (transfer full): what the operation that was given @wait came to */
static GAsyncResult *
finish (Wait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&wait->result);
}

/* Returns: (transfer full) (nullable): the bus that is there; GIO alone would start one where none is */
static char *
find_address (gboolean is_system, GError **error)
{
  const char *address = g_getenv (is_system ? "DBUS_SYSTEM_BUS_ADDRESS" : "DBUS_SESSION_BUS_ADDRESS");
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *path = is_system ? g_strdup ("/run/dbus/system_bus_socket")
                                    : g_build_filename (runtime != NULL ? runtime : "/", "bus", NULL);
  g_autofree char *escaped = NULL;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      escaped = g_dbus_address_escape_value (path);
      return g_strconcat ("unix:path=", escaped, NULL);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("there is no message bus here"));
  return NULL;
}

static GDBusConnection *
connect_to (const char *address, Wait *wait, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_new_for_address (
    address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
    wait->cancellable, on_result, wait);
  result = finish (wait);
  return g_dbus_connection_new_for_address_finish (result, error);
}

GVariant *
bty_ctl_bus_call (gboolean is_system, const char *name, const char *path, const char *interface, const char *method,
                  GVariant *arguments, const char *reply_type, GError **error)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *address = find_address (is_system, error);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  Wait wait = { cancellable, 0, NULL };
  GVariant *answer = NULL;

  if (address == NULL)
    return NULL;
  wait.source = g_timeout_add (PATIENCE_MS, on_patience_over, &wait);
  connection = connect_to (address, &wait, error);
  if (connection != NULL)
    {
      g_dbus_connection_set_exit_on_close (connection, FALSE);
      g_dbus_connection_call (connection, name, path, interface, method, sunk, G_VARIANT_TYPE (reply_type),
                              G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_MS, cancellable, on_result, &wait);
      result = finish (&wait);
      answer = g_dbus_connection_call_finish (connection, result, error);
    }
  if (wait.source != 0)
    g_source_remove (wait.source);
  return answer;
}
