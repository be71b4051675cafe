/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/*
 * Reads a page of the list of models: those that converse or embed are added to @models (of BtyModel), named after @provider.
 * *next_page: (out) (transfer full) (nullable): the mark of the next page. %BTY_ERROR_INVALID_ARGUMENT when it is no such list.
 */
gboolean bty_gemini_models_parse (const char *provider, const char *json, gsize length, GPtrArray *models,
                                  char **next_page, GError **error);

G_END_DECLS
