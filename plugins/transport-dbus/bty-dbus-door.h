/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <gio/gio.h>

G_BEGIN_DECLS

#define BTY_DBUS_NAME      "org.boternity.Boternity1"
#define BTY_DBUS_PATH      "/org/boternity/Boternity1"
#define BTY_DBUS_INTERFACE "org.boternity.Boternity1"

/**
 * BtyDbusDoor:
 *
 * The interface on one connection: who calls is found out, then the call goes the way of every door. Main context.
 */
typedef struct _BtyDbusDoor BtyDbusDoor;

BtyDbusDoor *bty_dbus_door_new (BtyHost *host, GDBusConnection *connection, GError **error);
/* The daemon is ready: what the status says is known from now on. */
void bty_dbus_door_ready (BtyDbusDoor *door);
/* Gives up the calls that run. */
void bty_dbus_door_free (BtyDbusDoor *door);

/* Whether no call of a client runs. */
gboolean bty_dbus_door_is_idle (BtyDbusDoor *door);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyDbusDoor, bty_dbus_door_free)

G_END_DECLS
