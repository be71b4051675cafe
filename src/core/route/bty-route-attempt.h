/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-route-step.h"
#include "route/bty-router.h"

/**
 * BtyRouteAttempt:
 *
 * One request to one model, from the opening of its provider to the settling of its cost: open with a key of the pool, ask what it
 * offers, wait for a turn, look the model up, build the request, reserve, ask, settle. What the error means for the route is the
 * route's business.
 */
#define BTY_TYPE_ROUTE_ATTEMPT (bty_route_attempt_get_type ())
G_DECLARE_FINAL_TYPE (BtyRouteAttempt, bty_route_attempt, BTY, ROUTE_ATTEMPT, GObject)

/** BtyRouteFault: what an attempt failed at */
typedef enum
{
  BTY_ROUTE_FAULT_NONE,
  BTY_ROUTE_FAULT_UNASKED,  /* it was not asked: asking it again would tell nothing new */
  BTY_ROUTE_FAULT_KEY,      /* its key cannot be had, or may not be used */
  BTY_ROUTE_FAULT_PROVIDER, /* the provider; the code says more */
  BTY_ROUTE_FAULT_RATE,     /* too many requests at this moment */
  BTY_ROUTE_FAULT_QUOTA,    /* what was paid for is used up */
  BTY_ROUTE_FAULT_CAP,      /* a cap of the owner's */
} BtyRouteFault;

/**
 * BtyRouteAttemptWish:
 * @step: which model; @demand: of the route
 * @key: (nullable): reference of the key to be taken, with @has_key; @previous: its value before the rotation
 * @is_hedge: it is begun beside another one, which may be faster
 * @window_above: only a model whose window is larger than this; @cost_below: only one whose least cost in micro-dollars is below; each 0:
 *   does not matter
 */
typedef struct
{
  const BtyRouteStep *step;
  BtyRouteDemand demand;
  const char *key;
  gboolean has_key;
  gboolean previous;
  gboolean is_hedge;
  gint64 window_above;
  gint64 cost_below;
} BtyRouteAttemptWish;

/**
 * BtyRouteAttemptEvents:
 * @build: the request for @model (transfer full); %NULL with an error: it cannot be asked
 * @delta: a step of the answer
 * @done: the end; called once, and never from within bty_route_attempt_start()
 */
typedef struct
{
  BtyCompletionRequest *(*build) (BtyRouteAttempt *attempt, const BtyModel *model, gpointer data, GError **error);
  void (*delta) (BtyRouteAttempt *attempt, const BtyDelta *delta, gpointer data);
  void (*done) (BtyRouteAttempt *attempt, gpointer data);
} BtyRouteAttemptEvents;

/** bty_route_attempt_new: @wish: copied, its step too; @events: static */
BtyRouteAttempt *bty_route_attempt_new (BtyRouter *router, BtySpender *spender, const BtyRouteAttemptWish *wish,
                                        const BtyRouteAttemptEvents *events, gpointer data);
/** bty_route_attempt_start: keeps itself alive until it is done */
void bty_route_attempt_start (BtyRouteAttempt *attempt);
/** bty_route_attempt_cancel: it ends with CANCELLED, in a moment */
void bty_route_attempt_cancel (BtyRouteAttempt *attempt);
/** bty_route_attempt_set_hedge: whether what it costs is for the one of two that was not taken */
void bty_route_attempt_set_hedge (BtyRouteAttempt *attempt, gboolean is_hedge);
/** bty_route_attempt_abandon: it ends at once, without any event: another one was faster. What it cost is settled by estimate */
void bty_route_attempt_abandon (BtyRouteAttempt *attempt);

/* How it went, when it is done. */
const GError *bty_route_attempt_get_error (BtyRouteAttempt *attempt);
BtyRouteFault bty_route_attempt_get_fault (BtyRouteAttempt *attempt);
gint64 bty_route_attempt_get_retry_after_ms (BtyRouteAttempt *attempt);
BtyStopReason bty_route_attempt_get_stop_reason (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_limit: Returns: (transfer none) (nullable): the cap that cut its answer short, in words */
const char *bty_route_attempt_get_limit (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_usage: Returns: (transfer none) (nullable): reported or estimated; %NULL: it was not asked */
const BtyUsage *bty_route_attempt_get_usage (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_label: Returns: (transfer none): `provider/model`, as far as it is known */
const char *bty_route_attempt_get_label (BtyRouteAttempt *attempt);
const char *bty_route_attempt_get_provider (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_key: Returns: (transfer none) (nullable): reference of the key that was taken */
const char *bty_route_attempt_get_key (BtyRouteAttempt *attempt);
/** bty_route_attempt_is_previous: whether it was the key's value before its rotation */
gboolean bty_route_attempt_is_previous (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_n_deltas: Returns: how many steps of the answer came */
guint64 bty_route_attempt_get_n_deltas (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_window: Returns: window of its model; 0: not known yet */
gint64 bty_route_attempt_get_window (BtyRouteAttempt *attempt);
/** bty_route_attempt_get_least_cost: Returns: micro-dollars that it would have cost at least */
gint64 bty_route_attempt_get_least_cost (BtyRouteAttempt *attempt);
