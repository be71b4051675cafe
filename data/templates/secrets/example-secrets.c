/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-secrets.h"

/*
 * Keeps secrets in memory. Replace the table by your service: ask it without blocking, and end the task when it has answered. Never
 * log a secret, nor put it into an error. A store of yours that cannot be locked, or has no password, leaves those functions out.
 */
struct _ExampleSecrets
{
  GObject parent_instance;
  GHashTable *secrets; /* name -> BtySecret */
  BtySecret *password; /* (nullable): what it opens with; NULL: it opens by itself */
  gboolean is_locked;
};

static void init_secret_store (BtySecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleSecrets, example_secrets, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, init_secret_store))

static void
example_secrets_finalize (GObject *object)
{
  ExampleSecrets *self = EXAMPLE_SECRETS (object);

  g_hash_table_unref (self->secrets);
  g_clear_pointer (&self->password, bty_secret_unref);
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
  ExampleSecrets *self = EXAMPLE_SECRETS (store);

  return g_strdup_printf ("in memory, %u secrets%s", g_hash_table_size (self->secrets),
                          self->is_locked ? ", locked" : "");
}

/* Absent is for a service that does not answer. This and the next two are asked often: say what is known, and ask nobody. */
static BtySecretStoreState
get_state (BtySecretStore *store)
{
  return EXAMPLE_SECRETS (store)->is_locked ? BTY_SECRET_STORE_LOCKED : BTY_SECRET_STORE_OPEN;
}

static gboolean
is_writable (BtySecretStore *store)
{
  return TRUE;
}

/* When it cannot be used, say why and what to do. */
static gboolean
is_available (BtySecretStore *store, char **reason)
{
  if (!EXAMPLE_SECRETS (store)->is_locked)
    return TRUE;
  *reason = g_strdup ("it is locked: boternity-ctl secret unlock example --password");
  return FALSE;
}

/* Returns: whether it is open; else the task is ended */
static gboolean
check_open (GTask *task)
{
  g_autofree char *reason = NULL;

  if (is_available (g_task_get_source_object (task), &reason))
    return TRUE;
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "%s", reason);
  return FALSE;
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

  if (!check_open (task))
    return;
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

  if (!check_open (task))
    return;
  g_hash_table_replace (EXAMPLE_SECRETS (store)->secrets, g_strdup (name), bty_secret_ref (secret));
  g_task_return_boolean (task, TRUE);
}

static void
delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  if (!check_open (task))
    return;
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

  if (!check_open (task))
    return;
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

/* Whether @given is the password, in a time that does not tell how much of it is right. */
static gboolean
is_password (ExampleSecrets *self, const BtySecret *given)
{
  if (self->password == NULL || given == NULL)
    return self->password == NULL;
  return bty_secret_equal (self->password, bty_secret_peek (given), bty_secret_get_length (given));
}

/* What is wrong says nothing about why. A store whose password can be guessed at makes each next try wait longer. */
static void
fail_password (GTask *task)
{
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, "it does not open with that");
}

static void
unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  ExampleSecrets *self = EXAMPLE_SECRETS (store);

  if (!is_password (self, password))
    {
      fail_password (task);
      return;
    }
  self->is_locked = FALSE;
  g_task_return_boolean (task, TRUE);
}

/* A real store forgets its key here, and everything that it has read. */
static void
lock (BtySecretStore *store)
{
  EXAMPLE_SECRETS (store)->is_locked = TRUE;
}

static void
set_password_async (BtySecretStore *store, BtySecret *current, BtySecret *password, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);
  ExampleSecrets *self = EXAMPLE_SECRETS (store);

  if (!is_password (self, current))
    {
      fail_password (task);
      return;
    }
  g_clear_pointer (&self->password, bty_secret_unref);
  self->password = password != NULL ? bty_secret_ref (password) : NULL;
  g_task_return_boolean (task, TRUE);
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
  iface->get_state = get_state;
  iface->is_writable = is_writable;
  iface->unlock_async = unlock_async;
  iface->unlock_finish = boolean_finish;
  iface->lock = lock;
  iface->set_password_async = set_password_async;
  iface->set_password_finish = boolean_finish;
}
