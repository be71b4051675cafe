/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bty-soup-listener.h"

#define BACKLOG     1024
#define BREATHER_MS 200 /* when there are no descriptors left */

struct _BtySoupListener
{
  int fd;
  char *url;
  char *path;   /* of a unix socket */
  dev_t device; /* of its file, so as not to remove another's */
  ino_t inode;
  guint watch;
  guint breather;
  gboolean is_passed; /* made by somebody else, who keeps it */
  BtySoupAccepted accepted;
  gpointer data;
};

static gboolean
fail_errno (GError **error, const char *what, int code)
{
  g_set_error (error, BTY_ERROR, code == EADDRINUSE ? BTY_ERROR_ALREADY_EXISTS : BTY_ERROR_UNAVAILABLE,
               _ ("cannot listen on %s: %s"), what, g_strerror (code));
  return FALSE;
}

static gint64
get_peer_uid (int fd)
{
  struct ucred peer;
  socklen_t size = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? (gint64) peer.uid : -1;
}

static gboolean on_connects (int fd, GIOCondition condition, gpointer data);

static gboolean
on_breather_over (gpointer data)
{
  BtySoupListener *self = data;

  self->breather = 0;
  self->watch = g_unix_fd_add (self->fd, G_IO_IN, on_connects, self);
  return G_SOURCE_REMOVE;
}

