/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-vault-store-private.h"

static void bty_vault_store_iface_init (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyVaultStore, bty_vault_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, bty_vault_store_iface_init))

static BtyHost *settings_host;

void
bty_vault_store_set_host (BtyHost *host)
{
  settings_host = host;
}

static void
start (BtyVaultStore *self, BtyVaultOp *op, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback,
       gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, op, (GDestroyNotify) bty_vault_op_free);
  g_queue_push_tail (self->waiting, task);
  if (self->current == NULL)
    bty_vault_store_start_next (self);
}

static void
get_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
  BtyVaultOp *op = bty_vault_op_new (BTY_VAULT_GET);

  op->name = g_strdup (name);
  start (BTY_VAULT_STORE (store), op, get_async, cancellable, callback, data);
}

static BtySecret *
get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
finish_deed (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  BtyVaultOp *op = bty_vault_op_new (BTY_VAULT_SET);

  op->name = g_strdup (name);
  op->secret = bty_secret_ref (secret);
  start (BTY_VAULT_STORE (store), op, set_async, cancellable, callback, data);
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  BtyVaultOp *op = bty_vault_op_new (BTY_VAULT_DELETE);

  op->name = g_strdup (name);
  start (BTY_VAULT_STORE (store), op, delete_async, cancellable, callback, data);
}

static void
list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  start (BTY_VAULT_STORE (store), bty_vault_op_new (BTY_VAULT_LIST), list_async, cancellable, callback, data);
}

static GStrv
list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  BtyVaultOp *op = bty_vault_op_new (BTY_VAULT_UNLOCK);

  op->password = password != NULL ? bty_secret_ref (password) : NULL;
  start (BTY_VAULT_STORE (store), op, unlock_async, cancellable, callback, data);
}

static void
set_password_async (BtySecretStore *store, BtySecret *current, BtySecret *password, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
  BtyVaultOp *op = bty_vault_op_new (BTY_VAULT_SET_PASSWORD);

  op->current = current != NULL ? bty_secret_ref (current) : NULL;
  op->password = password != NULL ? bty_secret_ref (password) : NULL;
  start (BTY_VAULT_STORE (store), op, set_password_async, cancellable, callback, data);
}

static void
make_recovery_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  start (BTY_VAULT_STORE (store), bty_vault_op_new (BTY_VAULT_MAKE_RECOVERY), make_recovery_async, cancellable,
         callback, data);
}

/* What is under way goes on with the key that it has, but its answer to a get is not given any more. */
static void
lock (BtySecretStore *store)
{
  BtyVaultStore *self = BTY_VAULT_STORE (store);

  self->locked = TRUE;
  self->serial++;
  bty_vault_opened_clear (&self->opened);
  g_clear_pointer (&self->reason, g_free);
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyVaultStore *self = BTY_VAULT_STORE (source);
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_clear_pointer (&self->warned, g_free);
  else if (g_strcmp0 (self->warned, error->message) != 0)
    {
      g_warning ("%s", error->message);
      g_free (self->warned);
      self->warned = g_strdup (error->message);
    }
}

/* A look at the file, so that status can tell how it is before a secret is asked for. */
static void
probe (BtyVaultStore *self)
{
  start (self, bty_vault_op_new (BTY_VAULT_PROBE), probe, NULL, on_probed, NULL);
}

static void
set_keeper (BtySecretStore *store, BtySecretStore *keeper)
{
  BtyVaultStore *self = BTY_VAULT_STORE (store);

  if (g_set_object (&self->keeper, keeper))
    g_clear_pointer (&self->reason, g_free); /* that may have been why it did not open */
  probe (self);
}

/* Open is also what opens by itself when it is asked. */
static BtySecretStoreState
get_state (BtySecretStore *store)
{
  BtyVaultStore *self = BTY_VAULT_STORE (store);

  if (self->damaged != NULL)
    {
      if (self->current == NULL) /* somebody may have put back a copy */
        probe (self);
      return BTY_SECRET_STORE_ABSENT;
    }
  if (self->opened.key != NULL)
    return BTY_SECRET_STORE_OPEN;
  if (self->locked || self->reason != NULL || (self->exists && self->kept_in[0] == '\0'))
    return BTY_SECRET_STORE_LOCKED;
  if (self->keeper == NULL && strcmp (self->kept_in, "keyring") == 0)
    return BTY_SECRET_STORE_LOCKED;
  return BTY_SECRET_STORE_OPEN;
}

