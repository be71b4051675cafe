/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the key of a vault is, and what opens it: a keyring, a file, a password, a recovery key. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "vault-test.h"

static gboolean
has_file (VaultTest *f, const char *name)
{
  g_autofree char *path = vault_test_path (f, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
must_set (VaultTest *f, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (vault_test_set (f->store, name, text, &error));
  g_assert_no_error (error);
}

static void
assert_text (VaultTest *f, const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = vault_test_get (f->store, name, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_locked (VaultTest *f, const char *because)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  g_assert_null (vault_test_get (f->store, "a", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, because));
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_LOCKED);
  said = bty_secret_store_describe (f->store);
  g_assert_nonnull (strstr (said, because));
}

static void
assert_refused (VaultTest *f, const char *password, BtyErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (vault_test_unlock (f->store, password, &error));
  g_assert_error (error, BTY_ERROR, (int) code);
}

static void
test_keyring (VaultTest *f, gconstpointer unused)
{
  g_autofree char *said = NULL;

  must_set (f, "a", "1");
  g_assert_cmpuint (g_hash_table_size (f->keyring->secrets), ==, 1);
  g_assert_false (has_file (f, "vault.key"));
  said = bty_secret_store_describe (f->store);
  g_assert_nonnull (strstr (said, "keyring"));
  vault_test_restart (f, TRUE);
  assert_text (f, "a", "1");
}

static GLogWriterOutput
count_messages (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) != 0)
    return g_log_writer_default (level, fields, n, NULL);
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0 && strstr (fields[i].value, "vault.key") != NULL)
      (*(guint *) data)++;
  return G_LOG_WRITER_HANDLED;
}

static guint n_said;

