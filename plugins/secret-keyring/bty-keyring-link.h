/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-keyring-service.h"

G_BEGIN_DECLS

/**
 * BtyKeyringLink:
 *
 * A connection of our own to the session bus, made when it is first needed, and libsecret's service on it. Both are dropped and made
 * again when the bus or the keyring's program goes away.
 *
 * Signal `changed`: somebody began or ceased to keep a keyring, or it tells of a change.
 */
#define BTY_TYPE_KEYRING_LINK (bty_keyring_link_get_type ())
G_DECLARE_FINAL_TYPE (BtyKeyringLink, bty_keyring_link, BTY, KEYRING_LINK, GObject)

BtyKeyringLink *bty_keyring_link_new (void);

/* Whether there is a bus to connect to, as far as one can tell without asking it. */
gboolean bty_keyring_link_has_bus (void);

void bty_keyring_link_connect_async (BtyKeyringLink *link, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer data);
/* (transfer full) */
GDBusConnection *bty_keyring_link_connect_finish (BtyKeyringLink *link, GAsyncResult *result, GError **error);

void bty_keyring_link_open_async (BtyKeyringLink *link, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer data);
/* (transfer full) */
BtyKeyringService *bty_keyring_link_open_finish (BtyKeyringLink *link, GAsyncResult *result, GError **error);

G_END_DECLS
