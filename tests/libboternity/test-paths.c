/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_environment (const char *own, const char *xdg, const char *home)
{
  const char *names[] = { "BOTERNITY_DATA_DIR", "XDG_DATA_HOME", "HOME" };
  const char *values[] = { own, xdg, home };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (values[i] != NULL)
        g_setenv (names[i], values[i], TRUE);
      else
        g_unsetenv (names[i]);
    }
}

static void
check_data_dir (const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = bty_paths_data_dir (&error);

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_data_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *relative = g_build_filename (here, "some", "place", NULL);

  set_environment ("/data/x/", "/xdg", "/home/a");
  check_data_dir ("/data/x");
  set_environment ("some/../some/place", "/xdg", "/home/a");
  check_data_dir (relative);
  set_environment (NULL, "/xdg", "/home/a");
  check_data_dir ("/xdg/boternity");
  set_environment ("", "relative", "/home/a");
  check_data_dir ("/home/a/.local/share/boternity");
  set_environment (NULL, NULL, NULL);
  g_assert_null (bty_paths_data_dir (&error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "BOTERNITY_DATA_DIR"));
}

static void
test_config_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *beside_data = NULL;
  g_autofree char *own = NULL;

  g_unsetenv ("BOTERNITY_CONFIG_DIR");
  g_unsetenv ("XDG_CONFIG_HOME");
  set_environment ("/data/x", NULL, NULL);
  beside_data = bty_paths_config_dir (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (beside_data, ==, "/data/x/config");
  g_setenv ("BOTERNITY_CONFIG_DIR", "/etc/b", TRUE);
  own = bty_paths_config_dir (&error);
  g_assert_cmpstr (own, ==, "/etc/b");
  g_unsetenv ("BOTERNITY_CONFIG_DIR");
  set_environment (NULL, NULL, NULL);
  g_assert_null (bty_paths_config_dir (&error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
}

static void
test_sockets (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *runtime = g_dir_make_tmp ("bty-paths-XXXXXX", &error);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "/data/x", -1);
  g_autofree char *name = g_strdup_printf ("%.16s.sock", hash);
  g_autofree char *in_runtime = g_build_filename (runtime, "boternity", name, NULL);
  g_autofree char *long_dir = g_strnfill (120, 'x');
  g_autofree char *deep = g_strconcat ("/", long_dir, NULL);
  g_autofree char *first = NULL, *without = NULL, *far = NULL;
  g_auto (GStrv) all = NULL;

  g_assert_no_error (error);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  first = bty_paths_socket ("/data/../data/x");
  g_assert_cmpstr (first, ==, in_runtime);
  all = bty_paths_sockets ("/data/x");
  g_assert_true (g_strv_contains ((const char *const *) all, "/data/x/run/ctl.sock"));
  g_rmdir (runtime);
  without = bty_paths_socket ("/data/x");
  g_assert_cmpstr (without, ==, "/data/x/run/ctl.sock");
  g_unsetenv ("XDG_RUNTIME_DIR");
  far = bty_paths_socket (deep);
  g_assert_true (g_str_has_prefix (far, "/tmp/boternity-"));
  g_assert_cmpuint (strlen (far), <, 108);
}

static void
test_private_dir (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("bty-paths-XXXXXX", &error);
  g_autofree char *inner = g_build_filename (folder, "a", "b", NULL);
  g_autofree char *parent = g_path_get_dirname (inner);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  GStatBuf info;

  g_assert_true (bty_paths_make_private_dir (inner, &error));
  g_assert_true (bty_paths_make_private_dir (inner, &error));
  g_assert_cmpint (g_chmod (inner, 0777), ==, 0);
  g_assert_true (bty_paths_make_private_dir (inner, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (inner, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (symlink (inner, link), ==, 0);
  g_assert_false (bty_paths_make_private_dir (link, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_unlink (link);
  g_rmdir (inner);
  g_rmdir (parent);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paths/data-dir", test_data_dir);
  g_test_add_func ("/paths/config-dir", test_config_dir);
  g_test_add_func ("/paths/sockets", test_sockets);
  g_test_add_func ("/paths/private-dir", test_private_dir);
  return g_test_run ();
}
