/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/**
 * bty_openai_embeddings_write:
 * @inputs: (array zero-terminated=1): texts
 * @dimensions: 0: the model's own
 * @base64: whether to ask for the vectors in base64, a third of the size; not every server knows how
 *
 * Returns: (transfer full): the body of a request to `embeddings`
 */
BTY_EXPORT GString *bty_openai_embeddings_write (const char *model, const char *const *inputs, gint64 dimensions,
                                                 gboolean base64);

/**
 * bty_openai_embeddings_parse:
 * @n_inputs: how many vectors there must be
 * @error: %BTY_ERROR_INVALID_ARGUMENT when it is not such an answer
 *
 * Takes vectors as lists of numbers or in base64, in any order.
 *
 * Returns: (transfer full) (nullable): the vectors, in the order of the inputs
 */
BTY_EXPORT BtyEmbedding *bty_openai_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error);

G_END_DECLS
