/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-settings-file.h"
#include "bty-settings.h"
#include "bty-test-folder.h"
#include "bty-test-warnings.h"

static const BtySetting table[] = {
  { .group = "web",
    .key = "port",
    .type = BTY_SETTING_INT,
    .fallback = "8040",
    .min = 0,
    .max = 65535,
    .summary = "Port" },
  { .group = "web", .key = "host", .type = BTY_SETTING_STRING, .fallback = "127.0.0.1", .summary = "Host" },
  { .group = "web", .key = "cross-origin", .type = BTY_SETTING_BOOL, .fallback = "false", .summary = "CORS" },
  { .group = "calls",
    .key = "timeout_ms",
    .type = BTY_SETTING_INT,
    .fallback = "1000",
    .unit = "ms",
    .min = 1,
    .max = 60000,
    .summary = "Time" },
};

typedef struct
{
  char *folder;
  char *user;
  BtySettings *settings;
  GString *changes;
} Fixture;

static char *system_folder;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = bty_test_folder_new ();
  f->user = g_build_filename (f->folder, "user", NULL);
  f->changes = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autofree char *warnings = bty_test_warnings_take ();

  g_assert_cmpstr (warnings, ==, "");
  g_clear_object (&f->settings);
  bty_test_folder_remove (f->folder);
  g_free (f->user);
  g_string_free (f->changes, TRUE);
}

static void
on_changed (BtySettings *settings, const char *name, Fixture *f)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", 2);
  g_autofree char *value = bty_settings_get (settings, parts[0], parts[1]);

  g_string_append_printf (f->changes, "%s=%s ", name, value);
}

static void
open_settings (Fixture *f)
{
  f->settings = bty_settings_new (f->user);
  bty_settings_add (f->settings, table, G_N_ELEMENTS (table));
  g_signal_connect (f->settings, "changed", G_CALLBACK (on_changed), f);
}

static void
write_user (Fixture *f, const char *name, const char *text)
{
  g_free (bty_test_folder_write (f->user, name, text));
}

static void
assert_value (Fixture *f, const char *group, const char *key, const char *expected)
{
  g_autofree char *value = bty_settings_get (f->settings, group, key);

  g_assert_cmpstr (value, ==, expected);
}

static void
assert_source (Fixture *f, const char *name, const char *ending)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySettingInfo) info = bty_settings_describe (f->settings, name, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (info->source, ending));
}

static void
assert_warned (const char *says)
{
  g_autofree char *warnings = bty_test_warnings_take ();

  if (strstr (warnings, says) == NULL)
    g_error ("“%s” is not in “%s”", says, warnings);
}

