/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "vault-test.h"

static void
assert_text (VaultTest *f, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = vault_test_get (f->store, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_missing (VaultTest *f, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vault_test_get (f->store, name, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

static void
test_round_trip (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL, none = NULL;

  assert_missing (f, "openai");
  none = vault_test_list (f->store, NULL);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_true (vault_test_set (f->store, "openai", "sk-1", &error));
  g_assert_no_error (error);
  g_assert_true (vault_test_set (f->store, "größe/ä b", "zwei", &error));
  g_assert_true (vault_test_set (f->store, "openai", "sk-2", &error));
  g_assert_true (vault_test_set (f->store, "empty", "", &error));
  assert_text (f, "openai", "sk-2");
  assert_text (f, "größe/ä b", "zwei");
  assert_text (f, "empty", "");
  assert_missing (f, "Openai");
  names = vault_test_list (f->store, &error);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
  g_assert_true (g_strv_contains ((const char *const *) names, "größe/ä b"));
  g_assert_true (vault_test_delete (f->store, "openai", &error));
  assert_missing (f, "openai");
  g_assert_false (vault_test_delete (f->store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  vault_test_restart (f, TRUE);
  assert_text (f, "größe/ä b", "zwei");
}

/* Neither a name nor a value stands in the file; nobody else may read it; a deleted secret is not in the copy. */
static void
test_file (VaultTest *f, gconstpointer unused)
{
  g_autofree char *path = vault_test_path (f, "vault.bty");
  g_autofree char *copy = vault_test_path (f, "vault.bty~");
  g_autofree char *bytes = NULL;
  struct stat status;
  gsize length;

  g_assert_true (vault_test_set (f->store, "a-telling-name", "a-telling-value", NULL));
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_null (memmem (bytes, length, "a-telling", 9));
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_true (vault_test_set (f->store, "b", "b", NULL));
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_true (vault_test_delete (f->store, "b", NULL));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
}

static void
test_lock (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL, set = NULL;

  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_OPEN);
  bty_secret_store_lock (f->store);
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_LOCKED);
  g_assert_null (vault_test_get (f->store, "a", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "boternity-ctl secret unlock"));
  g_assert_false (vault_test_set (f->store, "a", "2", &set));
  g_assert_error (set, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_true (vault_test_unlock (f->store, NULL, NULL));
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_OPEN);
  assert_text (f, "a", "1");
}

typedef struct
{
  guint left;
  GError *errors[100];
} Many;

static void
on_one (GObject *source, GAsyncResult *result, gpointer data)
{
  Many *many = data;

  many->left--;
  bty_secret_store_set_finish (BTY_SECRET_STORE (source), result, &many->errors[many->left]);
}

/* Many at a time, the first of which make the vault. */
static void
test_at_a_time (VaultTest *f, gconstpointer unused)
{
  Many many = { .left = 100 };
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("name-%u", i);
      g_autoptr (BtySecret) secret = bty_secret_new (name, strlen (name));

      bty_secret_store_set_async (f->store, name, secret, NULL, on_one, &many);
    }
  while (many.left > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 100; i++)
    g_assert_no_error (many.errors[i]);
  names = vault_test_list (f->store, NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 100);
  assert_text (f, "name-57", "name-57");
}

typedef struct
{
  GString *log;
  guint left;
} Chain;

/* Each answer asks the next: what an answer's receiver begins is done once, in its turn. */
static void
on_chain (GObject *source, GAsyncResult *result, gpointer data)
{
  Chain *chain = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = bty_secret_store_get_finish (BTY_SECRET_STORE (source), result, &error);

  g_assert_no_error (error);
  g_string_append (chain->log, bty_secret_peek (secret));
  if (chain->left-- > 1)
    bty_secret_store_get_async (BTY_SECRET_STORE (source), "a", NULL, on_chain, data);
}

static void
test_chain (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GString) log = g_string_new (NULL);
  Chain chain = { .log = log, .left = 20 };

  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  bty_secret_store_get_async (f->store, "a", NULL, on_chain, &chain);
  while (chain.left > 0)
    g_main_context_iteration (NULL, TRUE);
  assert_text (f, "a", "1");
  g_assert_cmpstr (log->str, ==, "11111111111111111111");
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (bty_secret_store_set_finish (BTY_SECRET_STORE (source), result, &error));
  g_assert_true (bty_error_code_of (error) == BTY_ERROR_CANCELLED);
  *(gboolean *) data = TRUE;
}

static void
test_cancelled (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BtySecret) secret = bty_secret_new ("x", 1);
  gboolean done = FALSE;

  g_cancellable_cancel (cancellable);
  bty_secret_store_set_async (f->store, "a", secret, cancellable, on_cancelled, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  assert_missing (f, "a");
}

/* A get that is under way while it is locked gives nothing. */
static void
on_late (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtySecret) secret = bty_secret_store_get_finish (BTY_SECRET_STORE (source), result, data);

  g_assert_null (secret);
}

static void
test_lock_meanwhile (VaultTest *f, gconstpointer unused)
{
  GError *error = NULL;

  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  bty_secret_store_get_async (f->store, "a", NULL, on_late, &error);
  bty_secret_store_lock (f->store);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_error_free (error);
}

/* Unlocking with what a password really costs: the main loop goes on at its pace. */
static gboolean
tick (gpointer data)
{
  gint64 *last = data;
  gint64 now = g_get_monotonic_time ();

  last[1] = MAX (last[1], now - last[0]);
  last[0] = now;
  last[2]++;
  return G_SOURCE_CONTINUE;
}

static void
test_main_loop_goes_on (VaultTest *f, gconstpointer unused)
{
  gint64 last[3] = { 0 };
  gint64 begin, took;
  guint source;

  bty_vault_store_get_vault (f->vault)->cost = bty_seal_cost_default;
  g_assert_true (vault_test_set_password (f->store, NULL, "a password", NULL));
  bty_secret_store_lock (f->store);
  begin = last[0] = g_get_monotonic_time ();
  source = g_timeout_add (1, tick, last);
  g_assert_true (vault_test_unlock (f->store, "a password", NULL));
  took = g_get_monotonic_time () - begin;
  g_source_remove (source);
  g_test_message ("unlocking took %" G_GINT64_FORMAT " us; the main loop ran %" G_GINT64_FORMAT
                  " times meanwhile, at most %" G_GINT64_FORMAT " us apart",
                  took, last[2], last[1]);
  g_assert_cmpint (last[2], >, 2);
  g_assert_cmpint (last[1], <, MAX (took, 1000000));
}

static void
test_limits (VaultTest *f, gconstpointer unused)
{
  BtyVault *vault = bty_vault_store_get_vault (f->vault);
  g_autofree char *much = g_strnfill (60000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  vault->max_size = 50000;
  g_assert_false (vault_test_set (f->store, "b", much, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  assert_text (f, "a", "1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vault/round-trip", VaultTest, NULL, vault_test_set_up, test_round_trip, vault_test_tear_down);
  g_test_add ("/vault/file", VaultTest, NULL, vault_test_set_up, test_file, vault_test_tear_down);
  g_test_add ("/vault/lock", VaultTest, NULL, vault_test_set_up, test_lock, vault_test_tear_down);
  g_test_add ("/vault/lock-meanwhile", VaultTest, NULL, vault_test_set_up, test_lock_meanwhile, vault_test_tear_down);
  g_test_add ("/vault/at-a-time", VaultTest, NULL, vault_test_set_up, test_at_a_time, vault_test_tear_down);
  g_test_add ("/vault/chain", VaultTest, NULL, vault_test_set_up, test_chain, vault_test_tear_down);
  g_test_add ("/vault/cancelled", VaultTest, NULL, vault_test_set_up, test_cancelled, vault_test_tear_down);
  g_test_add ("/vault/main-loop", VaultTest, NULL, vault_test_set_up, test_main_loop_goes_on, vault_test_tear_down);
  g_test_add ("/vault/limits", VaultTest, NULL, vault_test_set_up, test_limits, vault_test_tear_down);
  return g_test_run ();
}
