/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-vault-store-private.h"

static void advance (BtyVaultStore *self);

static BtyVaultOp *
op_of (BtyVaultStore *self)
{
  return g_task_get_task_data (self->current);
}

/* Steps. Each ends in advance () on the main context, or in finish (). */

static gboolean
on_worked (gpointer data)
{
  advance (BTY_VAULT_STORE (data));
  return G_SOURCE_REMOVE;
}

void
bty_vault_store_work (gpointer data, gpointer store)
{
  GTask *task = data;
  BtyVaultStore *self = store;
  g_autoptr (GSource) done = NULL;

  bty_vault_op_run (g_task_get_task_data (task), self->vault);
  /* Never g_main_context_invoke (): while nobody runs the main context, that would go on here. */
  done = g_idle_source_new ();
  g_source_set_priority (done, G_PRIORITY_DEFAULT);
  g_source_set_callback (done, on_worked, g_object_ref (self), g_object_unref);
  g_source_attach (done, g_task_get_context (task));
}

static void
run (BtyVaultStore *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_thread_pool_push (self->worker, self->current, &error))
    g_warning ("%s", error->message); /* it waits for a thread then */
}

static void
take_view (BtyVaultStore *self, const BtyVaultOp *op)
{
  gboolean is_unusable = g_error_matches (op->error, BTY_ERROR, BTY_ERROR_DATA_LOSS) ||
                         (!op->peek.exists && op->error != NULL && op->peeked);

  g_clear_pointer (&self->damaged, g_free);
  if (is_unusable)
    self->damaged = g_strdup (op->error->message);
  if (is_unusable || op->error != NULL)
    return;
  self->was_seen = TRUE;
  self->exists = op->peek.exists;
  self->has_password = op->peek.has_password;
  g_strlcpy (self->kept_in, op->peek.kept_in, sizeof self->kept_in);
}

/* What is known of the vault after its work. */
static void
take_result (BtyVaultStore *self, BtyVaultOp *op)
{
  if (self->serial != op->serial)
    return;
  if (op->opened.key == NULL)
    {
      if (g_error_matches (op->error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION) && op->kept != NULL)
        {
          g_free (self->reason);
          self->reason = g_strdup (op->error->message);
        }
      return;
    }
  bty_vault_opened_clear (&self->opened);
  self->opened = op->opened;
  memset (&op->opened, 0, sizeof op->opened);
  self->exists = TRUE;
  g_clear_pointer (&self->reason, g_free);
  if (op->kind == BTY_VAULT_UNLOCK)
    self->locked = FALSE;
  if (op->kind == BTY_VAULT_SET_PASSWORD && op->error == NULL)
    self->has_password = op->password != NULL;
  if (op->is_new || self->has_password)
    g_strlcpy (self->kept_in, self->has_password ? "" : op->kept_in, sizeof self->kept_in);
}

static void
give_answer (GTask *task, BtyVaultOp *op)
{
  if (op->error != NULL)
    g_task_return_error (task, g_steal_pointer (&op->error));
  else if (op->kind == BTY_VAULT_LIST)
    g_task_return_pointer (task, op->names != NULL ? g_steal_pointer (&op->names) : g_new0 (char *, 1),
                           (GDestroyNotify) g_strfreev);
  else if (op->found != NULL)
    g_task_return_pointer (task, g_steal_pointer (&op->found), (GDestroyNotify) bty_secret_unref);
  else
    g_task_return_boolean (task, TRUE);
}

static void
finish (BtyVaultStore *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->current);

  give_answer (task, g_task_get_task_data (task));
  bty_vault_store_start_next (self);
}

static void
fail (BtyVaultStore *self, BtyErrorCode code, const char *message)
{
  BtyVaultOp *op = op_of (self);

  if (op->error == NULL)
    op->error = g_error_new_literal (BTY_ERROR, (int) code, message);
  finish (self);
}

static void
fail_locked (BtyVaultStore *self, const char *why)
{
  g_autofree char *message = NULL;
  const char *command;

  g_free (self->reason);
  self->reason = g_strdup (why);
  command = self->exists && self->has_password ? "boternity-ctl secret unlock --password"
                                               : "boternity-ctl secret unlock";
  if (why != NULL)
    message = g_strdup_printf (_ ("the vault is locked: %s; “%s” unlocks it"), why, command);
  else
    message = g_strdup_printf (_ ("the vault is locked: “%s” unlocks it"), command);
  fail (self, BTY_ERROR_FAILED_PRECONDITION, message);
}

