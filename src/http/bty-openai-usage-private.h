/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Reads a `usage` value: an object, or null, which leaves *@usage %NULL. */
gboolean bty_openai_usage_read (BtyJsonReader *reader, BtyUsage **usage, GError **error);

G_END_DECLS
