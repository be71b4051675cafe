/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "bty-vault-options.h"

G_BEGIN_DECLS

/*
 * BtyVaultOp: one operation on its way: a look at the file (worker), the key that is kept (main context, since it may be in another
 * store), the work itself (worker). One is under way at a time.
 */
typedef enum
{
  BTY_VAULT_PROBE,
  BTY_VAULT_GET,
  BTY_VAULT_SET,
  BTY_VAULT_DELETE,
  BTY_VAULT_LIST,
  BTY_VAULT_UNLOCK,
  BTY_VAULT_SET_PASSWORD,
  BTY_VAULT_MAKE_RECOVERY,
} BtyVaultKind;

typedef struct
{
  BtyVaultKind kind;
  char *name;        /* of a secret */
  BtySecret *secret; /* to set */
  BtySecret *current, *password;
  BtyVaultKeep keep;
  /* Found out on the way. */
  gboolean peeked, prepared;
  BtyVaultPeek peek;
  BtySecret *kept; /* the key that is kept, under which the vault's is sealed */
  char kept_in[8]; /* where it is */
  gboolean is_new; /* it has just been made */
  char new_id[17]; /* of a vault that is made now */
  BtyVaultOpened opened;
  guint serial; /* of locking, when it began */
  GError *error;
  BtySecret *found;
  GStrv names;
} BtyVaultOp;

BtyVaultOp *bty_vault_op_new (BtyVaultKind kind);
void bty_vault_op_free (BtyVaultOp *op);

/* Whether it makes the vault when there is none. */
gboolean bty_vault_op_makes (const BtyVaultOp *op);
/* Whether it needs a key that is kept, and has none yet. */
gboolean bty_vault_op_wants_new_key (const BtyVaultOp *op);
/* In the worker: the look (unless that was done), or the work; op->error says how it went. */
void bty_vault_op_run (BtyVaultOp *op, BtyVault *vault);
/* (transfer full): how the key is called in the keyring. */
char *bty_vault_op_key_name (const BtyVaultOp *op);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyVaultOp, bty_vault_op_free)

G_END_DECLS
