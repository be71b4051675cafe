/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-secret-store.h"
#include "bty-unimplemented-private.h"

const BtyEnumValue bty_secret_store_states[] = {
  { BTY_SECRET_STORE_OPEN, "open", N_ ("Its secrets can be read") },
  { BTY_SECRET_STORE_LOCKED, "locked", N_ ("It has to be unlocked first") },
  { BTY_SECRET_STORE_ABSENT, "absent", N_ ("There is none here, or it does not answer") },
  { 0 },
};

G_DEFINE_INTERFACE (BtySecretStore, bty_secret_store, G_TYPE_OBJECT)

static void
bty_secret_store_default_init (BtySecretStoreInterface *iface)
{
}

char *
bty_secret_store_describe (BtySecretStore *store)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  return iface->describe != NULL ? iface->describe (store) : g_strdup (G_OBJECT_TYPE_NAME (store));
}

gboolean
bty_secret_store_is_available (BtySecretStore *store, char **reason)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);
  g_autofree char *why = NULL;
  gboolean is_available = iface->is_available == NULL || iface->is_available (store, &why);

  if (reason != NULL)
    *reason = is_available ? NULL : g_steal_pointer (&why);
  return is_available;
}

void
bty_secret_store_get_async (BtySecretStore *store, const char *name, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->get_async != NULL && iface->get_finish != NULL)
    iface->get_async (store, name, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "get", bty_secret_store_get_async, callback, data);
}

BtySecret *
bty_secret_store_get_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_get_async, error))
    return NULL;
  return BTY_SECRET_STORE_GET_IFACE (store)->get_finish (store, result, error);
}

void
bty_secret_store_set_async (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->set_async != NULL && iface->set_finish != NULL)
    iface->set_async (store, name, secret, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "set", bty_secret_store_set_async, callback, data);
}

gboolean
bty_secret_store_set_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_set_async, error))
    return FALSE;
  return BTY_SECRET_STORE_GET_IFACE (store)->set_finish (store, result, error);
}

void
bty_secret_store_delete_async (BtySecretStore *store, const char *name, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->delete_async != NULL && iface->delete_finish != NULL)
    iface->delete_async (store, name, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "delete", bty_secret_store_delete_async, callback, data);
}

gboolean
bty_secret_store_delete_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_delete_async, error))
    return FALSE;
  return BTY_SECRET_STORE_GET_IFACE (store)->delete_finish (store, result, error);
}

void
bty_secret_store_list_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->list_async != NULL && iface->list_finish != NULL)
    iface->list_async (store, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "list", bty_secret_store_list_async, callback, data);
}

GStrv
bty_secret_store_list_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_list_async, error))
    return NULL;
  return BTY_SECRET_STORE_GET_IFACE (store)->list_finish (store, result, error);
}

BtySecretStoreState
bty_secret_store_get_state (BtySecretStore *store)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->get_state != NULL)
    return iface->get_state (store);
  return bty_secret_store_is_available (store, NULL) ? BTY_SECRET_STORE_OPEN : BTY_SECRET_STORE_ABSENT;
}

gboolean
bty_secret_store_is_writable (BtySecretStore *store)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  return iface->is_writable != NULL ? iface->is_writable (store) : iface->set_async != NULL;
}

void
bty_secret_store_set_keeper (BtySecretStore *store, BtySecretStore *keeper)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->set_keeper != NULL)
    iface->set_keeper (store, keeper);
}

void
bty_secret_store_unlock_async (BtySecretStore *store, BtySecret *password, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->unlock_async != NULL && iface->unlock_finish != NULL)
    iface->unlock_async (store, password, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "unlock", bty_secret_store_unlock_async, callback, data);
}

gboolean
bty_secret_store_unlock_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_unlock_async, error))
    return FALSE;
  return BTY_SECRET_STORE_GET_IFACE (store)->unlock_finish (store, result, error);
}

void
bty_secret_store_lock (BtySecretStore *store)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->lock != NULL)
    iface->lock (store);
}

void
bty_secret_store_set_password_async (BtySecretStore *store, BtySecret *current, BtySecret *password,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->set_password_async != NULL && iface->set_password_finish != NULL)
    iface->set_password_async (store, current, password, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "set_password", bty_secret_store_set_password_async, callback, data);
}

gboolean
bty_secret_store_set_password_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_set_password_async, error))
    return FALSE;
  return BTY_SECRET_STORE_GET_IFACE (store)->set_password_finish (store, result, error);
}

void
bty_secret_store_make_recovery_async (BtySecretStore *store, GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer data)
{
  BtySecretStoreInterface *iface = BTY_SECRET_STORE_GET_IFACE (store);

  if (iface->make_recovery_async != NULL && iface->make_recovery_finish != NULL)
    iface->make_recovery_async (store, cancellable, callback, data);
  else
    bty_unimplemented_report (store, "make_recovery", bty_secret_store_make_recovery_async, callback, data);
}

BtySecret *
bty_secret_store_make_recovery_finish (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_secret_store_make_recovery_async, error))
    return NULL;
  return BTY_SECRET_STORE_GET_IFACE (store)->make_recovery_finish (store, result, error);
}
