/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyBatch:
 *
 * Changes that are committed together or not at all, with the events that tell of them. Filled on the main context, immutable
 * once it is handed to bty_store_apply_async(); counted atomically.
 */
typedef struct _BtyBatch BtyBatch;

#define BTY_TYPE_BATCH (bty_batch_get_type ())
BTY_EXPORT GType bty_batch_get_type (void);

typedef enum
{
  BTY_CHANGE_PUT,
  BTY_CHANGE_DELETE,
} BtyChangeKind;

/**
 * BtyChange:
 * @record: for a put: the record as it will be (head stamped); for a delete: the record as it was read
 * @expected: the revision that the store must hold: 0 for none yet
 */
typedef struct
{
  BtyChangeKind kind;
  BtyRecord *record;
  gint64 expected;
} BtyChange;

BTY_EXPORT BtyBatch *bty_batch_new (void);
BTY_EXPORT BtyBatch *bty_batch_ref (BtyBatch *batch);
BTY_EXPORT void bty_batch_unref (BtyBatch *batch);

/**
 * bty_batch_put:
 * @record: (transfer none): a new record, or an edit copy that still bears the revision at which it was read
 *
 * Stamps the head: an id if it has none, created_at if 0, updated_at, and revision + 1. The store fails the whole batch with
 * %BTY_ERROR_ABORTED unless it holds the revision before. The record is what was stored once the batch is.
 */
BTY_EXPORT void bty_batch_put (BtyBatch *batch, gpointer record);

/** bty_batch_delete: @record: as it was read: the store fails the batch unless it still holds that revision */
BTY_EXPORT void bty_batch_delete (BtyBatch *batch, gconstpointer record);

/**
 * bty_batch_publish:
 * @topic: such as `bot.created`
 * @subject: (nullable): the record that it is about; its read view becomes the event's data
 *
 * Puts an event into the log by the same commit. It goes out after the commit, never before. Of a record that the batch has been told
 * to delete, the data keeps only what it can be found by (its head, indexed and unique fields), since the log outlives it; what
 * the log holds of it from before is forgotten by the commit.
 */
BTY_EXPORT void bty_batch_publish (BtyBatch *batch, const char *topic, gconstpointer subject);

/**
 * bty_batch_set_lazy:
 *
 * Nobody waits for this batch: a store may keep it for a moment (100 ms, say), so that it shares the sync of the batch that comes
 * next. Its order among all batches stays: what is applied after it is never durable before it.
 */
BTY_EXPORT void bty_batch_set_lazy (BtyBatch *batch);
BTY_EXPORT gboolean bty_batch_is_lazy (const BtyBatch *batch);

/* For stores. */
BTY_EXPORT guint bty_batch_get_n_changes (const BtyBatch *batch);
BTY_EXPORT const BtyChange *bty_batch_get_change (const BtyBatch *batch, guint index);
/** bty_batch_get_events: Returns: (transfer none) (element-type BtyEvent): events, each a stamped record */
BTY_EXPORT GPtrArray *bty_batch_get_events (const BtyBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBatch, bty_batch_unref)

G_END_DECLS
