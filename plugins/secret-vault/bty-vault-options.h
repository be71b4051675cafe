/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-vault.h"

G_BEGIN_DECLS

/* Where the key of a vault without a password is kept. */
typedef enum
{
  BTY_VAULT_KEEP_AUTO, /* in the keyring, and where there is none in a file */
  BTY_VAULT_KEEP_KEYRING,
  BTY_VAULT_KEEP_FILE,
} BtyVaultKeep;

extern const BtySetting bty_vault_settings[];
extern const guint bty_vault_n_settings;

/* Takes over the settings in force; @host: (nullable): their defaults. */
BtyVaultKeep bty_vault_options_load (BtyVault *vault, BtyHost *host);

G_END_DECLS
