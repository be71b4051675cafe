/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_daemon_notify:
 * @state: such as `READY=1` or `STOPPING=1`
 *
 * Tells the service manager, if there is one (NOTIFY_SOCKET, as of sd_notify(3)).
 */
void bty_daemon_notify (const char *state);

/** bty_daemon_notify_fd: writes the line `ready` to @fd and closes it; -1: does nothing */
void bty_daemon_notify_fd (int fd);