static void
assert_file (Fixture *f, const char *expected)
{
  g_autofree char *path = g_build_filename (f->user, "boternity.conf", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_defaults (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) all = NULL;
  g_auto (GStrv) problems = NULL;

  open_settings (f);
  assert_value (f, "web", "port", "8040");
  assert_value (f, "web", "nothing", NULL);
  g_assert_cmpint (bty_settings_get_int (f->settings, "web", "port"), ==, 8040);
  g_assert_false (bty_settings_get_bool (f->settings, "web", "cross-origin"));
  assert_source (f, "web.port", "default");
  all = bty_settings_list (f->settings);
  g_assert_cmpuint (all->len, ==, G_N_ELEMENTS (table));
  g_assert_cmpstr (((BtySettingInfo *) g_ptr_array_index (all, 0))->name, ==, "calls.timeout_ms");
  problems = bty_settings_get_problems (f->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
}

static void
test_layers (Fixture *f, gconstpointer unused)
{
  g_free (bty_test_folder_write (system_folder, "boternity/boternity.conf",
                                 "[web]\nport=1\nhost=system\n[calls]\ntimeout_ms=1\n"));
  g_free (bty_test_folder_write (system_folder, "boternity/boternity.conf.d/a.conf", "[web]\nport=2\n"));
  write_user (f, "boternity.conf", "[web]\nport=3\nhost=user\n");
  write_user (f, "boternity.conf.d/10.conf", "[web]\nport=4\n");
  write_user (f, "boternity.conf.d/20.conf", "[web]\nport=5\n");
  write_user (f, "boternity.conf.d/30.conf~", "[web]\nport=6\n");
  open_settings (f);
  assert_value (f, "web", "port", "5");
  assert_source (f, "web.port", "/user/boternity.conf.d/20.conf");
  assert_value (f, "web", "host", "user");
  assert_value (f, "calls", "timeout_ms", "1");
  assert_source (f, "calls.timeout_ms", "boternity/boternity.conf");

  g_setenv ("BOTERNITY_WEB_PORT", "7", TRUE);
  g_setenv ("BOTERNITY_WEB_CROSS_ORIGIN", "Yes", TRUE);
  g_clear_object (&f->settings);
  open_settings (f);
  g_unsetenv ("BOTERNITY_WEB_PORT");
  g_unsetenv ("BOTERNITY_WEB_CROSS_ORIGIN");
  assert_value (f, "web", "port", "7");
  assert_source (f, "web.port", "environment");
  assert_value (f, "web", "cross-origin", "true");
}

static void
test_refused (Fixture *f, gconstpointer unused)
{
  g_auto (GStrv) problems = NULL;

  g_free (bty_test_folder_write (system_folder, "boternity/boternity.conf.d/a.conf", "[web]\nport=11\n"));
  write_user (f, "boternity.conf", "[web]\nport=65536\ncross-origin=perhaps\n[calls]\ntimeout_ms= 20 \n");
  open_settings (f);
  assert_value (f, "web", "port", "11");
  assert_value (f, "web", "cross-origin", "false");
  assert_value (f, "calls", "timeout_ms", "20");
  assert_warned ("user/boternity.conf does not count: “65536” is not a whole number from 0 to 65535");
  problems = bty_settings_get_problems (f->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 2);
  g_assert_nonnull (strstr (problems[0], "web.cross-origin"));
  g_assert_nonnull (strstr (problems[1], "web.port"));
}

static void
test_environment_refused (Fixture *f, gconstpointer unused)
{
  g_setenv ("BOTERNITY_CALLS_TIMEOUT_MS", "0", TRUE);
  open_settings (f);
  g_unsetenv ("BOTERNITY_CALLS_TIMEOUT_MS");
  assert_value (f, "calls", "timeout_ms", "1000");
  assert_warned ("in BOTERNITY_CALLS_TIMEOUT_MS does not count: “0” is not a whole number from 1 to 60000 ms");
}

static void
test_mistyped (Fixture *f, gconstpointer unused)
{
  g_auto (GStrv) problems = NULL;

  write_user (f, "boternity.conf", "[web]\nprt=1\n[someplugin]\nkey=1\n");
  open_settings (f);
  problems = bty_settings_get_problems (f->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  g_assert_nonnull (strstr (problems[0], "web.prt, which is not known: did you mean web.port?"));
}

static void
test_unreadable (Fixture *f, gconstpointer unused)
{
  g_auto (GStrv) problems = NULL;

  write_user (f, "boternity.conf", "this is no key file\n");
  write_user (f, "boternity.conf.d/a.conf", "[web]\nport=9\n");
  open_settings (f);
  assert_value (f, "web", "port", "9");
  assert_warned ("user/boternity.conf” cannot be read and do not count");
  problems = bty_settings_get_problems (f->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
}

/* A named pipe would keep the start waiting for ever. */
static void
test_pipe (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->user, "boternity.conf", NULL);

  g_assert_cmpint (g_mkdir (f->user, 0700), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  open_settings (f);
  assert_warned ("not a regular file");
}

static void
test_declared_twice (Fixture *f, gconstpointer unused)
{
  static const BtySetting again[] = {
    { .group = "web", .key = "port", .type = BTY_SETTING_STRING, .fallback = "other" }
  };

  open_settings (f);
  bty_settings_add (f->settings, again, 1);
  assert_warned ("the setting web.port is declared twice");
  assert_value (f, "web", "port", "8040");
}

static void
test_set (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  open_settings (f);
  g_assert_true (bty_settings_set (f->settings, "web.port", " 77 ", &error));
  g_assert_no_error (error);
  assert_value (f, "web", "port", "77");
  assert_source (f, "web.port", "/user/boternity.conf");
  assert_file (f, "[web]\nport=77\n");
  g_assert_true (bty_settings_set (f->settings, "web.host", " two\\words ", &error));
  assert_value (f, "web", "host", " two\\words ");
  g_assert_true (bty_settings_set (f->settings, "web.port", NULL, &error));
  assert_value (f, "web", "port", "8040");
  g_assert_cmpstr (f->changes->str, ==, "web.port=77 web.host= two\\words  web.port=8040 ");
}

static void
test_set_refused (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  open_settings (f);
  g_assert_false (bty_settings_set (f->settings, "web.port", "many", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "“many” does not fit the setting web.port: it must be a whole number from 0 to 65535");
  g_clear_error (&error);
  g_assert_false (bty_settings_set (f->settings, "web.host", "two\nlines", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (bty_settings_set (f->settings, "web.prot", "1", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "did you mean “web.port”?"));
  g_assert_cmpstr (f->changes->str, ==, "");

  g_clear_error (&error);
  g_free (bty_test_folder_write (f->folder, "user", "a file where the folder should be"));
  g_assert_false (bty_settings_set (f->settings, "web.port", "1", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "user/boternity.conf"));
  assert_value (f, "web", "port", "8040");
}

/* What people do with their dotfiles: the link stays, its target changes and keeps its mode. */
static void
test_set_through_link (Fixture *f, gconstpointer unused)
{
  g_autofree char *target = bty_test_folder_write (f->folder, "dotfiles/mine.conf", "# mine\n[web]\nport=1\n");
  g_autofree char *path = g_build_filename (f->user, "boternity.conf", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_cmpint (g_chmod (target, 0640), ==, 0);
  g_assert_cmpint (g_mkdir (f->user, 0700), ==, 0);
  g_assert_cmpint (symlink (target, path), ==, 0);
  open_settings (f);
  g_assert_true (bty_settings_set (f->settings, "web.port", "2", &error));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "# mine\n[web]\nport=2\n");
  g_assert_cmpint (g_stat (target, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
}

typedef struct
{
  const char *before;
  const char *key;
  const char *value;
  const char *after;
} Edit;

static void
test_edit (void)
{
  static const Edit edits[] = {
    { "", "port", "1", "[web]\nport=1\n" },
    { "# top\n\n[web]\n# about the port\n  port = 1   \n# end\n", "port", "2",
      "# top\n\n[web]\n# about the port\nport=2\n# end\n" },
    { "[web]\nports=1\n#port=3\n\n[other]\nport=4\n", "port", "2",
      "[web]\nports=1\n#port=3\nport=2\n\n[other]\nport=4\n" },
    { "[other]\nport=4", "port", "2", "[other]\nport=4\n\n[web]\nport=2\n" },
    { "[web]\nport=1\nhost=a\nport=3\n[x]\n[web]\nport=5\n", "port", "2", "[web]\nport=2\nhost=a\n[x]\n[web]\n" },
    { "[web]\nport=1\nport=2\nhost=a\n", "port", NULL, "[web]\nhost=a\n" },
    { "[other]\nport=1\n", "port", NULL, "[other]\nport=1\n" },
    { "[web]\n", "host", "\tx\\ y ", "[web]\nhost=\\tx\\\\ y\\s\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autofree char *after = bty_settings_file_edit (edits[i].before, "web", edits[i].key, edits[i].value);
      g_autoptr (GKeyFile) keys = g_key_file_new ();
      g_autofree char *value = NULL;

      g_assert_cmpstr (after, ==, edits[i].after);
      g_assert_true (g_key_file_load_from_data (keys, after, (gsize) -1, G_KEY_FILE_NONE, NULL));
      value = g_key_file_get_string (keys, "web", edits[i].key, NULL);
      g_assert_cmpstr (value, ==, edits[i].value);
    }
}

static void
wait_for_changes (Fixture *f, const char *expected)
{
  gint64 patience = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (!g_str_equal (f->changes->str, expected) && g_get_monotonic_time () < patience)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_cmpstr (f->changes->str, ==, expected);
  g_string_truncate (f->changes, 0);
}

static void
wait_for_problem (Fixture *f)
{
  gint64 patience = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  guint n = 0;

  while (n == 0 && g_get_monotonic_time () < patience)
    {
      g_auto (GStrv) problems = NULL;

      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
      problems = bty_settings_get_problems (f->settings);
      n = g_strv_length (problems);
    }
}

/* The folder is made after the start, the file is edited, broken half-way, mended, and taken away. */
static void
test_reload (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->user, "boternity.conf", NULL);
  g_auto (GStrv) problems = NULL;

  g_assert_cmpint (g_mkdir (f->user, 0700), ==, 0);
  open_settings (f);
  write_user (f, "boternity.conf", "[web]\nport=20\n");
  wait_for_changes (f, "web.port=20 ");
  write_user (f, "boternity.conf", "[web]\nport=21\nhost=h\n");
  wait_for_changes (f, "web.host=h web.port=21 ");
  write_user (f, "boternity.conf", "[web\nport=22\nhost=h\n");
  wait_for_problem (f);
  assert_warned ("what it said before counts");
  assert_value (f, "web", "port", "21");
  write_user (f, "boternity.conf", "[web]\nport=22\nhost=h\n");
  wait_for_changes (f, "web.port=22 ");
  problems = bty_settings_get_problems (f->settings);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  wait_for_changes (f, "web.host=127.0.0.1 web.port=8040 ");
}

static void
add (const char *path, void (*test) (Fixture *f, gconstpointer unused))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  bty_test_warnings_keep ();
  system_folder = bty_test_folder_new ();
  g_setenv ("XDG_CONFIG_DIRS", system_folder, TRUE);
  add ("/settings/defaults", test_defaults);
  add ("/settings/mistyped", test_mistyped);
  add ("/settings/unreadable", test_unreadable);
  add ("/settings/pipe", test_pipe);
  add ("/settings/declared-twice", test_declared_twice);
  add ("/settings/environment-refused", test_environment_refused);
  add ("/settings/set", test_set);
  add ("/settings/set-refused", test_set_refused);
  add ("/settings/set-through-link", test_set_through_link);
  add ("/settings/reload", test_reload);
  g_test_add_func ("/settings/edit", test_edit);
  add ("/settings/layers", test_layers); /* writes into the system's folder, as does the next */
  add ("/settings/refused", test_refused);
  status = g_test_run ();
  bty_test_folder_remove (system_folder);
  return status;
}
