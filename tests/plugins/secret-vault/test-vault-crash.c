/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writing process is killed at any point, many times: each time the vault is the old one or the new one, and opens. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault-test.h"

#define N_ROUNDS 120

static const char *writer_path;

/* What the vault should hold by what the writer said, without and with the last deed, which may have been done or not. */
typedef struct
{
  GHashTable *secrets;
  char *password; /* (nullable) */
} State;

static State *
state_new (void)
{
  State *state = g_new0 (State, 1);

  state->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return state;
}

static void
state_free (State *state)
{
  g_hash_table_unref (state->secrets);
  g_free (state->password);
  g_free (state);
}

static void
state_apply (State *state, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 3);

  if (strcmp (words[0], "+") == 0)
    g_hash_table_insert (state->secrets, g_strdup (words[1]), g_strdup (words[2]));
  else if (strcmp (words[0], "-") == 0)
    g_hash_table_remove (state->secrets, words[1]);
  else if (strcmp (words[0], "p") == 0)
    {
      g_free (state->password);
      state->password = words[1][0] != '\0' ? g_strdup (words[1]) : NULL;
    }
  else
    g_error ("the writer said “%s”", line);
}

static guint
count_done (const GString *said)
{
  guint n = 0;

  for (const char *at = strstr (said->str, "ok\n"); at != NULL; at = strstr (at + 1, "ok\n"))
    n++;
  return n;
}

/* Lets it do so many deeds, then some microseconds more, and kills it. */
static char *
run_writer (const char *folder, guint round, const char *password, guint n_deeds, guint microseconds)
{
  g_autofree char *number = g_strdup_printf ("%u", round);
  const char *argv[] = { writer_path, folder, number, NULL };
  g_autofree char *line = g_strconcat (password != NULL ? password : "", "\n", NULL);
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GPid pid;
  int in, out, status;
  char buffer[65536];
  gssize n;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                            NULL, &pid, &in, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write (in, line, strlen (line)), ==, (gssize) strlen (line));
  while (count_done (said) < n_deeds && (n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (said, buffer, n);
  g_usleep (microseconds);
  kill (pid, SIGKILL);
  while ((n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (said, buffer, n);
  waitpid (pid, &status, 0);
  if (!WIFSIGNALED (status))
    g_error ("the writer ended by itself: %s", said->str);
  close (in);
  close (out);
  return g_string_free (g_steal_pointer (&said), FALSE);
}

/* Applies what was done to @sure, and what may have been done, too, to @maybe (a copy otherwise). */
static guint
follow (const char *said, State *sure, char **last)
{
  g_auto (GStrv) lines = g_strsplit (said, "\n", -1);
  guint n = 0;

  *last = NULL;
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) /* the last one was cut off, or is empty */
    {
      if (strcmp (lines[i], "ok") == 0 && *last != NULL)
        {
          state_apply (sure, *last);
          n++;
        }
      g_free (*last);
      *last = strcmp (lines[i], "ok") == 0 ? NULL : g_strdup (lines[i]);
    }
  return n;
}

/* Whether the vault is exactly @state. */
static gboolean
is_state (const char *folder, const State *state)
{
  g_autoptr (BtyVaultStore) vault = bty_vault_store_new (folder, BTY_VAULT_KEEP_FILE);
  BtySecretStore *store = BTY_SECRET_STORE (vault);
  g_auto (GStrv) names = NULL;

  if (state->password != NULL && !vault_test_unlock (store, state->password, NULL))
    return FALSE;
  names = vault_test_list (store, NULL);
  if (names == NULL || g_strv_length (names) != g_hash_table_size (state->secrets))
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = vault_test_get (store, names[i], NULL);

      if (value == NULL || g_strcmp0 (value, g_hash_table_lookup (state->secrets, names[i])) != 0)
        return FALSE;
    }
  return TRUE;
}

static void
test_kill (VaultTest *f, gconstpointer unused)
{
  g_autofree char *tries = vault_test_path (f, "vault.tries");
  State *state = state_new ();
  guint n = 0, n_new = 0;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *said = run_writer (f->folder, i, state->password, (guint) g_test_rand_int_range (1, 9),
                                          (guint) g_test_rand_int_range (0, 3000));
      g_autofree char *last = NULL;

      n += follow (said, state, &last);
      g_unlink (tries); /* of a kill while a right password was tried */
      if (is_state (f->folder, state))
        continue;
      g_unlink (tries);
      g_assert_nonnull (last);
      state_apply (state, last);
      if (!is_state (f->folder, state))
        g_error ("after “%s” the vault is neither as before nor as after it", last);
      n_new++;
    }
  g_test_message ("%u deeds in %u rounds; %u of the unfinished ones were done", n, N_ROUNDS, n_new);
  g_assert_cmpuint (n, >=, N_ROUNDS);
  state_free (state);
}

/* No more room for files: a short write, then an error. The vault stays as it is, and nothing is left over. */
static void
test_full_disk (VaultTest *f, gconstpointer unused)
{
  g_autofree char *left_over = vault_test_path (f, "vault.bty.new");
  g_autofree char *much = g_strnfill (60000, 'x');
  struct rlimit before, little = { .rlim_cur = 20000, .rlim_max = RLIM_INFINITY };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  little.rlim_max = before.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &little), ==, 0);
  g_assert_false (vault_test_set (f->store, "b", much, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_true (error->domain == BTY_ERROR);
  g_assert_false (g_file_test (left_over, G_FILE_TEST_EXISTS));
  text = vault_test_get (f->store, "a", NULL);
  g_assert_cmpstr (text, ==, "1");
  g_assert_true (vault_test_set (f->store, "b", much, NULL));
}

/* A folder that may not be written to. */
static void
test_no_writing (VaultTest *f, gconstpointer unused)
{
  g_autofree char *in_the_way = vault_test_path (f, "vault.bty.new");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (vault_test_set (f->store, "a", "1", NULL));
  g_assert_cmpint (g_mkdir (in_the_way, 0700), ==, 0);
  g_assert_false (vault_test_set (f->store, "a", "2", &error));
  g_assert_true (error->domain == BTY_ERROR);
  g_assert_nonnull (strstr (error->message, "vault.bty"));
  text = vault_test_get (f->store, "a", NULL);
  g_assert_cmpstr (text, ==, "1");
  g_rmdir (in_the_way);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_path_get_dirname (argv[0]);
  g_autofree char *path = g_build_filename (folder, "vault-writer", NULL);

  g_test_init (&argc, &argv, NULL);
  writer_path = path;
  g_test_add ("/vault/crash/kill", VaultTest, NULL, vault_test_set_up, test_kill, vault_test_tear_down);
  g_test_add ("/vault/crash/full-disk", VaultTest, NULL, vault_test_set_up, test_full_disk, vault_test_tear_down);
  g_test_add ("/vault/crash/no-writing", VaultTest, NULL, vault_test_set_up, test_no_writing, vault_test_tear_down);
  return g_test_run ();
}
