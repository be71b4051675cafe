/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "model/bty-bpe.h"

#define MAX_FILE   (64 * 1024 * 1024)
#define MAX_RANKS  1000000
#define MAX_TOKEN  1024 /* bytes */
#define MAX_PIECE  512  /* bytes; the rare longer ones are cut, so that no text is slow */
#define NO_RANK    G_MAXUINT32
#define MIN_SLOTS  1024
#define WORD_BYTES 18 /* of base64, on the average, for the room that is kept */

typedef struct
{
  guint32 offset;
  guint32 length;
  guint32 rank;
} Token;

struct _BtyBpe
{
  GRegex *rule;
  GString *bytes;  /* of all tokens */
  GArray *tokens;  /* Token */
  guint32 *slots;  /* index of a token + 1 */
  guint32 n_slots; /* a power of two */
};

/*
 * How families cut text, in the words of PCRE2: what goes with an apostrophe, words with what stands before them, numbers by at most
 * three digits, marks, and white space, of which the last one goes with the word behind it.
 */
#define ENDINGS   "(?i:'(?:[sdmt]|ll|ve|re))"
#define UPPER     "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER     "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define BEFORE    "[^\\r\\n\\p{L}\\p{N}]?"
#define MARKS     " ?[^\\s\\p{L}\\p{N}]+"
#define SPACES    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define O200K     BEFORE UPPER "*" LOWER "+" ENDINGS "?|" BEFORE UPPER "+" LOWER "*" ENDINGS "?"
#define PLAIN     ENDINGS "|" BEFORE "\\p{L}+"
#define RULE(...) "(*UCP)" __VA_ARGS__

static const struct
{
  const char *family;
  const char *rule;
} rules[] = {
  { "o200k", RULE (O200K "|\\p{N}{1,3}|" MARKS "[\\r\\n/]*|" SPACES) },
  { "cl100k", RULE (PLAIN "|\\p{N}{1,3}|" MARKS "[\\r\\n]*|" SPACES) },
  { "llama3", RULE (PLAIN "|\\p{N}{1,3}|" MARKS "[\\r\\n]*|" SPACES) },
  { "qwen", RULE (PLAIN "|\\p{N}|" MARKS "[\\r\\n]*|" SPACES) },
};

static const char *
find_rule (const char *family)
{
  for (guint i = 0; family != NULL && i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].family, family) == 0)
      return rules[i].rule;
  return NULL;
}

gboolean
bty_bpe_has_rule (const char *family)
{
  return find_rule (family) != NULL;
}

void
bty_bpe_free (BtyBpe *self)
{
  g_clear_pointer (&self->rule, g_regex_unref);
  g_string_free (self->bytes, TRUE);
  g_array_unref (self->tokens);
  g_free (self->slots);
  g_free (self);
}

/* The table of ranks. */

static guint32
hash (const char *bytes, gsize length)
{
  guint32 value = 2166136261u;

  for (gsize i = 0; i < length; i++)
    value = (value ^ (guint8) bytes[i]) * 16777619u;
  return value ^ (value >> 15);
}

static guint32
find_slot (const BtyBpe *self, const char *bytes, gsize length)
{
  guint32 slot = hash (bytes, length) & (self->n_slots - 1);

  while (self->slots[slot] != 0)
    {
      const Token *token = &g_array_index (self->tokens, Token, self->slots[slot] - 1);

      if (token->length == length && memcmp (self->bytes->str + token->offset, bytes, length) == 0)
        break;
      slot = (slot + 1) & (self->n_slots - 1);
    }
  return slot;
}

static guint32
rank_of (const BtyBpe *self, const char *bytes, gsize length)
{
  guint32 index = self->slots[find_slot (self, bytes, length)];

  return index != 0 ? g_array_index (self->tokens, Token, index - 1).rank : NO_RANK;
}

static gboolean
read_line (BtyBpe *self, const char *line, gsize length, GError **error)
{
  const char *space = memchr (line, ' ', length);
  gsize words = space != NULL ? (gsize) (space - line) : 0;
  g_autofree char *number = space != NULL ? g_strndup (space + 1, length - words - 1) : NULL;
  g_autofree char *word = g_strndup (line, words);
  g_autofree guchar *bytes = NULL;
  guint64 rank;
  gsize n = 0;
  Token token;

  if (words > 0 && words % 4 == 0)
    bytes = g_base64_decode (word, &n);
  if (n == 0 || n > MAX_TOKEN || !g_ascii_string_to_unsigned (number, 10, 0, MAX_RANKS, &rank, NULL))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("not base64, a space and a rank"));
      return FALSE;
    }
  token = (Token){ .offset = (guint32) self->bytes->len, .length = (guint32) n, .rank = (guint32) rank };
  g_string_append_len (self->bytes, (const char *) bytes, (gssize) n);
  g_array_append_val (self->tokens, token);
  return TRUE;
}

static gboolean
read_lines (BtyBpe *self, const char *data, gsize length, GError **error)
{
  const char *end = data + length;
  guint n = 0;

  while (data < end)
    {
      const char *stop = memchr (data, '\n', (gsize) (end - data));
      gsize line = stop != NULL ? (gsize) (stop - data) : (gsize) (end - data);

      n += 1;
      if (line > 0 && self->tokens->len >= MAX_RANKS)
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("more than %d ranks"), MAX_RANKS);
          return FALSE;
        }
      if (line > 0 && !read_line (self, data, line, error))
        {
          g_prefix_error (error, _ ("line %u: "), n);
          return FALSE;
        }
      data += line + 1;
    }
  return TRUE;
}

