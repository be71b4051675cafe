/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The idiomatic peer of bench-gateway.py: hop-idiomatic UPSTREAM_PORT. The hop as one would write it first: SoupServer,
 * SoupSession, lines read one at a time, each event parsed and made anew by json-glib, one append a delta. Prints its port. */
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct
{
  SoupServerMessage *out;
  SoupMessage *in;
  GDataInputStream *lines;
} Hop;

static SoupSession *session;
static char *upstream;

static void
hop_end (Hop *hop)
{
  soup_message_body_complete (soup_server_message_get_response_body (hop->out));
  soup_server_message_unpause (hop->out);
  g_object_unref (hop->out);
  g_object_unref (hop->in);
  g_clear_object (&hop->lines);
  g_free (hop);
}

static const char *
read_text (JsonNode *root)
{
  JsonObject *event = json_node_get_object (root);
  JsonArray *choices = json_object_get_array_member (event, "choices");
  JsonObject *delta;

  if (choices == NULL || json_array_get_length (choices) == 0)
    return "";
  delta = json_object_get_object_member (json_array_get_object_element (choices, 0), "delta");
  return json_object_get_string_member_with_default (delta, "content", "");
}

static char *
make_event (const char *text)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "text");
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, text);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json = json_generator_to_data (generator, NULL);
  return g_strconcat ("data: ", json, "\n\n", NULL);
}

static void
pass_on (Hop *hop, const char *data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  char *event;

  if (!json_parser_load_from_data (parser, data, -1, NULL))
    return;
  event = make_event (read_text (json_parser_get_root (parser)));
  soup_message_body_append (soup_server_message_get_response_body (hop->out), SOUP_MEMORY_TAKE, event, strlen (event));
  soup_server_message_unpause (hop->out);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Hop *hop = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (line == NULL)
    {
      hop_end (hop);
      return;
    }
  if (g_str_has_prefix (line, "data: {"))
    pass_on (hop, line + 6);
  g_data_input_stream_read_line_async (hop->lines, G_PRIORITY_DEFAULT, NULL, on_line, hop);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Hop *hop = data;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (source), result, NULL);

  if (body == NULL)
    {
      hop_end (hop);
      return;
    }
  hop->lines = g_data_input_stream_new (body);
  g_data_input_stream_set_newline_type (hop->lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  g_data_input_stream_read_line_async (hop->lines, G_PRIORITY_DEFAULT, NULL, on_line, hop);
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Hop *hop = g_new0 (Hop, 1);
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  hop->out = g_object_ref (message);
  hop->in = soup_message_new ("POST", upstream);
  soup_message_set_flags (hop->in, SOUP_MESSAGE_IDEMPOTENT);
  soup_message_set_request_body_from_bytes (hop->in, "application/json", body);
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_server_message_pause (message);
  soup_session_send_async (session, hop->in, G_PRIORITY_DEFAULT, NULL, on_sent, hop);
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  struct rlimit limit;
  GSList *uris;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  if (argc != 2)
    return 1;
  upstream = g_strdup_printf ("http://127.0.0.1:%s/v1/chat/completions", argv[1]);
  session = soup_session_new_with_options ("max-conns", 10000, "max-conns-per-host", 10000, NULL);
  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  uris = soup_server_get_uris (server);
  g_print ("%d\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  g_object_unref (session);
  return 0;
}
