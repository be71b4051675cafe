/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-http-redact-private.h"

#define KEY "sk-0123456789abcdefghij"

static void
check (const char *before, gsize length, const char *const *headers, const char *after, gsize after_length)
{
  g_autoptr (BtySecret) key = bty_secret_new (KEY, strlen (KEY));
  GString *text = g_string_new_len (before, (gssize) length);

  bty_http_redact_body (text, key, headers);
  g_assert_cmpmem (text->str, text->len, after, after_length);
  g_string_free (text, TRUE);
}

#define CHECK(before, headers, after) check (before, sizeof before - 1, headers, after, sizeof after - 1)

static void
test_the_key_and_pieces_of_it (void)
{
  CHECK ("your key " KEY "!\n", NULL, "your key [secret]!\n");
  CHECK ("sk-01234 567", NULL, "[secret] 567");
  CHECK ("\\ncdefghij\"", NULL, "\\n[secret]\"");
  CHECK ("3456789ab", NULL, "[secret]");
  CHECK ("0123456", NULL, "0123456");
  CHECK (KEY KEY, NULL, "[secret][secret]");
}

static void
test_bytes_that_are_no_text (void)
{
  CHECK ("\0\xff" KEY "\0", NULL, "\0\xff[secret]\0");
  CHECK ("", NULL, "");
}

static void
test_values_of_headers_are_taken_whole (void)
{
  static const char *const headers[] = { "X-Team", "a-secret-team", "X-Short", "true", NULL };

  CHECK ("a-secret-team a-secret true", headers, "[secret] a-secret true");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redact-body/key", test_the_key_and_pieces_of_it);
  g_test_add_func ("/redact-body/bytes", test_bytes_that_are_no_text);
  g_test_add_func ("/redact-body/headers", test_values_of_headers_are_taken_whole);
  return g_test_run ();
}
