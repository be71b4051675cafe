/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-secrets.h"

/*
 * Keeps secrets in memory. Replace the table by your service: ask it without blocking, and end the task when it has answered. Never
 * log a secret, nor put it into an error.
 */
struct _ExampleSecrets
{
  GObject parent_instance;
  GHashTable *secrets; /* name -> BtySecret */
};

static void init_secret_store (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleSecrets, example_secrets, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, init_secret_store))

static void
example_secrets_finalize (GObject *object)
{
  g_hash_table_unref (EXAMPLE_SECRETS (object)->secrets);
  G_OBJECT_CLASS (example_secrets_parent_class)->finalize (object);
}

static void
example_secrets_class_init (ExampleSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = example_secrets_finalize;
}

static void
example_secrets_init (ExampleSecrets *self)
{
  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_secret_unref);
}

static char *
describe (BtySecretStore *store)
{
  return g_strdup_printf ("in memory, %u secrets", g_hash_table_size (EXAMPLE_SECRETS (store)->secrets));
}

/* When it cannot be used, say why and what to do: "the vault is locked: unlock it with …". */
static gboolean
is_available (BtySecretStore *store, char **reason)
{
  return TRUE;
}

static void
fail_not_found (GTask *task, const char *name)
{
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no secret is called “%s”", name);
}

static void
get_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
           gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  BtySecret *secret = g_hash_table_lookup (EXAMPLE_SECRETS (store)->secrets, name);

  if (secret != NULL)
    g_task_return_pointer (task, bty_secret_ref (secret), (GDestroyNotify) bty_secret_unref);
  else
    fail_not_found (task, name);
}

static BtySecret *
get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  g_hash_table_replace (EXAMPLE_SECRETS (store)->secrets, g_strdup (name), bty_secret_ref (secret));
  g_task_return_boolean (task, TRUE);
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  if (g_hash_table_remove (EXAMPLE_SECRETS (store)->secrets, name))
    g_task_return_boolean (task, TRUE);
  else
    fail_not_found (task, name);
}

static gboolean
boolean_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, EXAMPLE_SECRETS (store)->secrets);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (names, name);
  g_task_return_pointer (task, g_strv_builder_end (names), (GDestroyNotify) g_strfreev);
}

static GStrv
list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
init_secret_store (BtySecretStoreInterface *iface)
{
  iface->describe = describe;
  iface->is_available = is_available;
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->set_async = set_async;
  iface->set_finish = boolean_finish;
  iface->delete_async = delete_async;
  iface->delete_finish = boolean_finish;
  iface->list_async = list_async;
  iface->list_finish = list_finish;
}
