/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/**
 * BtyOpenaiStyle:
 * @max_tokens_field: (nullable): member that bounds the answer, such as `max_completion_tokens`; %NULL to leave the bound out
 * @asks_usage: whether to send `stream_options`, which some servers refuse
 * @strict_schema: whether a schema for the answer is to be kept to by force
 *
 * In what servers of the OpenAI Chat Completions family differ.
 */
typedef struct
{
  const char *max_tokens_field;
  gboolean asks_usage;
  gboolean strict_schema;
  gpointer reserved[4];
} BtyOpenaiStyle;

/**
 * bty_openai_chat_write:
 * @request: what to complete
 * @style: how the server likes it
 * @error: %BTY_ERROR_INVALID_ARGUMENT when a JSON member of @request is not JSON, or a file is of a kind that cannot be sent
 *
 * Returns: (transfer full) (nullable): the body of a streaming request to `chat/completions`
 */
BTY_EXPORT GString *bty_openai_chat_write (const BtyCompletionRequest *request, const BtyOpenaiStyle *style,
                                           GError **error);

G_END_DECLS
