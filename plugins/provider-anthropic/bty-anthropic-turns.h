/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* What stands before the opaque mark of a reasoning block, so that no other family's is sent back. */
#define BTY_ANTHROPIC_SIGNATURE "anthropic:"
#define BTY_ANTHROPIC_REDACTED  "anthropic.redacted:"

/* A mark for the cache at most at four places; one is the system text's. */
#define BTY_ANTHROPIC_MAX_MARKS 3

typedef struct
{
  const BtyPart *part;
  gboolean is_marked; /* what stands up to here is worth to be kept in the service's cache */
} BtyAnthropicBlock;

/* One message of the wire, from one or several of ours: the service wants users and assistants by turns, and the results of all
 * tool calls first in the message after them. */
typedef struct
{
  BtyRole role; /* never TOOL */
  GArray *blocks;
} BtyAnthropicTurn;

/**
 * bty_anthropic_turns_new:
 * @system: gets the texts of system messages that stand before all others
 * @takes_system: whether a system message may stand between others; else its text goes to the user's turn, in tags
 * @owned: gets parts that were made here, which must live as long as the turns
 *
 * Returns: (transfer full) (element-type BtyAnthropicTurn): the turns, of parts of @request that can be sent
 */
GPtrArray *bty_anthropic_turns_new (const BtyCompletionRequest *request, gboolean takes_system, GString *system,
                                    GPtrArray *owned);

G_END_DECLS
