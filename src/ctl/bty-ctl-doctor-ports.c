/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-doctor.h"

#define LISTENING 10 /* of net/tcp_states.h */

/* Returns: the inode of the socket that listens on @port, 0 when there is none */
static guint64
find_inode (const char *table, guint port)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (table, &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      unsigned int local, state;
      unsigned long inode;

      if (sscanf (lines[i], " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu", &local, &state,
                  &inode) == 3 &&
          local == port && state == LISTENING)
        return inode;
    }
  return 0;
}

static gboolean
holds_socket (const char *pid, const char *wanted)
{
  g_autofree char *folder = g_build_filename ("/proc", pid, "fd", NULL);
  g_autoptr (GDir) fds = g_dir_open (folder, 0, NULL);
  const char *name;

  while (fds != NULL && (name = g_dir_read_name (fds)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (g_strcmp0 (target, wanted) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full) (nullable): who listens on @port, as far as we may see */
static char *
find_owner (guint port)
{
  guint64 inode = find_inode ("/proc/net/tcp", port);
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  g_autofree char *wanted = NULL;
  const char *pid;

  if (inode == 0)
    inode = find_inode ("/proc/net/tcp6", port);
  wanted = g_strdup_printf ("socket:[%" G_GUINT64_FORMAT "]", inode);
  while (inode != 0 && processes != NULL && (pid = g_dir_read_name (processes)) != NULL)
    {
      g_autofree char *name_file = g_build_filename ("/proc", pid, "comm", NULL);
      g_autofree char *name = NULL;

      if (!g_ascii_isdigit (pid[0]) || !holds_socket (pid, wanted))
        continue;
      g_file_get_contents (name_file, &name, NULL, NULL);
      return g_strdup_printf (_ ("%s (process %s)"), name != NULL ? g_strstrip (name) : "?", pid);
    }
  return NULL;
}

static gboolean
can_bind (const char *address, guint port, GError **error)
{
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket) socket = NULL;

  if (place == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("“%s” is not an IP address"), address);
      return FALSE;
    }
  socket = g_socket_new (g_socket_address_get_family (place), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  return socket != NULL && g_socket_bind (socket, place, TRUE, error);
}

static void
say_taken (BtyCtlDoctor *doctor, const char *address, guint port, const GError *cause)
{
  g_autofree char *owner = find_owner (port);

  if (owner != NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup_printf (_ ("port %u is taken by %s"), port, owner),
                        g_strdup (_ ("stop that program, or run: boternity-ctl config set http.port 0")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM,
                        g_strdup_printf (_ ("%s port %u cannot be used: %s"), address, port,
                                         cause != NULL ? cause->message : _ ("the daemon does not listen there")),
                        g_strdup (_ ("choose another one: boternity-ctl config set http.port 0")));
}

static void
check_reach (BtyCtlDoctor *doctor, const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);

  if (parsed == NULL || g_inet_address_get_is_loopback (parsed))
    return;
  bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                      g_strdup_printf (_ ("other machines can reach the HTTP port, since http.address is %s"), address),
                      g_strdup (_ ("put a reverse proxy before it, or run: boternity-ctl config set http.address "
                                   "127.0.0.1")));
}

static void
check_port (BtyCtlDoctor *doctor)
{
  const char *address = bty_ctl_doctor_get_setting (doctor, "http.address");
  const char *text = bty_ctl_doctor_get_setting (doctor, "http.port");
  guint port = text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
  const char *url = doctor->is_up ? doctor->ctl->status->http_url : NULL;
  g_autoptr (GError) error = NULL;

  if (url != NULL)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup_printf (_ ("the daemon answers at %s"), url), NULL);
  else if (address == NULL || *address == '\0')
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("no TCP port is wanted; the unix socket is used")),
                        NULL);
  else if (doctor->is_up)
    say_taken (doctor, address, port, NULL);
  else if (!can_bind (address, port, &error))
    say_taken (doctor, address, port, error);
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup_printf (_ ("%s port %u is free"), address, port), NULL);
  if (address != NULL)
    check_reach (doctor, address);
}

const BtyCtlCheck bty_ctl_doctor_port_checks[] = {
  { "port", N_ ("whether the TCP port can be used, and who has it"), check_port },
  { 0 },
};
