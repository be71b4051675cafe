/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BtyTestKeyring:
 *
 * GNOME Keyring's daemon on a session bus of its own, in a folder of its own, unlocked with a password of the test's.
 */
typedef struct _BtyTestKeyring BtyTestKeyring;

/* A bus without anybody on it; the environment of this process names it from then on. */
BtyTestKeyring *bty_test_keyring_new (void);
void bty_test_keyring_free (BtyTestKeyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyTestKeyring, bty_test_keyring_free)

const char *bty_test_keyring_get_folder (BtyTestKeyring *keyring);
GDBusConnection *bty_test_keyring_get_connection (BtyTestKeyring *keyring);

/* Starts the daemon and waits until it answers; skips the test and gives FALSE where it is not installed. */
gboolean bty_test_keyring_start (BtyTestKeyring *keyring);
void bty_test_keyring_kill (BtyTestKeyring *keyring);
void bty_test_keyring_lock (BtyTestKeyring *keyring);
/* With the password, through the interface of the keyring's own programs. */
void bty_test_keyring_unlock (BtyTestKeyring *keyring);
/* What `secret-tool lookup` finds; (nullable) (transfer full). */
char *bty_test_keyring_look_up (BtyTestKeyring *keyring, const char *name);
void bty_test_keyring_stop_bus (BtyTestKeyring *keyring);

G_END_DECLS
