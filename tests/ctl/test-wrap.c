/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-ctl-wrap.h"

typedef struct
{
  const char *name;
  guint width;
  const char *text;
  const char *shown;
} Case;

static const Case cases[] = {
  { "no-terminal", 0, "one two three\n```\nfour five six", "one two three\n```\nfour five six" },
  { "short", 10, "one two\nthree\n\nfour\n", "one two\nthree\n\nfour\n" },
  { "breaks", 10, "a good question", "a good \nquestion" },
  { "last-column", 10, "one two ab three", "one two ab\nthree" },
  { "one-too-far", 10, "one two abc", "one two \nabc" },
  { "full-line", 5, "abcde\nfghij k", "abcde\nfghij\nk" },
  { "two-spaces", 5, "abcd  e", "abcd \ne" },
  { "two-spaces-inside", 9, "ab  cd ef", "ab  cd ef" },
  { "long-word", 8, "see https://example.org/a/b for it", "see https://example.org/a/b for \nit" },
  { "long-word-alone", 4, "abcdefgh ij kl", "abcdefgh\nij \nkl" },
  { "long-word-at-edge", 4, "abcd efghij k", "abcd\nefghij k" },
  { "umlauts", 8, "grüß übel öd", "grüß \nübel öd" },
  { "combining", 8, "u\u0308u\u0308 abcde x", "u\u0308u\u0308 abcde\nx" },
  { "wide", 7, "ab 広い cd", "ab 広い\ncd" },
  { "wide-crosses", 6, "ab 広い cd", "ab 広\nい cd" },
  { "wide-stop", 8, "広い広い。広い", "広い広\nい。広い" },
  { "code", 8, "    one two three\none two three", "    one two three\none two \nthree" },
  { "three-spaces", 10, "   one two three", "   one two\nthree" },
  { "table", 8, "| one | two | three |\n  | x | y |\nx | one two",
    "| one | two | three |\n  | x | y |\nx | one \ntwo" },
  { "fence", 8, "a b\n```sh\nmake all of it\n\n``\nand more of it\n```\nmake all of it",
    "a b\n```sh\nmake all of it\n\n``\nand more of it\n```\nmake all\nof it" },
  { "ticks", 8, "``a b`` c d e\n` ``` a b c", "``a b`` \nc d e\n` ``` a \nb c" },
  { "tab", 12, "a\tbcd efg", "a\tbcd \nefg" },
  { "tab-at-edge", 8, "abcdefgh\ti", "abcdefgh\ni" },
  { "one-column", 1, "a bc\n", "a\nbc\n" },
  { "not-utf8", 8,
    "a\xff"
    "b\xc3\ncd",
    "a\ufffdb\ufffd\ncd" },
};

static void
take (BtyCtlWrap *wrap, const char *text, gsize length, GString *out)
{
  g_autofree char *piece = g_strndup (text, length);

  bty_ctl_wrap_take (wrap, piece, out);
}

/* The text in pieces of one length, after a first one of another. */
static void
assert_shown (const Case *c, gsize first, gsize piece)
{
  g_autoptr (BtyCtlWrap) wrap = bty_ctl_wrap_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  gsize length = strlen (c->text);

  wrap->width = c->width;
  take (wrap, c->text, first, out);
  for (gsize i = first; i < length; i += piece)
    take (wrap, c->text + i, MIN (piece, length - i), out);
  bty_ctl_wrap_flush (wrap, out);
  g_assert_false (bty_ctl_wrap_is_holding (wrap));
  g_assert_cmpstr (out->str, ==, c->shown);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  gsize length = strlen (c->text);

  for (gsize first = 0; first <= length; first++)
    assert_shown (c, first, length);
  for (gsize piece = 1; piece < 4; piece++)
    assert_shown (c, 0, piece);
}

static void
assert_next (BtyCtlWrap *wrap, const char *text, const char *shown)
{
  g_autoptr (GString) out = g_string_new (NULL);

  bty_ctl_wrap_take (wrap, text, out);
  g_assert_cmpstr (out->str, ==, shown);
}

static void
test_is_shown_soon (void)
{
  g_autoptr (BtyCtlWrap) wrap = bty_ctl_wrap_new ();

  wrap->width = 10;
  assert_next (wrap, "he", "");
  g_assert_true (bty_ctl_wrap_is_holding (wrap));
  assert_next (wrap, "llo", "");
  assert_next (wrap, " ", "hello ");
  g_assert_false (bty_ctl_wrap_is_holding (wrap));
  assert_next (wrap, "world and", "\nworld ");
  assert_next (wrap, "\n", "and\n");
  assert_next (wrap, "0123456789", "");
  assert_next (wrap, "a", "0123456789a");
  assert_next (wrap, "b", "b");
  assert_next (wrap, "\n| ta", "\n| ta");
  assert_next (wrap, "\n広い", "\n広");
}

/* A word that was begun cannot move any more. */
static void
test_flush (void)
{
  g_autoptr (BtyCtlWrap) wrap = bty_ctl_wrap_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  wrap->width = 10;
  assert_next (wrap, "good ques", "good ");
  bty_ctl_wrap_flush (wrap, out);
  bty_ctl_wrap_flush (wrap, out);
  g_assert_cmpstr (out->str, ==, "ques");
  assert_next (wrap, "tion ", "tion ");
  assert_next (wrap, "abcdefg h", "\nabcdefg ");
}

static void
test_width_changes (void)
{
  g_autoptr (BtyCtlWrap) wrap = bty_ctl_wrap_new ();

  wrap->width = 20;
  assert_next (wrap, "one two three four ", "one two three four ");
  wrap->width = 10;
  assert_next (wrap, "\n", "\n");
  assert_next (wrap, "one two three ", "one two \nthree ");
  assert_next (wrap, "four", "");
  wrap->width = 0;
  assert_next (wrap, "teen five", "fourteen five");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/ctl/wrap/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/ctl/wrap/is-shown-soon", test_is_shown_soon);
  g_test_add_func ("/ctl/wrap/flush", test_flush);
  g_test_add_func ("/ctl/wrap/width-changes", test_width_changes);
  return g_test_run ();
}
