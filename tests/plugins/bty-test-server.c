/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "bty-test-host.h"
#include "bty-test-operations.h"

/*
 * bty-test-server DATA_DIR MODULE… [group.key=value…]: serves the test operations, says where on its first line of output, and
 * goes when its input ends. A line `ready 0` or `ready 1` of input changes what /readyz says; `stop` closes the door.
 */

typedef struct
{
  BtyTestHost *host;
  BtyTransport *transport;
  GMainLoop *loop;
} Server;

static gboolean
set_up (Server *server, char **arguments, GError **error)
{
  for (; *arguments != NULL; arguments++)
    if (g_str_has_suffix (*arguments, ".so") ? !bty_test_host_load (server->host, *arguments, error)
                                             : !bty_test_host_set (server->host, *arguments, error))
      return FALSE;
  return bty_test_operations_add (bty_host_get_catalogue (BTY_HOST (server->host)), error);
}

static gboolean
open_door (Server *server, GError **error)
{
  g_autoptr (GPtrArray) transports = bty_host_make_features (BTY_HOST (server->host), BTY_FEATURE_TRANSPORT);
  g_auto (GStrv) addresses = NULL;
  g_autofree char *line = NULL;

  g_assert (transports->len == 1);
  server->transport = g_object_ref (transports->pdata[0]);
  if (!bty_transport_start (server->transport, BTY_HOST (server->host), error))
    return FALSE;
  addresses = bty_transport_get_addresses (server->transport);
  line = g_strjoinv (" ", addresses);
  g_print ("%s\n", line);
  return TRUE;
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Server *server = data;
  g_autofree char *line = NULL;
  GIOStatus status = g_io_channel_read_line (channel, &line, NULL, NULL, NULL);

  if (status == G_IO_STATUS_AGAIN)
    return G_SOURCE_CONTINUE;
  if (status != G_IO_STATUS_NORMAL)
    g_main_loop_quit (server->loop);
  else if (g_str_has_prefix (line, "ready "))
    bty_test_host_set_ready (server->host, line[6] == '1');
  else if (g_str_has_prefix (line, "stop"))
    {
      bty_transport_stop (server->transport);
      g_print ("stopped\n");
    }
  return status == G_IO_STATUS_NORMAL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  Server server = { .loop = g_main_loop_new (NULL, FALSE) };

  g_assert (argc > 2);
  server.host = bty_test_host_new (argv[1]);
  if (!set_up (&server, argv + 2, &error) || !open_door (&server, &error))
    {
      g_printerr ("%s\n", error->message);
      g_clear_object (&server.transport);
      g_object_unref (server.host);
      g_main_loop_unref (server.loop);
      return 1;
    }
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, &server);
  g_main_loop_run (server.loop);
  bty_transport_stop (server.transport);
  g_object_unref (server.transport);
  g_object_unref (server.host);
  g_main_loop_unref (server.loop);
  return 0;
}
