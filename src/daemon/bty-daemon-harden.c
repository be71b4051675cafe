/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-harden.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const BtySetting settings_table[] = {
  { .group = "daemon",
    .key = "core_dumps",
    .type = BTY_SETTING_BOOL,
    .fallback = "false",
    .summary = N_ ("Whether a crash may leave a core dump and a debugger may look: for who looks for a fault"),
    .flags = BTY_SETTING_RESTART },
};

/* A dump through a pipe, which no limit stops, is stopped by this; it also gives the files in /proc/<pid> to root, and keeps other
 * processes of the user from tracing this one. */
static void
set_dumpable (gboolean dumpable)
{
#ifndef __SANITIZE_ADDRESS__ /* whose leak checker looks at the process from outside */
  if (prctl (PR_SET_DUMPABLE, dumpable ? 1 : 0) != 0)
    g_warning ("the memory of this process cannot be %s", dumpable ? "opened" : "closed to others");
#endif
}

/* @soft: whether the soft limit is the hard one, or nothing. @hard: whether the hard one stays. */
static void
limit_dumps (gboolean soft, gboolean hard)
{
  struct rlimit limit = { 0, 0 };

  if (getrlimit (RLIMIT_CORE, &limit) != 0)
    limit.rlim_max = 0;
  limit.rlim_max = hard ? limit.rlim_max : 0;
  limit.rlim_cur = soft ? limit.rlim_max : 0;
  if (setrlimit (RLIMIT_CORE, &limit) != 0)
    g_warning ("core dumps cannot be switched %s", soft ? "on" : "off");
}

/* Each stream has two descriptors: thousands of them are more than the customary soft limit lets in. */
static void
raise_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
    g_debug ("the limit of descriptors stays as it is");
}

void
bty_daemon_harden (void)
{
  umask (077);
  signal (SIGPIPE, SIG_IGN);
  raise_descriptors ();
  limit_dumps (FALSE, TRUE); /* the setting, which is not known yet, may raise it again */
  set_dumpable (FALSE);
}

void
bty_daemon_harden_follow (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  if (!bty_settings_get_bool (settings, "daemon", "core_dumps"))
    {
      limit_dumps (FALSE, FALSE);
      return;
    }
  g_warning (
    "core dumps and debuggers are let in, as daemon.core_dumps says: what passes through this process can be read there");
  limit_dumps (TRUE, TRUE);
  set_dumpable (TRUE);
}
