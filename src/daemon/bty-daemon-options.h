/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyDaemonOptions:
 * @data_dir: absolute
 * @config_dir: absolute
 * @log_level: (nullable): of the command line
 * @log_file: (nullable): the file that standard error goes to, which the daemon is to keep small
 * @ready_fd: descriptor that gets one line when the doors are open, or -1
 * @is_activated: started on demand, by the bus or the service manager: ends when it is not used
 * @show_version: print the version and end
 * @restore: (nullable): restore this file of a backup, and end
 * @passphrase_stdin: what opens it comes by standard input
 * @check_settings: print the settings as they would count, and end
 */
typedef struct
{
  char *data_dir;
  char *config_dir;
  char *log_level;
  char *log_file;
  int ready_fd;
  gboolean is_activated;
  gboolean show_version;
  gboolean check_settings;
  char *restore;
  gboolean passphrase_stdin;
} BtyDaemonOptions;

/** bty_daemon_options_read: what is not on the command line comes from the environment; --help prints and ends the program */
gboolean bty_daemon_options_read (BtyDaemonOptions *options, int *argc, char ***argv, GError **error);
void bty_daemon_options_clear (BtyDaemonOptions *options);
