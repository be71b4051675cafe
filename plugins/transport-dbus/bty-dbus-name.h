/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BtyDbusName:
 *
 * The well-known name on one connection. Not g_bus_own_name(), which cannot give it back without blocking.
 */
typedef struct _BtyDbusName BtyDbusName;

/* Asks for the name; says once when it is taken. */
BtyDbusName *bty_dbus_name_new (GDBusConnection *connection, const char *name);
void bty_dbus_name_free (BtyDbusName *name);

gboolean bty_dbus_name_is_owned (BtyDbusName *name);

/* Gives the name back. Returns: whether the bus has said so, after which no message to the name can still be on its way to us. */
gboolean bty_dbus_name_release (BtyDbusName *name);
/* Asks for it again. */
void bty_dbus_name_request (BtyDbusName *name);

G_END_DECLS
