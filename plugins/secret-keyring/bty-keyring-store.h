/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyKeyringStore:
 *
 * Secrets in the keyring of the desktop session (GNOME Keyring, KWallet), through libsecret's asynchronous interface. Nothing is
 * connected to before it is first asked something. Main context.
 */
#define BTY_TYPE_KEYRING_STORE (bty_keyring_store_get_type ())
G_DECLARE_FINAL_TYPE (BtyKeyringStore, bty_keyring_store, BTY, KEYRING_STORE, GObject)

G_END_DECLS
