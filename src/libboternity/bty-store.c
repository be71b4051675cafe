/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-error.h"
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

static gboolean
fail_unimplemented (BtyStore *store, const char *function, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED, _ ("the store %s has no “%s”: use another kind of store"),
               G_OBJECT_TYPE_NAME (store), function);
  return FALSE;
}

gboolean
bty_store_dump (BtyStore *store, BtyStoreSink sink, gpointer data, GCancellable *cancellable, gint64 *n_rows,
                GError **error)
{
  BtyStoreInterface *iface = BTY_STORE_GET_IFACE (store);

  if (iface->dump == NULL)
    return fail_unimplemented (store, "dump", error);
  return iface->dump (store, sink, data, cancellable, n_rows, error);
}

gboolean
bty_store_load (BtyStore *store, const char *folder, BtyStoreSource source, gpointer data, GCancellable *cancellable,
                gint64 *n_rows, GError **error)
{
  BtyStoreInterface *iface = BTY_STORE_GET_IFACE (store);

  if (iface->load == NULL)
    return fail_unimplemented (store, "load", error);
  return iface->load (store, folder, source, data, cancellable, n_rows, error);
}
