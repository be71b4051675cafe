/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-service.h"
#include "model/bty-model-book.h"

#define BTY_ROUTE_LEAST_TIME 1000         /* ms */
#define BTY_ROUTE_MOST_TIME  (10 * 60000) /* ms; a longer call is reserved for as it goes on, or counted */

/**
 * BtyRouteEstimate:
 * @input: tokens that the request probably comes to; @input_most: with what such estimates were wrong by
 * @output: tokens that the answer may come to at most; @must_be_said: the service would say more if it is not told so
 * @least: what must be reserved for there to be any use; @most: the worst case
 *
 * What a call may cost, before it is made.
 */
typedef struct
{
  gint64 input;
  gint64 input_most;
  gint64 output;
  gboolean must_be_said;
  BtyAmounts least;
  BtyAmounts most;
} BtyRouteEstimate;

void bty_route_estimate (BtyModelBook *book, const BtyModel *model, const BtyCompletionRequest *request,
                         BtyRouteEstimate *estimate);
/** bty_route_estimate_bound: Returns: how many tokens the answer may have by what was granted */
gint64 bty_route_estimate_bound (const BtyRouteEstimate *estimate, const BtyModel *model, const BtyAmounts *granted);
/**
 * bty_route_estimate_usage:
 * @reported: (nullable): what the wire told; @input: our estimate of what was asked, 0: the service cannot ask money for it
 * @counted: tokens of the answer as we counted them; @is_whole: the wire told all that it had to tell
 *
 * Returns: (transfer full): what a call used
 */
BtyUsage *bty_route_estimate_usage (const BtyUsage *reported, gint64 input, gint64 counted, gboolean is_whole);
/**
 * bty_route_make_entry:
 * @model: its own name, without the provider's; @estimated: tokens that the input was taken for; @asked_at: of the monotonic clock
 *
 * Returns: (transfer full): what the ledger is told of a call that used @usage; how it ended is the caller's to say
 */
BtyUsageEntry *bty_route_make_entry (const BtyModel *described, const char *provider, const char *model,
                                     const BtyUsage *usage, gint64 estimated, gint64 asked_at);
/** bty_route_cost: Returns: micro-dollars that so many tokens cost at most */
gint64 bty_route_cost (const BtyModel *model, gint64 input, gint64 output);

/**
 * BtyRouteMeter:
 *
 * Counts the tokens of an answer while it comes. Bytes are counted at once, since a token has one at least; tokens only now and then.
 */
typedef struct
{
  GString *pending; /* (nullable): not counted yet */
  gint64 tokens;    /* of what was before */
  guint64 bytes;    /* of all */
} BtyRouteMeter;

void bty_route_meter_clear (BtyRouteMeter *meter);
void bty_route_meter_add (BtyRouteMeter *meter, BtyModelBook *book, const BtyModel *model, const char *text,
                          gsize length);
/** bty_route_meter_get_most: Returns: tokens that it may be at most, without counting */
gint64 bty_route_meter_get_most (const BtyRouteMeter *meter);
/** bty_route_meter_count: Returns: tokens that it probably is */
gint64 bty_route_meter_count (BtyRouteMeter *meter, BtyModelBook *book, const BtyModel *model);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyRouteMeter, bty_route_meter_clear)
