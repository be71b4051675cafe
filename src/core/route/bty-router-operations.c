/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-answer.h"
#include "route/bty-local-servers.h"
#include "route/bty-provider-test.h"
#include "route/bty-route-status.h"
#include "route/bty-router.h"

static void
on_tested (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyProviderReport *report = bty_provider_test_finish (BTY_ROUTER (router), result, &error);

  bty_answer (call, report, error);
}

static void
provider_test (BtyCall *call)
{
  const BtyProviderConfig *key = bty_call_request (call);

  bty_provider_test_async (bty_call_service (call), key->name, bty_call_cancellable (call), on_tested,
                           bty_call_ref (call));
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  GPtrArray *servers = bty_local_servers_find_finish (result, &error);

  bty_answer_list (call, servers, error);
}

static void
provider_discover (BtyCall *call)
{
  BtySettings *settings = bty_router_get_settings (bty_call_service (call));
  guint patience = (guint) bty_settings_get_int (settings, "providers", "discover_ms");
  g_autoptr (BtyPage) page = bty_page_new ();

  if (patience > 0)
    bty_local_servers_find_async (patience, bty_call_cancellable (call), on_found, bty_call_ref (call));
  else
    bty_call_return (call, page);
}

static void
on_providers (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) providers = bty_provider_service_list_finish (BTY_PROVIDER_SERVICE (service), result, &error);
  g_autoptr (BtyPage) page = NULL;

  if (providers == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < providers->len; i++)
    {
      g_autoptr (BtyProviderStatus) status = bty_provider_status_of (bty_call_service (call), providers->pdata[i]);

      bty_call_emit (call, status);
    }
  page = bty_page_new ();
  bty_call_return (call, page);
}

static void
provider_status (BtyCall *call)
{
  bty_provider_service_list_async (bty_router_get_providers (bty_call_service (call)), bty_call_cancellable (call),
                                   on_providers, bty_call_ref (call));
}

static void
on_ready (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) reports = NULL;
  g_autoptr (BtyPage) page = NULL;

  if (bty_provider_service_ready_finish (BTY_PROVIDER_SERVICE (service), result, &error))
    reports = bty_route_report (bty_call_service (call), bty_call_request (call), &error);
  if (reports == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  for (guint i = 0; i < reports->len; i++)
    bty_call_emit (call, reports->pdata[i]);
  page = bty_page_new ();
  bty_call_return (call, page);
}

static void
route_test (BtyCall *call)
{
  bty_provider_service_ready_async (bty_router_get_providers (bty_call_service (call)), bty_call_cancellable (call),
                                    on_ready, bty_call_ref (call));
}

const BtyOperation bty_router_operations[] = {
  { .name = "provider.test",
    .summary = N_ ("Try a provider: list its models and ask one for a short answer"),
    .request = &bty_provider_config_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_provider_report_schema,
    .http = "POST /providers/{name}/test",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND, DATA_LOSS),
    .run = provider_test },
  { .name = "provider.status",
    .summary = N_ ("Tell how the providers do: queues, limits, keys that rest, models that failed"),
    .item = &bty_provider_status_schema,
    .response = &bty_page_schema,
    .http = "GET /provider-status",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (DATA_LOSS),
    .run = provider_status },
  { .name = "route.test",
    .summary = N_ ("Tell which step of a route would be taken, and why not the others; nobody is asked"),
    .request = &bty_route_test_schema,
    .request_view = BTY_VIEW_CREATE,
    .item = &bty_route_step_report_schema,
    .response = &bty_page_schema,
    .http = "POST /routes/{name}/test",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (DATA_LOSS),
    .run = route_test },
  { .name = "provider.discover",
    .summary = N_ ("Look which servers of models run on this machine"),
    .item = &bty_local_server_schema,
    .response = &bty_page_schema,
    .http = "GET /local-servers",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (FAILED_PRECONDITION),
    .run = provider_discover },
};

const guint bty_n_router_operations = G_N_ELEMENTS (bty_router_operations);
