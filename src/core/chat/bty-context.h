/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/bty-model-book.h"

/**
 * bty_context_estimate:
 *
 * Returns: tokens that @text may become for a model that is not known yet: a third of its bytes
 */
gint64 bty_context_estimate (const char *text);

/**
 * bty_context_build:
 * @bot: whose settings count
 * @soul: the system text
 * @history: (element-type BtyMessage): the session's messages in any order; those of turns after @turn are passed over
 * @turn: the turn to answer, whose question is among @history
 * @book: what counts tokens
 * @model: which is asked: of its window as much is left free as counts for it are known to be wrong
 * @reserve: tokens kept for the answer when neither bot nor model says
 * @left_out: (out): how many older messages did not fit
 * @error: %BTY_ERROR_OUT_OF_RANGE when not even soul and question fit
 *
 * Puts the context together: soul, then as much of the history as fits, from the newest, with a hard reserve for the answer.
 *
 * Returns: (transfer full) (nullable): what to complete; the model's name is left to the caller
 */
BtyCompletionRequest *bty_context_build (const BtyBot *bot, const char *soul, GPtrArray *history, const BtyTurn *turn,
                                         BtyModelBook *book, const BtyModel *model, gint64 reserve, guint *left_out,
                                         GError **error);
