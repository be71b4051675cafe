/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "builtin-intent.h"
#include "builtin-recall.h"

static void
test_intents (void)
{
  static const struct
  {
    const char *text;
    BuiltinIntent intent;
  } cases[] = {
    { "", BUILTIN_INTENT_EMPTY },
    { " \n\t", BUILTIN_INTENT_EMPTY },
    { "Hello!", BUILTIN_INTENT_GREETING },
    { "good morning", BUILTIN_INTENT_GREETING },
    { "Hi, how are you?", BUILTIN_INTENT_GREETING },
    { "Say hello in at most five words.", BUILTIN_INTENT_GREETING },
    { "Hi, what is my dog called?", BUILTIN_INTENT_MINE },
    { "thanks a lot", BUILTIN_INTENT_THANKS },
    { "What time is it?", BUILTIN_INTENT_TIME },
    { "what's the time", BUILTIN_INTENT_TIME },
    { "what is the date today?", BUILTIN_INTENT_DATE },
    { "which day is it", BUILTIN_INTENT_DATE },
    { "What time-out do calls have?", BUILTIN_INTENT_QUESTION },
    { "who are you?", BUILTIN_INTENT_SELF },
    { "Are you a language model?", BUILTIN_INTENT_SELF },
    { "help", BUILTIN_INTENT_SELF },
    { "How do I connect a real model?", BUILTIN_INTENT_CONNECT },
    { "I want to use gpt", BUILTIN_INTENT_CONNECT },
    { "my dog is called Rex", BUILTIN_INTENT_STATEMENT },
    { "Remember that the meeting is on Friday.", BUILTIN_INTENT_STATEMENT },
    { "I live in Lisbon", BUILTIN_INTENT_STATEMENT },
    { "What is my dog called?", BUILTIN_INTENT_MINE },
    { "Where do I live?", BUILTIN_INTENT_MINE },
    { "What did I say about the meeting?", BUILTIN_INTENT_RECALL },
    { "do you remember my dog", BUILTIN_INTENT_RECALL },
    { "How do I write a plugin?", BUILTIN_INTENT_QUESTION },
    { "plugins", BUILTIN_INTENT_QUESTION },
    { "你好，你是谁", BUILTIN_INTENT_QUESTION },
    { "🙂", BUILTIN_INTENT_QUESTION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (builtin_intent_of (cases[i].text) != cases[i].intent)
      g_error ("“%s” is taken for %d, not %d", cases[i].text, builtin_intent_of (cases[i].text), cases[i].intent);
}

static char *
ask (const char *question, const char *const *said)
{
  g_autoptr (BuiltinRecall) recall = builtin_recall_new (question);

  for (guint i = 0; said[i] != NULL; i++)
    builtin_recall_add (recall, said[i], 0, TRUE);
  return builtin_recall_answer (recall);
}

static const char *const said[] = { "My name is Anna. I live in Lisbon.",
                                    "what is my dog called?",
                                    "my dog is called Rex",
                                    "Remember that the meeting with Joe is on Friday!",
                                    "My cat's name is Tom\nand my favourite food is soup",
                                    NULL };

static void
assert_quotes (const char *question, const char *quote)
{
  g_autofree char *answer = ask (question, said);
  g_autofree char *expected = quote != NULL ? g_strdup_printf ("Earlier in this session you said: “%s”", quote) : NULL;

  g_assert_cmpstr (answer, ==, expected);
}

static void
test_quotes (void)
{
  assert_quotes ("What is my dog called?", "my dog is called Rex");
  assert_quotes ("what's my dog's name", "my dog is called Rex");
  assert_quotes ("what is my cat called", "My cat's name is Tom");
  assert_quotes ("what is my name?", "My name is Anna.");
  assert_quotes ("when is the meeting?", "Remember that the meeting with Joe is on Friday!");
  assert_quotes ("what did I tell you about Joe", "Remember that the meeting with Joe is on Friday!");
  assert_quotes ("where do I live?", "I live in Lisbon.");
  assert_quotes ("what is my favourite colour?", NULL);
  assert_quotes ("what is my horse called?", NULL);
}

static void
test_latest_counts (void)
{
  static const char *const twice[] = { "my dog is called Rex", "my dog is called Max", NULL };
  g_autofree char *answer = ask ("what is my dog called?", twice);

  g_assert_true (g_str_has_prefix (answer, "Earlier in this session you said: “my dog is called Max”\n"));
  g_assert_nonnull (strstr (answer, "“my dog is called Rex”"));
}

static void
test_own_question (void)
{
  static const char *const asked[] = { "do you remember my dog Rex", "do you remember my dog Rex?", NULL };

  g_assert_null (ask ("do you remember my dog Rex", asked));
}

/* The same sentence from the session and from a search is one, with its time. */
static void
test_times (void)
{
  g_autoptr (BuiltinRecall) recall = builtin_recall_new ("what is my dog called?");
  g_autofree char *answer = NULL;

  builtin_recall_add (recall, "my dog is called Rex", 0, TRUE);
  builtin_recall_add (recall, "My dog is called Max.", G_GINT64_CONSTANT (1600000000) * G_USEC_PER_SEC, FALSE);
  builtin_recall_add (recall, "my dog is called Rex", G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC, TRUE);
  answer = builtin_recall_answer (recall);
  g_assert_cmpstr (answer, ==,
                   "Earlier in this session, on 14 November 2023 at 22:13, you said: “my dog is called Rex”\n"
                   "In an earlier session, on 13 September 2020 at 12:26, you said: “My dog is called Max.”");
}

static void
test_search_words (void)
{
  g_autoptr (BuiltinRecall) recall = builtin_recall_new ("Do you remember what my dog's name is?");
  g_autoptr (BuiltinRecall) nothing = builtin_recall_new ("What did I say?");
  g_autofree char *words = builtin_recall_get_words (recall);
  g_autofree char *none = builtin_recall_get_words (nothing);

  g_assert_cmpstr (words, ==, "dog name name named called");
  g_assert_cmpstr (none, ==, "");
}

static void
test_names_nothing (void)
{
  g_autofree char *answer = ask ("What did I tell you?", said);

  g_assert_nonnull (strstr (answer, "soup"));
  g_assert_null (strstr (answer, "what is my dog called"));
}

static void
test_odd_messages (void)
{
  g_autofree char *huge = g_strnfill (1000000, 'a');
  g_autofree char *dogs = NULL;
  g_autoptr (GString) many = g_string_new (NULL);
  const char *odd[] = { huge, "...", "?!.", "\n\n", "dog", "", "my dog \xff is called Rex", NULL };
  g_autofree char *answer = ask ("what is my dog called?", odd);

  g_assert_true (g_str_has_prefix (answer, "Earlier in this session you said: “my dog "));
  while (many->len < 2000)
    g_string_append (many, "my dog is called Ünïcörn and ");
  odd[0] = many->str;
  odd[1] = NULL;
  dogs = ask ("what is my dog called?", odd);
  g_assert_true (g_utf8_validate (dogs, -1, NULL));
  g_assert_cmpuint (strlen (dogs), <, 500);
  g_assert_true (g_str_has_suffix (dogs, "…”"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builtin/intents", test_intents);
  g_test_add_func ("/builtin/quotes", test_quotes);
  g_test_add_func ("/builtin/latest-counts", test_latest_counts);
  g_test_add_func ("/builtin/own-question", test_own_question);
  g_test_add_func ("/builtin/times", test_times);
  g_test_add_func ("/builtin/search-words", test_search_words);
  g_test_add_func ("/builtin/names-nothing", test_names_nothing);
  g_test_add_func ("/builtin/odd-messages", test_odd_messages);
  return g_test_run ();
}
