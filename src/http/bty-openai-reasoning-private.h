/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * `reasoning_details`: what was thought in the words of the model behind a service of many models, signed or sealed. It comes in
 * pieces, and goes back as it was beside the tool calls that came of it. Between, it is the signature of a part of reasoning.
 */
#define BTY_OPENAI_REASONING_DETAILS "reasoning_details"

typedef struct _BtyOpenaiReasoning BtyOpenaiReasoning;

BtyOpenaiReasoning *bty_openai_reasoning_new (void);
void bty_openai_reasoning_free (BtyOpenaiReasoning *reasoning);

/* Reads the value of `reasoning_details`, whose key was read. @has_some: (out): whether there was anything in it. */
gboolean bty_openai_reasoning_read (BtyOpenaiReasoning *reasoning, BtyJsonReader *reader, gboolean *has_some,
                                    GError **error);

/* What was thought has come to its end: pushes its mark, if it has one. */
void bty_openai_reasoning_flush (BtyOpenaiReasoning *reasoning, BtyCompletion *out);

/* Writes the member with what @message has of it, if there is any. */
void bty_openai_reasoning_write (BtyJsonWriter *w, const BtyPromptMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyOpenaiReasoning, bty_openai_reasoning_free)

G_END_DECLS
