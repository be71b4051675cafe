/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Restored data takes the place of what is there: all of it or nothing, wherever the process is killed. And the schedule's clock. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup/bty-backup-schedule.h"
#include "backup/bty-backup-swap.h"
#include "bty-test-folder.h"

#define KILLED 77

static guint steps_left;

static void
count_down (const char *step)
{
  if (steps_left-- == 0)
    _exit (KILLED);
}

static char *
slurp (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("-");
  return text;
}

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = bty_test_folder_write (folder, name, text);

  g_assert_nonnull (path);
}

/* What is there: a word for each of the things that are swapped. */
static char *
look (const char *folder)
{
  g_autofree char *db = slurp (folder, "boternity.db");
  g_autofree char *log = slurp (folder, "boternity.db-wal");
  g_autofree char *bot = slurp (folder, "bots/ada/SOUL.md");
  g_autofree char *gone = slurp (folder, "bots/bob/SOUL.md");
  g_autofree char *vault = slurp (folder, "vault.bty");
  g_autofree char *token = slurp (folder, "token");

  return g_strjoin (" ", db, log, bot, gone, vault, token, NULL);
}

static char *
prepare (gboolean has_vault)
{
  char *folder = bty_test_folder_new ();

  put (folder, "boternity.db", "old");
  put (folder, "boternity.db-wal", "old");
  put (folder, "bots/ada/SOUL.md", "old");
  put (folder, "bots/bob/SOUL.md", "old");
  put (folder, "token", "mine");
  if (has_vault)
    put (folder, "vault.bty", "old");
  return folder;
}

static void
stage (const char *folder, gboolean has_vault)
{
  g_autofree char *fresh = bty_backup_swap_get_folder (folder);
  g_autofree char *kept = NULL;

  g_assert_true (bty_backup_swap_begin (folder, NULL));
  put (fresh, "boternity.db", "new");
  put (fresh, "bots/ada/SOUL.md", "new");
  if (has_vault)
    put (fresh, "vault.bty", "new");
  g_assert_true (bty_backup_swap_intend (folder, &kept, NULL));
}

static void
restore (const char *folder, gboolean has_vault)
{
  g_autofree char *kept = NULL;

  stage (folder, has_vault);
  g_assert_true (bty_backup_swap_carry_out (folder, &kept, NULL));
}

/* Returns: whether it was killed; else it got to its end */
static gboolean
is_killed_at (const char *folder, guint step, gboolean old_vault, gboolean new_vault)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      steps_left = step;
      bty_backup_swap_step = count_down;
      restore (folder, new_vault);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == KILLED));
  return WEXITSTATUS (status) == KILLED;
}

static void
check_killed (gboolean old_vault, gboolean new_vault)
{
  g_autofree char *old = g_strdup_printf ("old old old old %s mine", old_vault ? "old" : "-");
  g_autofree char *fresh = g_strdup_printf ("new - new - %s mine", new_vault ? "new" : old_vault ? "old" : "-");
  guint n_old = 0;
  guint n_new = 0;
  gboolean is_killed = TRUE;

  for (guint step = 0; is_killed; step++)
    {
      g_autoptr (BtyTestFolder) folder = prepare (old_vault);
      g_autofree char *left = g_build_filename (folder, ".restore", NULL);
      g_autofree char *kept = NULL;
      g_autofree char *found = NULL;
      g_autoptr (GError) error = NULL;

      is_killed = is_killed_at (folder, step, old_vault, new_vault);
      g_assert_cmpuint (step, <, 100);
      bty_backup_swap_carry_out (folder, &kept, &error); /* the next start */
      g_assert_no_error (error);
      found = look (folder);
      if (strcmp (found, old) != 0)
        {
          g_assert_cmpstr (found, ==, fresh);
          g_assert_nonnull (kept);
        }
      else
        g_assert_null (kept);
      n_old += strcmp (found, old) == 0;
      n_new += strcmp (found, fresh) == 0;
      g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
    }
  g_assert_cmpuint (n_old, >=, 1);
  g_assert_cmpuint (n_new, >=, 15);
}

static void
test_killed (void)
{
  check_killed (TRUE, TRUE);
  check_killed (FALSE, TRUE);
  check_killed (TRUE, FALSE);
}

/* And killed again in the midst of carrying it out. */
static void
test_killed_twice (void)
{
  for (guint step = 3; step < 12; step++)
    {
      g_autoptr (BtyTestFolder) folder = prepare (TRUE);
      g_autofree char *kept = NULL;
      g_autofree char *found = NULL;
      pid_t child;
      int status;

      g_assert_true (is_killed_at (folder, step, TRUE, TRUE));
      child = fork ();
      if (child == 0)
        {
          steps_left = 2;
          bty_backup_swap_step = count_down;
          bty_backup_swap_carry_out (folder, &kept, NULL);
          _exit (0);
        }
      waitpid (child, &status, 0);
      g_assert_true (bty_backup_swap_carry_out (folder, &kept, NULL));
      found = look (folder);
      g_assert_cmpstr (found, ==, "new - new - new mine");
    }
}

