/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-provider-test.h"
#include "route/bty-router.h"

static void
on_tested (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyProviderReport) report = bty_provider_test_finish (BTY_ROUTER (router), result, &error);

  if (error != NULL)
    bty_call_fail (call, error);
  else
    bty_call_return (call, report);
}

static void
provider_test (BtyCall *call)
{
  const BtyProviderConfig *key = bty_call_request (call);

  bty_provider_test_async (bty_call_service (call), key->name, bty_call_cancellable (call), on_tested,
                           bty_call_ref (call));
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
};

const guint bty_n_router_operations = G_N_ELEMENTS (bty_router_operations);
