/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of a real libsoup session over TCP: read under it and handed back to it, on one connection. */
#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "bty-http-body-private.h"
#include "bty-http-connection-private.h"

#define HEAD "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define PLAIN                                                                                                          \
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"                                                                       \
  "plain"

typedef struct
{
  GSocket *listener;
  const char *const *pieces; /* of the answer to each request; sent apart. An empty one closes the connection */
  guint n_connections;       /* so far */
} Server;

typedef struct
{
  GSocketConnection *connection;
  GInputStream *stream;
  gboolean is_over;
} Answer;

/* FALSE: the client has left. */
static gboolean
wait_for_request (GSocket *socket)
{
  g_autoptr (GString) head = g_string_new (NULL);
  char byte;

  while (strstr (head->str, "\r\n\r\n") == NULL && g_socket_receive (socket, &byte, 1, NULL, NULL) == 1)
    g_string_append_c (head, byte);
  return head->len > 0;
}

/* Answers two requests, on one connection if it may. */
static gpointer
serve (gpointer data)
{
  Server *server = data;
  g_autoptr (GSocket) socket = NULL;

  for (guint i = 0; i < 2; i++)
    {
      while (socket == NULL || !wait_for_request (socket))
        {
          g_clear_object (&socket);
          socket = g_socket_accept (server->listener, NULL, NULL);
          server->n_connections += 1;
        }
      for (const char *const *piece = server->pieces; *piece != NULL; piece++)
        {
          if (**piece == '\0')
            g_clear_object (&socket);
          else
            g_socket_send (socket, *piece, strlen (*piece), NULL, NULL);
          g_usleep (5000);
        }
    }
  return NULL;
}

static char *
server_start (Server *server, const char *const *pieces, GThread **thread)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  *server = (Server){ .pieces = pieces };
  server->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_true (g_socket_bind (server->listener, address, TRUE, NULL) && g_socket_listen (server->listener, NULL));
  bound = g_socket_get_local_address (server->listener, NULL);
  *thread = g_thread_new ("server", serve, server);
  return g_strdup_printf ("http://127.0.0.1:%u/", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
}

static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer data)
{
  Answer *answer = data;

  if (event != G_SOCKET_CLIENT_CONNECTED)
    return;
  bty_http_connection_read_ahead (connection);
  g_set_object (&answer->connection, G_SOCKET_CONNECTION (connection));
}

static void
on_sent (GObject *session, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->stream = soup_session_send_finish (SOUP_SESSION (session), result, NULL);
  answer->is_over = TRUE;
}

static void
on_closed (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_input_stream_close_finish (G_INPUT_STREAM (stream), result, NULL));
  ((Answer *) data)->is_over = TRUE;
}

static void
finish (Answer *answer)
{
  while (!answer->is_over)
    g_main_context_iteration (NULL, TRUE);
  answer->is_over = FALSE;
}

/* Returns: the code of the error at which it ended, or -1 */
static int
read_all (BtyHttpBody *body, GString *text)
{
  g_autoptr (GError) error = NULL;
  char buffer[16384];
  gssize n;

  while ((n = bty_http_body_read (body, buffer, sizeof buffer, &error)) != 0)
    {
      if (error != NULL)
        return error->code;
      if (n > 0)
        g_string_append_len (text, buffer, n);
      else
        g_usleep (500);
    }
  return -1;
}

static int
ask (SoupSession *session, const char *url, gboolean is_chunked, GString *text, Answer *answer)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  BtyHttpBody body;
  int code;

  g_signal_connect (message, "network-event", G_CALLBACK (on_network_event), answer);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, on_sent, answer);
  finish (answer);
  g_assert_nonnull (answer->stream);
  bty_http_body_init (&body, answer->stream, bty_http_connection_get_ahead (G_IO_STREAM (answer->connection)));
  g_assert_true ((body.ahead != NULL) ==
                 is_chunked); /* else this libsoup is built otherwise, and all is read through it */
  code = read_all (&body, text);
  g_input_stream_close_async (body.stream, G_PRIORITY_DEFAULT, NULL, on_closed, answer);
  finish (answer);
  bty_http_connection_end_answer (G_IO_STREAM (answer->connection));
  bty_http_body_clear (&body);
  return code;
}

/* Asks twice. Returns: how many connections there were */
static guint
check (const char *const *pieces, gboolean is_chunked, const char *expected, int code)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  Server server;
  GThread *thread;
  g_autofree char *url = server_start (&server, pieces, &thread);
  Answer answer = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_cmpint (ask (session, url, is_chunked, text, &answer), ==, code);
      g_assert_cmpstr (text->str, ==, expected);
    }
  g_thread_join (thread);
  g_clear_object (&answer.connection);
  g_object_unref (server.listener);
  return server.n_connections;
}

static void
test_kept (void)
{
  static const char *const at_once[] = { HEAD "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", NULL };
  static const char *const apart[] = { HEAD, "5\r\nhello\r\n", "6\r\n world\r\n", "0\r\n\r\n", NULL };
  static const char *const cut[] = { HEAD "5", "\r\nhel", "lo\r\n6\r", "\n world\r", "\n0\r", "\n\r\n", NULL };
  static const char *const trailers[] = { HEAD "5\r\nhello\r\n6\r\n world\r\n0\r\nX-A", ": b\r\n\r\n", NULL };
  static const char *const extended[] = { HEAD "5\r\nhello\r\n", "6;why=not\r\n world\r\n0\r\n\r\n", NULL };
  static const char *const *const answers[] = { at_once, apart, cut, extended };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_assert_cmpuint (check (answers[i], TRUE, "hello world", -1), ==, 1);
  /* libsoup takes the first trailer for the last one, and may not use the connection again. */
  g_assert_cmpuint (check (trailers, TRUE, "hello world", -1), <=, 2);
}

static void
test_not_chunked (void)
{
  static const char *const pieces[] = { PLAIN, NULL };

  static const char *const empty[] = { "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", NULL };

  g_assert_cmpuint (check (pieces, FALSE, "plain", -1), ==, 1);
  g_assert_cmpuint (check (empty, FALSE, "", -1), ==, 1); /* that has no body, whatever it says */
}

static void
test_cut_off (void)
{
  static const char *const within[] = { HEAD "5\r\nhello\r\n6\r\n wo", "", NULL };
  static const char *const between[] = { HEAD "5\r\nhello\r\n", "", NULL };
  static const char *const longer[] = { HEAD "5\r\nhello world", "", NULL };

  g_assert_cmpuint (check (within, TRUE, "hello wo", G_IO_ERROR_PARTIAL_INPUT), ==, 2);
  g_assert_cmpuint (check (between, TRUE, "hello", -1), ==, 2); /* libsoup takes it for an end: who reads must know */
  g_assert_cmpuint (check (longer, TRUE, "hello", G_IO_ERROR_INVALID_DATA), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/body/kept", test_kept);
  g_test_add_func ("/http/body/not-chunked", test_not_chunked);
  g_test_add_func ("/http/body/cut-off", test_cut_off);
  return g_test_run ();
}
