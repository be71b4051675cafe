/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Texts that end an answer, for a service that does not know them: what may be the beginning of one is held back. */
typedef struct _BtyOpenaiStop BtyOpenaiStop;

/* @texts: (nullable): copied. */
BtyOpenaiStop *bty_openai_stop_new (const char *const *texts);
void bty_openai_stop_free (BtyOpenaiStop *stop);

/* Pushes what is sure not to belong to such a text. Returns: whether one came: nothing more is to be said. */
gboolean bty_openai_stop_push (BtyOpenaiStop *stop, const char *text, gsize length, BtyCompletion *out);

/* Pushes what was held back, since something else comes. */
void bty_openai_stop_flush (BtyOpenaiStop *stop, BtyCompletion *out);

G_END_DECLS
