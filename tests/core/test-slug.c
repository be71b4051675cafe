/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "bot/bty-slug.h"

static const struct
{
  const char *name;
  const char *slug;
} cases[] = {
  { "Ada", "ada" },
  { "Ada Lovelace", "ada-lovelace" },
  { "  Zoë & Co.  ", "zoe-co" },
  { "ÀÉÎÕÜ ñ ç", "aeiou-n-c" },
  { "Straße", "strasse" },
  { "İstanbul", "istanbul" },
  { "Ελλάδα", "ελλαδα" },
  { "Йога", "иога" },
  { "小明", "小明" },
  { "ﬁne ①", "fine-1" },
  { "हिन्दी बॉट", "हिन्दी-बॉट" },
  { "../../etc/passwd", "etc-passwd" },
  { "a\nb\tc", "a-b-c" },
  { "---", "bot" },
  { "", "bot" },
  { "🤖", "bot" },
  { "\xff\xfe", "bot" },
};

static void
test_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *slug = bty_slug_from_name (cases[i].name);

      g_assert_cmpstr (slug, ==, cases[i].slug);
      g_assert_true (bty_slug_is_valid (slug));
    }
}

static void
test_long_names (void)
{
  g_autofree char *ascii = g_strnfill (10000, 'x');
  g_autofree char *slug = bty_slug_from_name (ascii);
  g_autofree char *number = bty_slug_with_number (slug, 12);
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autofree char *cut = NULL;

  g_assert_cmpuint (strlen (slug), ==, BTY_SLUG_MAX);
  g_assert_cmpuint (strlen (number), ==, BTY_SLUG_MAX);
  g_assert_true (g_str_has_suffix (number, "x-12"));
  for (guint i = 0; i < 100; i++)
    g_string_append (wide, "明");
  cut = bty_slug_from_name (wide->str);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
  g_assert_cmpuint (strlen (cut), <=, BTY_SLUG_MAX);
}

static void
test_what_is_no_slug (void)
{
  static const char *const bad[] = { "", "-a", "a/b", "..", "a b", "a\n", ".deleted" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (bty_slug_is_valid (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slug/names", test_names);
  g_test_add_func ("/slug/long-names", test_long_names);
  g_test_add_func ("/slug/what-is-no-slug", test_what_is_no_slug);
  return g_test_run ();
}
