/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-anthropic-traits.h"

G_BEGIN_DECLS

/* Version of the API from which on a request has no temperature, top_p and top_k. */
#define BTY_ANTHROPIC_VERSION     "2026-10-21"
#define BTY_ANTHROPIC_VERSION_OLD "2023-06-01"

/* The bound that is sent when neither the request nor the model's name tells one: the service wants one in any case. */
#define BTY_ANTHROPIC_MAX_TOKENS 8192

/* How a service is spoken to. */
typedef struct
{
  const char *version; /* of the API: a date */
  const char *cache;   /* `5m`, `1h`: marks what is worth to be kept; `none` */
  const char *display; /* (nullable): of the reasoning: `summarized` or `omitted` */
  gint64 max_tokens;   /* for models of unknown bounds */
} BtyAnthropicStyle;

/* Returns: (transfer full) (nullable): the body of a streaming request to `messages`; %NULL with %BTY_ERROR_INVALID_ARGUMENT when a
 * JSON member of @request is not JSON, or a file cannot be sent. */
GString *bty_anthropic_request_write (const BtyCompletionRequest *request, const BtyAnthropicTraits *traits,
                                      const BtyAnthropicStyle *style, GError **error);

G_END_DECLS
