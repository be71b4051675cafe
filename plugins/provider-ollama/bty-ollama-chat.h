/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* What the owner of a server set for all requests to it. */
typedef struct
{
  gint64 num_ctx;         /* tokens of the window; 0: the server's own */
  const char *keep_alive; /* (nullable): how long the model stays loaded: `10m`, `-1`, `0` */
  const char *truncate;   /* (nullable): `true` or `false`: whether what does not fit is dropped in silence */
} BtyOllamaStyle;

/* (transfer full) (nullable): the body of a streaming request to api/chat; %BTY_ERROR_INVALID_ARGUMENT */
GString *bty_ollama_chat_write (const BtyCompletionRequest *request, const BtyOllamaStyle *style, GError **error);

/* The members of @style that requests of all kinds share: keep_alive, truncate. */
void bty_ollama_style_write (BtyJsonWriter *writer, const BtyOllamaStyle *style);

G_END_DECLS
