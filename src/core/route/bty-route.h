/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-route-step.h"
#include "route/bty-router.h"

/**
 * BtyRoute:
 *
 * One completion sent along a list of steps until a model answers. A step is left for the next on what is the provider's fault or
 * limit, after the retries that it deserves; never on the caller's own mistakes. When an answer breaks off in its middle, the route goes
 * on with the next step: from where it broke off, where the model can, else anew, which `on_restarted` tells. All that is spent is
 * reserved and settled with the spender.
 */
#define BTY_TYPE_ROUTE (bty_route_get_type ())
G_DECLARE_FINAL_TYPE (BtyRoute, bty_route, BTY, ROUTE, GObject)

/**
 * BtyRouteEvents:
 * @on_model: a model is being tried: @model: what is known of it, its window first of all;
 *   called before the request is sent: the returned request (transfer full) is what is sent, so that the context can be fitted to the
 *   window; its `model` is set by the route, its `max_output` bounded by the budget; %NULL with an error skips the model
 * @on_skipped: (nullable): it could not answer, and why; the next is tried
 * @on_restarted: (nullable): the answer broke off, and why: all deltas so far are void; a model follows. Without it such a route fails.
 *   Where the next model goes on from what was said, it is not called, and the deltas of both together are the answer
 * @on_chosen: (nullable): of two models that were asked at once, this one answers, though the other one was told of last
 * @on_delta: a step of the answer
 * @on_done: the end: bty_route_get_error() etc.; always called, once, and never from within bty_route_start()
 */
typedef struct
{
  BtyCompletionRequest *(*on_model) (BtyRoute *route, const BtyModel *model, gpointer data, GError **error);
  void (*on_skipped) (BtyRoute *route, const char *model, const GError *error, gpointer data);
  void (*on_restarted) (BtyRoute *route, const char *model, const GError *error, gpointer data);
  void (*on_delta) (BtyRoute *route, const BtyDelta *delta, gpointer data);
  void (*on_done) (BtyRoute *route, gpointer data);
  void (*on_chosen) (BtyRoute *route, const char *model, gpointer data);
} BtyRouteEvents;

/**
 * bty_route_new:
 * @steps: each `provider/model`, `provider` (its default model) or the name of a route, with conditions after a `?`; empty: `builtin`
 * @spender: who pays, and for which bot: keys may be for some bots only
 * @events: static
 */
BtyRoute *bty_route_new (BtyRouter *router, const char *const *steps, BtySpender *spender, GCancellable *cancellable,
                         const BtyRouteEvents *events, gpointer data);
/** bty_route_set_demand: before the start; @demand is copied, its needs must be static */
void bty_route_set_demand (BtyRoute *route, const BtyRouteDemand *demand);
/** bty_route_start: keeps itself alive until @on_done was called */
void bty_route_start (BtyRoute *route);
const GError *bty_route_get_error (BtyRoute *route);
/** bty_route_get_retry_after_ms: Returns: when it failed: how long to wait before it is worth asking again; -1 when nobody knows */
gint64 bty_route_get_retry_after_ms (BtyRoute *route);
/** bty_route_get_model: Returns: (nullable): `provider/model` that was tried last: that answered, when there is no error */
const char *bty_route_get_model (BtyRoute *route);
/** bty_route_get_usage: Returns: (nullable): what the last one reported, or our estimate of it */
const BtyUsage *bty_route_get_usage (BtyRoute *route);
BtyStopReason bty_route_get_stop_reason (BtyRoute *route);
/** bty_route_get_limit: Returns: (transfer none) (nullable): the cap of the budget that cut the answer short, in words */
const char *bty_route_get_limit (BtyRoute *route);
