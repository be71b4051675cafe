/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * The tool calls of one answer. The wire names a call by its index; the id and the name come with the first piece, the arguments in
 * pieces, and the pieces of several calls may come by turns. Some servers leave out the index, or the id.
 */
typedef struct _BtyOpenaiToolCalls BtyOpenaiToolCalls;

BtyOpenaiToolCalls *bty_openai_tool_calls_new (void);
void bty_openai_tool_calls_free (BtyOpenaiToolCalls *calls);
guint bty_openai_tool_calls_count (BtyOpenaiToolCalls *calls);

/* Reads one element of `tool_calls`, whose beginning was read, and pushes what it says. */
gboolean bty_openai_tool_calls_read (BtyOpenaiToolCalls *calls, BtyJsonReader *reader, BtyCompletion *out,
                                     GError **error);

/* Whether each call has a name by now. */
gboolean bty_openai_tool_calls_check (BtyOpenaiToolCalls *calls, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyOpenaiToolCalls, bty_openai_tool_calls_free)

G_END_DECLS
