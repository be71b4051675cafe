/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ollama-chat.h"

G_BEGIN_DECLS

/* (transfer full): the body of a request to api/embed. */
GString *bty_ollama_embeddings_write (const char *model, const char *const *inputs, gint64 dimensions,
                                      const BtyOllamaStyle *style);

/* (transfer full) (nullable): the vectors, in the order of the inputs; %BTY_ERROR_INVALID_ARGUMENT */
BtyEmbedding *bty_ollama_embeddings_parse (const char *json, gsize length, guint n_inputs, GError **error);

G_END_DECLS
