/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-dbus-clients.h"
#include "bty-dbus-options.h"

G_BEGIN_DECLS

/*
 * A call whose items go out as signals to its caller alone. After a window of items the caller is asked for a sign that it reads
 * (Peer.Ping); until it answers the cursor stands still, so that neither we nor the bus hold what nobody takes.
 */

/* @call: (transfer none): a new call; Returns: (transfer full): what it is cancelled by */
char *bty_dbus_signals_open (GDBusConnection *connection, BtyDbusClient *client, const char *name, BtyCall *call,
                             const BtyDbusLimits *limits);

G_END_DECLS
