/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What refusals become, for all families, and what is kept out of them. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include <boternity-http.h>

typedef struct
{
  guint status;
  const char *body;
  BtyErrorCode code;
  const char *message;
} Case;

static const Case cases[] = {
  { 401, "{\"error\":{\"message\":\"bad key\",\"type\":\"invalid_request_error\",\"code\":\"invalid_api_key\"}}",
    BTY_ERROR_UNAUTHENTICATED, "bad key" },
  { 400, "{\"error\":{\"message\":\"long\",\"code\":\"context_length_exceeded\"}}", BTY_ERROR_OUT_OF_RANGE, "long" },
  { 400,
    "{\"error\":{\"message\":\"no temperature\",\"type\":\"invalid_request_error\",\"param\":\"temperature\",\"code\":\"unsupported_value\"}}",
    BTY_ERROR_FAILED_PRECONDITION, "no temperature" },
  { 400, "{\"error\":{\"message\":\"no stop\",\"type\":\"invalid_request_error\",\"code\":\"unsupported_parameter\"}}",
    BTY_ERROR_FAILED_PRECONDITION, "no stop" },
  { 400, "{\"error\":{\"message\":\"no x\",\"type\":\"invalid_request_error\",\"code\":\"unknown_parameter\"}}",
    BTY_ERROR_FAILED_PRECONDITION, "no x" },
  { 400,
    "{\"error\":{\"message\":\"Unrecognized request argument supplied: reasoning_effort\",\"type\":\"invalid_request_error\",\"code\":null}}",
    BTY_ERROR_FAILED_PRECONDITION, "supplied: reasoning_effort" },
  { 400, "{\"error\":{\"message\":\"Unrecognized request arguments supplied: a, b\",\"code\":null}}",
    BTY_ERROR_FAILED_PRECONDITION, "a, b" },
  { 400, "{\"error\":{\"message\":\"Model incompatible request argument supplied: top_p\",\"code\":null}}",
    BTY_ERROR_FAILED_PRECONDITION, "top_p" },
  { 400,
    "{\"error\":{\"message\":\"Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions.\",\"code\":null}}",
    BTY_ERROR_FAILED_PRECONDITION, "gpt-5.6" },
  { 401, "{\"error\":{\"message\":\"Unrecognized request argument supplied: key\",\"code\":null}}",
    BTY_ERROR_UNAUTHENTICATED, "key" },
  { 400, "{\"error\":{\"message\":\"Invalid 'temperature'\",\"code\":\"decimal_above_max_value\"}}",
    BTY_ERROR_INVALID_ARGUMENT, "temperature" },
  { 529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
    BTY_ERROR_UNAVAILABLE, "Overloaded" },
  { 200, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}",
    BTY_ERROR_UNAVAILABLE, "Overloaded" },
  { 200, "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow\"}}",
    BTY_ERROR_RESOURCE_EXHAUSTED, "Slow" },
  { 400,
    "[{\"error\":{\"code\":400,\"message\":\"API key not valid\",\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"a\":1}]}}]",
    BTY_ERROR_INVALID_ARGUMENT, "not valid" },
  { 429, "{\"error\":{\"code\":429,\"message\":\"Quota\",\"status\":\"RESOURCE_EXHAUSTED\"}}",
    BTY_ERROR_RESOURCE_EXHAUSTED, "Quota" },
  { 200, "{\"error\":{\"code\":503,\"message\":\"Gone\",\"status\":\"UNAVAILABLE\"}}", BTY_ERROR_UNAVAILABLE, "503" },
  { 404, "{\"error\":\"model not found\"}", BTY_ERROR_NOT_FOUND, "model not found" },
  { 200, "{\"error\":\"an error was encountered\"}", BTY_ERROR_UNAVAILABLE, "an error was encountered" },
  { 422, "{\"detail\":[{\"msg\":\"x\"}]}", BTY_ERROR_INVALID_ARGUMENT, "422" },
  { 402, "{\"message\":\"pay\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "pay" },
  { 500, "data: {\"error\": {\"message\": \"stream start\", \"code\": \"500\"}}\n\ndata: [DONE]\n\n",
    BTY_ERROR_UNAVAILABLE, "answers 500 Internal Server Error: stream start" },
  { 429, "event: error\ndata: {\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow\"}}\n\n",
    BTY_ERROR_RESOURCE_EXHAUSTED, "Slow" },
  { 500, "", BTY_ERROR_UNAVAILABLE, "instead of JSON" },
  { 403, "<html>sk-aaaaaaaaaaaaaaaa</html>", BTY_ERROR_PERMISSION_DENIED, "instead of JSON" },
  { 200, "<html>", BTY_ERROR_DATA_LOSS, "instead of JSON" },
  { 504, "{}", BTY_ERROR_DEADLINE_EXCEEDED, "504" },
  { 418, "{\"error\":{\"message\":\"line\\nand\\u0007bell \\u001b[31m\"}}", BTY_ERROR_INVALID_ARGUMENT,
    "answers 418: line and bell [31m" },
};

