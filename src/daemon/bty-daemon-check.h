/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * bty_daemon_check_settings:
 * @config_dir: folder of the key files
 *
 * Prints one line of JSON: `settings`, each as `config.list` gives it, and `problems`, the sentences of `daemon.status`. No
 * data folder is touched and no lock taken, so that it works beside a daemon and where none can start.
 */
gboolean bty_daemon_check_settings (const char *config_dir, GError **error);
