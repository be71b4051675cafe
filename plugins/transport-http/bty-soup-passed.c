/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "bty-soup-passed.h"

#define FIRST_FD 3
#define MAX_FDS  64

static guint
count (void)
{
  const char *pid = g_getenv ("LISTEN_PID");
  const char *fds = g_getenv ("LISTEN_FDS");
  guint64 value;

  if (pid == NULL || fds == NULL)
    return 0;
  if (!g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT32, &value, NULL) || value != (guint64) getpid ())
    return 0;
  return g_ascii_string_to_unsigned (fds, 10, 0, MAX_FDS, &value, NULL) ? (guint) value : 0;
}

GPtrArray *
bty_soup_passed_take (void)
{
  GPtrArray *listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_soup_listener_free);
  guint n = count ();

  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      BtySoupListener *listener;

      fcntl (FIRST_FD + (int) i, F_SETFD, FD_CLOEXEC);
      listener = bty_soup_listener_new_fd (FIRST_FD + (int) i, &error);
      if (listener != NULL)
        g_ptr_array_add (listeners, listener);
      else
        g_warning ("a door stays closed: %s", error->message);
    }
  return listeners;
}
