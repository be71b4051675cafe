/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-answer.h"
#include "route/bty-provider-presets.h"
#include "route/bty-provider-service.h"

static void
on_added (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyProviderConfig *config = bty_provider_service_add_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  bty_answer (call, config, error);
}

static void
provider_add (BtyCall *call)
{
  bty_provider_service_add_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                  on_added, bty_call_ref (call));
}

static void
on_listed (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  GPtrArray *list = bty_provider_service_list_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  bty_answer_list (call, list, error);
}

static void
provider_list (BtyCall *call)
{
  bty_provider_service_list_async (bty_call_service (call), bty_call_cancellable (call), on_listed,
                                   bty_call_ref (call));
}

static void
on_got (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyProviderConfig *config = bty_provider_service_get_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  bty_answer (call, config, error);
}

static void
provider_get (BtyCall *call)
{
  const BtyProviderConfig *key = bty_call_request (call);

  bty_provider_service_get_async (bty_call_service (call), key->name, bty_call_cancellable (call), on_got,
                                  bty_call_ref (call));
}

static void
on_updated (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyProviderConfig *config = bty_provider_service_update_finish (BTY_PROVIDER_SERVICE (service), result, &error);

  bty_answer (call, config, error);
}

static void
provider_update (BtyCall *call)
{
  bty_provider_service_update_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                     on_updated, bty_call_ref (call));
}

static void
on_deleted (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;

  bty_provider_service_delete_finish (BTY_PROVIDER_SERVICE (service), result, &error);
  bty_answer (call, NULL, error);
}

static void
provider_delete (BtyCall *call)
{
  bty_provider_service_delete_async (bty_call_service (call), bty_call_request (call), bty_call_cancellable (call),
                                     on_deleted, bty_call_ref (call));
}

static void
provider_presets (BtyCall *call)
{
  GError *error = NULL;
  GPtrArray *presets = bty_provider_presets_list (&error);

  bty_answer_list (call, presets != NULL ? g_ptr_array_ref (presets) : NULL, error);
}

const BtyOperation bty_provider_operations[] = {
  { .name = "provider.add",
    .summary = N_ ("Connect a provider of models"),
    .request = &bty_provider_config_schema,
    .request_view = BTY_VIEW_CREATE,
    .response = &bty_provider_config_schema,
    .http = "POST /providers",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = provider_add },
  { .name = "provider.list",
    .summary = N_ ("List the providers"),
    .item = &bty_provider_config_schema,
    .response = &bty_page_schema,
    .http = "GET /providers",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (DATA_LOSS),
    .run = provider_list },
  { .name = "provider.get",
    .summary = N_ ("Show a provider"),
    .request = &bty_provider_config_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_provider_config_schema,
    .http = "GET /providers/{name}",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, DATA_LOSS),
    .run = provider_get },
  { .name = "provider.update",
    .summary = N_ ("Change a provider, or hand over its key"),
    .request = &bty_provider_config_schema,
    .request_view = BTY_VIEW_PATCH,
    .response = &bty_provider_config_schema,
    .http = "PATCH /providers/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = provider_update },
  { .name = "provider.delete",
    .summary = N_ ("Take a provider away, and forget its key"),
    .request = &bty_provider_config_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /providers/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, DATA_LOSS),
    .run = provider_delete },
  { .name = "provider.presets",
    .summary = N_ ("List the services that are known in advance"),
    .item = &bty_provider_preset_schema,
    .response = &bty_page_schema,
    .http = "GET /provider-presets",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (FAILED_PRECONDITION),
    .run = provider_presets },
};

const guint bty_n_provider_operations = G_N_ELEMENTS (bty_provider_operations);