static BtyHttpClient *
client_new (const char *key)
{
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (BtySecret) secret = bty_secret_new (key, strlen (key));
  g_autoptr (BtyHttpOptions) options = NULL;
  g_autoptr (GError) error = NULL;
  BtyHttpClient *client;

  config->name = g_strdup ("lab");
  config->options = g_strdup ("{\"headers\":{\"X-Gate\":\"swordfish-7\"}}");
  options = bty_http_options_new (config, "https://example.org", NULL, &error);
  g_assert_no_error (error);
  client = bty_http_client_new (options, "Authorization", "Bearer ", secret, &error);
  g_assert_no_error (error);
  return client;
}

static void
test_cases (void)
{
  g_autoptr (BtyHttpClient) client = client_new ("a-key-of-some-length");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (BtyHttpFailure) failure = {
        .status = cases[i].status, .body = cases[i].body, .length = strlen (cases[i].body), .retry_after_ms = -1
      };
      g_autoptr (GError) error = NULL;

      bty_http_failure_read (&failure);
      error = bty_http_failure_to_error (&failure, client);
      g_test_message ("%s", error->message);
      g_assert_error (error, BTY_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].message));
      g_assert_nonnull (strstr (error->message, "lab"));
      g_assert_null (strstr (error->message, "sk-"));
    }
}

static void
test_redact (void)
{
  static const char *const texts[][2] = {
    { "nothing to hide", "nothing to hide" },
    { "the key a-key-of-some-length is wrong", "the key [redacted] is wrong" },
    { "key: a-key-of-some-length.", "key: [redacted]." },
    { "a-key*****************gth", "[redacted]" },
    { "ends in ****************ngth, begins with a-key-of", "ends in [redacted], begins with [redacted]" },
    { "somebody's sk-proj-0123456789abcdef", "somebody's [redacted]" },
    { "gate swordfish-7 is shut", "gate [redacted] is shut" },
    { "  two\r\n\tlines \x01 ", "two lines" },
  };
  g_autoptr (BtyHttpClient) client = client_new ("a-key-of-some-length");
  g_autofree char *longest = g_strnfill (100000, 'x'), *cut = bty_http_client_redact (client, longest, 100000);
  g_autofree char *bytes = bty_http_client_redact (client, "a\xff\0b", 4);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *redacted = bty_http_client_redact (client, texts[i][0], strlen (texts[i][0]));

      g_assert_cmpstr (redacted, ==, texts[i][1]);
    }
  g_assert_cmpuint (strlen (cut), <=, 500);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_cmpstr (bytes, ==,
                   "a\xef\xbf\xbd\xef\xbf\xbd"
                   "b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure/cases", test_cases);
  g_test_add_func ("/failure/redact", test_redact);
  return g_test_run ();
}
