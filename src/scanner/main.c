/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-scanner"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bty-plugin-file.h"
#include "bty-scan-watch.h"

/* boternity-plugin-scanner: looks at one file and prints what it is, as one JSON document. The exit code is 0 once it has. */

/* No key or token that the caller was started with is for a plugin that nobody has looked at yet: they are not even in memory. */
static gboolean
drop_environment (char **argv)
{
  static const char *const kept[] = {
    "PATH",        "LANG",         "LANGUAGE",      "LC_ALL",       "LC_CTYPE",
    "LC_MESSAGES", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"
  };
  GStrv environment = g_new0 (char *, 1);

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  if (g_strv_length (environment) < g_strv_length (environ))
    {
      execve ("/proc/self/exe", argv, environment);
      return FALSE; /* rather than let the file see what it must not */
    }
  g_strfreev (environment);
  return TRUE;
}

static void
harden (void)
{
  struct rlimit none = { 0, 0 };

  setpgid (0, 0);
  setrlimit (RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose leak checker looks at the process from outside */
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

static BtyPluginManifest *
refuse (const GError *error)
{
  BtyPluginManifest *manifest = bty_plugin_manifest_new ();

  manifest->outcome = BTY_PLUGIN_UNFIT;
  manifest->reason = g_utf8_make_valid (error->message, -1);
  return manifest;
}

static BtyPluginManifest *
scan (const char *path, gboolean is_own, guint timeout)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  BtyScanChild child;

  if (!bty_plugin_file_check (absolute, FALSE, 0, NULL, &error) ||
      !bty_scan_child_start (&child, absolute, is_own, &error))
    return refuse (error);
  return bty_scan_watch (&child, timeout);
}

int
main (int argc, char **argv)
{
  int timeout = 5000;
  gboolean is_own = FALSE;
  const GOptionEntry entries[] = {
    { "timeout", 't', 0, G_OPTION_ARG_INT, &timeout, N_ ("how long the file may take, in milliseconds"), N_ ("MS") },
    { "own", 0, 0, G_OPTION_ARG_NONE, &is_own, N_ ("the file came with the program"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (N_ ("FILE"));
  g_autoptr (BtyPluginManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!drop_environment (argv))
    {
      g_printerr ("boternity-plugin-scanner: /proc/self/exe: %s\n", g_strerror (errno));
      return 2;
    }
  setlocale (LC_CTYPE, "");
  setlocale (LC_MESSAGES, "");
  bindtextdomain (GETTEXT_PACKAGE, BTY_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || timeout < 1)
    {
      g_printerr ("boternity-plugin-scanner: %s\n", error != NULL ? error->message : _ ("one file is needed"));
      return 2;
    }
  harden ();
  manifest = scan (argv[1], is_own, (guint) timeout);
  text = bty_record_to_json (manifest, BTY_VIEW_READ);
  puts (text);
  return 0;
}
