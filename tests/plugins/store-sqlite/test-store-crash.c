/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writing process is killed a few hundred times; nothing that it had acknowledged is missing. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-fixture.h"

#define N_ROUNDS 200

static const char *writer_path;

/* Lets it write for some milliseconds and kills it; adds what it said. */
static void
run_writer (const char *folder, const char *prefix, guint milliseconds, GString *said)
{
  const char *argv[] = { writer_path, folder, prefix, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  int out;
  char buffer[65536];
  gssize n;
  int status;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  /* From its first word on, so that it does write in each round. */
  n = read (out, buffer, sizeof buffer);
  g_assert_cmpint (n, >, 0);
  g_string_append_len (said, buffer, n);
  g_usleep (milliseconds * 1000);
  kill (pid, SIGKILL);
  while ((n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (said, buffer, n);
  waitpid (pid, &status, 0);
  g_assert_true (WIFSIGNALED (status));
  close (out);
}

static GHashTable *
find_all (BtyStore *store)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (BtyQuery) query = bty_query_new (&note_schema);
  g_autofree char *cursor = NULL;

  bty_query_limit (query, 1000);
  do
    {
      g_autoptr (BtyPage) page = NULL;

      bty_query_after (query, cursor);
      page = store_must_query (store, query);
      for (guint i = 0; i < page->items->len; i++)
        g_hash_table_add (found, g_strdup (((Note *) g_ptr_array_index (page->items, i))->title));
      g_free (cursor);
      cursor = g_strdup (page->next_cursor);
    }
  while (cursor != NULL);
  return found;
}

static void
test_kill (StoreFixture *f, gconstpointer unused)
{
  g_autoptr (GString) said = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) found = NULL;
  g_autofree char *state = NULL;
  g_autofree char *log = NULL;
  GStatBuf log_status;
  gboolean was_unclean;
  guint n = 0;

  bty_store_close (f->store);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *prefix = g_strdup_printf ("r%u", i);

      run_writer (f->folder, prefix, (guint) g_test_rand_int_range (0, 15), said);
      g_string_append_c (said, '\n'); /* a line that was cut off was not said */
    }
  /* A writer killed before it wrote leaves an empty log at most, and nothing to check. */
  log = g_build_filename (f->folder, "boternity.db-wal", NULL);
  was_unclean = g_stat (log, &log_status) == 0 && log_status.st_size > 0;
  store_fixture_reopen (f);
  found = find_all (f->store);
  lines = g_strsplit (said->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] == '\0')
        continue;
      g_assert_true (g_hash_table_contains (found, lines[i]));
      n++;
    }
  g_test_message ("%u acknowledged in %u rounds, %u found", n, N_ROUNDS, g_hash_table_size (found));
  g_assert_cmpuint (n, >, N_ROUNDS);
  do
    {
      g_free (state);
      g_usleep (10000);
      state = bty_store_describe (f->store);
    }
  while (strstr (state, "being checked") != NULL);
  g_assert_true (!was_unclean || strstr (state, "quick check passed") != NULL);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_path_get_dirname (argv[0]);
  g_autofree char *path = g_build_filename (folder, "store-writer", NULL);

  g_test_init (&argc, &argv, NULL);
  writer_path = path;
  g_test_add ("/store/kill", StoreFixture, NULL, store_fixture_set_up, test_kill, store_fixture_tear_down);
  return g_test_run ();
}
