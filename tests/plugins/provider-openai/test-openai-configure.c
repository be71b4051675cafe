/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the plugin makes of its configuration, and of servers that are not there or go away. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "test-provider.h"

#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED TRUE
#else
#define IS_SANITIZED FALSE
#endif

typedef struct
{
  const char *url;
  const char *key;
  const char *options;
  const char *problem; /* a word of the error; NULL when it is taken */
} Case;

static const Case cases[] = {
  { NULL, TEST_KEY, NULL, NULL },
  { "https://example.org/v1/", TEST_KEY, "{}", NULL },
  { "http://127.0.0.1:8080/v1", TEST_KEY, NULL, NULL },
  { "http://127.8.9.1:8080/v1", TEST_KEY, NULL, NULL },
  { "http://[::1]:8080", TEST_KEY, NULL, NULL },
  { "http://localhost:11434/v1", TEST_KEY, NULL, NULL },
  { "http://192.0.2.1:8080/v1", NULL, NULL, NULL },
  { "http://192.0.2.1:8080/v1", TEST_KEY, NULL, "clear text" },
  { "http://example.org/v1", TEST_KEY, NULL, "https://" },
  { "http://localhost.example.org/v1", TEST_KEY, NULL, "clear text" },
  { "http://127.0.0.1.example.org/v1", TEST_KEY, NULL, "clear text" },
  { "http://example.org/v1", NULL, "{\"headers\":{\"authorization\":\"Bearer x\"}}", "clear text" },
  { "ftp://example.org/", NULL, NULL, "https://" },
  { "example.org", NULL, NULL, "example.org" },
  { "https://", NULL, NULL, "host" },
  { "https://me:secret@example.org/v1", NULL, NULL, "password" },
  { "https://example.org/v1#x", NULL, NULL, "fragment" },
  { NULL, NULL,
    "{\"organization\":\"org-1\",\"project\":\"p\",\"headers\":{\"X-Title\":\"Boternity\"},\"idle_timeout_ms\":5}",
    NULL },
  { NULL, NULL, "{\"max_tokens_field\":\"max_tokens\",\"stream_usage\":false}", NULL },
  { NULL, NULL, "{\"max_tokens_field\":\"many\"}", "max_completion_tokens" },
  { NULL, NULL, "{\"organisation\":\"org-1\"}", "organisation" },
  { NULL, NULL, "{\"idle_timeout_ms\":0}", "idle_timeout_ms" },
  { NULL, NULL, "{\"idle_timeout_ms\":\"5\"}", "idle_timeout_ms" },
  { NULL, NULL, "{\"headers\":{\"Host\":\"a\"}}", "headers" },
  { NULL, NULL, "{\"headers\":{\"X-A\":\"a\\r\\nX-B: b\"}}", "headers" },
  { NULL, NULL, "{\"headers\":{\"X A\":\"a\"}}", "headers" },
  { NULL, NULL, "{\"headers\":[]}", "headers" },
  { NULL, NULL, "[]", "object" },
  { NULL, NULL, "{", "JSON" },
};

static void
test_configure (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyProvider) provider = test_provider_configure (c->url, c->key, c->options, &error);

      g_test_message ("%s %s: %s", c->url, c->options, error != NULL ? error->message : "taken");
      g_assert_true ((provider != NULL) == (c->problem == NULL));
      if (c->problem == NULL)
        continue;
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, c->problem));
      g_assert_null (strstr (error->message, "secret"));
    }
}

/* A bad change leaves what was in force. */
static void
test_configure_again (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (TestAnswer) answer = NULL;

  config->name = g_strdup ("lab");
  config->url = g_strdup ("gopher://example.org");
  g_assert_false (bty_provider_configure (provider, config, NULL, NULL));
  answer = test_ask (provider, "text");
  g_assert_no_error (bty_completion_get_error (answer->completion));
}

static void
test_unconfigured (void)
{
  g_autoptr (BtyProvider) configured = test_provider_new (NULL);
  g_autoptr (BtyProvider) provider = g_object_new (G_OBJECT_TYPE (configured), NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "text");

  test_answer_failed (answer, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ "configured", NULL });
}

/* How often the key stands in memory that can be written. */
static guint
count_keys (void)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  guint n = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *bytes = NULL;
      gulong begin = 0, end = 0;
      gssize length;

      if (sscanf (*line, "%lx-%lx rw-p", &begin, &end) != 2 || strstr (*line, "[stack]") != NULL)
        continue;
      bytes = g_malloc (end - begin);
      length = pread (memory, bytes, end - begin, (off_t) begin);
      for (const char *p = bytes;
           length > 0 && (p = memmem (p, bytes + length - p, TEST_KEY, strlen (TEST_KEY))) != NULL; p++)
        n += 1;
      bty_secret_clear_memory (bytes, end - begin);
    }
  close (memory);
  return n;
}