/* Said once, when it is made. */
static void
test_key_file (VaultTest *f, gconstpointer unused)
{
  g_autofree char *path = vault_test_path (f, "vault.key");
  g_autofree char *said = NULL;
  struct stat status;

  vault_test_restart (f, FALSE);
  n_said = 0;
  must_set (f, "a", "1");
  must_set (f, "b", "2");
  g_assert_cmpuint (n_said, ==, 1);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  said = bty_secret_store_describe (f->store);
  g_assert_nonnull (strstr (said, path));
  vault_test_restart (f, FALSE);
  assert_text (f, "a", "1");
  g_assert_cmpuint (n_said, ==, 1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  vault_test_restart (f, FALSE);
  assert_locked (f, "vault.key is gone");
}

static void
test_keyring_locked_at_first (VaultTest *f, gconstpointer unused)
{
  f->keyring->state = BTY_SECRET_STORE_LOCKED;
  must_set (f, "a", "1");
  g_assert_true (has_file (f, "vault.key"));
  f->keyring->state = BTY_SECRET_STORE_OPEN;
  vault_test_restart (f, TRUE);
  assert_text (f, "a", "1");
  /* Asked for, it moves into the keyring. */
  g_assert_true (vault_test_set_password (f->store, NULL, NULL, NULL));
  g_assert_false (has_file (f, "vault.key"));
  g_assert_cmpuint (g_hash_table_size (f->keyring->secrets), ==, 1);
  vault_test_restart (f, TRUE);
  assert_text (f, "a", "1");
}

static void
test_keyring_gone_later (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  must_set (f, "a", "1");
  vault_test_restart (f, FALSE);
  assert_locked (f, "keyring");
  g_assert_false (vault_test_set (f->store, "b", "2", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  vault_test_restart (f, TRUE);
  f->keyring->state = BTY_SECRET_STORE_ABSENT;
  assert_locked (f, "does not answer");
  f->keyring->state = BTY_SECRET_STORE_OPEN;
  assert_text (f, "a", "1");
  g_hash_table_remove_all (f->keyring->secrets);
  vault_test_restart (f, TRUE);
  assert_locked (f, "does not give it");
}

static void
test_password (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  must_set (f, "a", "1");
  g_assert_true (vault_test_set_password (f->store, NULL, "first", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (f->keyring->secrets), ==, 0);
  g_assert_false (has_file (f, "vault.bty~"));
  assert_text (f, "a", "1");
  vault_test_restart (f, TRUE);
  assert_locked (f, "password");
  assert_refused (f, NULL, BTY_ERROR_FAILED_PRECONDITION);
  assert_refused (f, "second", BTY_ERROR_PERMISSION_DENIED);
  g_assert_true (vault_test_unlock (f->store, "first", &error));
  assert_text (f, "a", "1");
  g_assert_false (vault_test_set_password (f->store, NULL, "second", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (vault_test_set_password (f->store, "wrong", "second", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_true (vault_test_set_password (f->store, "first", "second", &error));
  vault_test_restart (f, TRUE);
  assert_refused (f, "first", BTY_ERROR_PERMISSION_DENIED);
  g_assert_true (vault_test_unlock (f->store, "second", &error));
  assert_text (f, "a", "1");
}

static void
test_password_and_back (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  vault_test_restart (f, FALSE);
  must_set (f, "a", "1");
  g_assert_true (vault_test_set_password (f->store, NULL, "pass", &error));
  g_assert_false (has_file (f, "vault.key"));
  g_assert_true (vault_test_set_password (f->store, "pass", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (has_file (f, "vault.key"));
  vault_test_restart (f, FALSE);
  assert_text (f, "a", "1");
  assert_refused (f, "pass", BTY_ERROR_FAILED_PRECONDITION);
}

/* Before any secret is set. */
static void
test_password_first (VaultTest *f, gconstpointer unused)
{
  g_assert_true (vault_test_set_password (f->store, NULL, "pass", NULL));
  g_assert_cmpuint (g_hash_table_size (f->keyring->secrets), ==, 0);
  must_set (f, "a", "1");
  vault_test_restart (f, TRUE);
  assert_locked (f, "password");
  g_assert_true (vault_test_unlock (f->store, "pass", NULL));
  assert_text (f, "a", "1");
}

static void
test_recovery (VaultTest *f, gconstpointer unused)
{
  g_autofree char *first = NULL, *second = NULL, *sloppy = NULL;

  must_set (f, "a", "1");
  first = vault_test_make_recovery (f->store, NULL);
  second = vault_test_make_recovery (f->store, NULL);
  g_assert_cmpstr (first, !=, second);
  g_hash_table_remove_all (f->keyring->secrets);
  vault_test_restart (f, TRUE);
  assert_refused (f, first, BTY_ERROR_PERMISSION_DENIED);
  sloppy = g_strdelimit (g_ascii_strdown (second, -1), "-", ' ');
  g_assert_true (vault_test_unlock (f->store, sloppy, NULL));
  assert_text (f, "a", "1");
  /* It stays when a password comes, and opens the way to a new one when that is forgotten. */
  g_assert_true (vault_test_set_password (f->store, NULL, "forgotten", NULL));
  vault_test_restart (f, TRUE);
  g_assert_true (vault_test_unlock (f->store, second, NULL));
  g_assert_true (vault_test_set_password (f->store, second, "remembered", NULL));
  vault_test_restart (f, TRUE);
  g_assert_true (vault_test_unlock (f->store, "remembered", NULL));
  assert_text (f, "a", "1");
}

/* Two folders with one keyring do not take each other's key. */
static void
test_two_vaults (VaultTest *f, gconstpointer unused)
{
  VaultTest other;

  vault_test_set_up (&other, NULL);
  bty_secret_store_set_keeper (other.store, BTY_SECRET_STORE (f->keyring));
  must_set (f, "a", "1");
  must_set (&other, "a", "2");
  g_assert_cmpuint (g_hash_table_size (f->keyring->secrets), ==, 2);
  g_assert_true (vault_test_set_password (other.store, NULL, "pass", NULL));
  vault_test_restart (f, TRUE);
  assert_text (f, "a", "1");
  vault_test_tear_down (&other, NULL);
}

/* A vault that fails to be made leaves nothing that is in the way. */
static void
test_keyring_wanted (VaultTest *f, gconstpointer unused)
{
  g_autoptr (BtyVaultStore) vault = bty_vault_store_new (f->folder, BTY_VAULT_KEEP_KEYRING);
  g_autoptr (GError) error = NULL, refused = NULL;

  g_assert_false (vault_test_set (BTY_SECRET_STORE (vault), "a", "1", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  f->keyring->state = BTY_SECRET_STORE_LOCKED;
  bty_secret_store_set_keeper (BTY_SECRET_STORE (vault), BTY_SECRET_STORE (f->keyring));
  g_assert_false (vault_test_set (BTY_SECRET_STORE (vault), "a", "1", &refused));
  g_assert_error (refused, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_false (has_file (f, "vault.key"));
  g_assert_false (has_file (f, "vault.bty"));
  f->keyring->state = BTY_SECRET_STORE_OPEN;
  g_assert_true (vault_test_set (BTY_SECRET_STORE (vault), "a", "1", NULL));
}

#define ADD(name, function) g_test_add (name, VaultTest, NULL, vault_test_set_up, function, vault_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_messages, &n_said, NULL);
  ADD ("/vault/keys/keyring", test_keyring);
  ADD ("/vault/keys/file", test_key_file);
  ADD ("/vault/keys/keyring-locked-at-first", test_keyring_locked_at_first);
  ADD ("/vault/keys/keyring-gone-later", test_keyring_gone_later);
  ADD ("/vault/keys/password", test_password);
  ADD ("/vault/keys/password-and-back", test_password_and_back);
  ADD ("/vault/keys/password-first", test_password_first);
  ADD ("/vault/keys/recovery", test_recovery);
  ADD ("/vault/keys/two-vaults", test_two_vaults);
  ADD ("/vault/keys/keyring-wanted", test_keyring_wanted);
  return g_test_run ();
}
