/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "chat/bty-turn-run.h"

/**
 * BtyCompleteRun:
 *
 * One `model.complete` being carried out: a bot, or models without one, asked with the messages that the caller gives. It belongs to its
 * call: when nobody waits any more it ends. Nothing of it is stored but what it cost.
 */
#define BTY_TYPE_COMPLETE_RUN (bty_complete_run_get_type ())
G_DECLARE_FINAL_TYPE (BtyCompleteRun, bty_complete_run, BTY, COMPLETE_RUN, GObject)

#define BTY_COMPLETE_BOT_PREFIX "bot:"

/** bty_complete_run_start: begins what @call (a model.complete) asks for; it keeps itself alive until it is over */
void bty_complete_run_start (BtyChatParts *parts, BtyCall *call);
/** bty_complete_run_stop_all: @bot: (nullable): only those that this bot answers; @why: (nullable): %NULL: the daemon stops */
void bty_complete_run_stop_all (BtyChatParts *parts, const char *bot, const char *why);

/** bty_complete_needs: Returns: (transfer none): the abilities that @request needs: static */
const char *const *bty_complete_needs (const BtyCompletionRequest *request);
/** bty_complete_count: Returns: what the input comes to, in tokens, about */
gint64 bty_complete_count (const BtyCompletionRequest *request, const char *soul);
/** bty_complete_collect: Returns: (transfer full) (element-type BtyPart): the whole answer that @log holds the pieces of */
GPtrArray *bty_complete_collect (const BtyItemLog *log);

/** bty_complete_embed: the operation model.embed */
void bty_complete_embed (BtyCall *call);
/** bty_complete_embed_stop_all: the daemon stops */
void bty_complete_embed_stop_all (BtyChatParts *parts);
/** bty_complete_targets: the operation model.targets */
void bty_complete_targets (BtyCall *call);

extern const BtyOperation bty_complete_operations[];
extern const guint bty_n_complete_operations;
