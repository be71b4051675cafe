/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

#include "bty-anthropic-models.h"

G_BEGIN_DECLS

/* Makes the request for one page. @after: (nullable): id of the last model of the page before. */
typedef BtyHttpRequest *(*BtyAnthropicPageFunc) (BtyHttpProvider *provider, const char *after);

/* Reads all pages of the list of models. */
void bty_anthropic_list_async (BtyHttpProvider *provider, BtyAnthropicPageFunc page, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);

/* @traits: (out): (transfer full): what the service says of its models. Returns: (transfer full) (nullable): the models. */
GPtrArray *bty_anthropic_list_finish (BtyHttpProvider *provider, GAsyncResult *result, GHashTable **traits,
                                      GError **error);

G_END_DECLS