static void
test_kept (void)
{
  g_autoptr (BtyTestFolder) folder = prepare (TRUE);
  g_autofree char *kept = NULL;
  g_autofree char *again = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *path = NULL;
  g_autofree char *before = NULL;

  stage (folder, TRUE);
  g_assert_true (bty_backup_swap_carry_out (folder, &kept, NULL));
  path = g_build_filename (folder, kept, NULL);
  before = look (path);
  g_assert_cmpstr (before, ==, "old old old old old -");
  /* It is told at each start until somebody has taken notice. */
  g_assert_true (bty_backup_swap_carry_out (folder, &again, NULL));
  g_assert_cmpstr (again, ==, kept);
  bty_backup_swap_told (folder);
  g_assert_true (bty_backup_swap_carry_out (folder, &nothing, NULL));
  g_assert_null (nothing);
}

/* A restore that is begun anew takes back what the one before promised. */
static void
test_begun_anew (void)
{
  g_autoptr (BtyTestFolder) folder = prepare (TRUE);
  g_autofree char *kept = NULL;
  g_autofree char *found = NULL;

  stage (folder, TRUE);
  g_assert_true (bty_backup_swap_begin (folder, NULL));
  g_assert_true (bty_backup_swap_carry_out (folder, &kept, NULL));
  g_assert_null (kept);
  found = look (folder);
  g_assert_cmpstr (found, ==, "old old old old old mine");
}

static void
test_forged_intent (void)
{
  g_autoptr (BtyTestFolder) folder = prepare (TRUE);
  g_autofree char *kept = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  stage (folder, TRUE);
  put (folder, ".restore/intent", "../../elsewhere");
  g_assert_false (bty_backup_swap_carry_out (folder, &kept, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
  found = look (folder);
  g_assert_cmpstr (found, ==, "old old old old old mine");
}

static gint64
at (const char *text)
{
  gint64 time = 0;

  g_assert_true (bty_json_time_parse (text, strlen (text), &time));
  return time;
}

static void
check_next (const char *spec, const char *last, const char *due)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  BtyBackupSchedule schedule;

  g_assert_true (bty_backup_schedule_read (&schedule, spec, NULL));
  g_assert_cmpint (bty_backup_schedule_next (&schedule, at (last), zone), ==, at (due));
}

static void
test_schedule (void)
{
  static const char *const bad[] = { "",
                                     "on",
                                     "every",
                                     "every 6",
                                     "every 0h",
                                     "every -1h",
                                     "daily",
                                     "daily 3:30",
                                     "daily 24:00",
                                     "daily 03:60",
                                     "weekly 03:30",
                                     "weekly xyz 03:30",
                                     "weekly sun 03:30 x",
                                     "daily  03:30",
                                     "off off" };
  BtyBackupSchedule schedule;

  check_next ("every 6h", "2026-01-02T03:04:05Z", "2026-01-02T09:04:05Z");
  check_next ("daily 03:30", "2026-01-02T03:29:59Z", "2026-01-02T03:30:00Z");
  check_next ("daily 03:30", "2026-01-02T03:30:00Z", "2026-01-03T03:30:00Z");
  check_next ("daily 00:00", "2026-12-31T12:00:00Z", "2027-01-01T00:00:00Z");
  check_next ("weekly sun 03:30", "2026-01-02T12:00:00Z", "2026-01-04T03:30:00Z"); /* a Friday */
  check_next ("weekly sun 03:30", "2026-01-04T03:30:01Z", "2026-01-11T03:30:00Z");
  check_next ("weekly FRI 13:00", "2026-01-02T12:00:00Z", "2026-01-02T13:00:00Z");
  g_assert_true (bty_backup_schedule_read (&schedule, "off", NULL));
  g_assert_cmpint (schedule.rhythm, ==, BTY_BACKUP_OFF);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (bty_backup_schedule_read (&schedule, bad[i], &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_cmpint (schedule.rhythm, ==, BTY_BACKUP_OFF);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backup/swap/killed", test_killed);
  g_test_add_func ("/backup/swap/killed-twice", test_killed_twice);
  g_test_add_func ("/backup/swap/kept", test_kept);
  g_test_add_func ("/backup/swap/begun-anew", test_begun_anew);
  g_test_add_func ("/backup/swap/forged-intent", test_forged_intent);
  g_test_add_func ("/backup/schedule", test_schedule);
  return g_test_run ();
}
