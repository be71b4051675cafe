/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include "bot/bty-slug.h"

#include <string.h>

static gboolean
is_european (GUnicodeScript script)
{
  return script == G_UNICODE_SCRIPT_LATIN || script == G_UNICODE_SCRIPT_GREEK || script == G_UNICODE_SCRIPT_CYRILLIC;
}

/* Marks on European letters go, as people expect of é; those of other scripts are part of the letter and stay. */
static gboolean
drops_mark (gunichar c, GUnicodeScript base)
{
  return g_unichar_ismark (c) && is_european (base);
}

static gsize
cut_at_character (const char *text, gsize length, gsize limit)
{
  if (length <= limit)
    return length;
  while (limit > 0 && ((guchar) text[limit] & 0xC0) == 0x80)
    limit--;
  return limit;
}

static void
trim_hyphen (GString *slug)
{
  while (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
}

char *
bty_slug_from_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  g_autofree char *split = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  g_autoptr (GString) slug = g_string_new (NULL);
  g_autofree char *joined = NULL;
  GUnicodeScript base = G_UNICODE_SCRIPT_COMMON;

  for (const char *p = split; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (drops_mark (c, base))
        continue;
      if (g_unichar_isalnum (c) || (g_unichar_ismark (c) && slug->len > 0 && slug->str[slug->len - 1] != '-'))
        g_string_append_unichar (slug, c);
      else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
        g_string_append_c (slug, '-');
      if (!g_unichar_ismark (c))
        base = g_unichar_get_script (c);
    }
  joined = g_utf8_normalize (slug->str, (gssize) slug->len, G_NORMALIZE_NFKC);
  g_string_assign (slug, joined);
  g_string_truncate (slug, cut_at_character (slug->str, slug->len, BTY_SLUG_MAX));
  trim_hyphen (slug);
  if (slug->len == 0)
    g_string_assign (slug, "bot");
  return g_string_free (g_steal_pointer (&slug), FALSE);
}

char *
bty_slug_with_number (const char *slug, guint number)
{
  g_autofree char *suffix = g_strdup_printf ("-%u", number);
  g_autoptr (GString) cut = g_string_new (slug);

  g_string_truncate (cut, cut_at_character (cut->str, cut->len, BTY_SLUG_MAX - strlen (suffix)));
  trim_hyphen (cut);
  g_string_append (cut, suffix);
  return g_string_free (g_steal_pointer (&cut), FALSE);
}

gboolean
bty_slug_is_valid (const char *slug)
{
  gsize length = strlen (slug);

  if (length == 0 || length > BTY_SLUG_MAX || slug[0] == '-' || !g_utf8_validate (slug, -1, NULL))
    return FALSE;
  for (const char *p = slug; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c != '-' && !g_unichar_isalnum (c) && !g_unichar_ismark (c))
        return FALSE;
    }
  return TRUE;
}
