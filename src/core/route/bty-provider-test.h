/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "route/bty-router.h"

/**
 * bty_provider_test_async:
 *
 * Tries a provider as a person would: asks what it offers, and the model that it would take for one short answer. What fails is
 * told in the report; the call itself fails only when there is no such provider or the caller gives up.
 */
void bty_provider_test_async (BtyRouter *router, const char *name, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);
BtyProviderReport *bty_provider_test_finish (BtyRouter *router, GAsyncResult *result, GError **error);
