/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The collection that new secrets go to, the one with the alias `default`. */
typedef struct
{
  char *path; /* (nullable): there is none yet */
  char *label;
  gboolean is_locked;
} BtyKeyringCollection;

void bty_keyring_collection_clear (BtyKeyringCollection *collection);

/* Asks the keyring, without libsecret and without a session: cheap, and never a prompt. */
void bty_keyring_collection_find_async (GDBusConnection *connection, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer data);
gboolean bty_keyring_collection_find_finish (GDBusConnection *connection, GAsyncResult *result,
                                             BtyKeyringCollection *collection, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyKeyringCollection, bty_keyring_collection_clear)

G_END_DECLS
