/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-notify.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
bty_daemon_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize length = path != NULL ? strlen (path) : 0;
  int fd;

  if (length == 0 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@'))
    return;
  memcpy (address.sun_path, path, length);
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
                        (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length)) < 0)
    g_warning ("the service manager cannot be told “%s”: %s", state, g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

void
bty_daemon_notify_fd (int fd)
{
  static const char line[] = "ready\n";

  if (fd < 0)
    return;
  if (write (fd, line, strlen (line)) < 0)
    g_info ("whoever started this daemon did not wait for it: %s", g_strerror (errno));
  if (fd > STDERR_FILENO)
    close (fd);
}
