/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-provider-service.h"

/* The routes with names. */

typedef enum
{
  BTY_ROUTE_CREATE,
  BTY_ROUTE_GET,
  BTY_ROUTE_UPDATE, /* @config: decoded with the patch view */
  BTY_ROUTE_DELETE, /* @config: decoded with the key view; its revision, if present, must be the record's */
} BtyRouteChange;

void bty_route_change_async (BtyProviderService *service, BtyRouteChange change, const BtyRouteConfig *config,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** bty_route_change_finish: Returns: (transfer full) (nullable): the route; %NULL without an error: it is deleted */
BtyRouteConfig *bty_route_change_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
/** bty_route_list: Returns: (transfer full) (element-type BtyRouteConfig): by name; once the records are in memory */
GPtrArray *bty_route_list (BtyProviderService *service);

extern const BtyOperation bty_route_operations[];
extern const guint bty_n_route_operations;
