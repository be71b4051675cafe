/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-recall.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "builtin-intent.h"
#include "builtin-words.h"

/* How much of a message is looked at, how long a quotation may be, and how many are given. */
#define LOOK_AT    20000
#define MAX_QUOTE  300
#define MAX_QUOTES 3

/* Weight of a word that is there in another form, and of one that asks for an attribute that statements often leave out. */
#define OTHER_FORM   0.6
#define ATTRIBUTE    0.5
#define LEAST_SHARE  0.6
#define SAME_AS_BEST 0.2
/* What "my name" counts for where "my name" is asked for, against "my dog's name". */
#define SAME_OWNER 0.3

/* Words of questions about what was said that say nothing of what it was about. */
#define ASKING_WORDS                                                                                                   \
  "remember recall mention mentioned talk talked discuss discussed forget forgot earlier before last yesterday ever session sessions conversation"

typedef struct
{
  char *word;
  char *stem;
  double weight;
} Term;

typedef struct
{
  char *text;
  gint64 said_at;
  gboolean here;
  double score;
  guint place; /* in the order of adding */
} Quote;

struct _BuiltinRecall
{
  char *question;
  char *owned; /* the word after "my" */
  GArray *terms;
  GArray *quotes;
  double sought;
  guint n_added;
};

static void
term_clear (gpointer data)
{
  Term *term = data;

  g_free (term->word);
  g_free (term->stem);
}

static void
quote_clear (gpointer data)
{
  Quote *quote = data;

  g_free (quote->text);
}

static gboolean
has_term (const BuiltinRecall *recall, const char *stem)
{
  for (guint i = 0; i < recall->terms->len; i++)
    if (strcmp (g_array_index (recall->terms, Term, i).stem, stem) == 0)
      return TRUE;
  return FALSE;
}

static void
add_term (BuiltinRecall *recall, const char *word)
{
  g_auto (GStrv) asking = g_strsplit (ASKING_WORDS, " ", -1);
  Term term = { .weight = 1 };

  if (builtin_words_is_common (word) || g_strv_contains ((const char *const *) asking, word))
    return;
  term.stem = builtin_words_stem (word);
  if (has_term (recall, term.stem))
    {
      g_free (term.stem);
      return;
    }
  term.word = g_strdup (word);
  if (strcmp (term.stem, "nam") == 0)
    term.weight = ATTRIBUTE;
  recall->sought += term.weight;
  g_array_append_val (recall->terms, term);
}

/* The word after "my" or "our": the first one, or @wanted if it is one of them. */
static const char *
find_owned (GPtrArray *words, const char *wanted)
{
  for (guint i = 0; i + 1 < words->len; i++)
    if ((strcmp (words->pdata[i], "my") == 0 || strcmp (words->pdata[i], "our") == 0) &&
        (wanted == NULL || strcmp (words->pdata[i + 1], wanted) == 0))
      return words->pdata[i + 1];
  return NULL;
}

BuiltinRecall *
builtin_recall_new (const char *question)
{
  BuiltinRecall *recall = g_new0 (BuiltinRecall, 1);
  g_autofree char *start = g_strndup (question, LOOK_AT);
  g_autoptr (GPtrArray) words = NULL;

  recall->question = g_strstrip (g_utf8_make_valid (start, -1));
  recall->terms = g_array_new (FALSE, FALSE, sizeof (Term));
  recall->quotes = g_array_new (FALSE, FALSE, sizeof (Quote));
  g_array_set_clear_func (recall->terms, term_clear);
  g_array_set_clear_func (recall->quotes, quote_clear);
  words = builtin_words_split (recall->question, strlen (recall->question));
  for (guint i = 0; i < words->len; i++)
    add_term (recall, words->pdata[i]);
  recall->owned = g_strdup (find_owned (words, NULL));
  return recall;
}

void
builtin_recall_free (BuiltinRecall *recall)
{
  g_free (recall->question);
  g_free (recall->owned);
  g_array_unref (recall->terms);
  g_array_unref (recall->quotes);
  g_free (recall);
}

char *
builtin_recall_get_words (const BuiltinRecall *recall)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < recall->terms->len && i < 12; i++)
    {
      const Term *term = &g_array_index (recall->terms, Term, i);

      g_string_append_printf (words, "%s%s", words->len > 0 ? " " : "", term->word);
      if (strcmp (term->stem, "nam") == 0)
        g_string_append (words, " name named called");
    }
  return g_string_free (words, FALSE);
}

static double
score_of (const BuiltinRecall *recall, GPtrArray *words)
{
  g_autoptr (GPtrArray) stems = g_ptr_array_new_with_free_func (g_free);
  double score = 0;

  for (guint i = 0; i < words->len; i++)
    g_ptr_array_add (stems, builtin_words_stem (words->pdata[i]));
  for (guint i = 0; i < recall->terms->len; i++)
    {
      const Term *term = &g_array_index (recall->terms, Term, i);

      if (g_ptr_array_find_with_equal_func (words, term->word, g_str_equal, NULL))
        score += term->weight;
      else if (g_ptr_array_find_with_equal_func (stems, term->stem, g_str_equal, NULL))
        score += term->weight * OTHER_FORM;
    }
  return score;
}

