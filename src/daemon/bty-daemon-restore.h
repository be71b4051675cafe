/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-daemon-options.h"

/**
 * bty_daemon_restore:
 * @options: with the file of a backup; the data folder is locked by the caller
 *
 * Puts the backup in the place of what is in the data folder, for when no daemon can start, and prints one line of JSON: what
 * `backup.restore` answers. A passphrase is read from standard input when the options say so.
 */
gboolean bty_daemon_restore (const BtyDaemonOptions *options, GError **error);
