/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-redact-private.h"

#define MAX_LENGTH   500
#define MAX_LOOKED   8192 /* what comes after is cut anyway */
#define SHORT_SECRET 4    /* anything shorter would blot out half of every sentence */
#define MARK         "[redacted]"

static void
replace_all (GString *text, const char *secret, gsize length)
{
  if (length >= SHORT_SECRET && strlen (secret) == length)
    g_string_replace (text, secret, MARK, 0);
}

static gboolean
is_key_character (char c)
{
  return g_ascii_isalnum (c) || strchr ("-_.*+=~", c) != NULL;
}

static gsize
common_prefix (const char *a, const char *b, gsize length)
{
  gsize n = 0;

  while (n < length && a[n] == b[n] && b[n] != '\0')
    n += 1;
  return n;
}

static gsize
common_suffix (const char *word, gsize word_length, const char *key, gsize key_length)
{
  gsize n = 0;

  while (n < word_length && n < key_length && word[word_length - 1 - n] == key[key_length - 1 - n])
    n += 1;
  return n;
}

/* Services repeat keys with their middle starred out; and somebody else's key may come along in an error. */
static gboolean
looks_like_key (const char *word, gsize length, const BtySecret *key)
{
  static const char *const prefixes[] = { "sk-", "sk_", "pk-", "AIza", "gsk_", "xai-", "hf_", "eyJ" };

  if (length >= 8 && key != NULL)
    {
      const char *known = bty_secret_peek (key);
      gsize n = bty_secret_get_length (key);

      if (n >= 8 && (common_prefix (word, known, length) >= 5 || common_suffix (word, length, known, n) >= 4))
        return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (length >= 12 && strncmp (word, prefixes[i], strlen (prefixes[i])) == 0)
      return TRUE;
  return FALSE;
}

static char *
replace_words (const char *text, const BtySecret *key)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize length = 0;

      while (text[length] != '\0' && is_key_character (text[length]))
        length += 1;
      while (length > 1 && text[length - 1] == '.') /* ends the sentence, not the key */
        length -= 1;
      if (length == 0)
        g_string_append_c (out, *text++);
      else if (looks_like_key (text, length, key))
        g_string_append (out, MARK);
      else
        g_string_append_len (out, text, length);
      text += length;
    }
  return g_string_free (out, FALSE);
}

/* White space and control characters in a row become one space. */
static void
put_on_one_line (char *text)
{
  char *out = text;

  for (const char *p = text; *p != '\0'; p++)
    {
      gboolean is_space = (guchar) *p <= 0x20 || *p == 0x7f;

      if (!is_space)
        *out++ = *p;
      else if (out > text && out[-1] != ' ')
        *out++ = ' ';
    }
  *out = '\0';
  g_strchomp (text);
}

static void
cut (char *text)
{
  if (strlen (text) <= MAX_LENGTH)
    return;
  text[MAX_LENGTH - 3] = '\0';
  *g_utf8_find_prev_char (text, text + strlen (text)) = '\0';
  strncat (text, "…", 4);
}

char *
bty_http_redact (const char *text, gsize length, const BtySecret *key, const char *const *headers)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (length, MAX_LOOKED));
  g_autoptr (GString) whole = g_string_new (valid);
  char *result;

  if (key != NULL)
    replace_all (whole, bty_secret_peek (key), bty_secret_get_length (key));
  for (const char *const *header = headers; header != NULL && *header != NULL; header += 2)
    replace_all (whole, header[1], strlen (header[1]));
  result = replace_words (whole->str, key);
  put_on_one_line (result);
  cut (result);
  return result;
}
