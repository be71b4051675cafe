/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-gemini-chat.h"

G_BEGIN_DECLS

/* The members of a request besides what is said: tools, how to choose among them, and generationConfig. */
gboolean bty_gemini_config_write (BtyJsonWriter *writer, const BtyCompletionRequest *request,
                                  const BtyGeminiStyle *style, GError **error);

G_END_DECLS
