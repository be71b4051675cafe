/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-log.h"
#include "bty-ctl-places.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     1000000

static gboolean
read_level (const char *text, guint *level, GError **error)
{
  for (guint i = 0; bty_ctl_log_levels[i] != NULL; i++)
    {
      if (strcmp (bty_ctl_log_levels[i], text) == 0)
        {
          *level = i;
          return TRUE;
        }
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%s” is no log level: use error, critical, warning, message, info or debug"), text);
  return FALSE;
}

static gboolean
read_wish (BtyCtl *ctl, const BtyCtlArgs *args, BtyCtlLogWish *wish, GError **error)
{
  const char *level = bty_ctl_args_get (args, "level");
  const char *since = bty_ctl_args_get (args, "since");
  gint64 limit = since != NULL ? 0 : DEFAULT_LIMIT;

  *wish = (BtyCtlLogWish){
    .json = ctl->json, .follow = bty_ctl_args_has (args, "follow"), .level = 5, .cancellable = ctl->cancellable
  };
  if (!bty_ctl_args_get_int (args, "lines", 0, MAX_LIMIT, &limit, error) ||
      (level != NULL && !read_level (level, &wish->level, error)) ||
      (since != NULL && !bty_ctl_log_parse_time (since, &wish->since, error)))
    return FALSE;
  wish->limit = (guint) limit;
  return TRUE;
}

/* A daemon that the service manager started speaks to the journal, one that this program started to a file: the newer counts. */
static gboolean
is_in_journal (const char *path)
{
  gint64 journal = bty_ctl_log_get_journal_time ();
  GStatBuf info;

  return journal > 0 && (g_stat (path, &info) != 0 || info.st_mtime < journal / G_USEC_PER_SEC);
}

static gboolean
run_log (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *path = bty_ctl_log_path (ctl->data_dir);
  const char *from = bty_ctl_args_get (args, "from");
  gboolean use_journal;
  BtyCtlLogWish wish;

  if (!read_wish (ctl, args, &wish, error))
    return FALSE;
  if (from != NULL && strcmp (from, "journal") != 0 && strcmp (from, "file") != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("--from takes journal or file, not “%s”"), from);
      return FALSE;
    }
  use_journal = from != NULL ? strcmp (from, "journal") == 0 : is_in_journal (path);
  if (!(use_journal ? bty_ctl_log_show_journal (&wish, error) : bty_ctl_log_show_file (path, &wish, error)))
    return FALSE;
  if (g_cancellable_is_cancelled (ctl->cancellable))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("stopped"));
  return !g_cancellable_is_cancelled (ctl->cancellable);
}

static const BtyCtlOption log_options[] = {
  { "follow", 'f', NULL, N_ ("go on with what is logged from now on, until Ctrl-C"), BTY_CTL_NOTHING },
  { "lines", 'n', N_ ("NUMBER"), N_ ("how many of the last lines (100); 0: all"), BTY_CTL_NOTHING },
  { "level", '\0', N_ ("LEVEL"), N_ ("only what is as grave as this"), BTY_CTL_LEVEL },
  { "since", '\0', N_ ("TIME"), N_ ("only what is newer, such as 2h, today or 2026-11-21"), BTY_CTL_NOTHING },
  { "from", '\0', N_ ("journal|file"), N_ ("where to look; else where the daemon spoke last"), BTY_CTL_NOTHING },
  { 0 },
};

static const BtyCtlCommand log_commands[] = {
  { .usage = "",
    .summary = N_ ("Show what the daemon logs"),
    .text = N_ (
      "A daemon that the service manager started speaks to the journal; one that this program started, to a file in the state\n"
      "folder, which is put aside when it has grown past log.max_size. With --json each line is an object: time, level, domain\n"
      "and message. With --since and no --lines it is all since then."),
    .examples = N_ ("  boternity-ctl log -f\n"
                    "  boternity-ctl log --since 2h --level warning\n"
                    "  boternity-ctl log -n 0 --json"),
    .options = log_options,
    .run = run_log },
  { 0 },
};

const BtyCtlVerb bty_ctl_log_verb = { "log", N_ ("show what the daemon logs"), log_commands, FALSE };