/* libsoup does not clear what it frees; what it keeps is wiped for it, and what passes through its buffers must not pile up. */
static void
test_key_does_not_pile_up (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (NULL);
  guint before, after;

  for (guint i = 0; i < 10; i++)
    test_answer_free (test_ask (provider, "text"));
  before = count_keys ();
  for (guint i = 0; i < 50; i++)
    test_answer_free (test_ask (provider, "text"));
  after = count_keys ();
  g_test_message ("the key stood in memory %u times, and then %u times", before, after);
  g_assert_cmpuint (after, <=, before + 10);
}

/* The base URL may have a path, a slash at its end, and a query; what it has is kept. */
static void
test_url_is_joined (void)
{
  static const char *const bases[][2] = {
    { "/v1", "\"/v1/chat/completions\"" },
    { "/v1/", "\"/v1/chat/completions\"" },
    { "", "\"/chat/completions\"" },
    { "/a/b%20c//", "\"/a/b%20c/chat/completions\"" },
    { "/v1?api-version=2", "\"/v1/chat/completions?api-version=2\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    {
      g_autofree char *url = g_strconcat (g_getenv ("BTY_TEST_DIRECT"), bases[i][0], NULL);
      g_autoptr (BtyProvider) provider = test_provider_configure (url, NULL, NULL, NULL);
      g_autoptr (TestAnswer) answer = NULL;
      g_autofree char *requests = NULL;

      test_upstream_forget ();
      answer = test_ask (provider, "text");
      g_assert_no_error (bty_completion_get_error (answer->completion));
      requests = test_upstream_requests ();
      g_assert_nonnull (strstr (requests, bases[i][1]));
      g_assert_null (strstr (requests, "authorization"));
    }
}

static void
test_headers (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new (
    "\"organization\":\"org-1\",\"project\":\"proj-2\",\"headers\":{\"X-Title\":\"Me\"}");
  g_autofree char *requests = NULL;

  test_upstream_forget ();
  test_answer_free (test_ask (provider, "text"));
  requests = test_upstream_requests ();
  g_assert_nonnull (strstr (requests, "\"openai-organization\": \"org-1\""));
  g_assert_nonnull (strstr (requests, "\"openai-project\": \"proj-2\""));
  g_assert_nonnull (strstr (requests, "\"x-title\": \"Me\""));
  g_assert_nonnull (strstr (requests, "\"authorization\": \"Bearer " TEST_KEY "\""));
  g_assert_nonnull (strstr (requests, "\"accept\": \"text/event-stream\""));
  g_assert_nonnull (strstr (requests, "boternity/"));
  g_assert_null (strstr (requests, "accept-encoding"));
}

static void
test_end_marker_may_be_waived (void)
{
  g_autoptr (BtyProvider) provider = test_provider_new ("\"end_marker\":false");
  g_autoptr (TestAnswer) answer = test_ask (provider, "no-done");
  g_autoptr (TestAnswer) early = test_ask (provider, "ends-early");

  g_assert_no_error (bty_completion_get_error (answer->completion));
  g_assert_cmpint (bty_completion_get_stop_reason (answer->completion), ==, BTY_STOP_END);
  test_answer_failed (early, BTY_ERROR_UNAVAILABLE, NULL);
}

static guint16
listen_on_loopback (GSocketListener *listener)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0), effective = NULL;

  g_assert_true (g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                                &effective, NULL));
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
}

static TestAnswer *
ask_port (guint16 port, const char *options)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", port);
  g_autoptr (BtyProvider) provider = test_provider_configure (url, TEST_KEY, options, NULL);

  return test_ask (provider, "text");
}

static void
test_refused (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = listen_on_loopback (listener);
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (TestAnswer) answer = NULL;

  g_socket_listener_close (listener);
  answer = ask_port (port, NULL);
  test_answer_failed (answer, BTY_ERROR_UNAVAILABLE,
                      (const char *const[]){ place, "refused", "check that its server runs", NULL });
}

static void
test_unknown_host (void)
{
  g_autoptr (BtyProvider) provider = test_provider_configure ("https://no-such-host.invalid/v1", TEST_KEY, NULL, NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "text");

  test_answer_failed (answer, BTY_ERROR_UNAVAILABLE, (const char *const[]){ "no-such-host.invalid", NULL });
}

/* A server that does as it is told: reads a request, then writes these bytes, and closes without a word. */
typedef struct
{
  const char *answer;
  guint n_requests;
} Peer;

static gboolean
on_peer (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Peer *peer = data;
  char request[16384];

  if (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), request, sizeof request, NULL,
                           NULL) > 0)
    g_atomic_int_inc (&peer->n_requests);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), peer->answer,
                             strlen (peer->answer), NULL, NULL, NULL);
  /* Closing with bytes unread would reset the connection, and the reset could overtake the answer. */
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 5);
  g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
  while (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), request, sizeof request, NULL,
                              NULL) > 0)
    continue;
  return TRUE;
}

