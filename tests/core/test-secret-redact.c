/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "secret/bty-secret-redact.h"

#define VALUE "sk-Canary/+\"42\\?>~\xc3\xbc"

static void
learn (const char *value)
{
  g_autoptr (BtySecret) secret = bty_secret_new (value, strlen (value));

  bty_secret_redact_learn (secret);
}

static void
assert_redacted (const char *text, const char *expected)
{
  g_autofree char *clean = bty_secret_redact (text);

  g_assert_cmpstr (clean, ==, expected);
}

static void
test_plain (void)
{
  bty_secret_redact_forget ();
  assert_redacted ("nothing is known: " VALUE, "nothing is known: " VALUE);
  g_assert_null (bty_secret_redact (NULL));
  learn (VALUE);
  learn (VALUE);
  assert_redacted ("a " VALUE " b " VALUE, "a [secret] b [secret]");
  assert_redacted (VALUE, "[secret]");
  assert_redacted ("sk-Canar and sk-", "sk-Canar and sk-");
  assert_redacted ("", "");
  learn ("1234567");
  assert_redacted ("1234567 is too short", "1234567 is too short");
  learn ("12345678");
  assert_redacted ("x12345678x", "x[secret]x");
}

static void
test_longest (void)
{
  bty_secret_redact_forget ();
  learn ("abcdefgh");
  learn ("abcdefghijkl");
  assert_redacted ("abcdefghijkl abcdefgh.", "[secret] [secret].");
}

static void
test_forms (void)
{
  static const char *const before[] = { "", "u", "us", "user:" };
  g_autofree char *url = g_uri_escape_string (VALUE, NULL, FALSE);
  g_autofree char *small = g_strdup (url);

  bty_secret_redact_forget ();
  learn (VALUE);
  assert_redacted (url, "[secret]");
  for (char *c = small; *c != '\0'; c++)
    if (c > small && c[-1] == '%')
      {
        c[0] = g_ascii_tolower (c[0]);
        c[1] = g_ascii_tolower (c[1]);
      }
  assert_redacted (small, "[secret]");
  assert_redacted ("\"sk-Canary/+\\\"42\\\\?>~\xc3\xbc\"", "\"[secret]\"");
  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autofree char *whole = g_strconcat (before[i], VALUE, " and more", NULL);
      g_autofree char *base64 = g_base64_encode ((const guchar *) whole, strlen (whole));
      g_autofree char *clean = bty_secret_redact (base64);

      g_assert_nonnull (strstr (clean, "[secret]"));
      g_assert_cmpuint (strlen (clean), <, strlen (base64));
      g_strdelimit (base64, "+", '-');
      g_strdelimit (base64, "/", '_');
      g_free (clean);
      clean = bty_secret_redact (base64);
      g_assert_nonnull (strstr (clean, "[secret]"));
    }
}

/* In pieces of every size: what goes out is what one piece would have given. */
static void
test_stream (void)
{
  static const char text[] = "say " VALUE ", sk-Can and " VALUE " \xc3\xbc end sk";
  g_autofree char *expected = NULL;

  bty_secret_redact_forget ();
  learn (VALUE);
  expected = bty_secret_redact (text);
  for (gsize size = 1; size <= sizeof text; size++)
    {
      g_autoptr (GString) held = g_string_new (NULL);
      g_autoptr (GString) out = g_string_new (NULL);

      for (gsize at = 0; at < sizeof text - 1; at += size)
        {
          gsize ready;

          g_string_append_len (held, text + at, (gssize) MIN (size, sizeof text - 1 - at));
          ready = bty_secret_redact_stream (held);
          g_string_append_len (out, held->str, (gssize) ready);
          g_string_erase (held, 0, (gssize) ready);
          g_assert_cmpuint (held->len, <, 128);
        }
      g_string_append (out, held->str);
      g_assert_cmpstr (out->str, ==, expected);
    }
}

/* The stream is over: a secret that was cut off is taken out, what only begins like one is not. */
static void
test_rest (void)
{
  g_autoptr (GString) cut = g_string_new ("it is Zq81-key-of-");
  g_autoptr (GString) chance = g_string_new ("it is Zq8");

  bty_secret_redact_forget ();
  learn ("Zq81-key-of-somebody");
  bty_secret_redact_rest (cut);
  g_assert_cmpstr (cut->str, ==, "it is [secret]");
  bty_secret_redact_rest (chance);
  g_assert_cmpstr (chance->str, ==, "it is Zq8");
}

/* What is taken out leaves nothing behind in the memory of the text. */
static void
test_in_place (void)
{
  char text[] = "key=12345678901234567890 end";
  g_autoptr (GError) error = g_error_new (BTY_ERROR, BTY_ERROR_INTERNAL, "no %s", "12345678901234567890");

  bty_secret_redact_forget ();
  learn ("12345678901234567890");
  g_assert_cmpuint (bty_secret_redact_bytes (text, sizeof text - 1), ==, strlen ("key=[secret] end"));
  g_assert_cmpstr (text, ==, "key=[secret] end");
  for (gsize i = strlen (text); i < sizeof text; i++)
    g_assert_cmpint (text[i], ==, 0);
  bty_secret_redact_error (error);
  g_assert_cmpstr (error->message, ==, "no [secret]");
  bty_secret_redact_error (NULL);
}

/* More than are kept: the oldest go, the newest stay. */
static void
test_many (void)
{
  bty_secret_redact_forget ();
  for (guint i = 0; i < BTY_SECRET_REDACT_MOST + 5; i++)
    {
      g_autofree char *value = g_strdup_printf ("secret-number-%06u", i);

      learn (value);
    }
  assert_redacted ("secret-number-000000", "secret-number-000000");
  assert_redacted ("secret-number-000005", "[secret]");
  assert_redacted ("secret-number-001028", "[secret]");
  bty_secret_redact_forget ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-redact/plain", test_plain);
  g_test_add_func ("/secret-redact/longest", test_longest);
  g_test_add_func ("/secret-redact/forms", test_forms);
  g_test_add_func ("/secret-redact/stream", test_stream);
  g_test_add_func ("/secret-redact/rest", test_rest);
  g_test_add_func ("/secret-redact/in-place", test_in_place);
  g_test_add_func ("/secret-redact/many", test_many);
  return g_test_run ();
}
