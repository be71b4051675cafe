/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "builtin-index.h"
#include "builtin-intent.h"
#include "builtin-recall.h"

/**
 * BuiltinAnswer:
 * @question: what is asked: the text of the last message
 * @stems: what it is about
 * @is_first: nothing was answered in this session yet
 * @needs_search: whether earlier sessions should be looked through before builtin_answer_write()
 *
 * What the helper says to one request. It is made in two steps, since searching what was said earlier takes a while.
 */
typedef struct
{
  char *question;
  BuiltinIntent intent;
  GPtrArray *stems;
  BuiltinRecall *recall;
  const BuiltinIndex *index;
  const BuiltinSection *section;
  const BtyCompletionRequest *request;
  gboolean is_first;
  gboolean needs_search;
} BuiltinAnswer;

/** builtin_answer_new: @index: outlives the answer */
BuiltinAnswer *builtin_answer_new (const BtyCompletionRequest *request, const BuiltinIndex *index);
void builtin_answer_free (BuiltinAnswer *answer);
/** builtin_answer_add_found: @messages: (element-type BtyMessage): what a search found, best first */
void builtin_answer_add_found (BuiltinAnswer *answer, GPtrArray *messages);
/** builtin_answer_write: Returns: (transfer full): the whole answer */
char *builtin_answer_write (BuiltinAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuiltinAnswer, builtin_answer_free)