static char *
describe_key (const BtyVaultStore *self)
{
  if (self->exists && self->has_password)
    return g_strdup (_ ("it opens with a password"));
  if (strcmp (self->kept_in, "keyring") == 0)
    return g_strdup (_ ("its key is kept in the keyring"));
  if (strcmp (self->kept_in, "file") == 0)
    return g_strdup_printf (_ ("its key is kept in %s, for whoever can read your files"), self->vault->key_path);
  return g_strdup (_ ("it is made when a secret is set"));
}

static char *
describe (BtySecretStore *store)
{
  BtyVaultStore *self = BTY_VAULT_STORE (store);
  g_autofree char *key = describe_key (self);

  if (self->damaged != NULL)
    return g_strdup (self->damaged);
  if (get_state (store) == BTY_SECRET_STORE_OPEN)
    return g_strdup_printf (_ ("the vault %s: %s"), self->vault->path, key);
  if (self->reason != NULL)
    return g_strdup_printf (_ ("the vault %s, locked: %s"), self->vault->path, self->reason);
  return g_strdup_printf (_ ("the vault %s, locked: %s"), self->vault->path, key);
}

static gboolean
is_available (BtySecretStore *store, char **reason)
{
  BtyVaultStore *self = BTY_VAULT_STORE (store);

  if (reason != NULL)
    *reason = g_strdup (self->damaged);
  return self->damaged == NULL;
}

static gboolean
is_writable (BtySecretStore *store)
{
  return TRUE;
}

static void
bty_vault_store_iface_init (BtySecretStoreInterface *iface)
{
  iface->describe = describe;
  iface->is_available = is_available;
  iface->get_state = get_state;
  iface->is_writable = is_writable;
  iface->set_keeper = set_keeper;
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->set_async = set_async;
  iface->set_finish = finish_deed;
  iface->delete_async = delete_async;
  iface->delete_finish = finish_deed;
  iface->list_async = list_async;
  iface->list_finish = list_finish;
  iface->unlock_async = unlock_async;
  iface->unlock_finish = finish_deed;
  iface->lock = lock;
  iface->set_password_async = set_password_async;
  iface->set_password_finish = finish_deed;
  iface->make_recovery_async = make_recovery_async;
  iface->make_recovery_finish = get_finish;
}

/* Nothing is under way: each operation holds the store. */
static void
bty_vault_store_finalize (GObject *object)
{
  BtyVaultStore *self = BTY_VAULT_STORE (object);

  g_thread_pool_free (self->worker, FALSE, FALSE);
  g_queue_free (self->waiting);
  bty_vault_opened_clear (&self->opened);
  g_clear_object (&self->keeper);
  g_free (self->reason);
  g_free (self->damaged);
  g_free (self->warned);
  bty_vault_free (self->vault);
  G_OBJECT_CLASS (bty_vault_store_parent_class)->finalize (object);
}

static void
bty_vault_store_class_init (BtyVaultStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_vault_store_finalize;
}

static void
bty_vault_store_init (BtyVaultStore *self)
{
  self->host = settings_host;
  self->waiting = g_queue_new ();
  self->worker = g_thread_pool_new (bty_vault_store_work, self, 1, FALSE, NULL);
  if (self->host != NULL)
    self->vault = bty_vault_new (bty_host_get_data_dir (self->host));
}

BtyVaultStore *
bty_vault_store_new (const char *folder, BtyVaultKeep keep)
{
  BtyVaultStore *self = g_object_new (BTY_TYPE_VAULT_STORE, NULL);

  g_clear_pointer (&self->vault, bty_vault_free);
  self->host = NULL;
  self->test_keep = keep;
  self->vault = bty_vault_new (folder);
  return self;
}

BtyVault *
bty_vault_store_get_vault (BtyVaultStore *store)
{
  return store->vault;
}