static void
use_file (BtyVaultStore *self, BtyVaultOp *op, const char *why)
{
  g_strlcpy (op->kept_in, "file", sizeof op->kept_in);
  if (op->peek.file_key != NULL)
    {
      bty_secret_unref (op->kept);
      op->kept = bty_secret_ref (op->peek.file_key);
      op->is_new = FALSE;
    }
  else
    g_message (
      "the key of the vault is kept in the file %s, and whoever can read that and the vault can open it: %s. “boternity-ctl vault "
      "password” sets a password instead",
      self->vault->key_path, why);
  run (self);
}

static void
on_key_kept (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyVaultStore) self = data;
  BtyVaultOp *op = op_of (self);
  g_autoptr (GError) error = NULL;

  if (bty_secret_store_set_finish (BTY_SECRET_STORE (source), result, &error))
    {
      g_strlcpy (op->kept_in, "keyring", sizeof op->kept_in);
      run (self);
      return;
    }
  if (op->keep == BTY_VAULT_KEEP_AUTO)
    {
      use_file (self, op, error->message);
      return;
    }
  op->error = g_steal_pointer (&error);
  g_prefix_error (&op->error, "%s", _ ("the key of the vault cannot be kept in the keyring, as vault.key wants: "));
  finish (self);
}

static gboolean
keeper_works (BtyVaultStore *self)
{
  return self->keeper != NULL && bty_secret_store_get_state (self->keeper) == BTY_SECRET_STORE_OPEN &&
         bty_secret_store_is_writable (self->keeper);
}

/* A key for a vault that has none: kept before anything is sealed under it. */
static void
keep_new_key (BtyVaultStore *self, BtyVaultOp *op)
{
  g_autofree char *name = NULL;

  op->kept = bty_seal_key_new ();
  op->is_new = TRUE;
  if (op->keep == BTY_VAULT_KEEP_FILE)
    {
      use_file (self, op, _ ("vault.key says so"));
      return;
    }
  if (op->keep == BTY_VAULT_KEEP_AUTO && !keeper_works (self))
    {
      use_file (self, op, _ ("there is no keyring that is open"));
      return;
    }
  if (self->keeper == NULL)
    {
      fail (self, BTY_ERROR_FAILED_PRECONDITION,
            _ ("there is no keyring for the key of the vault, where vault.key wants it: set vault.key to auto"));
      return;
    }
  name = bty_vault_op_key_name (op);
  bty_secret_store_set_async (self->keeper, name, op->kept, g_task_get_cancellable (self->current), on_key_kept,
                              g_object_ref (self));
}

static void
on_key_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyVaultStore) self = data;
  BtyVaultOp *op = op_of (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *why = NULL;

  op->kept = bty_secret_store_get_finish (BTY_SECRET_STORE (source), result, &error);
  if (op->kept != NULL)
    {
      g_strlcpy (op->kept_in, "keyring", sizeof op->kept_in);
      run (self);
      return;
    }
  why = g_strdup_printf (_ ("its key is in the keyring, which does not give it (%s)"), error->message);
  fail_locked (self, why);
}

static void
find_kept_key (BtyVaultStore *self, BtyVaultOp *op)
{
  g_autofree char *name = NULL;

  if (strcmp (op->peek.kept_in, "file") == 0 && op->peek.file_key != NULL)
    {
      op->kept = bty_secret_ref (op->peek.file_key);
      g_strlcpy (op->kept_in, "file", sizeof op->kept_in);
      run (self);
    }
  else if (strcmp (op->peek.kept_in, "file") == 0)
    fail_locked (self, _ ("its key file vault.key is gone: put it back, or use the recovery key"));
  else if (op->peek.kept_in[0] == '\0')
    fail_locked (self, op->peek.has_password ? _ ("it has a password") : _ ("it has a recovery key alone"));
  else if (self->keeper == NULL)
    fail_locked (self, _ ("its key is in the keyring, and there is none here"));
  else
    {
      name = bty_vault_op_key_name (op);
      bty_secret_store_get_async (self->keeper, name, g_task_get_cancellable (self->current), on_key_found,
                                  g_object_ref (self));
    }
}

/* A key that is kept well is not made anew: a kill between keeping it and sealing under it would leave the vault without one. */
static gboolean
stays_where_it_is (BtyVaultStore *self, const BtyVaultOp *op)
{
  if (op->kind != BTY_VAULT_SET_PASSWORD || op->password != NULL || op->peek.has_password ||
      op->peek.kept_in[0] == '\0')
    return FALSE;
  return strcmp (op->peek.kept_in, "keyring") == 0 || op->keep == BTY_VAULT_KEEP_FILE || !keeper_works (self);
}

