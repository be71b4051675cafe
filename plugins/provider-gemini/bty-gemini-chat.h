/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* What stands before a signature that Gemini gave, so that nobody else's is ever sent to it. */
#define BTY_GEMINI_SIGNATURE "gemini:"

typedef enum
{
  BTY_GEMINI_THINKING_AUTO, /* by the name of the model */
  BTY_GEMINI_THINKING_LEVEL,
  BTY_GEMINI_THINKING_BUDGET,
  BTY_GEMINI_THINKING_NONE,
} BtyGeminiThinking;

/* In what services of this family differ. */
typedef struct
{
  BtyGeminiThinking thinking;
  gboolean hides_thoughts; /* do not ask for what the model thought */
  gboolean old_schemas;    /* schemas in the service's own dialect: `responseSchema`, `parameters` */
  const char *cached;      /* (nullable): name of a content that was cached beforehand */
} BtyGeminiStyle;

/* (transfer full) (nullable): the body of a request to :streamGenerateContent; %BTY_ERROR_INVALID_ARGUMENT */
GString *bty_gemini_chat_write (const BtyCompletionRequest *request, const BtyGeminiStyle *style, GError **error);

G_END_DECLS
