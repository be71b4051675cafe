/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Texts that end an answer, for a service that does not know them: what may be the beginning of one is held back. */
typedef struct _BtyResponsesStop BtyResponsesStop;

/* @texts: (nullable): copied. */
BtyResponsesStop *bty_responses_stop_new (const char *const *texts);
void bty_responses_stop_free (BtyResponsesStop *stop);

/* Pushes what is sure not to belong to such a text. Returns: whether one came: nothing more is to be said. */
gboolean bty_responses_stop_push (BtyResponsesStop *stop, const char *text, gsize length, BtyCompletion *out);

/* Pushes what was held back, since something else comes. */
void bty_responses_stop_flush (BtyResponsesStop *stop, BtyCompletion *out);

G_END_DECLS