/* The vault is there or not; what does the operation need of it? */
static void
prepare (BtyVaultStore *self, BtyVaultOp *op)
{
  gboolean by_password = op->kind == BTY_VAULT_UNLOCK && op->password != NULL;

  if (op->kind == BTY_VAULT_PROBE)
    finish (self);
  else if (self->locked && op->kind != BTY_VAULT_UNLOCK)
    fail_locked (self, NULL);
  else if (op->opened.key == NULL && op->peek.exists && !by_password)
    find_kept_key (self, op);
  else if (stays_where_it_is (self, op))
    finish (self);
  else if (bty_vault_op_wants_new_key (op))
    keep_new_key (self, op);
  else if (op->opened.key != NULL || op->peek.exists || bty_vault_op_makes (op))
    run (self);
  else if (op->kind == BTY_VAULT_GET || op->kind == BTY_VAULT_DELETE)
    {
      g_autofree char *message = g_strdup_printf (_ ("the vault has no secret “%s”"), op->name);

      fail (self, BTY_ERROR_NOT_FOUND, message);
    }
  else if (by_password)
    fail (self, BTY_ERROR_FAILED_PRECONDITION, _ ("there is no vault yet: it is made when a secret is set"));
  else
    {
      self->locked = FALSE;
      finish (self);
    }
}

static void
on_key_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyVaultStore) self = data;
  g_autoptr (GError) error = NULL;

  if (!bty_secret_store_delete_finish (BTY_SECRET_STORE (source), result, &error) &&
      !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    g_warning ("the key that the vault had is still in the keyring, where it opens older copies of the vault: %s",
               error->message);
  finish (self);
}

static void
end_work (BtyVaultStore *self, BtyVaultOp *op)
{
  g_autofree char *name = NULL;
  gboolean was_in_keyring = strcmp (op->peek.kept_in, "keyring") == 0;

  if (self->serial != op->serial && op->kind == BTY_VAULT_GET && op->error == NULL)
    {
      fail_locked (self, NULL);
      return;
    }
  name = bty_vault_op_key_name (op);
  take_result (self, op);
  if (op->kind != BTY_VAULT_SET_PASSWORD || op->error != NULL || op->password == NULL || !was_in_keyring ||
      self->keeper == NULL)
    {
      finish (self);
      return;
    }
  /* It opens the vault no longer; it shall not open an old copy of it either. */
  bty_secret_store_delete_async (self->keeper, name, NULL, on_key_forgotten, g_object_ref (self));
}

/* Comes here after each step of the worker. */
static void
advance (BtyVaultStore *self)
{
  BtyVaultOp *op = op_of (self);

  if (!op->prepared)
    {
      op->prepared = TRUE;
      take_view (self, op);
      if (op->error != NULL)
        finish (self);
      else
        prepare (self, op);
      return;
    }
  if (op->error == NULL || g_error_matches (op->error, BTY_ERROR, BTY_ERROR_DATA_LOSS))
    {
      g_free (self->damaged);
      self->damaged = op->error != NULL ? g_strdup (op->error->message) : NULL;
    }
  end_work (self, op);
}

static gboolean
uses_key_alone (const BtyVaultOp *op)
{
  return op->kind == BTY_VAULT_GET || op->kind == BTY_VAULT_SET || op->kind == BTY_VAULT_DELETE ||
         op->kind == BTY_VAULT_LIST || op->kind == BTY_VAULT_MAKE_RECOVERY;
}

void
bty_vault_store_start_next (BtyVaultStore *self)
{
  BtyVaultOp *op;
  GTask *task = NULL;

  /* Whoever receives an answer may begin the next operation while it is given. */
  while (task == NULL && self->current == NULL && !g_queue_is_empty (self->waiting))
    {
      task = g_queue_pop_head (self->waiting);
      if (g_task_return_error_if_cancelled (task))
        g_clear_object (&task);
    }
  if (task == NULL)
    return;
  self->current = task;
  op = op_of (self);
  op->keep = self->host != NULL ? bty_vault_options_load (self->vault, self->host) : self->test_keep;
  op->serial = self->serial;
  if (self->opened.key != NULL)
    {
      op->opened = self->opened;
      op->opened.key = bty_secret_ref (self->opened.key);
      /* Nothing has to be found out: what it works on is read then in any case. */
      op->peeked = op->prepared = uses_key_alone (op);
    }
  bty_vault_make_id (op->new_id);
  run (self);
}
