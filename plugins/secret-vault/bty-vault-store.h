/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-vault-options.h"

G_BEGIN_DECLS

/*
 * BtyVaultStore: the feature `vault`: a BtySecretStore over a BtyVault. Main context; one worker thread does what takes time.
 *
 * With a key that is kept it opens by itself when it is first used, and until it is locked. With a password it opens by
 * bty_secret_store_unlock_async () alone.
 */
#define BTY_TYPE_VAULT_STORE (bty_vault_store_get_type ())
G_DECLARE_FINAL_TYPE (BtyVaultStore, bty_vault_store, BTY, VAULT_STORE, GObject)

/* Whose data folder and settings count for vaults made from now on. */
void bty_vault_store_set_host (BtyHost *host);
/* For tests: the vault of @folder, with the settings' defaults but for @keep. */
BtyVaultStore *bty_vault_store_new (const char *folder, BtyVaultKeep keep);
/* For tests: (transfer none): not while an operation is under way. */
BtyVault *bty_vault_store_get_vault (BtyVaultStore *store);

G_END_DECLS
