/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <gio/gio.h>

/* Returns: (transfer full) (nullable): the socket on which a daemon serves @data_dir right now */
char *bty_ctl_daemon_find (const char *data_dir);

/*
 * Starts a daemon for @data_dir and waits until it is ready; if another one comes up meanwhile, that one is as good.
 *
 * Returns: (transfer full) (nullable): its socket; NULL with a BTY_ERROR that gives the daemon's own reason
 */
char *bty_ctl_daemon_start (const char *data_dir, GCancellable *cancellable, GError **error);

/* Returns: (transfer full) (nullable): what the daemon's program says of the settings, as JSON; it starts no daemon */
char *bty_ctl_daemon_check_settings (const char *data_dir, GError **error);

/*
 * Lets the daemon's program restore the backup in the file @path, for which no daemon may run. @given: (nullable): passphrase or recovery
 * key. Returns: (transfer full) (nullable): what the operation backup.restore answers
 */
char *bty_ctl_daemon_restore (const char *data_dir, const char *path, const BtySecret *given, GError **error);
