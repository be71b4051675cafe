/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Asks a service on a message bus, which is not started for it, and waits two seconds at most for everything.
 *
 * @is_system: the system's bus, else the session's
 * @reply_type: such as `(b)`
 *
 * Returns: (transfer full) (nullable): the answer; NULL with NOT_FOUND of G_IO_ERROR when there is no such bus
 */
GVariant *bty_ctl_bus_call (gboolean is_system, const char *name, const char *path, const char *interface,
                            const char *method, GVariant *arguments, const char *reply_type, GError **error);
