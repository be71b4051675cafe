/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-log.h"
#include "bty-test-folder.h"

/* A part of the log of a child, which sees what a daemon would write. */
static void
say (const char *domain, GLogLevelFlags level, const char *message)
{
  g_log_structured (domain, level, "MESSAGE", "%s", message);
}

static void
start (const char *levels)
{
  g_autoptr (GError) error = NULL;

  bty_log_start (levels, &error);
  g_assert_no_error (error);
}

static void
child_levels (void)
{
  start ("warning,bty-loud=debug,bty-http*=info,bty-quiet=critical");
  say ("bty-any", G_LOG_LEVEL_WARNING, "shown-1");
  say ("bty-any", G_LOG_LEVEL_MESSAGE, "hidden-1");
  say ("bty-loud", G_LOG_LEVEL_DEBUG, "shown-2");
  say ("bty-http-client", G_LOG_LEVEL_INFO, "shown-3");
  say ("bty-http", G_LOG_LEVEL_DEBUG, "hidden-2");
  say ("bty-quiet", G_LOG_LEVEL_WARNING, "hidden-3");
  say ("bty-quieter", G_LOG_LEVEL_WARNING, "shown-4");
}

static void
test_levels (void)
{
  if (g_test_subprocess ())
    {
      child_levels ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*shown-1*shown-2*shown-3*shown-4*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
}

/* No line of ours can be made up by what is in a message, nor can it steer a terminal; no colours, since this is a pipe. */
static void
test_lines (void)
{
  if (g_test_subprocess ())
    {
      start (NULL);
      say ("bty-test", G_LOG_LEVEL_MESSAGE,
           "one\n2026-01-01 00:00:00.000 error forged: \033[2Jtwo\xff three \xc2\x9b four");
      g_log_structured ("bty-test", G_LOG_LEVEL_WARNING, "MESSAGE", "%s", "end");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
    "?*-?*-?* ?*:?*:?*.?* message  bty-test: one\\n2026-01-01*forged: \\x1b[2Jtwo\xef\xbf\xbd three \\x9b four\n*");
  g_test_trap_assert_stderr ("*\n?*-?*-?* ?*:?*:?*.?* warning  bty-test: end\n");
  g_test_trap_assert_stderr_unmatched ("*\033*");
}

static void
test_bad_levels (void)
{
  static const char *const bad[] = { "loud", "info,bty-a=", "info,=loud", "bty-a=info=debug" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (bty_log_set_levels (bad[i], &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "is no log level: use error, critical"));
    }
  g_assert_true (bty_log_set_levels (" info , bty-a=debug ,", NULL));
}

static void
child_follow (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autoptr (BtySettings) settings = NULL;

  g_free (bty_test_folder_write (folder, "boternity.conf", "[log]\nlevel=warning\n"));
  settings = bty_settings_new (folder);
  start (NULL);
  say ("bty-test", G_LOG_LEVEL_INFO, "before");
  bty_log_follow (settings);
  say ("bty-test", G_LOG_LEVEL_INFO, "between");
  bty_settings_set (settings, "log.level", "warning,bty-test=debug", NULL);
  say ("bty-test", G_LOG_LEVEL_DEBUG, "after");
  bty_settings_set (settings, "log.level", "nonsense", NULL);
  say ("bty-test", G_LOG_LEVEL_DEBUG, "still");
}

static void
test_follow (void)
{
  if (g_test_subprocess ())
    {
      child_follow ();
      return;
    }
  g_unsetenv ("BOTERNITY_LOG");
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: before\n*: after\n*nonsense*: still\n*");
  g_test_trap_assert_stderr_unmatched ("*between*");
}

static void
test_environment (void)
{
  if (g_test_subprocess ())
    {
      child_follow ();
      return;
    }
  g_setenv ("BOTERNITY_LOG", "info", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("BOTERNITY_LOG");
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*: before\n*: between\n*");
  g_test_trap_assert_stderr_unmatched ("*: after*");
}

static void
test_fatal (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
      start ("error");
      say ("bty-test", G_LOG_LEVEL_WARNING, "lives");
      g_printerr ("alive\n");
      say ("bty-test", G_LOG_LEVEL_CRITICAL, "dies");
      g_printerr ("immortal\n");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*alive*");
  g_test_trap_assert_stderr_unmatched ("*immortal*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_subprocess ())
    g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_test_add_func ("/log/levels", test_levels);
  g_test_add_func ("/log/lines", test_lines);
  g_test_add_func ("/log/bad-levels", test_bad_levels);
  g_test_add_func ("/log/follow", test_follow);
  g_test_add_func ("/log/environment", test_environment);
  g_test_add_func ("/log/fatal", test_fatal);
  return g_test_run ();
}
