/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "secret/bty-secret-service.h"

static void
assert_secret (BtySecretService *service, const char *reference, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = bty_secret_service_find (service, reference, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (bty_secret_peek (secret), ==, expected);
}

static void
assert_no_secret (BtySecretService *service, const char *reference, BtyErrorCode code, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = bty_secret_service_find (service, reference, &error);

  g_assert_null (secret);
  g_assert_error (error, BTY_ERROR, (gint) code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_environment (void)
{
  g_autoptr (BtySecretService) service = NULL;

  g_setenv ("TEST_API_KEY", "key of the test", TRUE);
  g_setenv ("TEST_OTHER", "not named like a secret", TRUE);
  g_setenv ("BOTERNITY_HTTP_TOKEN", "a setting", TRUE);
  service = bty_secret_service_new ();
  assert_secret (service, "env:TEST_API_KEY", "key of the test");
  assert_secret (service, "env:TEST_OTHER", "not named like a secret");
  assert_no_secret (service, "env:TEST_MISSING", BTY_ERROR_NOT_FOUND, "TEST_MISSING");

  /* What children would inherit. */
  g_assert_null (g_getenv ("TEST_API_KEY"));
  g_assert_cmpstr (g_getenv ("TEST_OTHER"), ==, "not named like a secret");
  g_assert_cmpstr (g_getenv ("BOTERNITY_HTTP_TOKEN"), ==, "a setting");
}

/* Whoever may read /proc/<pid>/environ sees what the process was started with: the bytes themselves must be gone. */
static void
test_started_with (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { program, (char *) "--child", NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "TEST_API_KEY", "visible-from-outside", TRUE);
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_spawn_sync (NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
}

static gboolean
holds (const char *bytes, gsize length, const char *text)
{
  return memmem (bytes, length, text, strlen (text)) != NULL;
}

static int
child (void)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length_before = 0, length_after = 0;
  g_autoptr (BtySecretService) service = NULL;
  g_autoptr (BtySecret) secret = NULL;

  g_file_get_contents ("/proc/self/environ", &before, &length_before, NULL);
  service = bty_secret_service_new ();
  g_file_get_contents ("/proc/self/environ", &after, &length_after, NULL);
  secret = bty_secret_service_find (service, "env:TEST_API_KEY", NULL);
  if (!holds (before, length_before, "visible-from-outside") || holds (after, length_after, "visible-from-outside"))
    return 1;
  return secret != NULL && strcmp (bty_secret_peek (secret), "visible-from-outside") == 0 ? 0 : 2;
}

static void
test_memory (void)
{
  g_autoptr (BtySecretService) service = bty_secret_service_new ();
  g_autoptr (BtySecret) one = bty_secret_new ("one", 3);
  g_autoptr (BtySecret) two = bty_secret_new ("two", 3);

  assert_no_secret (service, "memory:provider/a", BTY_ERROR_NOT_FOUND, "memory:provider/a");
  bty_secret_service_put (service, "provider/a", one);
  assert_secret (service, "memory:provider/a", "one");
  bty_secret_service_put (service, "provider/a", two);
  assert_secret (service, "memory:provider/a", "two");
  bty_secret_service_put (service, "provider/a", NULL);
  assert_no_secret (service, "memory:provider/a", BTY_ERROR_NOT_FOUND, "memory:provider/a");
}

static void
test_bad_references (void)
{
  g_autoptr (BtySecretService) service = bty_secret_service_new ();
  const char *const bad[] = { "",         "env", "env:", "env:A B", "env:1A", "env:A=B", "memory:", "file:/etc/passwd",
                              "ENV:HOME", ":x" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_no_secret (service, bad[i], BTY_ERROR_INVALID_ARGUMENT, "env:NAME");
  assert_no_secret (service, NULL, BTY_ERROR_INVALID_ARGUMENT, "env:NAME");
}

/* A key that is given where its place belongs must not show up in an error. */
static void
test_key_for_reference (void)
{
  g_autoptr (BtySecretService) service = bty_secret_service_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (bty_secret_service_find (service, "sk-very-secret", &error));
  g_assert_null (strstr (error->message, "sk-very"));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--child") == 0)
    return child ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-service/environment", test_environment);
  g_test_add_func ("/secret-service/started-with", test_started_with);
  g_test_add_func ("/secret-service/memory", test_memory);
  g_test_add_func ("/secret-service/bad-references", test_bad_references);
  g_test_add_func ("/secret-service/key-for-reference", test_key_for_reference);
  return g_test_run ();
}
