/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include "model/bty-token-bytes.h"

/*
 * How a family cuts text. A word of ASCII letters is one token up to WORD letters, and one more for each @letters beyond.
 */
#define WORD 7
/* More marks than this in a row are a line that is drawn, which takes few tokens. */
#define LINE 6

typedef struct
{
  const char *name;
  double letters; /* of a long word, a token */
  double digits;  /* a token */
  double marks;   /* tokens for a run of punctuation: each mark of it */
  double cjk;     /* tokens a character */
  double accents; /* tokens a letter of Latin with marks, Greek, Cyrillic and so on */
  double scale;   /* of it all */
} Family;

static const Family families[] = {
  { "o200k", 5.0, 3, 0.60, 0.75, 0.40, 1.00 },    { "cl100k", 4.6, 3, 0.60, 1.15, 0.62, 1.00 },
  { "claude", 4.2, 2, 0.75, 1.10, 0.60, 1.12 },   { "gemini", 5.0, 1, 0.65, 0.70, 0.40, 1.00 },
  { "llama3", 4.6, 3, 0.60, 0.95, 0.50, 1.00 },   { "qwen", 4.6, 1, 0.60, 0.70, 0.55, 1.00 },
  { "deepseek", 4.6, 3, 0.65, 0.70, 0.55, 1.00 }, { "mistral", 4.2, 1, 0.70, 1.00, 0.55, 1.05 },
  { "grok", 4.6, 3, 0.65, 0.90, 0.50, 1.05 },     { "kimi", 4.6, 3, 0.60, 0.65, 0.55, 1.00 },
};
static const Family cautious = { "other", 4.0, 1, 0.80, 1.20, 0.70, 1.10 };

typedef enum
{
  KIND_LETTER,
  KIND_DIGIT,
  KIND_SPACE,
  KIND_MARK,
  KIND_CJK,
  KIND_ACCENT,
  KIND_OTHER, /* pictures, rare scripts, what is no text at all */
} Kind;

static const Family *
find_family (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (families); i++)
    if (g_str_equal (families[i].name, name))
      return &families[i];
  return &cautious;
}

static Kind
kind_of_ascii (char letter)
{
  if (g_ascii_isalpha (letter))
    return KIND_LETTER;
  if (g_ascii_isdigit (letter))
    return KIND_DIGIT;
  return g_ascii_isspace (letter) ? KIND_SPACE : KIND_MARK;
}

static Kind
kind_of (gunichar letter)
{
  if ((letter >= 0x3040 && letter <= 0x30ff) || (letter >= 0x3400 && letter <= 0x9fff) ||
      (letter >= 0xac00 && letter <= 0xd7a3) || (letter >= 0xf900 && letter <= 0xfaff))
    return KIND_CJK;
  if (letter < 0x0590 && g_unichar_isalpha (letter))
    return KIND_ACCENT;
  return letter >= 0x2010 && letter <= 0x203a ? KIND_MARK : KIND_OTHER;
}

/* One character: its kind and how many bytes it has. */
static Kind
look_at (const char *text, const char *end, gsize *bytes)
{
  gunichar letter;

  *bytes = 1;
  if ((*text & 0x80) == 0)
    return kind_of_ascii (*text);
  letter = g_utf8_get_char_validated (text, end - text);
  if (letter == (gunichar) -1 || letter == (gunichar) -2)
    return KIND_OTHER;
  *bytes = (gsize) (g_utf8_next_char (text) - text);
  return kind_of (letter);
}

static double
weigh (const Family *family, Kind kind, const char *text, gsize n, gsize bytes)
{
  switch (kind)
    {
    case KIND_LETTER:
      return n <= WORD ? 1.0 : 1.0 + (double) (n - WORD) / family->letters;
    case KIND_DIGIT:
      return MAX (1.0, (double) n / family->digits);
    case KIND_SPACE: /* a single one goes with the word behind it */
      return n == 1 && *text == ' ' ? 0.0 : 1.0 + (double) n / 64.0;
    case KIND_MARK:
      return MAX (0.8, (double) MIN (n, LINE) * family->marks + (double) (MAX (n, LINE) - LINE) * 0.15);
    case KIND_CJK:
      return (double) n * family->cjk;
    case KIND_ACCENT:
      return MAX (0.5, (double) n * family->accents);
    case KIND_OTHER:
    default:
      return (double) bytes * 0.7;
    }
}

double
bty_token_bytes_count (const char *family_name, const char *text, gsize length)
{
  const Family *family = find_family (family_name);
  const char *end = text + length;
  double tokens = 0;

  while (text < end)
    {
      const char *begin = text;
      gsize bytes;
      gsize n = 0;
      Kind kind = look_at (text, end, &bytes);

      do
        {
          text += bytes;
          n += 1;
        }
      while (text < end && look_at (text, end, &bytes) == kind);
      tokens += weigh (family, kind, begin, n, (gsize) (text - begin));
    }
  return tokens * family->scale;
}
