/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-answer.h"
#include "route/bty-route-changes.h"

static void
on_changed (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyRouteConfig *route = bty_route_change_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  bty_answer (call, route, error);
}

static void
change (BtyCall *call, BtyRouteChange what)
{
  bty_route_change_async (bty_call_service (call), what, bty_call_request (call), bty_call_cancellable (call),
                          on_changed, bty_call_ref (call));
}

static void
route_create (BtyCall *call)
{
  change (call, BTY_ROUTE_CREATE);
}

static void
route_get (BtyCall *call)
{
  change (call, BTY_ROUTE_GET);
}

static void
route_update (BtyCall *call)
{
  change (call, BTY_ROUTE_UPDATE);
}

static void
route_delete (BtyCall *call)
{
  change (call, BTY_ROUTE_DELETE);
}

static void
on_ready (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) routes = NULL;
  g_autoptr (BtyPage) page = NULL;

  if (!bty_provider_service_ready_finish (BTY_PROVIDER_SERVICE (service), result, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  routes = bty_route_list (BTY_PROVIDER_SERVICE (service));
  for (guint i = 0; i < routes->len; i++)
    bty_call_emit (call, routes->pdata[i]);
  page = bty_page_new ();
  bty_call_return (call, page);
}

static void
route_list (BtyCall *call)
{
  bty_provider_service_ready_async (bty_call_service (call), bty_call_cancellable (call), on_ready,
                                    bty_call_ref (call));
}

const BtyOperation bty_route_operations[] = {
  { .name = "route.create",
    .summary = N_ ("Make a route with a name: which models to try, in which order"),
    .request = &bty_route_config_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_route_config_schema,
    .http = "POST /routes",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = route_create },
  { .name = "route.list",
    .summary = N_ ("List the routes"),
    .item = &bty_route_config_schema,
    .response = &bty_page_schema,
    .http = "GET /routes",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (DATA_LOSS),
    .run = route_list },
  { .name = "route.get",
    .summary = N_ ("Show a route"),
    .request = &bty_route_config_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_route_config_schema,
    .http = "GET /routes/{name}",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, DATA_LOSS),
    .run = route_get },
  { .name = "route.update",
    .summary = N_ ("Change a route"),
    .request = &bty_route_config_schema,
    .request_view = BTY_VIEW_PATCH,
    .response = &bty_route_config_schema,
    .http = "PATCH /routes/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = route_update },
  { .name = "route.delete",
    .summary = N_ ("Delete a route"),
    .request = &bty_route_config_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /routes/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = route_delete },
};

const guint bty_n_route_operations = G_N_ELEMENTS (bty_route_operations);
