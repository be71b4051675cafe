/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyDaemonLock:
 *
 * A data folder belongs to one daemon: a lock on `daemon.lock` in it, which the kernel takes back however the process ends. The
 * file says which process it is.
 */
typedef struct _BtyDaemonLock BtyDaemonLock;

/**
 * bty_daemon_lock_take:
 * @data_dir: made if need be
 * @patience_ms: how long to wait for another that is about to end
 * @error: %BTY_ERROR_ALREADY_EXISTS naming the process that has it, or %BTY_ERROR_FAILED_PRECONDITION when the folder cannot be used
 */
BtyDaemonLock *bty_daemon_lock_take (const char *data_dir, guint patience_ms, GError **error);
void bty_daemon_lock_free (BtyDaemonLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyDaemonLock, bty_daemon_lock_free)