static GSocketService *
start_peer (Peer *peer, guint16 *port)
{
  GSocketService *service = g_threaded_socket_service_new (8);

  *port = listen_on_loopback (G_SOCKET_LISTENER (service));
  g_signal_connect (service, "run", G_CALLBACK (on_peer), peer);
  return service;
}

static void
test_not_http (void)
{
  Peer peer = { .answer = "SSH-2.0-OpenSSH_9.2\r\n" };
  guint16 port;
  g_autoptr (GSocketService) service = start_peer (&peer, &port);
  g_autoptr (TestAnswer) answer = ask_port (port, NULL);

  test_answer_failed (answer, BTY_ERROR_DATA_LOSS, (const char *const[]){ "HTTP", "url", NULL });
  g_socket_service_stop (service);
}

/* The request may have been carried out, and paid for. */
static void
test_is_not_sent_again (void)
{
  Peer peer = { .answer = "" };
  guint16 port;
  g_autoptr (GSocketService) service = start_peer (&peer, &port);
  g_autoptr (TestAnswer) answer = ask_port (port, NULL);

  test_answer_failed (answer, BTY_ERROR_UNAVAILABLE, (const char *const[]){ "cut off", NULL });
  g_assert_cmpint (g_atomic_int_get (&peer.n_requests), ==, 1);
  g_socket_service_stop (service);
}

/* But a connection that the server closed while it was idle is no reason to fail. */
static void
test_stale_connection (void)
{
  static const char whole[] = "{\"choices\":[{\"message\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}";
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                             "Content-Length: %zu\r\n\r\n%s",
                                             strlen (whole), whole);
  Peer peer = { .answer = answer };
  guint16 port;
  g_autoptr (GSocketService) service = start_peer (&peer, &port);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", port);
  g_autoptr (BtyProvider) provider = test_provider_configure (url, NULL, NULL, NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TestAnswer) got = test_ask (provider, "text");

      g_assert_no_error (bty_completion_get_error (got->completion));
      g_assert_cmpstr (got->text->str, ==, "ok");
    }
  g_assert_cmpint (g_atomic_int_get (&peer.n_requests), ==, 3);
  g_socket_service_stop (service);
}

static void
test_untrusted_certificate (void)
{
  g_autofree char *url = g_strconcat (test_upstream_url (), "/v1", NULL);
  g_autoptr (BtyProvider) provider = NULL;
  g_autoptr (TestAnswer) answer = NULL;

  provider = test_provider_configure (url, TEST_KEY, NULL, NULL);
  test_upstream_forget ();
  answer = test_ask (provider, "text");
  test_answer_failed (answer, BTY_ERROR_UNAVAILABLE, (const char *const[]){ "ca_file", NULL });
}

static void
test_bad_ca_file (void)
{
  g_autoptr (BtyProvider) provider = test_provider_configure ("https://127.0.0.1:1/v1", TEST_KEY,
                                                              "{\"ca_file\":\"/nonexistent/ca.pem\"}", NULL);
  g_autoptr (TestAnswer) answer = test_ask (provider, "text");

  test_answer_failed (answer, BTY_ERROR_FAILED_PRECONDITION, (const char *const[]){ "/nonexistent/ca.pem", NULL });
}

int
main (int argc, char **argv)
{
  test_begin (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai/configure", test_configure);
  g_test_add_func ("/openai/configure-again", test_configure_again);
  g_test_add_func ("/openai/unconfigured", test_unconfigured);
  g_test_add_func ("/openai/url-is-joined", test_url_is_joined);
  g_test_add_func ("/openai/headers", test_headers);
  /* In clear text a key goes to this machine only, and libsoup's freed buffers keep some; the sanitizer keeps all that is freed. */
  if (test_is_tls () && !IS_SANITIZED)
    g_test_add_func ("/openai/key-does-not-pile-up", test_key_does_not_pile_up);
  g_test_add_func ("/openai/end-marker-may-be-waived", test_end_marker_may_be_waived);
  g_test_add_func ("/openai/refused", test_refused);
  g_test_add_func ("/openai/unknown-host", test_unknown_host);
  g_test_add_func ("/openai/not-http", test_not_http);
  g_test_add_func ("/openai/is-not-sent-again", test_is_not_sent_again);
  g_test_add_func ("/openai/stale-connection", test_stale_connection);
  if (test_is_tls ())
    g_test_add_func ("/openai/untrusted-certificate", test_untrusted_certificate);
  g_test_add_func ("/openai/bad-ca-file", test_bad_ca_file);
  return g_test_run ();
}