static gboolean
take_breather (BtySoupListener *self, int code)
{
  g_warning ("cannot accept connections for the moment: %s", g_strerror (code));
  self->watch = 0;
  self->breather = g_timeout_add (BREATHER_MS, on_breather_over, self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connects (int listening, GIOCondition condition, gpointer data)
{
  BtySoupListener *self = data;

  for (;;)
    {
      int fd = accept4 (listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

      if (fd >= 0)
        self->accepted (fd, self->path != NULL ? get_peer_uid (fd) : -1, self->data);
      else if (errno == EAGAIN || errno == EWOULDBLOCK)
        return G_SOURCE_CONTINUE;
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        return take_breather (self, errno);
      else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
        return G_SOURCE_CONTINUE;
    }
}

static BtySoupListener *
listener_new (int family)
{
  BtySoupListener *self = g_new0 (BtySoupListener, 1);

  self->fd = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return self;
}

static gboolean
set_port (BtySoupListener *self, GInetAddress *address)
{
  struct sockaddr_storage native;
  socklen_t size = sizeof native;
  g_autofree char *text = g_inet_address_to_string (address);
  guint port;

  if (getsockname (self->fd, (struct sockaddr *) &native, &size) != 0)
    return FALSE;
  if (native.ss_family == AF_INET6)
    port = g_ntohs (((struct sockaddr_in6 *) &native)->sin6_port);
  else
    port = g_ntohs (((struct sockaddr_in *) &native)->sin_port);
  self->url = g_strdup_printf (native.ss_family == AF_INET6 ? "http://[%s]:%u" : "http://%s:%u", text, port);
  return TRUE;
}

BtySoupListener *
bty_soup_listener_new_tcp (const char *address, guint port, GError **error)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (g_str_equal (address, "localhost") ? "127.0.0.1"
                                                                                                     : address);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (BtySoupListener) self = NULL;
  g_autofree char *what = g_strdup_printf (_ ("%s port %u (settings http.address and http.port)"), address, port);
  struct sockaddr_storage native;
  int on = 1;

  if (inet == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("http.address: “%s” is not an IP address"),
                   address);
      return NULL;
    }
  bound = g_inet_socket_address_new (inet, port);
  self = listener_new (g_socket_address_get_family (bound));
  setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
  if (!g_socket_address_to_native (bound, &native, sizeof native, error))
    return NULL;
  if (self->fd == -1 || bind (self->fd, (struct sockaddr *) &native, g_socket_address_get_native_size (bound)) != 0 ||
      listen (self->fd, BACKLOG) != 0 || !set_port (self, inet))
    {
      fail_errno (error, what, errno);
      return NULL;
    }
  return g_steal_pointer (&self);
}

static gboolean
is_answered (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  gboolean answered = connect (fd, (const struct sockaddr *) address, sizeof *address) == 0 || errno == EAGAIN;

  close (fd);
  return answered;
}

static gboolean
clear_path (const struct sockaddr_un *address, const char *path, GError **error)
{
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return TRUE;
  if (!S_ISSOCK (info.st_mode))
    return fail_errno (error, path, EEXIST);
  if (is_answered (address))
    return fail_errno (error, path, EADDRINUSE);
  if (g_unlink (path) != 0)
    return fail_errno (error, path, errno);
  return TRUE;
}

/* The folder is 0700, so nobody can connect between bind and chmod. */
static gboolean
bind_unix (BtySoupListener *self, const struct sockaddr_un *address, GError **error)
{
  GStatBuf info;

  if (self->fd == -1 || bind (self->fd, (const struct sockaddr *) address, sizeof *address) != 0 ||
      g_chmod (self->path, 0600) != 0 || listen (self->fd, BACKLOG) != 0 || g_lstat (self->path, &info) != 0)
    return fail_errno (error, self->path, errno);
  self->device = info.st_dev;
  self->inode = info.st_ino;
  return TRUE;
}

BtySoupListener *
bty_soup_listener_new_unix (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (BtySoupListener) self = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (!bty_paths_make_private_dir (folder, error))
    return NULL;
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    {
      fail_errno (error, path, ENAMETOOLONG);
      return NULL;
    }
  if (!clear_path (&address, path, error))
    return NULL;
  self = listener_new (AF_UNIX);
  self->path = g_strdup (path);
  self->url = g_strconcat ("unix:", path, NULL);
  return bind_unix (self, &address, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
describe_unix (BtySoupListener *self, const struct sockaddr_un *address, socklen_t size)
{
  gsize length = size - G_STRUCT_OFFSET (struct sockaddr_un, sun_path);

  if (size <= G_STRUCT_OFFSET (struct sockaddr_un, sun_path) || address->sun_path[0] == '\0')
    self->path = g_strdup ("(unnamed)");
  else
    self->path = g_strndup (address->sun_path, length);
  self->url = g_strconcat ("unix:", self->path, NULL);
  return TRUE;
}

static gboolean
describe_tcp (BtySoupListener *self, gpointer native, socklen_t size)
{
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (native, size);
  int on = 1;

  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
  return address != NULL && set_port (self, g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
is_listening (int fd)
{
  int type = 0, listening = 0;
  socklen_t type_size = sizeof type, listening_size = sizeof listening;

  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM &&
         getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &listening_size) == 0 && listening != 0;
}

BtySoupListener *
bty_soup_listener_new_fd (int fd, GError **error)
{
  g_autoptr (BtySoupListener) self = g_new0 (BtySoupListener, 1);
  g_autofree char *what = g_strdup_printf (_ ("descriptor %d of LISTEN_FDS"), fd);
  struct sockaddr_storage native = { 0 };
  socklen_t size = sizeof native;
  gboolean is_described = FALSE;

  self->fd = fd;
  self->is_passed = TRUE;
  if (is_listening (fd) && getsockname (fd, (struct sockaddr *) &native, &size) == 0)
    {
      if (native.ss_family == AF_UNIX)
        is_described = describe_unix (self, (const struct sockaddr_un *) &native, size);
      else if (native.ss_family == AF_INET || native.ss_family == AF_INET6)
        is_described = describe_tcp (self, &native, size);
    }
  if (!is_described || !g_unix_set_fd_nonblocking (fd, TRUE, NULL))
    {
      fail_errno (error, what, EINVAL);
      return NULL;
    }
  return g_steal_pointer (&self);
}

gboolean
bty_soup_listener_is_tcp (BtySoupListener *self)
{
  return self->path == NULL;
}

void
bty_soup_listener_pause (BtySoupListener *self, gboolean paused)
{
  if (!self->is_passed || self->accepted == NULL || paused == (self->watch == 0 && self->breather == 0))
    return;
  g_clear_handle_id (&self->breather, g_source_remove);
  if (paused)
    g_clear_handle_id (&self->watch, g_source_remove);
  else
    self->watch = g_unix_fd_add (self->fd, G_IO_IN, on_connects, self);
}

void
bty_soup_listener_start (BtySoupListener *self, BtySoupAccepted accepted, gpointer data)
{
  self->accepted = accepted;
  self->data = data;
  self->watch = g_unix_fd_add (self->fd, G_IO_IN, on_connects, self);
}

const char *
bty_soup_listener_get_url (BtySoupListener *self)
{
  return self->url;
}

void
bty_soup_listener_free (BtySoupListener *self)
{
  GStatBuf info;

  g_clear_handle_id (&self->watch, g_source_remove);
  g_clear_handle_id (&self->breather, g_source_remove);
  if (self->inode != 0 && g_lstat (self->path, &info) == 0 && info.st_ino == self->inode && info.st_dev == self->device)
    g_unlink (self->path);
  if (self->fd != -1)
    close (self->fd);
  g_free (self->path);
  g_free (self->url);
  g_free (self);
}
