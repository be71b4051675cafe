/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/**
 * bty_openai_models_parse:
 * @provider: name of the provider, which the models' names begin with
 * @json: (array length=length): answer to `GET models`
 * @error: %BTY_ERROR_INVALID_ARGUMENT when it is not such an answer
 *
 * Windows and abilities are taken from the members that OpenRouter, vLLM, LM Studio, Mistral and llama.cpp add; where a server
 * says nothing, they stay unknown.
 *
 * Returns: (transfer full) (element-type BtyModel) (nullable): the models
 */
BTY_EXPORT GPtrArray *bty_openai_models_parse (const char *provider, const char *json, gsize length, GError **error);

G_END_DECLS
