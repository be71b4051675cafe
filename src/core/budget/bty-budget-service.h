/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/**
 * BtyAmounts:
 *
 * What a call uses or may use, by unit (a #BtyBudgetUnit): micro-dollars, tokens, calls, milliseconds.
 */
typedef struct
{
  gint64 of[BTY_N_UNITS];
} BtyAmounts;

/**
 * BtyCapHit:
 * @scope: @subject, @period, @unit: which cap
 * @cap: the amount it stands at; @left: what is left of it; @needed: what the call would have needed at least
 * @renews_at: when there is more, microseconds since 1970; 0: never by itself
 * @command: the command that raises it
 */
typedef struct
{
  BtyBudgetScope scope;
  char *subject;
  BtyBudgetPeriod period;
  BtyBudgetUnit unit;
  gint64 cap;
  gint64 left;
  gint64 needed;
  gint64 renews_at;
  char *command;
} BtyCapHit;

/**
 * BtyBudgetService:
 *
 * What may be spent, and what was: a tree of caps (installation, then bot or workflow, then session, then turn, then call), each with its
 * periods. What is reserved or spent below counts above at once, all in memory; on disk are slabs, so that a call waits for the disk
 * only when a slab is used up. Settings group `budget`. Main context.
 *
 * Signals: `warning (BtyStanding *)` at 50, 80 and 100 percent of a cap by day, month or total, or of a session; `raised (slug)` when there is room again: of
 * that bot, or of all with %NULL; `billed (BtyUsageEntry *)` when a call that was taken to be free cost something.
 */
#define BTY_TYPE_BUDGET_SERVICE (bty_budget_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyBudgetService, bty_budget_service, BTY, BUDGET_SERVICE, GObject)

BtyBudgetService *bty_budget_service_new (BtyStore *store, BtySettings *settings);
/** bty_budget_service_stop: writes down exactly what was spent, while the store is open; nothing more may be reserved */
void bty_budget_service_stop (BtyBudgetService *budgets);
/** bty_budget_service_forget: @bot was purged: id of a bot of which nothing is on disk any more */
void bty_budget_service_forget (BtyBudgetService *budgets, const char *bot);
/** bty_budget_add_settings: declares the settings of the group `budget` */
void bty_budget_add_settings (BtySettings *settings);

/**
 * BtySpender:
 *
 * Who spends: one turn, or one request from outside; a branch of the tree that ends with it. A sub-agent's turn has the agent's
 * spender as its parent.
 */
#define BTY_TYPE_SPENDER (bty_spender_get_type ())
G_DECLARE_FINAL_TYPE (BtySpender, bty_spender, BTY, SPENDER, GObject)

/**
 * BtySpenderFor:
 * @purpose: as in #BtyUsageEntry; the others as there, each nullable
 * @spent: micro-dollars that this turn cost before, when it goes on after a pause; @spent_tokens, @spent_calls, @spent_ms: the same
 *   of the other units; @spent_pricing: how sure its price was, when there were calls
 */
typedef struct
{
  const char *purpose;
  const char *bot;
  const char *slug;
  const char *session;
  const char *turn;
  const char *workflow;
  gint64 spent;
  gint64 spent_tokens;
  gint64 spent_calls;
  gint64 spent_ms;
  BtyPricing spent_pricing;
} BtySpenderFor;

/** bty_spender_new: @parent: (nullable): Returns: (transfer full): a new spender; @what is copied */
BtySpender *bty_spender_new (BtyBudgetService *budgets, BtySpender *parent, const BtySpenderFor *what);
/** bty_spender_get_for: Returns: (transfer none): for whom, as long as the spender */
const BtySpenderFor *bty_spender_get_for (BtySpender *spender);
/** bty_spender_get_cost: Returns: micro-dollars that were settled so far, @spent included; @pricing: (out) (optional): the least sure */
gint64 bty_spender_get_cost (BtySpender *spender, BtyPricing *pricing);
/** bty_spender_get_hit: Returns: (transfer none) (nullable): the cap that a reserve failed at last, also when others did not since */
const BtyCapHit *bty_spender_get_hit (BtySpender *spender);
/** bty_spender_on_warning: @warn: told in words when a cap above reaches 50, 80 or 100 percent by what this spender does */
void bty_spender_on_warning (BtySpender *spender, void (*warn) (const char *text, gpointer data), gpointer data);

/**
 * BtyReservation:
 *
 * What one call may use at most. It ends with bty_reservation_settle() or bty_reservation_drop().
 */
typedef struct _BtyReservation BtyReservation;

/**
 * bty_spender_reserve_async:
 * @least: without this there is no use in calling
 * @most: the worst case
 *
 * Reserves as much as there is room for, at every cap up to the root, between @least and @most. Where only what others hold leaves too
 * little room, it waits for them, as long as the setting budget.reserve_wait_ms says. Errors: %BTY_ERROR_RESOURCE_EXHAUSTED, whose
 * words name the cap, what is left, when it renews and the command that raises it.
 */
void bty_spender_reserve_async (BtySpender *spender, const BtyAmounts *least, const BtyAmounts *most,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_spender_reserve_finish: Returns: (transfer full) (nullable): */
BtyReservation *bty_spender_reserve_finish (BtySpender *spender, GAsyncResult *result, GError **error);
/** bty_reservation_get: Returns: (transfer none): what was granted */
const BtyAmounts *bty_reservation_get (const BtyReservation *reservation);
/**
 * bty_reservation_tell_limit:
 *
 * Returns: (transfer full) (nullable): which cap left less of @unit than the worst case, and the command that raises it, in words; %NULL:
 *   none did
 */
char *bty_reservation_tell_limit (const BtyReservation *reservation, BtyBudgetUnit unit);
/** bty_reservation_grow: Returns: whether @more was granted as well, at once and without the disk */
gboolean bty_reservation_grow (BtyReservation *reservation, const BtyAmounts *more);
/**
 * bty_reservation_settle:
 * @reservation: (transfer full):
 * @entry: tokens, cost, time and outcome of the call; who and what for is filled in from the spender. It is put into the ledger
 *   by a lazy batch
 *
 * The call is over: what it used takes the place of what was reserved.
 */
void bty_reservation_settle (BtyReservation *reservation, BtyUsageEntry *entry);
/** bty_reservation_drop: @reservation: (transfer full): nothing was sent: all is given back */
void bty_reservation_drop (BtyReservation *reservation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyReservation, bty_reservation_drop)

extern const BtyOperation bty_budget_operations[];
extern const guint bty_n_budget_operations;
extern const BtyOperation bty_usage_operations[];
extern const guint bty_n_usage_operations;
