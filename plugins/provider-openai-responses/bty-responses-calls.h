/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-responses-event.h"

G_BEGIN_DECLS

/* The tool calls of one answer. The wire names a call by its place in the output, and by its item's id. */
typedef struct _BtyResponsesCalls BtyResponsesCalls;

BtyResponsesCalls *bty_responses_calls_new (void);
void bty_responses_calls_free (BtyResponsesCalls *calls);
guint bty_responses_calls_count (const BtyResponsesCalls *calls);

/* An item that is a call begins, or is over: what of it was not said yet is said. */
gboolean bty_responses_calls_begin (BtyResponsesCalls *calls, const BtyResponsesEvent *event, BtyCompletion *out,
                                    GError **error);
gboolean bty_responses_calls_end (BtyResponsesCalls *calls, const BtyResponsesEvent *event, BtyCompletion *out,
                                  GError **error);

/* A piece of arguments; or all of them, which count when no piece came. */
gboolean bty_responses_calls_piece (BtyResponsesCalls *calls, const BtyResponsesEvent *event, BtyCompletion *out,
                                    GError **error);
gboolean bty_responses_calls_whole (BtyResponsesCalls *calls, const BtyResponsesEvent *event, BtyCompletion *out,
                                    GError **error);

/* Calls whose arguments never came have none. */
void bty_responses_calls_close (BtyResponsesCalls *calls, BtyCompletion *out);

G_END_DECLS
