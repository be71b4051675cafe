/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-answer.h"
#include "route/bty-model-listing.h"

static void
on_models (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  GPtrArray *models = bty_model_listing_finish (BTY_ROUTER (router), result, &error);

  bty_answer_list (call, models, error);
}

static void
model_list (BtyCall *call)
{
  const BtyModelList *request = bty_call_request (call);

  bty_model_listing_async (bty_call_service (call), request->provider, bty_call_cancellable (call), on_models,
                           bty_call_ref (call));
}

static void
on_got (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  GError *error = NULL;
  BtyModel *model = bty_model_get_finish (BTY_ROUTER (router), result, &error);

  bty_answer (call, model, error);
}

static void
model_get (BtyCall *call)
{
  const BtyModelKey *request = bty_call_request (call);

  bty_model_get_async (bty_call_service (call), request->name, bty_call_cancellable (call), on_got,
                       bty_call_ref (call));
}

static gboolean
check_name (const char *name, GError **error)
{
  const char *slash = strchr (name, '/');

  if (slash != NULL && slash != name && slash[1] != '\0')
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("/name: “%s” is not a model's name such as openai/gpt-4o, or groq/* for all of a provider"), name);
  return FALSE;
}

static void
model_set (BtyCall *call)
{
  const BtyModelSet *request = bty_call_request (call);
  BtyModelBook *book = bty_router_get_book (bty_call_service (call));
  GError *error = NULL;
  BtyModel *model = check_name (request->name, &error) ? bty_model_book_set (book, request, &error) : NULL;

  bty_answer (call, model, error);
}

static void
model_unset (BtyCall *call)
{
  const BtyModelKey *request = bty_call_request (call);
  GError *error = NULL;

  bty_model_book_unset (bty_router_get_book (bty_call_service (call)), request->name, &error);
  bty_answer (call, NULL, error);
}

static void
model_update (BtyCall *call)
{
  const BtyModelUpdate *request = bty_call_request (call);
  BtyModelBook *book = bty_router_get_book (bty_call_service (call));
  GError *error = NULL;
  GPtrArray *changes = bty_model_book_update (book, request->text, request->dry_run, &error);

  bty_answer_list (call, changes, error);
}

const BtyOperation bty_model_operations[] = {
  { .name = "model.list",
    .summary = N_ ("List the models of the providers"),
    .request = &bty_model_list_schema,
    .request_view = BTY_VIEW_CREATE,
    .item = &bty_model_schema,
    .response = &bty_page_schema,
    .http = "GET /models",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, DATA_LOSS, ABORTED),
    .run = model_list },
  { .name = "model.get",
    .summary = N_ (
      "Show what is known of a model: window, abilities, prices, and how good estimates of its tokens are"),
    .request = &bty_model_key_schema,
    .response = &bty_model_schema,
    .http = "GET /models/{name}",
    .scope = "providers:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, DATA_LOSS),
    .run = model_get },
  { .name = "model.set",
    .summary = N_ ("Say what a model costs and can do, better than anyone else knows"),
    .request = &bty_model_set_schema,
    .response = &bty_model_schema,
    .http = "PUT /models/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (FAILED_PRECONDITION, RESOURCE_EXHAUSTED),
    .run = model_set },
  { .name = "model.unset",
    .summary = N_ ("Take back what was said of a model"),
    .request = &bty_model_key_schema,
    .http = "DELETE /models/{name}",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED),
    .run = model_unset },
  { .name = "model.update",
    .summary = N_ ("Take over a newer list of a vendor's models, and say what changes"),
    .request = &bty_model_update_schema,
    .item = &bty_model_change_schema,
    .response = &bty_page_schema,
    .http = "POST /models",
    .scope = "providers:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (FAILED_PRECONDITION, RESOURCE_EXHAUSTED),
    .run = model_update },
};

const guint bty_n_model_operations = G_N_ELEMENTS (bty_model_operations);
