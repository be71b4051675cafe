/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-daemon.h"
#include "bty-ctl-stop.h"
#include "bty-ctl-terminal.h"

#define POLL_MS     20
#define PATIENCE_MS 30000

static gboolean
tick (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

/* A process that has ended may stay in the table when nobody asks after it, as under a first process that is no init. */
static gboolean
is_alive (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *stat = NULL;
  const char *name_end;

  if (pid <= 0 || (kill ((pid_t) pid, 0) != 0 && errno != EPERM))
    return FALSE;
  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;
  name_end = strrchr (stat, ')');
  return name_end == NULL || strncmp (name_end, ") Z", 3) != 0;
}

/* Waits until nobody answers on the socket and the process is gone: only then may another one take the folder. */
static gboolean
wait_gone (BtyCtl *ctl, gint64 pid, GError **error)
{
  guint ticks = 0, source = g_timeout_add (POLL_MS, tick, &ticks);
  gboolean is_gone = FALSE;

  bty_ctl_progress_begin (_ ("waiting for the daemon to end"));
  while (!is_gone && ticks < PATIENCE_MS / POLL_MS && !g_cancellable_is_cancelled (ctl->cancellable))
    {
      g_autofree char *path = bty_ctl_daemon_find (ctl->data_dir);

      is_gone = path == NULL && !is_alive (pid);
      if (!is_gone)
        g_main_context_iteration (NULL, TRUE);
    }
  bty_ctl_progress_end ();
  g_source_remove (source);
  if (g_cancellable_is_cancelled (ctl->cancellable))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped waiting; the daemon is still ending"));
  else if (!is_gone)
    g_set_error (error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                 _ ("the daemon (process %d) does not end; kill %d ends it at once"), (int) pid, (int) pid);
  return is_gone;
}

gboolean
bty_ctl_stop_daemon (BtyCtl *ctl, gboolean *was_running, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *answer = NULL;
  gint64 pid;

  *was_running = bty_ctl_find (ctl, &cause);
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (!*was_running)
    return TRUE;
  pid = ctl->status->pid;
  answer = bty_ctl_call (ctl, "daemon.stop", NULL, &cause);
  bty_ctl_disconnect (ctl);
  if (answer == NULL && !g_error_matches (cause, BTY_ERROR, BTY_ERROR_UNAVAILABLE))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  return wait_gone (ctl, pid, error);
}

static gboolean
run_stop (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  gboolean was_running = FALSE;

  if (!bty_ctl_stop_daemon (ctl, &was_running, error))
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (was_running ? "{\"running\":false,\"was_running\":true}"
                                    : "{\"running\":false,\"was_running\":false}");
  else
    bty_ctl_note ("%s", was_running ? _ ("The daemon has ended.") : _ ("No daemon runs."));
  return TRUE;
}

static gboolean
run_restart (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  gboolean was_running = FALSE;

  if (!bty_ctl_stop_daemon (ctl, &was_running, error) || !bty_ctl_connect (ctl, error))
    return FALSE;
  if (ctl->json)
    return bty_ctl_show (ctl, "daemon.status", NULL, &bty_status_schema, error);
  bty_ctl_note (was_running ? _ ("The daemon runs again (process %d).") : _ ("The daemon runs (process %d)."),
                (int) ctl->status->pid);
  return TRUE;
}

static const BtyCtlCommand stop_commands[] = {
  { .usage = "",
    .summary = N_ ("End the daemon"),
    .text = N_ ("Waits until it has ended. Nothing is lost: the next command that needs it starts it again."),
    .run = run_stop },
  { 0 },
};

static const BtyCtlCommand restart_commands[] = {
  { .usage = "",
    .summary = N_ ("End the daemon and start it again"),
    .text = N_ ("Needed after an update of Boternity or of a plugin."),
    .run = run_restart },
  { 0 },
};

const BtyCtlVerb bty_ctl_stop_verb = { "stop", N_ ("end the daemon"), stop_commands, FALSE };
const BtyCtlVerb bty_ctl_restart_verb = { "restart", N_ ("end the daemon and start it again"), restart_commands,
                                          FALSE };
