/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process that changes a soul is killed again and again: never held, nothing acknowledged lost, the files whole. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bty-test-folder.h"
#include "bty-test-wait.h"
#include "soul/bty-soul-service.h"
#include "store-fixture.h"

#define N_ROUNDS 100

static const char *writer_path;

static gint64
last_number (const GString *said)
{
  const char *end = strrchr (said->str, '\n');
  const char *begin = end;

  if (end == NULL)
    return 0;
  while (begin > said->str && begin[-1] != '\n')
    begin--;
  return g_ascii_strtoll (begin, NULL, 10);
}

/* Returns: the number of the last version that was acknowledged */
static gint64
run_writer (const char *folder, guint milliseconds)
{
  const char *argv[] = { writer_path, folder, NULL };
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char buffer[4096];
  GPid pid;
  int out;
  gssize n;
  int status;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &out, NULL,
                            &error);
  g_assert_no_error (error);
  n = read (out, buffer, sizeof buffer);
  g_assert_cmpint (n, >, 0); /* else it ended by itself: held, or an error, which it has printed */
  g_string_append_len (said, buffer, n);
  g_usleep (milliseconds * 1000);
  kill (pid, SIGKILL);
  while ((n = read (out, buffer, sizeof buffer)) > 0)
    g_string_append_len (said, buffer, n);
  waitpid (pid, &status, 0);
  g_assert_true (WIFSIGNALED (status));
  close (out);
  return last_number (said);
}

static void
check_all (StoreFixture *f, gint64 acknowledged)
{
  g_autofree char *config = g_build_filename (f->folder, "config", NULL);
  g_autoptr (BtySettings) settings = bty_settings_new (config);
  g_autoptr (BtySoulService) souls = NULL;
  g_autoptr (GAsyncResult) verified = NULL;
  g_autoptr (GAsyncResult) read = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (BtySoulReport) report = NULL;
  g_autoptr (BtySoulPrompt) prompt = NULL;
  g_autoptr (GError) error = NULL;

  bty_soul_add_settings (settings);
  souls = bty_soul_service_new (f->store, settings, f->folder);
  bty_soul_service_verify_async (souls, "ada", NULL, bty_test_keep_result, &place);
  verified = bty_test_wait (&place);
  report = bty_soul_service_verify_finish (souls, verified, &error);
  g_assert_no_error (error);
  g_assert_true (report->ok);
  g_assert_cmpint (report->versions, >=, acknowledged);
  place = NULL;
  bty_soul_service_read_async (souls, "ada", NULL, bty_test_keep_result, &place);
  read = bty_test_wait (&place);
  prompt = bty_soul_service_read_finish (souls, read, &error);
  g_assert_no_error (error);
  for (guint i = 1; i < BTY_SOUL_N_FILES; i++)
    g_assert_cmpstr (prompt->texts.text[i], ==, prompt->texts.text[0]);
  g_test_message ("%d versions", (int) report->versions);
  bty_soul_service_stop (souls);
}

static void
test_kill (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *state = g_build_filename (f->folder, "state", NULL);
  gint64 acknowledged = 0;

  g_setenv ("BOTERNITY_STATE_DIR", state, TRUE);
  bty_store_close (f->store);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      gint64 number = run_writer (f->folder, (guint) g_test_rand_int_range (0, 12));

      g_assert_cmpint (number, >=, acknowledged);
      acknowledged = number;
    }
  g_assert_cmpint (acknowledged, >, 10);
  store_fixture_reopen (f);
  check_all (f, acknowledged);
  bty_test_folder_remove (g_build_filename (f->folder, "bots", NULL));
  bty_test_folder_remove (g_steal_pointer (&state));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  writer_path = argv[1];
  g_test_add ("/soul/kill", StoreFixture, NULL, store_fixture_set_up, test_kill, store_fixture_tear_down);
  return g_test_run ();
}
