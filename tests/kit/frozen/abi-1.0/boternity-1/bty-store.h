/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-batch.h"
#include "bty-event.h"
#include "bty-query.h"

G_BEGIN_DECLS

/**
 * BtyStore:
 *
 * Keeps records. What apply has acknowledged is durable: on the disk, not in a cache. Called from the main context, which is also
 * where callbacks come; the work is done elsewhere. Reads see every write that was acknowledged before they began. Callbacks
 * of applies come in the order of the calls.
 *
 * Signal `committed` (GPtrArray of #BtyEvent): the events of one commit, in order, emitted on the main context after the commit
 * and before the callbacks of its batches. After open, the events that an earlier process committed but did not get to emit
 * come the same way: at least once, each with its id. Events are records of %bty_event_schema that can be queried like any other
 * until the store's retention takes out the oldest; the newest one always stays, so that positions never come again.
 *
 * Errors: %BTY_ERROR_ABORTED (a revision that is not the expected one), %BTY_ERROR_ALREADY_EXISTS (a unique field),
 * %BTY_ERROR_INVALID_ARGUMENT (a bad cursor), %BTY_ERROR_RESOURCE_EXHAUSTED (the disk is full), %BTY_ERROR_UNAVAILABLE (locked or
 * read-only), %BTY_ERROR_DATA_LOSS (damaged), %BTY_ERROR_FAILED_PRECONDITION (a newer schema), %BTY_ERROR_CANCELLED.
 */
#define BTY_TYPE_STORE (bty_store_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtyStore, bty_store, BTY, STORE, GObject)

/**
 * BtyStoreInterface:
 * @open: opens or makes the database in @folder and brings its schema up to date; blocks, since nothing works before it
 * @close: finishes what was acknowledged and closes; blocks; later calls fail
 * @apply_async: commits a batch
 * @get_async: finds one record by its id or by a unique field
 * @query_async: finds a page of records
 * @describe: one line for status, such as `SQLite 3.40.1, 1.2 MB, quick check passed`; (transfer full)
 */
struct _BtyStoreInterface
{
  GTypeInterface parent;

  gboolean (*open) (BtyStore *store, const char *folder, GError **error);
  void (*close) (BtyStore *store);
  void (*apply_async) (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data);
  gboolean (*apply_finish) (BtyStore *store, GAsyncResult *result, GError **error);
  void (*get_async) (BtyStore *store, const BtySchema *schema, const char *field, const char *value,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  gpointer (*get_finish) (BtyStore *store, GAsyncResult *result, GError **error);
  void (*query_async) (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer data);
  BtyPage *(*query_finish) (BtyStore *store, GAsyncResult *result, GError **error);
  char *(*describe) (BtyStore *store);
};

BTY_EXPORT gboolean bty_store_open (BtyStore *store, const char *folder, GError **error);
BTY_EXPORT void bty_store_close (BtyStore *store);

BTY_EXPORT void bty_store_apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
BTY_EXPORT gboolean bty_store_apply_finish (BtyStore *store, GAsyncResult *result, GError **error);

/**
 * bty_store_get_async:
 * @schema: the record's type
 * @field: `id` or a BTY_UNIQUE field
 * @value: its value
 */
BTY_EXPORT void bty_store_get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_store_get_finish: Returns: (transfer full) (nullable): the record; %NULL with %BTY_ERROR_NOT_FOUND when there is none */
BTY_EXPORT gpointer bty_store_get_finish (BtyStore *store, GAsyncResult *result, GError **error);

BTY_EXPORT void bty_store_query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
/** bty_store_query_finish: Returns: (transfer full) (nullable): a page */
BTY_EXPORT BtyPage *bty_store_query_finish (BtyStore *store, GAsyncResult *result, GError **error);
BTY_EXPORT char *bty_store_describe (BtyStore *store);

G_END_DECLS
