/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-period.h"
#include "budget/bty-budget-service.h"

/* More than anybody has: no cap. */
#define BTY_UNCAPPED (G_MAXINT64 / 4)

/**
 * BtyBudgetNode:
 * @spent: what calls are known to have used; @unsure: what an earlier process may have spent on top, until it is reconciled;
 *   @reserved: what calls may use that are on their way
 * @durable: up to where the disk says that it may be spent; @asked: the same, once what is on its way to the disk is there
 * @caps: what it may come to
 * @largest: what calls reserve at most, lately
 * @n_granted: how many calls were granted something of it; @claimed: in which pass over those who wait somebody was next, so that nobody
 *   passes him over
 * @warned: percent of the cap that was last told, and @warned_at: of which cap
 * @row: (nullable): as it was last put; @is_loaded: whether it was looked for
 * @n_writes: how many are on their way to the disk
 * @error: (nullable): why it could not be looked for
 *
 * One period of one scope: `bot:ID/day/2026-11-21`.
 */
typedef struct
{
  guint references;
  char *key;
  BtyBudgetScope scope;
  char *subject;
  char *bot;
  char *slug;
  BtyBudgetPeriod period;
  gint64 since;
  gint64 until;

  BtyAmounts spent;
  BtyAmounts unsure;
  BtyAmounts reserved;
  BtyAmounts durable;
  BtyAmounts asked;
  BtyAmounts caps;
  BtyAmounts largest;
  guint64 n_granted;
  guint claimed[BTY_N_UNITS];
  guint warned[BTY_N_UNITS];
  gint64 warned_at[BTY_N_UNITS]; /* the cap that it was told of */
  gboolean has_warned;           /* is set: what was so at a start is not told again */

  BtySpend *row;
  gboolean is_known; /* its figures are those of the disk or later */
  gboolean is_loaded;
  gboolean is_loading;
  guint added_up_of; /* a session's: in which generation of caps its entries were added up */
  BtyAmounts found;  /* a session's: what the ledger had that was not known */
  guint n_writes;
  GError *error;
  gint64 used_at;
} BtyBudgetNode;

BtyBudgetNode *bty_budget_node_new (const char *key, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
                                    const BtyPeriodSpan *span);
BtyBudgetNode *bty_budget_node_ref (BtyBudgetNode *node);
void bty_budget_node_unref (BtyBudgetNode *node);

/** bty_budget_node_used: Returns: what counts as gone of a unit */
gint64 bty_budget_node_used (const BtyBudgetNode *node, BtyBudgetUnit unit);
/** bty_budget_node_unspent: Returns: what is left of a cap but for what is reserved */
gint64 bty_budget_node_unspent (const BtyBudgetNode *node, BtyBudgetUnit unit);
/** bty_budget_node_load: @row: (nullable): what the disk has: at first all of it counts, later it is no more than where to go on writing */
void bty_budget_node_load (BtyBudgetNode *node, const BtySpend *row);
/** bty_budget_node_make_row: Returns: (transfer full): its row with slabs up to @slabs, ready to be put; it stands in the place of the one before */
BtySpend *bty_budget_node_make_row (BtyBudgetNode *node, const BtyAmounts *slabs);

/** bty_spend_amounts: @slabs: whether its slabs are asked for, else what was spent */
void bty_spend_amounts (const BtySpend *row, gboolean slabs, BtyAmounts *amounts);

/** bty_budget_key: Returns: (transfer full): `SCOPE:SUBJECT/PERIOD/LAST` */
char *bty_budget_key (BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period, const char *last);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBudgetNode, bty_budget_node_unref)
