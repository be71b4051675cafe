/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-options.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

static gboolean
parse (BtyDaemonOptions *options, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  gboolean foreground = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->show_version, N_ ("Print the version and exit"), NULL },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->data_dir, N_ ("Keep data in FOLDER"), N_ ("FOLDER") },
    { "config-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->config_dir, N_ ("Read settings from FOLDER"),
      N_ ("FOLDER") },
    { "foreground", 0, 0, G_OPTION_ARG_NONE, &foreground, N_ ("Stay in the foreground (always so)"), NULL },
    { "log-level", 0, 0, G_OPTION_ARG_STRING, &options->log_level,
      N_ ("Log what is as grave as LEVELS, such as info,bty-sqlite=debug"), N_ ("LEVELS") },
    { "log-file", 0, 0, G_OPTION_ARG_FILENAME, &options->log_file,
      N_ ("Put FILE, which standard error goes to, aside when it has grown too large"), N_ ("FILE") },
    { "check-settings", 0, 0, G_OPTION_ARG_NONE, &options->check_settings,
      N_ ("Print all settings and what is wrong with them as JSON, and exit"), NULL },
    { "restore", 0, 0, G_OPTION_ARG_FILENAME, &options->restore,
      N_ ("Put the backup in FILE in the place of what is in the data folder, and exit"), N_ ("FILE") },
    { "passphrase-stdin", 0, 0, G_OPTION_ARG_NONE, &options->passphrase_stdin,
      N_ ("With --restore: read the passphrase or the recovery key of the backup from standard input"), NULL },
    { "activated", 0, 0, G_OPTION_ARG_NONE, &options->is_activated,
      N_ ("End when unused: for the bus and the service manager, which start it again"), NULL },
    { "ready-fd", 0, 0, G_OPTION_ARG_INT, &options->ready_fd, N_ ("Write a line to descriptor N when ready"),
      N_ ("N") },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_set_summary (context, _ ("Runs the bots. Usually started by boternity-ctl."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("“%s” is not understood: see “boternityd --help”"),
                   (*argv)[1]);
      return FALSE;
    }
  return TRUE;
}

/* It is for us alone: a child that kept it would make the end of the daemon go unnoticed. */
static gboolean
check_ready_fd (int fd, GError **error)
{
  if (fd == -1)
    return TRUE;
  if (fd >= 1 && fd != STDERR_FILENO && fcntl (fd, F_GETFD) >= 0 && fcntl (fd, F_SETFD, FD_CLOEXEC) == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("--ready-fd %d is no open descriptor to write to"), fd);
  return FALSE;
}

/* Everything that follows from the data folder (the socket, say) asks the environment, so the option goes there. */
static gboolean
find_folder (char **folder, const char *variable, char *(*find) (GError **error), GError **error)
{
  if (*folder != NULL && **folder == '\0')
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("a folder's name is empty: see “boternityd --help”"));
      return FALSE;
    }
  if (*folder != NULL)
    g_setenv (variable, *folder, TRUE);
  g_free (*folder);
  *folder = find (error);
  return *folder != NULL;
}

gboolean
bty_daemon_options_read (BtyDaemonOptions *options, int *argc, char ***argv, GError **error)
{
  *options = (BtyDaemonOptions){ .ready_fd = -1 };
  if (!parse (options, argc, argv, error) || !check_ready_fd (options->ready_fd, error))
    return FALSE;
  return options->show_version ||
         (find_folder (&options->data_dir, "BOTERNITY_DATA_DIR", bty_paths_data_dir, error) &&
          find_folder (&options->config_dir, "BOTERNITY_CONFIG_DIR", bty_paths_config_dir, error));
}

void
bty_daemon_options_clear (BtyDaemonOptions *options)
{
  g_clear_pointer (&options->data_dir, g_free);
  g_clear_pointer (&options->config_dir, g_free);
  g_clear_pointer (&options->log_level, g_free);
  g_clear_pointer (&options->log_file, g_free);
  g_clear_pointer (&options->restore, g_free);
}
