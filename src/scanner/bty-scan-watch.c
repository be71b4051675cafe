/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-scanner"

#include "config.h"

#include "bty-scan-watch.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The document of a plugin with a thousand operations stays far below. */
#define MAX_ANSWER (1024 * 1024)

static BtyPluginManifest *
tell (BtyPluginOutcome outcome, char *reason, const char *remedy)
{
  BtyPluginManifest *manifest = bty_plugin_manifest_new ();

  manifest->outcome = outcome;
  manifest->reason = reason;
  manifest->remedy = g_strdup (remedy);
  return manifest;
}

/* Returns: whether the other end was closed in time; a plugin's own child may keep it open, so what was read counts as well */
static gboolean
read_answer (int fd, GString *text, gint64 until)
{
  char buffer[4096];

  while (text->len <= MAX_ANSWER)
    {
      gint64 left = (until - g_get_monotonic_time ()) / 1000;
      struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
      gssize n;

      if (left <= 0 || poll (&poll_fd, 1, (int) left) == 0)
        return FALSE;
      n = read (fd, buffer, sizeof buffer);
      if (n == 0)
        return TRUE;
      if (n > 0)
        g_string_append_len (text, buffer, n);
      else if (errno != EINTR)
        return TRUE;
    }
  return TRUE;
}

/* Returns: whether it ended by itself; it is gone in any case */
static gboolean
reap (BtyScanChild *child, gboolean wait, gint64 until, int *status)
{
  pid_t ended = 0;

  while (wait && (ended = waitpid (child->pid, status, WNOHANG)) == 0 && g_get_monotonic_time () < until)
    g_usleep (1000);
  kill (-child->pid, SIGKILL);
  while (ended == 0 && waitpid (child->pid, status, 0) < 0 && errno == EINTR)
    continue;
  return ended == child->pid;
}

static BtyPluginManifest *
tell_end (int status)
{
  static const char *const again = N_ ("ask its author for a mended one; “boternity-ctl plugin scan” tries it again");

  if (WIFSIGNALED (status))
    return tell (BTY_PLUGIN_CRASHED,
                 g_strdup_printf (_ ("it crashed when it was opened: %s"), strsignal (WTERMSIG (status))), _ (again));
  return tell (BTY_PLUGIN_ENDED,
               g_strdup_printf (_ ("it ended the program when it was opened, with exit code %d"), WEXITSTATUS (status)),
               _ (again));
}

BtyPluginManifest *
bty_scan_watch (BtyScanChild *child, guint timeout)
{
  gint64 until = g_get_monotonic_time () + (gint64) timeout * 1000;
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean was_closed = read_answer (child->answer, text, until);
  BtyPluginManifest *manifest = NULL;
  int status = 0;
  gboolean ended = reap (child, was_closed, until, &status);

  close (child->answer);
  if (text->len > 0 && text->len <= MAX_ANSWER)
    manifest = bty_plugin_manifest_read (text->str, text->len, NULL);
  if (manifest != NULL)
    return manifest;
  if (text->len > MAX_ANSWER)
    return tell (BTY_PLUGIN_UNFIT, g_strdup (_ ("what it says of itself is larger than 1 MiB")), NULL);
  if (ended && WIFEXITED (status) && WEXITSTATUS (status) == 0 && text->len > 0)
    return tell (BTY_PLUGIN_UNFIT, g_strdup (_ ("what it says of itself cannot be read: a word of it is too long")),
                 _ ("ask its author for a mended one"));
  if (ended)
    return tell_end (status);
  return tell (BTY_PLUGIN_HUNG, g_strdup_printf (_ ("it did not come back within %u ms when it was opened"), timeout),
               _ ("raise plugins.scan_timeout_ms if it needs longer; “boternity-ctl plugin scan” tries it again"));
}
