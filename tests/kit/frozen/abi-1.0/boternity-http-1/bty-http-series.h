/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-http-provider.h"

G_BEGIN_DECLS

/**
 * BtyHttpSeriesStep:
 * @json: (nullable) (array length=length): the answer to the last request; %NULL when it failed
 * @failure: (nullable): why it failed
 * @data: of the series
 * @next: (out): (transfer full) (nullable): what to ask next; left %NULL when the series is complete
 *
 * Returns: %FALSE with @error to give the series up
 */
typedef gboolean (*BtyHttpSeriesStep) (BtyHttpProvider *provider, const char *json, gsize length, const GError *failure,
                                       gpointer data, BtyHttpRequest **next, GError **error);

/**
 * bty_http_series_async:
 * @first: (transfer full): the first request
 * @step: looks at each answer and says what to ask next
 * @data: (transfer full): for @step; the result of the series
 * @free_data: frees @data
 *
 * Asks one thing after another, such as the pages of a list. At most 1,000 requests.
 */
BTY_EXPORT void bty_http_series_async (BtyHttpProvider *provider, BtyHttpRequest *first, BtyHttpSeriesStep step,
                                       gpointer data, GDestroyNotify free_data, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
/** bty_http_series_finish: Returns: (transfer full) (nullable): what was given as data */
BTY_EXPORT gpointer bty_http_series_finish (BtyHttpProvider *provider, GAsyncResult *result, GError **error);

G_END_DECLS
