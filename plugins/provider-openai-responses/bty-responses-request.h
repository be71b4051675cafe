/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-openai-traits-private.h"

G_BEGIN_DECLS

/* What stands before a reasoning item, whole and as it came, in a reasoning part's mark. */
#define BTY_RESPONSES_SIGNATURE "openai-responses:"

/* The service refuses a smaller bound. */
#define BTY_RESPONSES_MIN_OUTPUT 16

/* How a service is spoken to. */
typedef struct
{
  const char *summary;    /* (nullable): of the reasoning: `auto`, `concise`, `detailed` */
  gboolean encrypted;     /* ask for reasoning that can be given back */
  gboolean store;         /* let the service keep the answer */
  gboolean strict_schema; /* keep to the schema of an answer by force */
  gboolean cache_marks;   /* tell what is worth to be kept */
} BtyResponsesStyle;

/* Returns: (transfer full) (nullable): the body of a streaming request to `responses`; %NULL with %BTY_ERROR_INVALID_ARGUMENT when a
 * JSON member of @request is not JSON, or a file cannot be sent. */
GString *bty_responses_request_write (const BtyCompletionRequest *request, const BtyOpenaiTraits *traits,
                                      const BtyResponsesStyle *style, GError **error);

G_END_DECLS
