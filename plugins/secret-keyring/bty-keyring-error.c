/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "bty-keyring-error.h"

GError *
bty_keyring_error_silent (guint ms)
{
  return g_error_new (
    BTY_ERROR, BTY_ERROR_UNAVAILABLE,
    _ ("the keyring did not answer within %u ms: restart it, raise keyring.timeout, or use the vault"), ms);
}

GError *
bty_keyring_error_locked (void)
{
  return g_error_new_literal (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                              _ ("the keyring is locked: unlock it with boternity-ctl secret unlock keyring, or "
                                 "by logging in to the desktop"));
}

GError *
bty_keyring_error_no_bus (void)
{
  return g_error_new_literal (
    BTY_ERROR, BTY_ERROR_UNAVAILABLE,
    _ ("there is no session bus here, and so no keyring: log in to a desktop, or use the vault"));
}

static gboolean
is_absent (const GError *error)
{
  static const GDBusError codes[] = { G_DBUS_ERROR_SERVICE_UNKNOWN,    G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                                      G_DBUS_ERROR_SPAWN_EXEC_FAILED,  G_DBUS_ERROR_SPAWN_FORK_FAILED,
                                      G_DBUS_ERROR_SPAWN_CHILD_EXITED, G_DBUS_ERROR_SPAWN_CHILD_SIGNALED,
                                      G_DBUS_ERROR_SPAWN_FAILED,       G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
                                      G_DBUS_ERROR_UNKNOWN_INTERFACE };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_DBUS_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_silent (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

GError *
bty_keyring_error_convert (const GError *error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);
  g_autoptr (GError) plain = g_error_copy (error);

  if (error->domain == BTY_ERROR)
    return g_steal_pointer (&plain);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped"));
  if (g_error_matches (error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
      g_strcmp0 (remote, "org.freedesktop.Secret.Error.IsLocked") == 0)
    return bty_keyring_error_locked ();
  if (is_absent (error))
    return g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                _ ("nobody on the session bus keeps a keyring (org.freedesktop.secrets): start GNOME "
                                   "Keyring or KWallet, or use the vault"));
  if (is_silent (error))
    return g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                                _ ("the keyring went away without an answer: try again, or use the vault"));
  g_dbus_error_strip_remote_error (plain);
  return g_error_new (BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the keyring cannot be used: %s"), plain->message);
}
