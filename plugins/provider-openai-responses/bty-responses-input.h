/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Writes what one message comes to: none, one or several items. */
gboolean bty_responses_input_write (BtyJsonWriter *w, const BtyPromptMessage *message, gboolean cache_marks,
                                    GError **error);

G_END_DECLS
