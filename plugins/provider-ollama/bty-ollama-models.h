/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/*
 * The models of a server: api/tags names them, and newer servers tell there what each can do; api/show tells it one by one.
 */

/* (transfer full) (nullable) (element-type BtyModel): from api/tags; %BTY_ERROR_INVALID_ARGUMENT */
GPtrArray *bty_ollama_tags_parse (const char *provider, const char *json, gsize length, GError **error);

/* Whether @model has to be asked about: its abilities or its window are not known. */
gboolean bty_ollama_model_is_vague (const BtyModel *model);

/* (transfer full): the body of a request to api/show. */
GString *bty_ollama_show_write (const char *model);

/* Completes @model, which is the caller's own, from api/show. */
gboolean bty_ollama_show_parse (BtyModel *model, const char *json, gsize length, GError **error);

G_END_DECLS
