/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-budget.h"
#include "bty-query.h"

G_BEGIN_DECLS

/* What operations on budgets and on the ledger take and give. */

/** BtyBudgetShow: @slug: (nullable): a bot's caps as well; @session: (nullable): those of a session and its bot as well */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *session;
} BtyBudgetShow;
BTY_DECLARE_RECORD (BtyBudgetShow, bty_budget_show)

/**
 * BtyBudgetSet:
 * @slug: (nullable): of a bot; @session: (nullable): of a session; @workflow: (nullable): of a workflow; at most one: else of the installation
 * @amount: micro-dollars, tokens, calls or milliseconds; null: no cap at all, whatever the settings say
 * @remove: takes the cap away instead: what the settings say counts again
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *session;
  char *workflow;
  BtyBudgetPeriod period;
  BtyBudgetUnit unit;
  gint64 amount;
  gboolean remove;
} BtyBudgetSet;
BTY_DECLARE_RECORD (BtyBudgetSet, bty_budget_set)

/** BtyBudgetHistory: @slug: (nullable): of one bot; else of all, and of the installation; @period: day or month */
typedef struct
{
  BtyRecord record;
  char *slug;
  BtyBudgetPeriod period;
  char *cursor;
  gint64 limit;
} BtyBudgetHistory;
BTY_DECLARE_RECORD (BtyBudgetHistory, bty_budget_history)

/**
 * BtySpendReport:
 * @label: the day or month, such as `2026-11-21`
 * @unsure: micro-dollars that may have been spent on top before the daemon was killed
 * @before: when reconciled: what counted as spent before, in micro-dollars
 *
 * What a period of a scope came to.
 */
typedef struct
{
  BtyRecord record;
  BtyBudgetScope scope;
  char *subject;
  char *slug;
  BtyBudgetPeriod period;
  char *label;
  gint64 usd;
  gint64 tokens;
  gint64 calls;
  gint64 time_ms;
  gint64 unsure;
  gint64 before;
} BtySpendReport;
BTY_DECLARE_RECORD (BtySpendReport, bty_spend_report)

/**
 * BtyBudgetReconcile:
 * @slug: (nullable): only of this bot
 * @give_back: whether what the ledger does not have is given back: calls that were on their way when the daemon was killed may have
 *   cost it, so that more than a cap may be spent
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  gboolean give_back;
} BtyBudgetReconcile;
BTY_DECLARE_RECORD (BtyBudgetReconcile, bty_budget_reconcile)

/** BtyUsageList: all filters nullable: only calls of this bot, session, turn, provider, begun from @since until before @until */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *session;
  char *turn;
  char *provider;
  gint64 since;
  gint64 until;
  char *cursor;
  gint64 limit;
} BtyUsageList;
BTY_DECLARE_RECORD (BtyUsageList, bty_usage_list)

/** BtyUsageBy: what calls are added up by */
typedef enum
{
  BTY_USAGE_BY_BOT,
  BTY_USAGE_BY_SESSION,
  BTY_USAGE_BY_MODEL,
  BTY_USAGE_BY_PROVIDER,
  BTY_USAGE_BY_TOOL,
  BTY_USAGE_BY_PURPOSE,
  BTY_USAGE_BY_DAY,
  BTY_USAGE_BY_PRICING,
} BtyUsageBy;
BTY_EXPORT const BtyEnumValue bty_usage_bys[];

/** BtyUsageSummary: the filters as in #BtyUsageList; without @since the last 30 days */
typedef struct
{
  BtyRecord record;
  BtyUsageBy by;
  char *slug;
  gint64 since;
  gint64 until;
} BtyUsageSummary;
BTY_DECLARE_RECORD (BtyUsageSummary, bty_usage_summary)

/**
 * BtyUsageSum:
 * @name: of the bot, session, model …; empty: none; %NULL: the sum of all, which comes last
 * @cost: micro-dollars; @pricing: the least sure of all
 * @estimates: calls whose tokens were counted by us; @unpriced: calls whose price nobody knows
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 calls;
  gint64 input_tokens;
  gint64 cached_tokens;
  gint64 output_tokens;
  gint64 time_ms;
  gint64 cost;
  BtyPricing pricing;
  gint64 estimates;
  gint64 unpriced;
} BtyUsageSum;
BTY_DECLARE_RECORD (BtyUsageSum, bty_usage_sum)

/** BtyUsageExport: the filters as in #BtyUsageList */
typedef struct
{
  BtyRecord record;
  char *slug;
  gint64 since;
  gint64 until;
} BtyUsageExport;
BTY_DECLARE_RECORD (BtyUsageExport, bty_usage_export)

/** BtyUsageText: @text: lines of CSV (RFC 4180) */
typedef struct
{
  BtyRecord record;
  char *text;
} BtyUsageText;
BTY_DECLARE_RECORD (BtyUsageText, bty_usage_text)

G_END_DECLS
