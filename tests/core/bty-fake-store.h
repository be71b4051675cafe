/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyFakeStore:
 *
 * A BtyStore in memory, for tests of what stands on a store. It keeps what a real one would: the JSON of the store view, so that
 * secrets and what is not in the tables are gone when a record is read again. Revisions, unique fields, filters, order, cursors, text
 * search over messages, the `committed` signal and the order of callbacks are as the interface says; callbacks come through the main loop.
 * Nothing is on the disk: open and close forget nothing.
 */
#define BTY_TYPE_FAKE_STORE (bty_fake_store_get_type ())
G_DECLARE_FINAL_TYPE (BtyFakeStore, bty_fake_store, BTY, FAKE_STORE, GObject)

BtyStore *bty_fake_store_new (void);
/** bty_fake_store_fail_next: the next apply, get or query fails so, and changes nothing */
void bty_fake_store_fail_next (BtyFakeStore *store, BtyErrorCode code, const char *message);
/** bty_fake_store_fail_next_awaited: the same, for the next that somebody waits for: lazy batches are spared */
void bty_fake_store_fail_next_awaited (BtyFakeStore *store, BtyErrorCode code, const char *message);
guint bty_fake_store_count (BtyFakeStore *store, const BtySchema *schema);
/** bty_fake_store_dump: Returns: (transfer full): all that is kept, as text */
char *bty_fake_store_dump (BtyFakeStore *store);
