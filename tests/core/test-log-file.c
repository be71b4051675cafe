/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-log-file.h"
#include "bty-test-folder.h"

#define LINE "a line of the log that has forty-one bytes\n"

/* Standard error is the file meanwhile, and what it was afterwards; standard output is left to the test's own report. */
typedef struct
{
  char *folder;
  char *path;
  int saved_out;
  int saved_err;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  int fd;

  fixture->folder = bty_test_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "x.log", NULL);
  fixture->saved_out = dup (STDOUT_FILENO);
  fixture->saved_err = dup (STDERR_FILENO);
  fd = g_open (fixture->path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (dup2 (fd, STDERR_FILENO), >=, 0);
  close (fd);
  bty_log_file_keep (fixture->path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  bty_log_file_keep (NULL);
  dup2 (fixture->saved_out, STDOUT_FILENO);
  dup2 (fixture->saved_err, STDERR_FILENO);
  close (fixture->saved_out);
  close (fixture->saved_err);
  bty_test_folder_remove (fixture->folder);
  g_free (fixture->path);
}

static goffset
size_of (const Fixture *fixture, const char *suffix)
{
  g_autofree char *path = g_strconcat (fixture->path, suffix, NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : -1;
}

static void
write_lines (guint n)
{
  for (guint i = 0; i < n; i++)
    bty_log_file_write (LINE, strlen (LINE));
}

static void
test_put_aside (Fixture *fixture, gconstpointer unused)
{
  const goffset line = (goffset) strlen (LINE);

  bty_log_file_limit (3 * line, 2);
  write_lines (3);
  g_assert_cmpint (size_of (fixture, ""), ==, 3 * line);
  g_assert_cmpint (size_of (fixture, ".1"), ==, -1);
  write_lines (1);
  g_assert_cmpint (size_of (fixture, ""), ==, line);
  g_assert_cmpint (size_of (fixture, ".1"), ==, 3 * line);
  write_lines (30); /* more than are kept */
  g_assert_cmpint (size_of (fixture, ""), ==, line);
  g_assert_cmpint (size_of (fixture, ".1"), ==, 3 * line);
  g_assert_cmpint (size_of (fixture, ".2"), ==, 3 * line);
  g_assert_cmpint (size_of (fixture, ".3"), ==, -1);
  g_assert_cmpint (size_of (fixture, ".new"), ==, -1);
}

/* What goes round the log (a library, a crash) stands in the new file too. */
static void
test_others_follow (Fixture *fixture, gconstpointer unused)
{
  bty_log_file_limit (1, 1);
  write_lines (2);
  g_assert_cmpint (write (STDERR_FILENO, "!", 1), ==, 1);
  g_assert_cmpint (size_of (fixture, ""), ==, (goffset) strlen (LINE) + 1);
}

static void
test_one_line_is_never_split (Fixture *fixture, gconstpointer unused)
{
  bty_log_file_limit (1, 1);
  write_lines (1); /* longer than the limit, into an empty file */
  g_assert_cmpint (size_of (fixture, ""), ==, (goffset) strlen (LINE));
  g_assert_cmpint (size_of (fixture, ".1"), ==, -1);
}

/* Where no new file can be made, the old one grows, and nothing is lost. */
static void
test_no_room (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *draft = g_strconcat (fixture->path, ".new", NULL);
  g_autofree char *inner = g_build_filename (draft, "x", NULL);

  g_assert_cmpint (g_mkdir (draft, 0700), ==, 0); /* which cannot be removed, not even by root */
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  bty_log_file_limit (1, 1);
  write_lines (5);
  g_assert_cmpint (size_of (fixture, ""), ==, 5 * (goffset) strlen (LINE));
  g_assert_cmpint (size_of (fixture, ".1"), ==, -1);
}

static void
test_elsewhere (Fixture *fixture, gconstpointer unused)
{
  bty_log_file_keep (NULL);
  bty_log_file_limit (1, 1);
  write_lines (3);
  g_assert_cmpint (size_of (fixture, ""), ==, 3 * (goffset) strlen (LINE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/log-file/put-aside", Fixture, NULL, set_up, test_put_aside, tear_down);
  g_test_add ("/log-file/others-follow", Fixture, NULL, set_up, test_others_follow, tear_down);
  g_test_add ("/log-file/one-line", Fixture, NULL, set_up, test_one_line_is_never_split, tear_down);
  g_test_add ("/log-file/no-room", Fixture, NULL, set_up, test_no_room, tear_down);
  g_test_add ("/log-file/elsewhere", Fixture, NULL, set_up, test_elsewhere, tear_down);
  return g_test_run ();
}
