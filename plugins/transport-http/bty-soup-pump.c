/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bty-soup-connection.h"
#include "bty-soup-pump.h"

#define MAX_EVENTS 128

typedef struct
{
  GSource source;
  BtySoupPump *pump;
} BtySoupPumpSource;

struct _BtySoupPump
{
  int epoll;
  GSource *source;
  GPtrArray *removed; /* connections that events of the present batch may still name */
  gboolean busy;
};

static gboolean
pump_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  BtySoupPump *pump = ((BtySoupPumpSource *) source)->pump;
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (pump->epoll, events, MAX_EVENTS, 0);

  pump->busy = TRUE;
  for (int i = 0; i < n; i++)
    bty_soup_connection_on_events (events[i].data.ptr, events[i].events);
  pump->busy = FALSE;
  g_ptr_array_set_size (pump->removed, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pump_funcs = { .dispatch = pump_dispatch };

BtySoupPump *
bty_soup_pump_new (GError **error)
{
  BtySoupPump *pump;
  int epoll = epoll_create1 (EPOLL_CLOEXEC);

  if (epoll == -1)
    {
      int code = errno;

      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, _ ("cannot watch sockets: %s"), g_strerror (code));
      return NULL;
    }
  pump = g_new0 (BtySoupPump, 1);
  pump->epoll = epoll;
  pump->removed = g_ptr_array_new_with_free_func (g_object_unref);
  pump->source = g_source_new (&pump_funcs, sizeof (BtySoupPumpSource));
  ((BtySoupPumpSource *) pump->source)->pump = pump;
  g_source_set_static_name (pump->source, "bty-soup-pump");
  g_source_add_unix_fd (pump->source, epoll, G_IO_IN);
  g_source_set_can_recurse (pump->source,
                            TRUE); /* else the context takes the descriptor out and in around each dispatch */
  g_source_attach (pump->source, NULL);
  return pump;
}

void
bty_soup_pump_free (BtySoupPump *pump)
{
  g_source_destroy (pump->source);
  g_source_unref (pump->source);
  close (pump->epoll);
  g_ptr_array_unref (pump->removed);
  g_free (pump);
}

gboolean
bty_soup_pump_add (BtySoupPump *pump, BtySoupConnection *connection, int fd)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection };

  if (epoll_ctl (pump->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
    return FALSE;
  g_object_ref (connection);
  return TRUE;
}

void
bty_soup_pump_remove (BtySoupPump *pump, BtySoupConnection *connection, int fd)
{
  epoll_ctl (pump->epoll, EPOLL_CTL_DEL, fd, NULL);
  if (pump->busy)
    g_ptr_array_add (pump->removed, connection);
  else
    g_object_unref (connection);
}
