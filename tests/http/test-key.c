/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place where a key enters a request: for its own host alone, and wiped once it is on its way. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-http-key-private.h"

#define VALUE "sk-the-key"

static BtyHttpOptions *
options_for (const char *url)
{
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  static const char *const none[] = { NULL };
  g_autoptr (GError) error = NULL;
  BtyHttpOptions *options;

  config->name = g_strdup ("x");
  config->url = g_strdup (url);
  options = bty_http_options_new (config, NULL, none, &error);
  g_assert_no_error (error);
  return options;
}

static void
owner_gone (gpointer owner)
{
  *(gboolean *) owner = TRUE;
}

/* Sends nothing: what libsoup tells of a message on its way is told here. */
static void
check (const char *configured, const char *asked, gboolean is_meant)
{
  g_autoptr (BtyHttpOptions) options = options_for (configured);
  g_autoptr (BtySecret) secret = bty_secret_new (VALUE, strlen (VALUE));
  BtyHttpKey key = { .header = "Authorization", .prefix = "Bearer ", .secret = secret, .options = options };
  SoupMessage *message = soup_message_new ("POST", asked);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GError) refusal = NULL;
  gboolean is_gone = FALSE;

  bty_http_key_attach (&key, message, &is_gone, owner_gone);
  g_assert_null (soup_message_headers_get_one (headers, "Authorization"));
  g_signal_emit_by_name (message, "starting");
  refusal = bty_http_key_refusal (message);
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Authorization"), ==, is_meant ? "Bearer " VALUE : NULL);
  g_assert_true ((refusal == NULL) == is_meant);
  if (refusal != NULL)
    {
      g_assert_error (refusal, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
      g_assert_null (strstr (refusal->message, VALUE));
    }
  g_signal_emit_by_name (message, "wrote-headers");
  g_assert_null (soup_message_headers_get_one (headers, "Authorization"));
  g_assert_finalize_object (message);
  g_assert_true (is_gone);
}

static void
test_meant (void)
{
  check ("https://api.example/v1", "https://api.example/v1/chat", TRUE);
  check ("https://api.example/v1", "https://API.example:443/v1/chat", TRUE);
  check ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/chat", TRUE);
  check ("http://localhost:8080/v1", "http://localhost:8080/v1/chat", TRUE);
}

static void
test_refused (void)
{
  check ("https://api.example/v1", "https://evil.example/v1/chat", FALSE);
  check ("https://api.example/v1", "http://api.example/v1/chat", FALSE);
  check ("https://api.example/v1", "https://api.example:8443/v1/chat", FALSE);
  check ("https://api.example/v1", "https://api.example.evil/v1", FALSE);
  check ("http://api.example/v1", "http://api.example/v1/chat", FALSE);
  check ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8081/v1", FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-key/meant", test_meant);
  g_test_add_func ("/http-key/refused", test_refused);
  return g_test_run ();
}