static gboolean
index_tokens (BtyBpe *self, GError **error)
{
  self->n_slots = MIN_SLOTS;
  while (self->n_slots < 2 * self->tokens->len)
    self->n_slots *= 2;
  self->slots = g_new0 (guint32, self->n_slots);
  for (guint i = 0; i < self->tokens->len; i++)
    {
      const Token *token = &g_array_index (self->tokens, Token, i);
      guint32 slot = find_slot (self, self->bytes->str + token->offset, token->length);

      if (self->slots[slot] == 0)
        self->slots[slot] = i + 1;
    }
  for (int byte = 0; byte < 256; byte++)
    {
      char one = (char) byte;

      if (rank_of (self, &one, 1) != NO_RANK)
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("the byte 0x%02x has no rank"), (guint) byte);
      return FALSE;
    }
  return TRUE;
}

BtyBpe *
bty_bpe_parse (const char *data, gsize length, const char *family, GError **error)
{
  const char *rule = find_rule (family);
  g_autoptr (BtyBpe) self = NULL;

  if (rule == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("how “%s” cuts text is not known"), family);
      return NULL;
    }
  self = g_new0 (BtyBpe, 1);
  self->bytes = g_string_sized_new (length / 2);
  self->tokens = g_array_sized_new (FALSE, FALSE, sizeof (Token), (guint) MIN (length / WORD_BYTES, MAX_RANKS));
  self->rule = g_regex_new (rule, G_REGEX_OPTIMIZE, 0, NULL);
  if (!read_lines (self, data, length, error) || !index_tokens (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

BtyBpe *
bty_bpe_load (const char *path, const char *family, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GError) failure = NULL;
  BtyBpe *self;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || (file = g_mapped_file_new (path, FALSE, &failure)) == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("cannot read %s: %s"), path,
                   failure != NULL ? failure->message : _ ("it is not a file"));
      return NULL;
    }
  if (g_mapped_file_get_length (file) > MAX_FILE)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("%s is longer than %d MiB"), path, MAX_FILE >> 20);
      return NULL;
    }
  self = bty_bpe_parse (g_mapped_file_get_contents (file), g_mapped_file_get_length (file), family, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", path);
  return self;
}

/* Counting. */

/* The parts of a piece: where each begins, and the rank of it joined with the next. */
typedef struct
{
  guint16 begin;
  guint32 rank;
} Part;

static guint32
rank_of_pair (const BtyBpe *self, const char *piece, const Part *parts, guint n, guint at)
{
  if (at + 2 > n)
    return NO_RANK;
  return rank_of (self, piece + parts[at].begin, (gsize) (parts[at + 2].begin - parts[at].begin));
}

static guint
lowest (const Part *parts, guint n)
{
  guint best = 0;

  for (guint i = 1; i < n; i++)
    if (parts[i].rank < parts[best].rank)
      best = i;
  return best;
}

static gint64
count_short (const BtyBpe *self, const char *piece, gsize length)
{
  Part parts[MAX_PIECE + 1]; /* the last one is the end */
  guint n = (guint) length;

  if (rank_of (self, piece, length) != NO_RANK)
    return 1;
  for (guint i = 0; i <= n; i++)
    parts[i] = (Part){ .begin = (guint16) i, .rank = NO_RANK };
  for (guint i = 0; i < n; i++)
    parts[i].rank = rank_of_pair (self, piece, parts, n, i);
  while (n > 1)
    {
      guint at = lowest (parts, n);

      if (parts[at].rank == NO_RANK)
        break;
      memmove (&parts[at + 1], &parts[at + 2], (n - at - 1) * sizeof (Part));
      n -= 1;
      parts[at].rank = rank_of_pair (self, piece, parts, n, at);
      if (at > 0)
        parts[at - 1].rank = rank_of_pair (self, piece, parts, n, at - 1);
    }
  return n;
}

static gint64
count_piece (const BtyBpe *self, const char *piece, gsize length)
{
  gint64 tokens = 0;

  for (; length > MAX_PIECE; piece += MAX_PIECE, length -= MAX_PIECE)
    tokens += count_short (self, piece, MAX_PIECE);
  return tokens + (length > 0 ? count_short (self, piece, length) : 0);
}

gint64
bty_bpe_count (const BtyBpe *self, const char *text, gsize length)
{
  g_autoptr (GMatchInfo) match = NULL;
  gint64 tokens = 0;
  int begin = 0;
  int end = 0;
  int last = 0;

  if (length > G_MAXINT32 || !g_utf8_validate_len (text, length, NULL))
    return -1;
  g_regex_match_full (self->rule, text, (gssize) length, 0, 0, &match, NULL);
  while (g_match_info_matches (match))
    {
      g_match_info_fetch_pos (match, 0, &begin, &end);
      tokens += count_piece (self, text + last, (gsize) (begin - last)); /* what no rule takes, which is nothing */
      tokens += count_piece (self, text + begin, (gsize) (end - begin));
      last = end;
      g_match_info_next (match, NULL);
    }
  return tokens + count_piece (self, text + last, length - (gsize) last);
}

GStrv
bty_bpe_split (const char *family, const char *text)
{
  const char *rule = find_rule (family);
  g_autoptr (GRegex) regex = rule != NULL ? g_regex_new (rule, 0, 0, NULL) : NULL;
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GPtrArray) pieces = g_ptr_array_new ();

  if (regex == NULL)
    return NULL;
  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    g_ptr_array_add (pieces, g_match_info_fetch (match, 0));
  g_ptr_array_add (pieces, NULL);
  return (GStrv) g_ptr_array_steal (pieces, NULL);
}
