/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "vault-test.h"

static void fake_keyring_iface_init (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeKeyring, fake_keyring, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, fake_keyring_iface_init))

static BtySecretStoreState
fake_get_state (BtySecretStore *store)
{
  return FAKE_KEYRING (store)->state;
}

/* FALSE when the task has ended with an error. */
static gboolean
is_open (FakeKeyring *self, GTask *task)
{
  if (self->state == BTY_SECRET_STORE_OPEN)
    return TRUE;
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "the keyring does not answer");
  return FALSE;
}

static void
fake_get (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
          gpointer data)
{
  FakeKeyring *self = FAKE_KEYRING (store);
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  BtySecret *secret = g_hash_table_lookup (self->secrets, name);

  if (!is_open (self, task))
    return;
  if (secret == NULL)
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no such secret");
  else
    g_task_return_pointer (task, bty_secret_ref (secret), (GDestroyNotify) bty_secret_unref);
}

static BtySecret *
fake_get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_set (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer data)
{
  FakeKeyring *self = FAKE_KEYRING (store);
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  if (!is_open (self, task))
    return;
  g_hash_table_insert (self->secrets, g_strdup (name), bty_secret_ref (secret));
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_delete (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
             gpointer data)
{
  FakeKeyring *self = FAKE_KEYRING (store);
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  if (!is_open (self, task))
    return;
  g_hash_table_remove (self->secrets, name);
  g_task_return_boolean (task, TRUE);
}

static void
fake_keyring_iface_init (BtySecretStoreInterface *iface)
{
  iface->get_state = fake_get_state;
  iface->get_async = fake_get;
  iface->get_finish = fake_get_finish;
  iface->set_async = fake_set;
  iface->set_finish = fake_finish;
  iface->delete_async = fake_delete;
  iface->delete_finish = fake_finish;
}

static void
fake_keyring_finalize (GObject *object)
{
  g_hash_table_unref (FAKE_KEYRING (object)->secrets);
  G_OBJECT_CLASS (fake_keyring_parent_class)->finalize (object);
}

static void
fake_keyring_class_init (FakeKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_keyring_finalize;
}

static void
fake_keyring_init (FakeKeyring *self)
{
  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  self->state = BTY_SECRET_STORE_OPEN;
}

void
vault_test_make_cheap (BtyVaultStore *vault)
{
  bty_vault_store_get_vault (vault)->cost = (BtySealCost){ .passes = 1, .memory = 64 };
}

static void
make_vault (VaultTest *f, gboolean with_keyring)
{
  f->vault = bty_vault_store_new (f->folder, BTY_VAULT_KEEP_AUTO);
  f->store = BTY_SECRET_STORE (f->vault);
  vault_test_make_cheap (f->vault);
  bty_secret_store_set_keeper (f->store, with_keyring ? BTY_SECRET_STORE (f->keyring) : NULL);
}

void
vault_test_set_up (VaultTest *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("vault-XXXXXX", NULL);
  f->keyring = g_object_new (FAKE_TYPE_KEYRING, NULL);
  make_vault (f, TRUE);
}

/* Until what is under way has let go of it. */
static void
drop_vault (VaultTest *f)
{
  gpointer left = f->vault;

  g_object_add_weak_pointer (G_OBJECT (f->vault), &left);
  g_object_unref (f->vault);
  while (left != NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
vault_test_restart (VaultTest *f, gboolean with_keyring)
{
  drop_vault (f);
  make_vault (f, with_keyring);
}

void
vault_test_tear_down (VaultTest *f, gconstpointer unused)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  drop_vault (f);
  g_object_unref (f->keyring);
  dir = g_dir_open (f->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = vault_test_path (f, name);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
}

char *
vault_test_path (VaultTest *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static BtySecret *
make_secret (const char *text)
{
  return text != NULL ? bty_secret_new (text, strlen (text)) : NULL;
}

static char *
take_text (BtySecret *secret)
{
  char *text = secret != NULL ? g_strdup (bty_secret_peek (secret)) : NULL;

  g_clear_pointer (&secret, bty_secret_unref);
  return text;
}

gboolean
vault_test_set (BtySecretStore *store, const char *name, const char *text, GError **error)
{
  g_autoptr (BtySecret) secret = make_secret (text);
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_set_async (store, name, secret, NULL, on_done, &result);
  return bty_secret_store_set_finish (store, wait_for (&result), error);
}

char *
vault_test_get (BtySecretStore *store, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_get_async (store, name, NULL, on_done, &result);
  return take_text (bty_secret_store_get_finish (store, wait_for (&result), error));
}

gboolean
vault_test_delete (BtySecretStore *store, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_delete_async (store, name, NULL, on_done, &result);
  return bty_secret_store_delete_finish (store, wait_for (&result), error);
}

GStrv
vault_test_list (BtySecretStore *store, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_list_async (store, NULL, on_done, &result);
  return bty_secret_store_list_finish (store, wait_for (&result), error);
}

gboolean
vault_test_unlock (BtySecretStore *store, const char *password, GError **error)
{
  BtySecret *secret = make_secret (password);
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_unlock_async (store, secret, NULL, on_done, &result);
  g_clear_pointer (&secret, bty_secret_unref);
  return bty_secret_store_unlock_finish (store, wait_for (&result), error);
}

gboolean
vault_test_set_password (BtySecretStore *store, const char *current, const char *password, GError **error)
{
  BtySecret *old = make_secret (current);
  BtySecret *new = make_secret (password);
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_set_password_async (store, old, new, NULL, on_done, &result);
  g_clear_pointer (&old, bty_secret_unref);
  g_clear_pointer (&new, bty_secret_unref);
  return bty_secret_store_set_password_finish (store, wait_for (&result), error);
}

char *
vault_test_make_recovery (BtySecretStore *store, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_make_recovery_async (store, NULL, on_done, &result);
  return take_text (bty_secret_store_make_recovery_finish (store, wait_for (&result), error));
}

GLogWriterOutput
vault_test_log_quietly (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer unused)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
    return g_log_writer_default (level, fields, n, NULL);
  return G_LOG_WRITER_HANDLED;
}
