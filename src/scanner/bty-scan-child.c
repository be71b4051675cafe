/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-scanner"

#include "config.h"

#include "bty-scan-child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bty-scan-look.h"

/* What a plugin prints goes nowhere: it would spoil the document. */
static void
silence (void)
{
  int nothing = open ("/dev/null", O_RDWR);

  for (int fd = 0; nothing >= 0 && fd <= 2; fd++)
    dup2 (nothing, fd);
  if (nothing > 2)
    close (nothing);
}

static void
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno != EINTR)
        return;
      text += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
}

/* A crash is a crash, whatever this program's libraries make of it. */
static void
reset_signals (void)
{
  static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
}

/* Ends without the plugin's destructors, which have no say any more. */
static void G_GNUC_NORETURN
run (const char *path, gboolean is_own, int answer)
{
  BtyPluginManifest *manifest;
  char *text;

  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  silence ();
  reset_signals ();
  manifest = bty_scan_look (path, is_own);
  text = bty_record_to_json (manifest, BTY_VIEW_READ);
  write_all (answer, text, strlen (text));
  _exit (0);
}

gboolean
bty_scan_child_start (BtyScanChild *child, const char *path, gboolean is_own, GError **error)
{
  int pipe[2];

  if (!g_unix_open_pipe (pipe, FD_CLOEXEC, error))
    return bty_error_convert (error);
  child->pid = fork ();
  if (child->pid == 0)
    {
      close (pipe[0]);
      run (path, is_own, pipe[1]);
    }
  close (pipe[1]);
  child->answer = pipe[0];
  if (child->pid > 0)
    {
      setpgid (child->pid, child->pid); /* whoever of the two comes first */
      return TRUE;
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("no process can be started to look at it: %s"),
               g_strerror (errno));
  close (pipe[0]);
  return FALSE;
}
