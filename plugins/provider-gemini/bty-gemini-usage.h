/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* Reads a `usageMetadata`, which is due; @usage is left alone when it is none. */
gboolean bty_gemini_usage_read (BtyJsonReader *reader, BtyUsage **usage, GError **error);

G_END_DECLS
