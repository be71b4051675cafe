/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-service.h"

/**
 * BtyLossyStore:
 *
 * A store over another one, which is its disk: a batch is there when bty_lossy_store_sync() says so, and not before. What a kill
 * takes away is what was not synced.
 */
#define BTY_TYPE_LOSSY_STORE (bty_lossy_store_get_type ())
G_DECLARE_FINAL_TYPE (BtyLossyStore, bty_lossy_store, BTY, LOSSY_STORE, GObject)

BtyStore *bty_lossy_store_new (BtyStore *disk);
/** bty_lossy_store_set_auto: what is applied goes through at once */
void bty_lossy_store_set_auto (BtyLossyStore *store, gboolean is_auto);
/** bty_lossy_store_sync: puts the first @n batches that wait onto the disk; @is_told: whether those who applied them hear of it */
void bty_lossy_store_sync (BtyLossyStore *store, guint n, gboolean is_told);
/** bty_lossy_store_kill: nothing more reaches the disk; what waits fails */
void bty_lossy_store_kill (BtyLossyStore *store);
guint bty_lossy_store_count_waiting (BtyLossyStore *store);
/** bty_lossy_store_count_eager: Returns: how many batches came that were not lazy */
guint bty_lossy_store_count_eager (BtyLossyStore *store);

/** bty_test_budget_settings: Returns: (transfer full): settings with the group `budget`, its caps being @...: pairs of key and value, NULL */
BtySettings *bty_test_budget_settings (const char *key, ...) G_GNUC_NULL_TERMINATED;
/** bty_test_spender_of: Returns: (transfer full): who chats for @bot */
BtySpender *bty_test_spender_of (BtyBudgetService *budgets, const char *bot);
/** bty_test_reserve: Returns: (transfer full) (nullable): what was granted for @least to @most micro-dollars, one call */
BtyReservation *bty_test_reserve (BtySpender *spender, gint64 least, gint64 most, GError **error);
/** bty_test_settle_cost: @reservation: (transfer full): it cost @cost */
void bty_test_settle_cost (BtyReservation *reservation, gint64 cost);
