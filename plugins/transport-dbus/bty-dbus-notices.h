/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BtyDbusNotices:
 *
 * Shows on the desktop what needs the person: follows the client events, and tells the notification server
 * (org.freedesktop.Notifications) where there is one. A button runs an operation, as the owner. What stands for one thing
 * replaces what stood for it before. Setting `notifications.enabled`. Main context.
 */
typedef struct _BtyDbusNotices BtyDbusNotices;

extern const BtySetting bty_dbus_notice_settings[];
extern const guint bty_dbus_n_notice_settings;

/* Returns: (nullable): NULL when it is switched off, or there are no events to follow. */
BtyDbusNotices *bty_dbus_notices_new (BtyHost *host, GDBusConnection *connection);
void bty_dbus_notices_free (BtyDbusNotices *notices);

G_END_DECLS
