/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-fake-secrets.h"

#include <string.h>

static void bty_fake_secrets_init_store (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyFakeSecrets, bty_fake_secrets, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, bty_fake_secrets_init_store))

static void
bty_fake_secrets_finalize (GObject *object)
{
  BtyFakeSecrets *self = BTY_FAKE_SECRETS (object);

  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->hanging);
  G_OBJECT_CLASS (bty_fake_secrets_parent_class)->finalize (object);
}

static void
bty_fake_secrets_class_init (BtyFakeSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_fake_secrets_finalize;
}

static void
bty_fake_secrets_init (BtyFakeSecrets *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
  self->hanging = g_ptr_array_new_with_free_func (g_object_unref);
}

BtyFakeSecrets *
bty_fake_secrets_new (void)
{
  return g_object_new (BTY_TYPE_FAKE_SECRETS, NULL);
}

void
bty_fake_secrets_answer (BtyFakeSecrets *self)
{
  for (guint i = 0; i < self->hanging->len; i++)
    g_task_return_new_error (self->hanging->pdata[i], BTY_ERROR, BTY_ERROR_UNAVAILABLE, "the fake hung");
  g_ptr_array_set_size (self->hanging, 0);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
bty_fake_secrets_names (BtyFakeSecrets *self)
{
  guint n;
  g_autofree char **names = (char **) g_hash_table_get_keys_as_array (self->values, &n);

  qsort (names, n, sizeof *names, compare);
  return g_strjoinv (" ", names);
}

static void
on_cancelled (GCancellable *cancellable, gpointer store)
{
  bty_fake_secrets_answer (store);
}

/* NULL: it has been answered, or never will be. */
static GTask *
begin (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyFakeSecrets *self = BTY_FAKE_SECRETS (store);
  GTask *task = g_task_new (store, cancellable, callback, data);

  g_task_set_check_cancellable (task, FALSE);
  self->n_asked += 1;
  if (self->hangs)
    {
      g_ptr_array_add (self->hanging, task);
      if (self->gives_up)
        g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), store, 0);
      return NULL;
    }
  if (self->state == BTY_SECRET_STORE_OPEN)
    return task;
  g_task_return_new_error (
    task, BTY_ERROR, self->state == BTY_SECRET_STORE_LOCKED ? BTY_ERROR_FAILED_PRECONDITION : BTY_ERROR_UNAVAILABLE,
    "the fake is %s", self->state == BTY_SECRET_STORE_LOCKED ? "locked" : "absent");
  g_object_unref (task);
  return NULL;
}

static void
get_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
  g_autoptr (GTask) task = begin (store, cancellable, callback, data);
  BtySecret *secret = g_hash_table_lookup (BTY_FAKE_SECRETS (store)->values, name);

  if (task != NULL && secret != NULL)
    g_task_return_pointer (task, bty_secret_ref (secret), (GDestroyNotify) bty_secret_unref);
  else if (task != NULL)
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "the fake has no “%s”", name);
}

static gpointer
finish_pointer (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static BtySecret *
get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return finish_pointer (store, result, error);
}

static gboolean
finish_boolean (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  BtyFakeSecrets *self = BTY_FAKE_SECRETS (store);
  g_autoptr (GTask) task = begin (store, cancellable, callback, data);

  if (task == NULL)
    return;
  if (self->n_failing > 0)
    {
      self->n_failing -= 1;
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, "the fake is full");
      return;
    }
  g_hash_table_replace (self->values, g_strdup (name),
                        self->spoils ? bty_secret_new ("spoilt", 6) : bty_secret_ref (secret));
  g_task_return_boolean (task, TRUE);
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = begin (store, cancellable, callback, data);

  if (task == NULL)
    return;
  if (g_hash_table_remove (BTY_FAKE_SECRETS (store)->values, name))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "the fake has no “%s”", name);
}

static void
list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = begin (store, cancellable, callback, data);
  g_autofree char *names = bty_fake_secrets_names (BTY_FAKE_SECRETS (store));

  if (task != NULL)
    g_task_return_pointer (task, g_strsplit (names, " ", -1), (GDestroyNotify) g_strfreev);
}

static GStrv
list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return finish_pointer (store, result, error);
}

static BtySecretStoreState
get_state (BtySecretStore *store)
{
  return BTY_FAKE_SECRETS (store)->state;
}

static gboolean
is_available (BtySecretStore *store, char **reason)
{
  BtyFakeSecrets *self = BTY_FAKE_SECRETS (store);

  if (self->state == BTY_SECRET_STORE_OPEN)
    return TRUE;
  *reason = g_strdup (self->state == BTY_SECRET_STORE_LOCKED ? "the fake is locked" : "there is no fake");
  return FALSE;
}

static void
set_keeper (BtySecretStore *store, BtySecretStore *keeper)
{
  BTY_FAKE_SECRETS (store)->keeper = keeper;
}

static void
lock (BtySecretStore *store)
{
  BTY_FAKE_SECRETS (store)->state = BTY_SECRET_STORE_LOCKED;
}

static void
unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  if (password != NULL && bty_secret_equal (password, "open sesame", 11))
    {
      BTY_FAKE_SECRETS (store)->state = BTY_SECRET_STORE_OPEN;
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, "no");
}

static void
bty_fake_secrets_init_store (BtySecretStoreInterface *iface)
{
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->set_async = set_async;
  iface->set_finish = finish_boolean;
  iface->delete_async = delete_async;
  iface->delete_finish = finish_boolean;
  iface->list_async = list_async;
  iface->list_finish = list_finish;
  iface->get_state = get_state;
  iface->is_available = is_available;
  iface->set_keeper = set_keeper;
  iface->lock = lock;
  iface->unlock_async = unlock_async;
  iface->unlock_finish = finish_boolean;
}
