/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vault cut short, with one flipped bit, of a newer format, changed underneath: said so, and never overwritten. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-seal-head.h"
#include "vault-test.h"

typedef struct
{
  char *path;
  guint8 *bytes;
  gsize length;
} Saved;

static void
saved_clear (Saved *saved)
{
  g_free (saved->path);
  g_free (saved->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Saved, saved_clear)

static Saved
make_and_save (VaultTest *f)
{
  Saved saved = { .path = vault_test_path (f, "vault.bty") };

  g_assert_true (vault_test_set (f->store, "openai", "sk-1", NULL));
  g_assert_true (vault_test_set (f->store, "anthropic", "sk-2", NULL));
  g_assert_true (g_file_get_contents (saved.path, (char **) &saved.bytes, &saved.length, NULL));
  return saved;
}

static void
put (const char *path, gconstpointer bytes, gsize length)
{
  FILE *file = fopen (path, "we");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, length, file), ==, length);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
assert_contents (const char *path, gconstpointer bytes, gsize length)
{
  g_autofree char *found = NULL;
  gsize n = 0;

  g_assert_true (g_file_get_contents (path, &found, &n, NULL));
  g_assert_cmpmem (found, n, bytes, length);
}

static void
assert_lost (VaultTest *f, const Saved *saved, gconstpointer bytes, gsize length)
{
  g_autoptr (GError) got = NULL, set = NULL, listed = NULL, password = NULL;
  GStrv names;

  put (saved->path, bytes, length);
  g_assert_null (vault_test_get (f->store, "openai", &got));
  g_assert_error (got, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_assert_nonnull (strstr (got->message, saved->path));
  g_assert_nonnull (strstr (got->message, "vault.bty~"));
  g_assert_false (vault_test_set (f->store, "new", "x", &set));
  g_assert_error (set, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  names = vault_test_list (f->store, &listed);
  g_assert_null (names);
  g_assert_error (listed, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  g_assert_false (vault_test_set_password (f->store, NULL, "p", &password));
  g_assert_error (password, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  assert_contents (saved->path, bytes, length);
}

/* An empty file is one that was cut short, too. */
static void
test_cut_short (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  g_autofree char *text = NULL;

  for (gsize length = 0; length < saved.length; length++)
    {
      if (length % 8 == 0)
        vault_test_restart (f, TRUE);
      assert_lost (f, &saved, saved.bytes, length);
    }
  put (saved.path, saved.bytes, saved.length);
  text = vault_test_get (f->store, "openai", NULL);
  g_assert_cmpstr (text, ==, "sk-1");
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_OPEN);
}

static void
test_flipped_bits (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  g_autofree guint8 *bytes = g_memdup2 (saved.bytes, saved.length);

  for (gsize bit = 0; bit < saved.length * 8; bit += 3)
    {
      bytes[bit / 8] ^= (guint8) (1u << bit % 8);
      assert_lost (f, &saved, bytes, saved.length);
      bytes[bit / 8] ^= (guint8) (1u << bit % 8);
    }
  vault_test_restart (f, TRUE);
  bytes[saved.length / 2] ^= 1;
  assert_lost (f, &saved, bytes, saved.length);
  g_assert_false (bty_secret_store_is_available (f->store, NULL));
  g_assert_cmpint (bty_secret_store_get_state (f->store), ==, BTY_SECRET_STORE_ABSENT);
  /* A copy that is put back is found by itself. */
  put (saved.path, saved.bytes, saved.length);
  while (bty_secret_store_get_state (f->store) != BTY_SECRET_STORE_OPEN)
    g_main_context_iteration (NULL, TRUE);
}

/* Somebody who makes the plain hashes fit as well: the sealed table still notices. */
static void
fix_hashes (guint8 *bytes, gsize length)
{
  gsize head = bty_seal_head_get_size (bytes, "BTYVAULT", NULL);

  bty_seal_hash (bytes + head - BTY_SEAL_HASH_SIZE, bytes, head - BTY_SEAL_HASH_SIZE);
  bty_seal_hash (bytes + length - BTY_SEAL_HASH_SIZE, bytes, length - BTY_SEAL_HASH_SIZE);
}

static void
test_forged (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  g_autofree guint8 *bytes = g_memdup2 (saved.bytes, saved.length);
  gsize head = bty_seal_head_get_size (bytes, "BTYVAULT", NULL);
  const gsize places[] = { BTY_SEAL_PRELUDE_SIZE + 8, head + 10, saved.length - 40 };
  gsize box = 4 + BTY_SEAL_BOX_EXTRA; /* of each of the two entries */
  guint8 swap[4 + BTY_SEAL_BOX_EXTRA];

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      bytes[places[i]] ^= 0x40;
      fix_hashes (bytes, saved.length);
      assert_lost (f, &saved, bytes, saved.length);
      bytes[places[i]] ^= 0x40;
      fix_hashes (bytes, saved.length);
    }
  g_assert_cmpmem (bytes, saved.length, saved.bytes, saved.length);
  memcpy (swap, bytes + saved.length - 32 - box, box);
  memmove (bytes + saved.length - 32 - box, bytes + saved.length - 32 - 2 * box, box);
  memcpy (bytes + saved.length - 32 - 2 * box, swap, box);
  fix_hashes (bytes, saved.length);
  assert_lost (f, &saved, bytes, saved.length);
}

static void
test_newer (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  g_autoptr (GByteArray) newer = bty_seal_head_begin ("BTYVAULT", 7);
  guint8 hash[BTY_SEAL_HASH_SIZE];
  g_autoptr (GError) error = NULL;

  bty_seal_head_end (newer, hash);
  put (saved.path, newer->data, newer->len);
  g_assert_false (vault_test_set (f->store, "a", "b", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "7"));
  assert_contents (saved.path, newer->data, newer->len);
}

/* An older state, and another vault, put in its place while it is open: not written over until a person locks and unlocks. */
static void
test_replaced (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  VaultTest other;
  g_autoptr (GError) older = NULL, another = NULL;
  g_autofree char *bytes = NULL, *path = NULL, *text = NULL;
  gsize length;

  g_assert_true (vault_test_set (f->store, "openai", "sk-3", NULL));
  put (saved.path, saved.bytes, saved.length);
  g_assert_false (vault_test_set (f->store, "a", "b", &older));
  g_assert_error (older, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  bty_secret_store_lock (f->store);
  g_assert_true (vault_test_unlock (f->store, NULL, NULL));
  text = vault_test_get (f->store, "openai", NULL);
  g_assert_cmpstr (text, ==, "sk-1");

  vault_test_set_up (&other, NULL);
  g_assert_true (vault_test_set (other.store, "a", "b", NULL));
  path = vault_test_path (&other, "vault.bty");
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  vault_test_tear_down (&other, NULL);
  put (saved.path, bytes, length);
  g_assert_false (vault_test_set (f->store, "a", "c", &another));
  g_assert_error (another, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  assert_contents (saved.path, bytes, length);
}

/* Gone while it is open: not made anew behind one's back. */
static void
test_gone (VaultTest *f, gconstpointer unused)
{
  g_auto (Saved) saved = make_and_save (f);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *none = NULL;

  g_assert_cmpint (unlink (saved.path), ==, 0);
  g_assert_false (vault_test_set (f->store, "a", "b", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "vault.bty~"));
  put (saved.path, saved.bytes, saved.length);
  text = vault_test_get (f->store, "anthropic", NULL);
  g_assert_cmpstr (text, ==, "sk-2");
  g_assert_cmpint (unlink (saved.path), ==, 0);
  bty_secret_store_lock (f->store);
  g_assert_true (vault_test_unlock (f->store, NULL, NULL));
  g_assert_true (vault_test_set (f->store, "a", "b", NULL));
  none = vault_test_get (f->store, "anthropic", NULL);
  g_assert_null (none);
}

/* A change by another process is seen, not overwritten. */
static void
test_changed_underneath (VaultTest *f, gconstpointer unused)
{
  g_autoptr (BtyVaultStore) second = bty_vault_store_new (f->folder, BTY_VAULT_KEEP_AUTO);
  g_auto (GStrv) names = NULL;

  bty_secret_store_set_keeper (BTY_SECRET_STORE (second), BTY_SECRET_STORE (f->keyring));
  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  g_assert_true (vault_test_set (BTY_SECRET_STORE (second), "b", "2", NULL));
  g_assert_true (vault_test_set (f->store, "c", "3", NULL));
  names = vault_test_list (BTY_SECRET_STORE (second), NULL);
  g_assert_cmpuint (g_strv_length (names), ==, 3);
}

#define ADD(name, function) g_test_add (name, VaultTest, NULL, vault_test_set_up, function, vault_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (vault_test_log_quietly, NULL, NULL);
  ADD ("/vault/damage/cut-short", test_cut_short);
  ADD ("/vault/damage/flipped-bits", test_flipped_bits);
  ADD ("/vault/damage/forged", test_forged);
  ADD ("/vault/damage/newer", test_newer);
  ADD ("/vault/damage/replaced", test_replaced);
  ADD ("/vault/damage/gone", test_gone);
  ADD ("/vault/damage/changed-underneath", test_changed_underneath);
  return g_test_run ();
}
