/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-anthropic-turns.h"

G_BEGIN_DECLS

/* Writes one content block; @cache: (nullable): how long a mark lasts, when one is to be put on it. */
gboolean bty_anthropic_block_write (BtyJsonWriter *w, const BtyPart *part, const char *cache, GError **error);

/* Writes the member cache_control; @cache: (nullable): how long it lasts; %NULL writes nothing. */
void bty_anthropic_cache_write (BtyJsonWriter *w, const char *cache);

/* Writes a schema as it is; with @wants_type, with `type` `object` in it: the service wants that of a tool's. */
gboolean bty_anthropic_schema_write (BtyJsonWriter *w, const char *what, const char *json, gboolean wants_type,
                                     GError **error);

G_END_DECLS