/* Which of the quotes says the same, or -1. */
static int
find_quote (const BuiltinRecall *recall, const char *text)
{
  for (guint i = 0; i < recall->quotes->len; i++)
    if (strcmp (g_array_index (recall->quotes, Quote, i).text, text) == 0)
      return (int) i;
  return -1;
}

/* A question that names nothing asks for whatever the person said of themselves. */
static gboolean
fits (const BuiltinRecall *recall, const char *sentence, double score)
{
  if (recall->terms->len == 0)
    return builtin_intent_of (sentence) == BUILTIN_INTENT_STATEMENT;
  return score >= recall->sought * LEAST_SHARE - 1e-9;
}

static void
add_sentence (BuiltinRecall *recall, const char *sentence, gint64 said_at, gboolean here)
{
  g_autoptr (GPtrArray) words = builtin_words_split (sentence, strlen (sentence));
  Quote quote = { .said_at = said_at, .here = here, .place = recall->n_added++ };
  int known;

  if (words->len < 2 || builtin_intent_is_question (words, sentence[strlen (sentence) - 1]))
    return;
  quote.score = score_of (recall, words);
  if (!fits (recall, sentence, quote.score))
    return;
  if (recall->owned != NULL && find_owned (words, recall->owned) != NULL)
    quote.score += SAME_OWNER;
  known = find_quote (recall, sentence);
  if (known >= 0)
    {
      Quote *same = &g_array_index (recall->quotes, Quote, known);

      same->said_at = MAX (same->said_at, said_at);
      same->here |= here;
      same->place = quote.place;
      return;
    }
  quote.text = g_strdup (sentence);
  g_array_append_val (recall->quotes, quote);
}

static gboolean
ends_sentence (const char *at)
{
  return *at == '\n' || *at == '\0' || (strchr (".!?", *at) != NULL && (at[1] == '\0' || g_ascii_isspace (at[1])));
}

void
builtin_recall_add (BuiltinRecall *recall, const char *message, gint64 said_at, gboolean here)
{
  g_autofree char *start = g_strndup (message, LOOK_AT);
  g_autofree char *text = g_strstrip (g_utf8_make_valid (start, -1));
  const char *begin = text;

  if (strcmp (text, recall->question) == 0)
    return;
  for (const char *at = text; at == text || at[-1] != '\0'; at++)
    {
      g_autofree char *sentence = NULL;

      if (!ends_sentence (at))
        continue;
      sentence = g_strstrip (g_strndup (begin, at - begin + (*at != '\0' ? 1 : 0)));
      if (sentence[0] != '\0')
        add_sentence (recall, sentence, said_at, here);
      begin = at + 1;
    }
}

static char *
when (const Quote *quote)
{
  g_autoptr (GDateTime) said = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) utc = NULL;

  if (quote->said_at <= 0)
    return g_strdup (_ ("Earlier in this session you said"));
  utc = g_date_time_new_from_unix_utc (quote->said_at / G_USEC_PER_SEC);
  said = utc != NULL ? g_date_time_to_local (utc) : NULL;
  if (said == NULL)
    return g_strdup (_ ("In an earlier session you said"));
  if (quote->here)
    return g_date_time_format (said, _ ("Earlier in this session, on %-d %B %Y at %H:%M, you said"));
  if (g_date_time_get_year (said) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (said) == g_date_time_get_day_of_year (now))
    return g_date_time_format (said, _ ("In an earlier session, today at %H:%M, you said"));
  return g_date_time_format (said, _ ("In an earlier session, on %-d %B %Y at %H:%M, you said"));
}

static char *
shorten (const char *text)
{
  const char *end = text;

  if (strlen (text) <= MAX_QUOTE)
    return g_strdup (text);
  while (end - text < MAX_QUOTE)
    end = g_utf8_next_char (end);
  return g_strdup_printf ("%.*s…", (int) (end - text), text);
}

/* The latest first. A time counts for more than the order of adding, since searches are ordered by fitness. */
static int
compare_quotes (gconstpointer a, gconstpointer b)
{
  const Quote *left = a;
  const Quote *right = b;

  if (left->said_at != right->said_at && left->said_at > 0 && right->said_at > 0)
    return left->said_at > right->said_at ? -1 : 1;
  if (left->here != right->here)
    return left->here ? -1 : 1;
  return left->place > right->place ? -1 : 1;
}

static void
keep_best (BuiltinRecall *recall)
{
  double best = 0;

  for (guint i = 0; i < recall->quotes->len; i++)
    best = MAX (best, g_array_index (recall->quotes, Quote, i).score);
  for (guint i = recall->quotes->len; i > 0; i--)
    if (g_array_index (recall->quotes, Quote, i - 1).score < best - SAME_AS_BEST)
      g_array_remove_index (recall->quotes, i - 1);
  g_array_sort (recall->quotes, compare_quotes);
}

char *
builtin_recall_answer (BuiltinRecall *recall)
{
  GString *answer;

  if (recall->quotes->len == 0)
    return NULL;
  keep_best (recall);
  answer = g_string_new (NULL);
  for (guint i = 0; i < recall->quotes->len && i < MAX_QUOTES; i++)
    {
      const Quote *quote = &g_array_index (recall->quotes, Quote, i);
      g_autofree char *said = when (quote);
      g_autofree char *text = shorten (quote->text);

      g_string_append_printf (answer, "%s%s: “%s”", answer->len > 0 ? "\n" : "", said, text);
    }
  return g_string_free (answer, FALSE);
}
