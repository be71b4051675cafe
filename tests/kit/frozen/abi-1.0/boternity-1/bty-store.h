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
 * BtyStoreSink:
 * @subject: (nullable): id of the bot that @piece is about; empty: about none; %NULL: about the dump itself
 * @piece: some bytes in the store's own encoding, to be handed over whole to #BtyStoreSource later
 * @data: what bty_store_dump() was given
 *
 * Takes a piece of a dump. Called in the thread of bty_store_dump(). A piece with %NULL for its subject has to come again after all
 * that were given before it, and before all that follow; those between may come in any order, and those of a bot may be left out, all
 * of them.
 *
 * Returns: %FALSE with @error set to break the dump off
 */
typedef gboolean (*BtyStoreSink) (const char *subject, gconstpointer piece, gsize length, gpointer data,
                                  GError **error);

/**
 * BtyStoreSource:
 * @piece: (out) (transfer full) (nullable): the next piece of a dump; %NULL after the last one
 * @data: what bty_store_load() was given
 *
 * Gives a dump back, piece by piece. Called in the thread of bty_store_load().
 *
 * Returns: %FALSE with @error set to break the load off
 */
typedef gboolean (*BtyStoreSource) (GBytes **piece, gpointer data, GError **error);

/**
 * BtyStoreInterface:
 * @open: opens or makes the database in @folder and brings its schema up to date; blocks, since nothing works before it
 * @close: finishes what was acknowledged and closes; blocks; later calls fail
 * @apply_async: commits a batch
 * @get_async: finds one record by its id or by a unique field
 * @query_async: finds a page of records
 * @describe: one line for status, such as `SQLite 3.40.1, 1.2 MB, quick check passed`; (transfer full)
 * @dump: gives all that is kept, as of one moment, while reads and writes go on; blocks, in any thread. Optional
 * @load: makes a database in a folder that has none, out of a dump; blocks, in any thread. Optional
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
  gboolean (*dump) (BtyStore *store, BtyStoreSink sink, gpointer data, GCancellable *cancellable, gint64 *n_rows,
                    GError **error);
  gboolean (*load) (BtyStore *store, const char *folder, BtyStoreSource source, gpointer data,
                    GCancellable *cancellable, gint64 *n_rows, GError **error);
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

/**
 * bty_store_dump:
 * @store: an open store
 * @sink: (scope call): takes the pieces
 * @cancellable: (nullable): breaks it off
 * @n_rows: (out) (optional): how many rows there were
 *
 * Gives what is kept as it is at one moment; what is written meanwhile is not in it and waits for nothing. Called in any thread but
 * that of the main context, since it blocks for as long as it takes; a store that is closed breaks it off. While it runs, a store may
 * need more room on the disk for what is written.
 *
 * Returns: whether all was given; else %BTY_ERROR_CANCELLED, %BTY_ERROR_UNAVAILABLE (the store is closed), %BTY_ERROR_DATA_LOSS,
 *   %BTY_ERROR_UNIMPLEMENTED (the store cannot do it), or what @sink set
 */
BTY_EXPORT gboolean bty_store_dump (BtyStore *store, BtyStoreSink sink, gpointer data, GCancellable *cancellable,
                                    gint64 *n_rows, GError **error);

/**
 * bty_store_load:
 * @store: a store that is not open, and is not opened by this
 * @folder: where the database is made; there must be none
 * @source: (scope call): gives the pieces, of a dump by this or any older version of the store
 * @cancellable: (nullable): breaks it off
 * @n_rows: (out) (optional): how many rows were loaded
 *
 * Makes a database, brings it up to date and checks it whole. What fails leaves no database. Blocks; any thread.
 *
 * Returns: whether the database in @folder is whole and durable; else %BTY_ERROR_DATA_LOSS (the pieces are no whole dump),
 *   %BTY_ERROR_FAILED_PRECONDITION (of a newer version), %BTY_ERROR_ALREADY_EXISTS, %BTY_ERROR_RESOURCE_EXHAUSTED (the disk is full),
 *   %BTY_ERROR_CANCELLED, %BTY_ERROR_UNIMPLEMENTED, or what @source set
 */
BTY_EXPORT gboolean bty_store_load (BtyStore *store, const char *folder, BtyStoreSource source, gpointer data,
                                    GCancellable *cancellable, gint64 *n_rows, GError **error);

G_END_DECLS
