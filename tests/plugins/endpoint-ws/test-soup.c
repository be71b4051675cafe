/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint with libsoup's client: test-soup SERVER MODULE… */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

static char **server_arguments;

typedef struct
{
  GSubprocess *server;
  char *folder;
  char *url;
  SoupSession *session;
  SoupWebsocketConnection *socket;
  GError *error;
  GQueue messages; /* char * */
  gboolean is_connected;
  gboolean is_closed;
} Fixture;

static void
wait_for (gboolean *condition)
{
  while (!*condition)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *message, gpointer data)
{
  Fixture *f = data;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  g_queue_push_tail (&f->messages, g_strndup (text, length));
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer data)
{
  ((Fixture *) data)->is_closed = TRUE;
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->socket = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &f->error);
  f->is_connected = TRUE;
  if (f->socket == NULL)
    return;
  g_signal_connect (f->socket, "message", G_CALLBACK (on_message), f);
  g_signal_connect (f->socket, "closed", G_CALLBACK (on_closed), f);
}

static void
connect_with (Fixture *f, const char *token, const char *origin)
{
  static char *protocols[] = { (char *) "boternity.v1", NULL };
  g_autoptr (SoupMessage) message = soup_message_new ("GET", f->url);
  g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);

  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", authorization);
  f->is_connected = FALSE;
  soup_session_websocket_connect_async (f->session, message, origin, protocols, G_PRIORITY_DEFAULT, NULL, on_connected,
                                        f);
  wait_for (&f->is_connected);
}

static char *
receive (Fixture *f)
{
  while (f->messages.length == 0 && !f->is_closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (f->is_closed);
  return g_queue_pop_head (&f->messages);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  f->folder = g_dir_make_tmp ("bty-soup-XXXXXX", NULL);
  g_ptr_array_add (arguments, server_arguments[0]);
  g_ptr_array_add (arguments, f->folder);
  for (guint i = 1; server_arguments[i] != NULL; i++)
    g_ptr_array_add (arguments, server_arguments[i]);
  g_ptr_array_add (arguments, (char *) "http.port=0");
  g_ptr_array_add (arguments, NULL);
  f->server = g_subprocess_newv ((const char *const *) arguments->pdata,
                                 G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->server));
  line = g_data_input_stream_read_line (output, NULL, NULL, NULL);
  g_assert_true (line != NULL && g_str_has_prefix (line, "http://"));
  *strchr (line, ' ') = '\0';
  f->url = g_strconcat ("ws", line + strlen ("http"), "/api/v1/ws", NULL);
  f->session = soup_session_new ();
  g_queue_init (&f->messages);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->socket);
  g_clear_error (&f->error);
  g_object_unref (f->session);
  g_output_stream_close (g_subprocess_get_stdin_pipe (f->server), NULL, NULL);
  g_assert_true (g_subprocess_wait_check (f->server, NULL, NULL));
  g_object_unref (f->server);
  g_queue_clear_full (&f->messages, g_free);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->url);
}

static void
test_calls (Fixture *f, gconstpointer unused)
{
  g_autofree char *answer = NULL;

  connect_with (f, "test-token", NULL);
  g_assert_no_error (f->error);
  g_assert_cmpstr (soup_websocket_connection_get_protocol (f->socket), ==, "boternity.v1");
  g_assert_null (soup_websocket_connection_get_extensions (f->socket));
  soup_websocket_connection_send_text (f->socket, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stats.get\"}");
  answer = receive (f);
  g_assert_cmpstr (answer, ==, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"cancelled\":0,\"running\":0}}");
  soup_websocket_connection_send_text (
    f->socket, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tick.watch\",\"params\":{\"count\":100},\"credit\":100}");
  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *item = receive (f);
      g_autofree char *head = g_strdup_printf (
        "{\"jsonrpc\":\"2.0\",\"method\":\"item\",\"params\":{\"call\":2,\"number\":%u,", i);

      g_assert_true (g_str_has_prefix (item, head));
    }
  g_free (receive (f));
  soup_websocket_connection_close (f->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, "done");
  wait_for (&f->is_closed);
  g_assert_cmpint (soup_websocket_connection_get_close_code (f->socket), ==, SOUP_WEBSOCKET_CLOSE_NORMAL);
}

static void
test_refusals (Fixture *f, gconstpointer unused)
{
  connect_with (f, "wrong", NULL);
  g_assert_nonnull (f->error);
  g_assert_null (f->socket);
  g_clear_error (&f->error);
  connect_with (f, "test-token", "https://evil.example");
  g_assert_nonnull (f->error);
}

static void
test_binary (Fixture *f, gconstpointer unused)
{
  connect_with (f, "test-token", NULL);
  g_assert_no_error (f->error);
  soup_websocket_connection_send_binary (f->socket, "bytes", 5);
  wait_for (&f->is_closed);
  g_assert_cmpint (soup_websocket_connection_get_close_code (f->socket), ==, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert (argc > 2);
  server_arguments = argv + 1;
  g_test_add ("/ws-soup/calls", Fixture, NULL, set_up, test_calls, tear_down);
  g_test_add ("/ws-soup/refusals", Fixture, NULL, set_up, test_refusals, tear_down);
  g_test_add ("/ws-soup/binary", Fixture, NULL, set_up, test_binary, tear_down);
  return g_test_run ();
}
