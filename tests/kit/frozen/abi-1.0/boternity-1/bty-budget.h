/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-model.h"

G_BEGIN_DECLS

/** BtyBudgetScope: whose money it is; a child can never spend more than is left above it */
typedef enum
{
  BTY_SCOPE_INSTALLATION,
  BTY_SCOPE_BOT,
  BTY_SCOPE_SESSION,
  BTY_SCOPE_WORKFLOW,
} BtyBudgetScope;
BTY_EXPORT const BtyEnumValue bty_budget_scopes[];

/** BtyBudgetPeriod: for how long an amount lasts; days and months are those of the owner's time zone */
typedef enum
{
  BTY_PERIOD_CALL,
  BTY_PERIOD_TURN,
  BTY_PERIOD_SESSION,
  BTY_PERIOD_DAY,
  BTY_PERIOD_MONTH,
  BTY_PERIOD_TOTAL,
} BtyBudgetPeriod;
BTY_EXPORT const BtyEnumValue bty_budget_periods[];

/** BtyBudgetUnit: what is counted: micro-dollars (US), tokens, calls of models, milliseconds that calls took */
typedef enum
{
  BTY_UNIT_USD,
  BTY_UNIT_TOKENS,
  BTY_UNIT_CALLS,
  BTY_UNIT_TIME,
} BtyBudgetUnit;
#define BTY_N_UNITS 4
BTY_EXPORT const BtyEnumValue bty_budget_units[];

/**
 * BtyCap:
 * @key: `SCOPE:SUBJECT/PERIOD/UNIT`: one cap for each
 * @subject: (nullable): id of the bot or session, name of the workflow; %NULL for the installation
 * @slug: (nullable): slug of the bot that it is about, also of a session's
 * @amount: most that may be spent: micro-dollars, tokens, calls or milliseconds; 0 is nothing at all
 *
 * A cap that the owner set. It stands in the place of the default that the settings of the group `budget` give.
 */
typedef struct
{
  BtyRecord record;
  char *key;
  BtyBudgetScope scope;
  char *subject;
  char *slug;
  BtyBudgetPeriod period;
  BtyBudgetUnit unit;
  gint64 amount;
} BtyCap;
BTY_DECLARE_RECORD (BtyCap, bty_cap)

/**
 * BtySpend:
 * @key: `SCOPE:SUBJECT/PERIOD/START`, such as `bot:ID/day/2026-11-21`: one row for each
 * @bot: (nullable): id of the bot that it is about: rows of a bot go with it
 * @since: begin of the period
 * @usd: micro-dollars that calls are known to have cost; @tokens, @calls, @time_ms: the same of the other units
 * @slab_usd: up to here the running daemon may spend without writing first; what lies between @usd and @slab_usd counts as spent
 *   when it is found so at a start, until it is reconciled; the other slabs likewise
 *
 * What was spent in one period of one scope.
 */
typedef struct
{
  BtyRecord record;
  char *key;
  BtyBudgetScope scope;
  char *subject;
  char *bot;
  BtyBudgetPeriod period;
  gint64 since;
  gint64 usd;
  gint64 tokens;
  gint64 calls;
  gint64 time_ms;
  gint64 slab_usd;
  gint64 slab_tokens;
  gint64 slab_calls;
  gint64 slab_time_ms;
} BtySpend;
BTY_DECLARE_RECORD (BtySpend, bty_spend)

/**
 * BtyUsageEntry:
 * @bot: (nullable): id; @slug: (nullable): its slug at that time
 * @purpose: why it was asked: `chat`, `gateway`, `test`, `judge`, `embed`, `hedge`
 * @provider: its name; @model: the model's own name
 * @estimated_tokens: what the input was thought to be before the call
 * @cost: micro-dollars; @pricing: where the price comes from
 * @outcome: nick of the reason why the answer ended, or the name of the error's code
 *
 * One call of a model, as it was settled: the ledger.
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  char *session;
  char *turn;
  char *workflow;
  char *tool;
  char *purpose;
  char *provider;
  char *model;
  gint64 input_tokens;
  gint64 cached_tokens;
  gint64 cache_write_tokens;
  gint64 output_tokens;
  gint64 reasoning_tokens;
  gint64 estimated_tokens;
  gboolean is_estimate;
  gint64 cost;
  BtyPricing pricing;
  gint64 first_token_ms;
  gint64 time_ms;
  char *outcome;
} BtyUsageEntry;
BTY_DECLARE_RECORD (BtyUsageEntry, bty_usage_entry)

/**
 * BtyStanding:
 * @subject: (nullable): id of the bot or session, name of the workflow; @slug: (nullable): slug of the bot
 * @amount: the cap; micro-dollars, tokens, calls or milliseconds, as all that follow
 * @spent: what calls are known to have used
 * @unsure: what may have been spent on top before the daemon was killed, until it is reconciled; it counts as spent
 * @reserved: what calls may use at most that are on their way
 * @left: what is left of it
 * @percent: of the cap, @unsure included
 * @renews_at: when it begins anew; null: never
 * @is_default: whether the settings give it
 * @level: in a warning: 50, 80 or 100
 *
 * How a cap stands.
 */
typedef struct
{
  BtyRecord record;
  BtyBudgetScope scope;
  char *subject;
  char *slug;
  BtyBudgetPeriod period;
  BtyBudgetUnit unit;
  gint64 amount;
  gint64 spent;
  gint64 unsure;
  gint64 reserved;
  gint64 left;
  gint64 percent;
  gint64 renews_at;
  gboolean is_default;
  gint64 level;
} BtyStanding;
BTY_DECLARE_RECORD (BtyStanding, bty_standing)

/**
 * bty_usd_parse:
 * @text: such as `2`, `2.50` or `0.000001`: digits with at most six behind the point
 * @amount: (out): micro-dollars
 * @error: %BTY_ERROR_INVALID_ARGUMENT
 *
 * Any thread. Returns: whether @text is an amount
 */
BTY_EXPORT gboolean bty_usd_parse (const char *text, gint64 *amount, GError **error);
/** bty_usd_format: Returns: (transfer full): micro-dollars as dollars with at least two digits behind the point; any thread */
BTY_EXPORT char *bty_usd_format (gint64 amount);

G_END_DECLS
