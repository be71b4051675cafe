/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <libsecret/secret.h>

G_BEGIN_DECLS

#define BTY_KEYRING_BUS_NAME  "org.freedesktop.secrets"
#define BTY_KEYRING_PATH      "/org/freedesktop/secrets"
#define BTY_KEYRING_INTERFACE "org.freedesktop.Secret.Service"

/**
 * BtyKeyringService:
 *
 * libsecret's service, which shows a prompt only while somebody who asked for it waits. Whatever else would need one fails as locked.
 */
#define BTY_TYPE_KEYRING_SERVICE (bty_keyring_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyKeyringService, bty_keyring_service, BTY, KEYRING_SERVICE, SecretService)

/* On @connection, a private one: not the one that ends the process with the bus. Callback gets it for g_async_initable_new_finish(). */
void bty_keyring_service_new_async (GDBusConnection *connection, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
BtyKeyringService *bty_keyring_service_new_finish (GAsyncResult *result, GError **error);

/* Counted: as often begun as ended. */
void bty_keyring_service_begin_prompting (BtyKeyringService *service);
void bty_keyring_service_end_prompting (BtyKeyringService *service);

G_END_DECLS
