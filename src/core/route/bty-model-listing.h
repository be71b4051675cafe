/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-provider-service.h"

/**
 * bty_model_listing_async:
 * @provider: (nullable): only models of this one
 *
 * Asks all providers that are switched on at once what they offer. One that fails is logged and left out, unless it is the one
 * that was named; when all fail, the built-in one aside, UNAVAILABLE says why each does.
 */
void bty_model_listing_async (BtyProviderService *service, const char *provider, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
/** bty_model_listing_finish: Returns: (transfer full) (element-type BtyModel) (nullable): in the order of the providers */
GPtrArray *bty_model_listing_finish (BtyProviderService *service, GAsyncResult *result, GError **error);
