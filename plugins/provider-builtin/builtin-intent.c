/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-intent.h"

#include <string.h>

#include "builtin-words.h"

#define LOOK_AT 2000

#define GREETINGS "hello hi hey howdy greetings morning evening afternoon welcome"

/* The words of one text, as the rules below look at them. */
typedef struct
{
  GPtrArray *words; /* folded */
  GPtrArray *stems; /* of those that say something */
  gboolean asks;
} Text;

static gboolean
begins_any (GPtrArray *words, const char *const *phrases)
{
  for (guint i = 0; phrases[i] != NULL; i++)
    if (builtin_words_begin (words, phrases[i]))
      return TRUE;
  return FALSE;
}

static gboolean
holds_any (GPtrArray *words, const char *const *phrases)
{
  for (guint i = 0; phrases[i] != NULL; i++)
    if (builtin_words_hold (words, phrases[i]))
      return TRUE;
  return FALSE;
}

/* Whether nothing is said but words of @any. */
static gboolean
only (const Text *text, const char *any)
{
  g_auto (GStrv) stems = g_strsplit (any, " ", -1);

  for (guint i = 0; i < text->stems->len; i++)
    if (!g_strv_contains ((const char *const *) stems, text->stems->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
builtin_intent_is_question (GPtrArray *words, char last)
{
  static const char *const openers[] = { "what",    "who",     "whom",   "whose", "where",    "when",   "why",
                                         "which",   "how",     "is",     "are",   "am",       "was",    "were",
                                         "do you",  "do i",    "do we",  "does",  "did",      "can",    "could",
                                         "will",    "would",   "should", "has",   "have you", "have i", "tell me",
                                         "explain", "show me", NULL };

  return last == '?' || begins_any (words, openers);
}

static gboolean
is_greeting (const Text *text)
{
  static const char *const said[] = { "say hello", "say hi", "how are you", NULL };

  if (begins_any (text->words, said))
    return TRUE;
  return builtin_words_has (text->words, GREETINGS) &&
         only (text, "hello hi hey howdy greet greeting morn even afternoon good dear welcom day");
}

static gboolean
is_thanks (const Text *text)
{
  return builtin_words_has (text->words, "thanks thank thx bye goodbye cheers") && text->words->len <= 6;
}

static gboolean
asks_time (const Text *text)
{
  return builtin_words_has (text->words, "time clock") && (text->asks || text->words->len <= 2) &&
         only (text, "tim clock now current right today local o");
}

static gboolean
asks_date (const Text *text)
{
  return builtin_words_has (text->words, "date day today weekday month year") &&
         (text->asks || text->words->len <= 3) && only (text, "dat day today weekday month year week now current");
}

static gboolean
asks_to_connect (const Text *text)
{
  static const char *const phrases[] = { "real model",  "language model", "another model",
                                         "other model", "better model",   "different model",
                                         NULL };
  static const char *const about_it[] = { "are you", "you a", NULL };

  if (holds_any (text->words, about_it))
    return FALSE;
  return holds_any (text->words, phrases) ||
         (builtin_words_has (text->words, "connect add use hook plug attach switch set install get") &&
          builtin_words_has (
            text->words,
            "model models llm llms gpt chatgpt claude openai anthropic gemini ollama openrouter provider"));
}

static gboolean
asks_about_itself (const Text *text)
{
  static const char *const phrases[] = { "who are you",
                                         "what are you",
                                         "are you a",
                                         "are you an",
                                         "are you real",
                                         "are you human",
                                         "are you chatgpt",
                                         "are you there",
                                         "what can you do",
                                         "what do you do",
                                         "what do you know",
                                         "how do you work",
                                         "can you help",
                                         "what is your name",
                                         "what your name",
                                         "your name",
                                         NULL };

  if (text->words->len <= 2 && builtin_words_has (text->words, "help"))
    return TRUE;
  return begins_any (text->words, phrases) && !builtin_words_has (text->words, "me my our");
}

static gboolean
asks_to_recall (const Text *text)
{
  static const char *const phrases[] = { "did i",        "do you remember", "do you recall",
                                         "you remember", "i told you",      "have i",
                                         "did we",       "we talked",       "we talk",
                                         "i mentioned",  "know about me",   "remember about me",
                                         "who am i",     "what is my name", NULL };

  return text->asks && holds_any (text->words, phrases);
}

static gboolean
asks_about_own (const Text *text)
{
  static const char *const openers[] = { "where do i",   "when do i",  "what do i",   "who do i",   "which do i",
                                         "how old am i", "where am i", "where do we", "when do we", NULL };

  return text->asks && (builtin_words_has (text->words, "my our mine") || begins_any (text->words, openers));
}

static gboolean
is_statement (const Text *text)
{
  static const char *const orders[] = { "remember",      "please remember", "note",
                                        "please note",   "keep in mind",    "don t forget",
                                        "do not forget", "never forget",    NULL };
  static const char *const wishes[] = { "i want",       "i need",   "i d like",
                                        "i would like", "i wonder", "i have a question",
                                        "i wish to",    NULL };

  if (text->asks)
    return FALSE;
  if (begins_any (text->words, orders))
    return text->stems->len > 1;
  return text->stems->len > 0 && builtin_words_has (text->words, "i my we our mine us me") &&
         !begins_any (text->words, wishes);
}

static BuiltinIntent
classify (const Text *text)
{
  static const struct
  {
    gboolean (*is) (const Text *text);
    BuiltinIntent intent;
  } rules[] = {
    { is_greeting, BUILTIN_INTENT_GREETING },   { is_thanks, BUILTIN_INTENT_THANKS },
    { asks_time, BUILTIN_INTENT_TIME },         { asks_date, BUILTIN_INTENT_DATE },
    { asks_about_itself, BUILTIN_INTENT_SELF }, { asks_to_recall, BUILTIN_INTENT_RECALL },
    { is_statement, BUILTIN_INTENT_STATEMENT }, { asks_to_connect, BUILTIN_INTENT_CONNECT },
    { asks_about_own, BUILTIN_INTENT_MINE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].is (text))
      return rules[i].intent;
  return BUILTIN_INTENT_QUESTION;
}

BuiltinIntent
builtin_intent_of (const char *message)
{
  g_autofree char *start = g_strndup (message, LOOK_AT);
  g_autofree char *valid = g_utf8_make_valid (g_strstrip (start), -1);
  gsize length = strlen (valid);
  g_autoptr (GPtrArray) words = builtin_words_split (valid, length);
  g_autoptr (GPtrArray) stems = builtin_words_stems (valid, length);
  Text text = { .words = words, .stems = stems };

  if (length == 0)
    return BUILTIN_INTENT_EMPTY;
  text.asks = builtin_intent_is_question (words, valid[length - 1]);
  return classify (&text);
}
