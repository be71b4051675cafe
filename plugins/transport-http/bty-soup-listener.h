/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtySoupListener:
 *
 * A listening socket of our own: a backlog that bears many connects at once, and all that wait are accepted in one go.
 */
typedef struct _BtySoupListener BtySoupListener;

/* @fd: a new connection, non-blocking, which the function takes over; @peer_uid: -1 for TCP. */
typedef void (*BtySoupAccepted) (int fd, gint64 peer_uid, gpointer data);

/* @address: an IP address or `localhost`; @port: 0 picks a free one. */
BtySoupListener *bty_soup_listener_new_tcp (const char *address, guint port, GError **error);

/* Makes the folder of @path; a socket that nobody answers on is taken away first. */
BtySoupListener *bty_soup_listener_new_unix (const char *path, GError **error);

/* @fd: a listening stream socket that somebody else has made, which is taken over, and closed when it is nothing of the kind. */
BtySoupListener *bty_soup_listener_new_fd (int fd, GError **error);

void bty_soup_listener_start (BtySoupListener *self, BtySoupAccepted accepted, gpointer data);

/* Leaves what waits to whoever listens next on a socket that somebody else has made, or goes on. */
void bty_soup_listener_pause (BtySoupListener *self, gboolean paused);

gboolean bty_soup_listener_is_tcp (BtySoupListener *self);

/* Such as http://127.0.0.1:7717 or unix:/run/…; (transfer none). */
const char *bty_soup_listener_get_url (BtySoupListener *self);

/* Closes; a unix socket is taken away if it is still ours. */
void bty_soup_listener_free (BtySoupListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoupListener, bty_soup_listener_free)

G_END_DECLS
