/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-vault-file.h"
#include "bty-vault-tries.h"

G_BEGIN_DECLS

/*
 * BtyVault: the vault of a data folder: `vault.bty`, `vault.key` and `vault.tries` in it. It keeps no state but the paths, and reads
 * the file anew each time: what was changed on disk counts. All of it blocks: for one worker thread.
 *
 * The key is random and never changes; the slots of the file are the ways to it.
 */
typedef struct
{
  char *path, *copy_path, *key_path, *tries_path;
  BtySealCost cost; /* of a new password */
  BtyVaultPatience patience;
  gsize max_size; /* bytes */
} BtyVault;

BtyVault *bty_vault_new (const char *folder);
void bty_vault_free (BtyVault *vault);

/* What can be known without a key. */
typedef struct
{
  gboolean exists;
  char id[17];
  guint64 generation;
  gboolean has_password, has_recovery;
  char kept_in[8];     /* "keyring", "file", or "" when no key is kept */
  BtySecret *file_key; /* (nullable): what is in vault.key */
} BtyVaultPeek;

void bty_vault_peek_clear (BtyVaultPeek *peek);
gboolean bty_vault_peek (BtyVault *vault, BtyVaultPeek *peek, GError **error);

/* A vault as it was read, with its key. */
typedef struct
{
  char id[17];
  guint64 generation;
  BtySecret *key;
} BtyVaultOpened;

void bty_vault_opened_clear (BtyVaultOpened *opened);
/*
 * Makes the file, which opens with @password, or (%NULL) with @kept; ABORTED when there is one. @kept_in: "keyring" or "file". The
 * key file is written before, with bty_vault_key_file_write ().
 */
gboolean bty_vault_create (BtyVault *vault, const char *id, const BtySecret *password, const BtySecret *kept,
                           const char *kept_in, BtyVaultOpened *opened, GError **error);
gboolean bty_vault_unlock_kept (BtyVault *vault, const BtySecret *kept, BtyVaultOpened *opened, GError **error);
/* @password: or a recovery key. Counts wrong ones. */
gboolean bty_vault_unlock_password (BtyVault *vault, const BtySecret *password, BtyVaultOpened *opened, GError **error);

/* (transfer full) (nullable): NOT_FOUND, DATA_LOSS. @opened follows the generation. */
BtySecret *bty_vault_get (BtyVault *vault, BtyVaultOpened *opened, const char *name, GError **error);
GStrv bty_vault_list (BtyVault *vault, BtyVaultOpened *opened, GError **error);
gboolean bty_vault_set (BtyVault *vault, BtyVaultOpened *opened, const char *name, const BtySecret *secret,
                        GError **error);
gboolean bty_vault_delete (BtyVault *vault, BtyVaultOpened *opened, const char *name, GError **error);
/* From now on it opens with @password, or (%NULL) with @kept. @current: (nullable): needed when it has a password so far. */
gboolean bty_vault_set_password (BtyVault *vault, BtyVaultOpened *opened, const BtySecret *current,
                                 const BtySecret *password, const BtySecret *kept, const char *kept_in, GError **error);
/* (transfer full) (nullable): a new recovery key; an older one no longer opens it. */
BtySecret *bty_vault_make_recovery (BtyVault *vault, BtyVaultOpened *opened, GError **error);

G_END_DECLS
