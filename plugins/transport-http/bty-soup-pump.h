/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _BtySoupConnection BtySoupConnection;

/**
 * BtySoupPump:
 *
 * All connections in one epoll set, which is one source of the main context: the context would otherwise poll every socket on
 * each turn, and wake itself up each time that a source of a socket is attached, blocked or removed.
 */
typedef struct _BtySoupPump BtySoupPump;

BtySoupPump *bty_soup_pump_new (GError **error);
void bty_soup_pump_free (BtySoupPump *pump);

/* Edge-triggered, both ways: what comes goes to bty_soup_connection_on_events(). Holds a reference until removed. */
gboolean bty_soup_pump_add (BtySoupPump *pump, BtySoupConnection *connection, int fd);
void bty_soup_pump_remove (BtySoupPump *pump, BtySoupConnection *connection, int fd);

G_END_DECLS
