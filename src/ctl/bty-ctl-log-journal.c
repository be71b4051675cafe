/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>

#include "bty-ctl-log.h"

#define UNIT "boternity.service"

static GSubprocess *
start (GPtrArray *arguments, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_ptr_array_add (arguments, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
}

static GPtrArray *
make_arguments (void)
{
  static const char *const first[] = {
    "journalctl", "--user", "--unit=" UNIT, "--output=json", "--no-pager", "--quiet"
  };
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (arguments, g_strdup (first[i]));
  return arguments;
}

gint64
bty_ctl_log_get_journal_time (void)
{
  g_autoptr (GPtrArray) arguments = make_arguments ();
  g_autoptr (GSubprocess) child = NULL;
  g_autofree char *line = NULL;
  BtyCtlLogEntry entry = { 0 };
  gint64 time = 0;

  g_ptr_array_add (arguments, g_strdup ("--lines=1"));
  child = start (arguments, NULL);
  if (child == NULL || !g_subprocess_communicate_utf8 (child, NULL, NULL, &line, NULL, NULL) || line == NULL)
    return 0;
  if (bty_ctl_log_entry_parse_journal (&entry, g_strchomp (line)))
    time = entry.time;
  bty_ctl_log_entry_clear (&entry);
  return time;
}

typedef struct
{
  const BtyCtlLogWish *wish;
  GDataInputStream *lines;
  gboolean is_over;
} Reading;

static void read_next (Reading *reading);

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (reading->lines, result, NULL, NULL);
  BtyCtlLogEntry entry = { 0 };

  if (line == NULL || ferror (stdout))
    {
      reading->is_over = TRUE;
      return;
    }
  if (bty_ctl_log_entry_parse_journal (&entry, line) && bty_ctl_log_entry_is_wanted (&entry, reading->wish))
    bty_ctl_log_entry_print (&entry, reading->wish->json);
  bty_ctl_log_entry_clear (&entry);
  fflush (stdout);
  read_next (reading);
}

static void
read_next (Reading *reading)
{
  g_data_input_stream_read_line_async (reading->lines, G_PRIORITY_DEFAULT, reading->wish->cancellable, on_line,
                                       reading);
}

/* The journal's own priorities, so that the number of lines counts those that are wanted. */
static const char *
priority_of (guint level)
{
  static const char *const names[] = { "err", "warning", "warning", "notice", "info", "debug" };

  return names[level];
}

gboolean
bty_ctl_log_show_journal (const BtyCtlLogWish *wish, GError **error)
{
  g_autoptr (GPtrArray) arguments = make_arguments ();
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  Reading reading = { .wish = wish };

  g_ptr_array_add (arguments, wish->limit > 0 ? g_strdup_printf ("--lines=%u", wish->limit) : g_strdup ("--lines=all"));
  g_ptr_array_add (arguments, g_strdup_printf ("--priority=%s", priority_of (wish->level)));
  if (wish->since > 0)
    g_ptr_array_add (arguments, g_strdup_printf ("--since=@%lld", (long long) (wish->since / G_USEC_PER_SEC)));
  if (wish->follow)
    g_ptr_array_add (arguments, g_strdup ("--follow"));
  child = start (arguments, error);
  if (child == NULL)
    {
      g_prefix_error (error, "%s", _ ("the journal cannot be read: "));
      return FALSE;
    }
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  reading.lines = lines;
  read_next (&reading);
  while (!reading.is_over)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_force_exit (child);
  g_subprocess_wait (child, NULL, NULL);
  return TRUE;
}
