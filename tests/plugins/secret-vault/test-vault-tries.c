/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wrong passwords: how long to wait, and what does not shorten it. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bty-vault-tries.h"
#include "vault-test.h"

static const BtyVaultPatience patience = { .free_tries = 3, .max_wait = 60 };

/* How long to wait at @now; 0 when the try is counted. */
static gint64
wait_at (const char *path, gint64 now)
{
  g_autoptr (GError) error = NULL;
  gint64 wait = 0;

  if (bty_vault_tries_begin (path, &patience, now, &error))
    return 0;
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  while (!g_ascii_isdigit (error->message[wait]))
    wait++;
  return g_ascii_strtoll (error->message + wait, NULL, 10);
}

static void
test_waits (VaultTest *f, gconstpointer unused)
{
  g_autofree char *path = vault_test_path (f, "vault.tries");
  const gint64 waits[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
  gint64 now = 1000000;

  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (wait_at (path, now), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_assert_cmpint (wait_at (path, now), ==, waits[i]);
      g_assert_cmpint (wait_at (path, now + waits[i] - 1), ==, 1);
      now += waits[i];
      g_assert_cmpint (wait_at (path, now), ==, 0);
    }
  /* A clock that was set back makes the wait no longer. */
  g_assert_cmpint (wait_at (path, now - 500000), ==, 60);
  bty_vault_tries_forget (path);
  g_assert_cmpint (wait_at (path, now), ==, 0);
}

static void
test_spoilt (VaultTest *f, gconstpointer unused)
{
  const char *texts[] = { "", "nonsense", "wrong x last y", "wrong 5" };
  g_autofree char *path = vault_test_path (f, "vault.tries");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents_full (path, texts[i], -1, 0, 0600, NULL));
      g_assert_cmpint (wait_at (path, 1000), >, 0);
    }
}

/* Through the store: neither locking nor a restart forgets the wrong ones, nor is the right one tried while it is too early. */
static void
test_store (VaultTest *f, gconstpointer unused)
{
  g_autofree char *path = vault_test_path (f, "vault.tries");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  bty_vault_store_get_vault (f->vault)->patience = (BtyVaultPatience){ .free_tries = 2, .max_wait = 80000 };
  g_assert_true (vault_test_set_password (f->store, NULL, "right", NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) wrong = NULL;

      bty_secret_store_lock (f->store);
      g_assert_false (vault_test_unlock (f->store, "wrong", &wrong));
      g_assert_error (wrong, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
    }
  /* Many more, as if time had passed, so that the wait is long enough not to run out in a slow test. */
  text = g_strdup_printf ("wrong 30 last %" G_GINT64_FORMAT "\n", g_get_real_time () / G_USEC_PER_SEC);
  g_assert_true (g_file_set_contents_full (path, text, -1, 0, 0600, NULL));
  vault_test_restart (f, TRUE);
  bty_vault_store_get_vault (f->vault)->patience = (BtyVaultPatience){ .free_tries = 2, .max_wait = 80000 };
  g_assert_false (vault_test_unlock (f->store, "right", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_nonnull (strstr (error->message, "second"));
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (vault_test_unlock (f->store, "right", NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vault/tries/waits", VaultTest, NULL, vault_test_set_up, test_waits, vault_test_tear_down);
  g_test_add ("/vault/tries/spoilt", VaultTest, NULL, vault_test_set_up, test_spoilt, vault_test_tear_down);
  g_test_add ("/vault/tries/store", VaultTest, NULL, vault_test_set_up, test_store, vault_test_tear_down);
  return g_test_run ();
}
