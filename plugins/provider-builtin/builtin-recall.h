/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * BuiltinRecall:
 *
 * Looks through what a person said for the sentences that answer a question. Questions are passed over: they state nothing.
 */
typedef struct _BuiltinRecall BuiltinRecall;

BuiltinRecall *builtin_recall_new (const char *question);
void builtin_recall_free (BuiltinRecall *recall);

/** builtin_recall_get_words: Returns: (transfer full): what to search for in earlier sessions, or an empty text */
char *builtin_recall_get_words (const BuiltinRecall *recall);

/**
 * builtin_recall_add:
 * @message: what the person said; the later ones are added later
 * @said_at: microseconds since 1970; 0 when that is not known
 * @here: whether it was said in this session
 */
void builtin_recall_add (BuiltinRecall *recall, const char *message, gint64 said_at, gboolean here);

/** builtin_recall_answer: Returns: (transfer full) (nullable): the best sentences, quoted, with when they were said; %NULL: none fits */
char *builtin_recall_answer (BuiltinRecall *recall);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuiltinRecall, builtin_recall_free)
