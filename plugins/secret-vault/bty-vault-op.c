/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-vault-key-file.h"
#include "bty-vault-op.h"

BtyVaultOp *
bty_vault_op_new (BtyVaultKind kind)
{
  BtyVaultOp *op = g_new0 (BtyVaultOp, 1);

  op->kind = kind;
  return op;
}

void
bty_vault_op_free (BtyVaultOp *op)
{
  g_free (op->name);
  g_clear_pointer (&op->secret, bty_secret_unref);
  g_clear_pointer (&op->current, bty_secret_unref);
  g_clear_pointer (&op->password, bty_secret_unref);
  g_clear_pointer (&op->kept, bty_secret_unref);
  g_clear_pointer (&op->found, bty_secret_unref);
  bty_vault_peek_clear (&op->peek);
  bty_vault_opened_clear (&op->opened);
  g_clear_error (&op->error);
  g_strfreev (op->names);
  g_free (op);
}

gboolean
bty_vault_op_makes (const BtyVaultOp *op)
{
  return !op->peek.exists && op->opened.key == NULL &&
         (op->kind == BTY_VAULT_SET || op->kind == BTY_VAULT_SET_PASSWORD || op->kind == BTY_VAULT_MAKE_RECOVERY);
}

gboolean
bty_vault_op_wants_new_key (const BtyVaultOp *op)
{
  if (op->kept != NULL)
    return FALSE;
  if (op->kind == BTY_VAULT_SET_PASSWORD)
    return op->password == NULL;
  return bty_vault_op_makes (op);
}

char *
bty_vault_op_key_name (const BtyVaultOp *op)
{
  const char *id = op->peek.exists ? op->peek.id : op->opened.key != NULL ? op->opened.id : op->new_id;

  return g_strconcat ("boternity-vault-", id, NULL);
}

/* The file of the key comes before the vault that needs it. */
static gboolean
write_key (BtyVaultOp *op, BtyVault *vault)
{
  if (!op->is_new || strcmp (op->kept_in, "file") != 0)
    return TRUE;
  return bty_vault_key_file_write (vault->key_path, op->kept, &op->error);
}

static gboolean
be_open (BtyVaultOp *op, BtyVault *vault)
{
  if (op->kind == BTY_VAULT_UNLOCK && op->password != NULL)
    return bty_vault_unlock_password (vault, op->password, &op->opened, &op->error);
  if (op->opened.key != NULL)
    return TRUE;
  if (bty_vault_op_makes (op))
    return bty_vault_create (vault, op->new_id, op->kind == BTY_VAULT_SET_PASSWORD ? op->password : NULL, op->kept,
                             op->kept_in, &op->opened, &op->error);
  return bty_vault_unlock_kept (vault, op->kept, &op->opened, &op->error);
}

static gboolean
work (BtyVaultOp *op, BtyVault *vault)
{
  gboolean was_made = bty_vault_op_makes (op);

  if (!write_key (op, vault) || !be_open (op, vault))
    return FALSE;
  switch (op->kind)
    {
    case BTY_VAULT_GET:
      op->found = bty_vault_get (vault, &op->opened, op->name, &op->error);
      return op->found != NULL;
    case BTY_VAULT_SET:
      return bty_vault_set (vault, &op->opened, op->name, op->secret, &op->error);
    case BTY_VAULT_DELETE:
      return bty_vault_delete (vault, &op->opened, op->name, &op->error);
    case BTY_VAULT_LIST:
      op->names = bty_vault_list (vault, &op->opened, &op->error);
      return op->names != NULL;
    case BTY_VAULT_SET_PASSWORD:
      return was_made ||
             bty_vault_set_password (vault, &op->opened, op->current, op->password, op->kept, op->kept_in, &op->error);
    case BTY_VAULT_MAKE_RECOVERY:
      op->found = bty_vault_make_recovery (vault, &op->opened, &op->error);
      return op->found != NULL;
    case BTY_VAULT_UNLOCK:
    case BTY_VAULT_PROBE:
    default:
      return TRUE;
    }
}

void
bty_vault_op_run (BtyVaultOp *op, BtyVault *vault)
{
  if (op->peeked)
    {
      work (op, vault);
      return;
    }
  op->peeked = TRUE;
  bty_vault_peek (vault, &op->peek, &op->error);
}
