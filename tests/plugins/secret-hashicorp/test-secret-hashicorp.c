/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../bty-test-host.h"

#define KEY "sk-test \"with\\escapes\"\nand a line"

static BtyTestHost *host;
static BtySecretStore *store;
static GAsyncResult *awaited;

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  awaited = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (void)
{
  while (awaited == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&awaited);
}

static void
set (const char *key, const char *value)
{
  g_autofree char *setting = g_strconcat ("hashicorp.", key, "=", value, NULL);
  g_autoptr (GError) error = NULL;

  bty_test_host_set (host, setting, &error);
  g_assert_no_error (error);
}

static gboolean
keep (const char *name, const char *value, gsize length, GError **error)
{
  g_autoptr (BtySecret) secret = bty_secret_new (value, length);
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_set_async (store, name, secret, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_set_finish (store, result, error);
}

static BtySecret *
get (const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_get_async (store, name, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_get_finish (store, result, error);
}

static gboolean
forget (const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_delete_async (store, name, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_delete_finish (store, result, error);
}

static GStrv
list (GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_list_async (store, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_list_finish (store, result, error);
}

static void
assert_kept (const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = get (name, &error);

  g_assert_no_error (error);
  g_assert_true (bty_secret_equal (secret, value, strlen (value)));
}

static void
assert_fails (const char *name, BtyErrorCode code, const char *word)
{
  g_autoptr (GError) error = NULL;
  BtySecret *secret = get (name, &error);

  g_test_message ("%s: %s", name, error != NULL ? error->message : "no error");
  g_assert_null (secret);
  g_assert_error (error, BTY_ERROR, (int) code);
  g_assert_null (strstr (error->message, "test-token"));
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_round (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL, none = NULL;

  none = list (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  assert_fails ("openai", BTY_ERROR_NOT_FOUND, "openai");
  keep ("openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  assert_kept ("openai", KEY);
  keep ("openai#other field", "second", 6, &error); /* beside the first */
  g_assert_no_error (error);
  assert_kept ("openai", KEY);
  assert_kept ("openai#other field", "second");
  assert_fails ("openai#none", BTY_ERROR_NOT_FOUND, "none");
  keep ("openai", "rotated", 7, &error);
  g_assert_no_error (error);
  assert_kept ("openai", "rotated");
  assert_kept ("openai#other field", "second");
  keep ("team a/ü?list=true", "deeper", 6, &error);
  g_assert_no_error (error);
  assert_kept ("team a/ü?list=true", "deeper");
  names = list (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (names[0], ==, "openai");
  g_assert_true (forget ("openai", &error));
  assert_fails ("openai", BTY_ERROR_NOT_FOUND, "value");
  assert_kept ("openai#other field", "second");
  g_assert_true (forget ("openai#other field", &error));
  g_assert_false (forget ("openai#other field", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_OPEN);
}

static void
test_names (void)
{
  static const char *const wrong[] = { "", "#value", "a#", "../sys/seal", "a/../b", "a//b", "/a", "a/", "a\nb", "." };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (get (wrong[i], &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  set ("folder", "/boternity/keys/");
  keep ("one", "1 of a folder", 13, &error);
  g_assert_no_error (error);
  names = list (&error);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  set ("folder", "");
  assert_kept ("boternity/keys/one", "1 of a folder");
  set ("mount", "elsewhere");
  assert_fails ("one", BTY_ERROR_NOT_FOUND, "one");
  set ("mount", "secret");
}

static void
test_bad_answers (void)
{
  g_autoptr (GError) error = NULL;

  assert_fails ("odd-html", BTY_ERROR_DATA_LOSS, "protocol");
  assert_fails ("odd-html-error", BTY_ERROR_UNAVAILABLE, "502");
  assert_fails ("odd-cut", BTY_ERROR_DATA_LOSS, "protocol");
  assert_fails ("odd-number", BTY_ERROR_DATA_LOSS, "not a text");
  assert_fails ("odd-array", BTY_ERROR_DATA_LOSS, "version 2");
  assert_fails ("odd-root", BTY_ERROR_DATA_LOSS, "version 2");
  assert_fails ("odd-twice", BTY_ERROR_DATA_LOSS, "protocol");
  assert_fails ("odd-version1", BTY_ERROR_NOT_FOUND, "odd-version1");
  assert_fails ("odd-deep", BTY_ERROR_DATA_LOSS, "protocol");
  assert_fails ("odd-quota", BTY_ERROR_RESOURCE_EXHAUSTED, "quota");
  assert_fails ("odd-echo", BTY_ERROR_INVALID_ARGUMENT, "[redacted]");
  assert_fails ("odd-empty", BTY_ERROR_DATA_LOSS, "version 2");
  assert_fails ("odd-huge-value", BTY_ERROR_DATA_LOSS, "65536");
  assert_fails ("odd-10mb", BTY_ERROR_DATA_LOSS, "hashicorp.max_size");
  assert_fails ("odd-redirect", BTY_ERROR_FAILED_PRECONDITION, "127.0.0.2");
  assert_fails ("odd-drop", BTY_ERROR_UNAVAILABLE, "HashiCorp Vault");
  assert_fails ("odd-down", BTY_ERROR_UNAVAILABLE, "503");
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_ABSENT);
  assert_fails ("odd-sealed", BTY_ERROR_FAILED_PRECONDITION, "unseal");
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_LOCKED);
  g_assert_false (keep ("raced", "x", 1, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ABORTED);
  g_clear_error (&error);
  g_assert_false (keep ("bytes", "\xff\xfe", 2, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  set ("timeout", "100");
  assert_fails ("odd-silent", BTY_ERROR_DEADLINE_EXCEEDED, "hashicorp.timeout");
  set ("timeout", "10000");
}

static void
test_token (void)
{
  g_autofree char *folder = g_dir_make_tmp ("boternity-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "token", NULL);
  g_autoptr (GError) error = NULL;

  keep ("tried", "it", 2, &error);
  g_assert_no_error (error);
  g_setenv ("BTY_WRONG_TOKEN", "another-token", TRUE);
  set ("token", "env:BTY_WRONG_TOKEN");
  assert_fails ("tried", BTY_ERROR_PERMISSION_DENIED, "403");
  set ("token", "env:BTY_NO_SUCH_VARIABLE");
  assert_fails ("tried", BTY_ERROR_NOT_FOUND, "variable");
  set ("token_file", path);
  assert_fails ("tried", BTY_ERROR_FAILED_PRECONDITION, "token");
  g_assert_true (g_file_set_contents_full (path, "test-token\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  assert_fails ("tried", BTY_ERROR_FAILED_PRECONDITION, "chmod 600");
  g_chmod (path, 0600);
  assert_kept ("tried", "it");
  g_assert_true (g_file_set_contents_full (path, "two\nlines\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  assert_fails ("tried", BTY_ERROR_FAILED_PRECONDITION, "one line");
  set ("token_file", folder);
  assert_fails ("tried", BTY_ERROR_FAILED_PRECONDITION, "regular");
  set ("token_file", "");
  set ("token", "env:BTY_TEST_VAULT_TOKEN");
  assert_kept ("tried", "it");
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_where (void)
{
  g_autofree char *url = bty_host_get_setting (BTY_HOST (host), "hashicorp", "url");
  g_autofree char *reason = NULL;

  set ("url", "");
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_ABSENT);
  g_assert_false (bty_secret_store_is_available (store, &reason));
  g_assert_nonnull (strstr (reason, "hashicorp.url"));
  assert_fails ("openai", BTY_ERROR_UNAVAILABLE, "hashicorp.url");
  set ("url", "http://vault.example.org:8200");
  assert_fails ("openai", BTY_ERROR_INVALID_ARGUMENT, "clear text");
  set ("url", "ftp://127.0.0.1");
  assert_fails ("openai", BTY_ERROR_INVALID_ARGUMENT, "https://");
  set ("url", "http://127.0.0.1:1");
  assert_fails ("openai", BTY_ERROR_UNAVAILABLE, "127.0.0.1");
  set ("url", url);
  assert_fails ("never kept", BTY_ERROR_NOT_FOUND, "never kept");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) vault = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GPtrArray) made = NULL;
  g_autofree char *port = NULL;
  g_autofree char *url = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("BTY_TEST_VAULT_TOKEN", "test-token", TRUE);
  vault = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                            g_getenv ("BTY_TEST_PYTHON"), "-B", g_getenv ("BTY_TEST_VAULT"), NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (vault));
  port = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  url = g_strconcat ("http://127.0.0.1:", port, NULL);
  host = bty_test_host_new (g_get_tmp_dir ());
  bty_test_host_load (host, g_getenv ("BTY_TEST_PLUGIN"), &error);
  g_assert_no_error (error);
  set ("url", url);
  set ("token", "env:BTY_TEST_VAULT_TOKEN");
  made = bty_host_make_features (BTY_HOST (host), BTY_FEATURE_SECRETS);
  store = made->pdata[0];
  g_test_add_func ("/hashicorp/round", test_round);
  g_test_add_func ("/hashicorp/names", test_names);
  g_test_add_func ("/hashicorp/folder", test_folder);
  g_test_add_func ("/hashicorp/token", test_token);
  g_test_add_func ("/hashicorp/where", test_where);
  g_test_add_func ("/hashicorp/bad-answers", test_bad_answers);
  status = g_test_run ();
  g_output_stream_close (g_subprocess_get_stdin_pipe (vault), NULL, NULL);
  g_subprocess_wait (vault, NULL, NULL);
  g_ptr_array_set_size (made, 0);
  g_object_unref (host);
  return status;
}
