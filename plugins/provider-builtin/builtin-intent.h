/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  BUILTIN_INTENT_EMPTY,
  BUILTIN_INTENT_GREETING,
  BUILTIN_INTENT_THANKS,
  BUILTIN_INTENT_TIME,
  BUILTIN_INTENT_DATE,
  BUILTIN_INTENT_CONNECT,   /* how to have a real model */
  BUILTIN_INTENT_SELF,      /* who are you, what can you do */
  BUILTIN_INTENT_STATEMENT, /* something to recall later */
  BUILTIN_INTENT_RECALL,    /* what did I say about ... */
  BUILTIN_INTENT_MINE,      /* what is my ...: said before, or else in the manual */
  BUILTIN_INTENT_QUESTION,  /* in the manual, or else said before */
} BuiltinIntent;

/** builtin_intent_of: what the person who wrote @text is after; looks at its first 2,000 bytes */
BuiltinIntent builtin_intent_of (const char *text);

/** builtin_intent_is_question: whether the folded words @words, in a text that ends with @last, ask for something */
gboolean builtin_intent_is_question (GPtrArray *words, char last);
