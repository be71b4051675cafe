/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-words.h"

#include <string.h>

/* Longer runs of letters are no words: their beginning is enough to tell them apart. */
#define MAX_WORD 64

static const char *const common_words[] = {
  "about", "again", "all",   "also",   "am",      "an",    "and",        "any",       "anything", "are",    "as",
  "ask",   "asked", "at",    "be",     "been",    "being", "but",        "by",        "can",      "could",  "did",
  "do",    "does",  "don",   "done",   "else",    "ever",  "everything", "explain",   "find",     "for",    "from",
  "get",   "give",  "had",   "happen", "happens", "has",   "have",       "he",        "her",      "here",   "him",
  "his",   "how",   "if",    "in",     "into",    "is",    "it",         "its",       "just",     "know",   "let",
  "like",  "ll",    "made",  "make",   "makes",   "many",  "may",        "maybe",     "me",       "mean",   "mine",
  "more",  "most",  "much",  "my",     "need",    "needs", "no",         "not",       "nothing",  "now",    "of",
  "off",   "ok",    "on",    "or",     "our",     "out",   "please",     "possible",  "re",       "really", "said",
  "say",   "shall", "she",   "should", "show",    "so",    "some",       "something", "tell",     "than",   "that",
  "the",   "their", "them",  "then",   "there",   "these", "they",       "thing",     "this",     "those",  "to",
  "told",  "too",   "up",    "us",     "ve",      "very",  "want",       "was",       "way",      "we",     "were",
  "what",  "when",  "where", "which",  "who",     "whom",  "whose",      "why",       "will",     "with",   "would",
  "you",   "your",  "yours",
};

/* Stems that mean the same, where people ask. */
static const struct
{
  const char *stem;
  const char *as;
} synonyms[] = {
  { "cal", "nam" },          { "remov", "delet" },      { "eras", "delet" },   { "adon", "plugin" },
  { "extension", "plugin" }, { "config", "set" },       { "configur", "set" }, { "setup", "instal" },
  { "password", "key" },     { "ai", "model" },         { "lm", "model" },     { "conversation", "sesion" },
  { "chat", "sesion" },      { "personality", "soul" }, { "databas", "stor" },
};

static void
add_word (GPtrArray *words, GString *word)
{
  if (word->len > 0)
    g_ptr_array_add (words, g_strdup (word->str));
  g_string_truncate (word, 0);
}

/* "dog's" is the word "dog". */
static gboolean
is_genitive (const char *at, const char *end)
{
  gunichar mark = g_utf8_get_char (at);
  const char *s = g_utf8_next_char (at);
  const char *next = s < end ? g_utf8_next_char (s) : end;

  if ((mark != '\'' && mark != 0x2019) || s >= end || (*s != 's' && *s != 'S'))
    return FALSE;
  return next >= end || !g_unichar_isalnum (g_utf8_get_char (next));
}

GPtrArray *
builtin_words_split (const char *text, gsize length)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) word = g_string_new (NULL);
  const char *end = text + length;

  for (const char *at = text; at < end; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isalnum (c) || g_unichar_ismark (c))
        {
          if (word->len < MAX_WORD)
            g_string_append_unichar (word, g_unichar_tolower (c));
          continue;
        }
      add_word (words, word);
      if (is_genitive (at, end))
        at = g_utf8_next_char (at);
    }
  add_word (words, word);
  return words;
}

static int
compare_words (const void *a, const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

gboolean
builtin_words_is_common (const char *word)
{
  if (g_ascii_isalpha (word[0]) && word[1] == '\0')
    return TRUE; /* a letter is about nothing: %s, i, n */
  return bsearch (word, common_words, G_N_ELEMENTS (common_words), sizeof common_words[0], compare_words) != NULL;
}

static gboolean
cut_ending (char *word, const char *ending, const char *instead, gsize least)
{
  gsize length = strlen (word);
  gsize cut = strlen (ending);

  if (length < least + cut || !g_str_has_suffix (word, ending))
    return FALSE;
  g_strlcpy (word + length - cut, instead, cut + 1);
  return TRUE;
}

static void
cut_plural (char *word)
{
  if (cut_ending (word, "ies", "y", 2) || cut_ending (word, "sses", "ss", 1) || cut_ending (word, "xes", "x", 1))
    return;
  if (cut_ending (word, "ches", "ch", 1) || cut_ending (word, "shes", "sh", 1))
    return;
  if (!g_str_has_suffix (word, "ss") && !g_str_has_suffix (word, "us") && !g_str_has_suffix (word, "is"))
    cut_ending (word, "s", "", 2);
}

/* "string" and "need" are whole words: what is left must be one too. */
static void
cut_verb (char *word)
{
  gsize length = strlen (word);
  gsize cut = g_str_has_suffix (word, "ing") ? 3 : 2;

  if (length < cut + 2 || strcspn (word, "aeiouy") >= length - cut || g_str_has_suffix (word, "eed"))
    return;
  if (!cut_ending (word, "ing", "", 2))
    cut_ending (word, "ed", "", 2);
}

char *
builtin_words_stem (const char *word)
{
  char *stem = g_strdup (word);
  gsize length;

  cut_plural (stem);
  cut_verb (stem);
  cut_ending (stem, "e", "", 2);
  length = strlen (stem);
  if (length > 2 && stem[length - 1] == stem[length - 2] && g_ascii_isalpha (stem[length - 1]))
    stem[length - 1] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (strcmp (stem, synonyms[i].stem) == 0)
      {
        g_free (stem);
        return g_strdup (synonyms[i].as);
      }
  return stem;
}

GPtrArray *
builtin_words_stems (const char *text, gsize length)
{
  g_autoptr (GPtrArray) words = builtin_words_split (text, length);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *stems = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < words->len; i++)
    {
      g_autofree char *stem = NULL;

      if (builtin_words_is_common (words->pdata[i]))
        continue;
      stem = builtin_words_stem (words->pdata[i]);
      if (g_hash_table_contains (seen, stem))
        continue;
      g_hash_table_add (seen, stem);
      g_ptr_array_add (stems, g_steal_pointer (&stem));
    }
  return stems;
}

gboolean
builtin_words_has (GPtrArray *list, const char *any)
{
  g_auto (GStrv) words = g_strsplit (any, " ", -1);

  for (guint i = 0; i < list->len; i++)
    if (g_strv_contains ((const char *const *) words, list->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
stands_at (GPtrArray *list, guint place, GStrv words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (place + i >= list->len || strcmp (list->pdata[place + i], words[i]) != 0)
      return FALSE;
  return TRUE;
}

gboolean
builtin_words_begin (GPtrArray *list, const char *phrase)
{
  g_auto (GStrv) words = g_strsplit (phrase, " ", -1);

  return stands_at (list, 0, words);
}

gboolean
builtin_words_hold (GPtrArray *list, const char *phrase)
{
  g_auto (GStrv) words = g_strsplit (phrase, " ", -1);

  for (guint i = 0; i < list->len; i++)
    if (stands_at (list, i, words))
      return TRUE;
  return FALSE;
}
