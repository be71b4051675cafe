/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include "bty-store.h"

G_DEFINE_INTERFACE (BtyStore, bty_store, G_TYPE_OBJECT)

static void
bty_store_default_init (BtyStoreInterface *iface)
{
  g_signal_new ("committed", BTY_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

gboolean
bty_store_open (BtyStore *store, const char *folder, GError **error)
{
  return BTY_STORE_GET_IFACE (store)->open (store, folder, error);
}

void
bty_store_close (BtyStore *store)
{
  BTY_STORE_GET_IFACE (store)->close (store);
}

void
bty_store_apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data)
{
  BTY_STORE_GET_IFACE (store)->apply_async (store, batch, cancellable, callback, data);
}

gboolean
bty_store_apply_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return BTY_STORE_GET_IFACE (store)->apply_finish (store, result, error);
}

void
bty_store_get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BTY_STORE_GET_IFACE (store)->get_async (store, schema, field, value, cancellable, callback, data);
}

gpointer
bty_store_get_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return BTY_STORE_GET_IFACE (store)->get_finish (store, result, error);
}

void
bty_store_query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data)
{
  BTY_STORE_GET_IFACE (store)->query_async (store, query, cancellable, callback, data);
}

BtyPage *
bty_store_query_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return BTY_STORE_GET_IFACE (store)->query_finish (store, result, error);
}

char *
bty_store_describe (BtyStore *store)
{
  return BTY_STORE_GET_IFACE (store)->describe (store);
}
