/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-provider-service.h"
#include "route/bty-route-step.h"

/**
 * bty_route_expand:
 * @texts: what a bot, a setting or a caller wrote; empty: `builtin`
 * @hedge_ms: (inout) (optional): set to that of the first route with a name, where it says one
 *
 * Reads steps, and puts those of a route in the place of its name. The records must be in memory.
 *
 * Returns: (transfer full) (element-type BtyRouteStep) (nullable): each once; %NULL with INVALID_ARGUMENT
 */
GPtrArray *bty_route_expand (BtyProviderService *providers, const char *const *texts, gint64 *hedge_ms, GError **error);

/** bty_route_hour: Returns: the hour of the day, in the time zone of the owner */
gint64 bty_route_hour (void);
