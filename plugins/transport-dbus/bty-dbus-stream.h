/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-dbus-clients.h"
#include "bty-dbus-options.h"

G_BEGIN_DECLS

/*
 * A call whose items go down a socket as lines of JSON. The reader's slowness is felt through the socket: the cursor stands still
 * while it is full.
 */

/**
 * bty_dbus_stream_open: @call: (transfer none): a new call
 *
 * Returns: the descriptor for the client, or -1; @call_name: (out) (transfer full): what it is cancelled by
 */
int bty_dbus_stream_open (BtyDbusClient *client, const char *name, BtyCall *call, const BtyDbusLimits *limits,
                          char **call_name, GError **error);

G_END_DECLS
