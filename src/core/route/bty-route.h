/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-provider-service.h"

/**
 * BtyRoute:
 *
 * One completion sent along a list of models: the first that answers. It falls through to the next on RESOURCE_EXHAUSTED, UNAVAILABLE,
 * DEADLINE_EXCEEDED, DATA_LOSS, NOT_FOUND and FAILED_PRECONDITION as long as nothing was said yet; never on the caller's own
 * mistakes. A failure after the first delta ends the route (restarting comes with the route's later work).
 */
#define BTY_TYPE_ROUTE (bty_route_get_type ())
G_DECLARE_FINAL_TYPE (BtyRoute, bty_route, BTY, ROUTE, GObject)

/**
 * BtyRouteEvents:
 * @on_model: `provider/model` is being tried; @window: tokens of its context window, @max_output: as of the model (0 when unknown);
 *   called before the request is sent: the returned request (transfer full) is what is sent, so that the context can be fitted to the
 *   window; its `model` is set by the route; %NULL with an error skips the model
 * @on_skipped: (nullable): it could not answer, and why; the next is tried
 * @on_delta: a step of the answer
 * @on_done: the end: bty_route_get_error() etc.; always called, once, and never from within bty_route_start()
 */
typedef struct
{
  BtyCompletionRequest *(*on_model) (BtyRoute *route, const char *model, gint64 window, gint64 max_output,
                                     gpointer data, GError **error);
  void (*on_skipped) (BtyRoute *route, const char *model, const GError *error, gpointer data);
  void (*on_delta) (BtyRoute *route, const BtyDelta *delta, gpointer data);
  void (*on_done) (BtyRoute *route, gpointer data);
} BtyRouteEvents;

/**
 * bty_route_new:
 * @models: each `provider/model` or `provider` (its default model); empty: `builtin`
 * @fallback_window: tokens to count on when neither the model nor its provider's record says
 * @events: static
 */
BtyRoute *bty_route_new (BtyProviderService *providers, const char *const *models, gint64 fallback_window,
                         GCancellable *cancellable, const BtyRouteEvents *events, gpointer data);
/** bty_route_set_bot: @bot: (nullable): slug of the bot that it is for: keys may be for some bots only; before the start */
void bty_route_set_bot (BtyRoute *route, const char *bot);
/** bty_route_start: keeps itself alive until @on_done was called */
void bty_route_start (BtyRoute *route);
const GError *bty_route_get_error (BtyRoute *route);
/** bty_route_get_model: Returns: (nullable): `provider/model` that was tried last: that answered, when there is no error */
const char *bty_route_get_model (BtyRoute *route);
/** bty_route_get_usage: Returns: (nullable): what the last one reported */
const BtyUsage *bty_route_get_usage (BtyRoute *route);
BtyStopReason bty_route_get_stop_reason (BtyRoute *route);
