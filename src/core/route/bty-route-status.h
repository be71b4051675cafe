/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-router.h"

/* What can be told of providers and routes without asking anyone. The records must be in memory. */

/** bty_provider_status_of: @config: of a provider there is: Returns: (transfer full): how it does */
BtyProviderStatus *bty_provider_status_of (BtyRouter *router, const BtyProviderConfig *config);

/**
 * bty_route_report:
 * @test: the name of a route or provider, and what a request would need
 *
 * Returns: (transfer full) (element-type BtyRouteStepReport) (nullable): which of its steps would be taken, and why not the others;
 *   %NULL with NOT_FOUND or INVALID_ARGUMENT
 */
GPtrArray *bty_route_report (BtyRouter *router, const BtyRouteTest *test, GError **error);
