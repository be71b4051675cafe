/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyDbusTransport:
 *
 * The door on the session bus: connects without blocking, owns the well-known name, and says once why it cannot.
 */
#define BTY_TYPE_DBUS_TRANSPORT (bty_dbus_transport_get_type ())
G_DECLARE_FINAL_TYPE (BtyDbusTransport, bty_dbus_transport, BTY, DBUS_TRANSPORT, GObject)

G_END_DECLS
