/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-router.h"

/**
 * bty_model_listing_async:
 * @provider: (nullable): only models of this one
 *
 * Asks all providers that are switched on at once what they offer, and adds what else is known of their models. One that fails is
 * logged and left out, unless it is the one that was named; when all fail, the built-in one aside, UNAVAILABLE says why each does.
 */
void bty_model_listing_async (BtyRouter *router, const char *provider, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
/** bty_model_listing_finish: Returns: (transfer full) (element-type BtyModel) (nullable): in the order of the providers */
GPtrArray *bty_model_listing_finish (BtyRouter *router, GAsyncResult *result, GError **error);

/**
 * bty_model_get_async:
 * @name: `provider/model`
 *
 * What is known of one model, whether its provider lists it or not. Errors: INVALID_ARGUMENT, NOT_FOUND (the provider).
 */
void bty_model_get_async (BtyRouter *router, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer data);
BtyModel *bty_model_get_finish (BtyRouter *router, GAsyncResult *result, GError **error);
