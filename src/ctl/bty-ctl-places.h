/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Returns: (transfer full): the log of a daemon that this program started: in the state folder for the data folder that is the
 * default, in the data folder itself for any other, so that two daemons never share one
 */
char *bty_ctl_log_path (const char *data_dir);
/* Returns: (transfer full): the variable of the environment that goes before a setting's files */
char *bty_ctl_setting_variable (const char *name);
