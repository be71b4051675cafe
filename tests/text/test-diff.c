/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences by lines and by words, and who brought a line. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-blame.h"
#include "bty-diff.h"

#define ROUNDS 400

static void
assert_unified (const char *a, const char *b, guint context, const char *expected)
{
  g_autoptr (BtyDiff) diff = bty_diff_new (a, b, context);
  g_autoptr (GString) text = g_string_new (NULL);

  bty_diff_write (diff, "old", "new", text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_unified (void)
{
  assert_unified ("a\nb\nc\n", "a\nb\nc\n", 3, "");
  assert_unified ("", "", 3, "");
  assert_unified ("", "x\n", 3, "--- old\n+++ new\n@@ -0,0 +1,1 @@\n+x\n");
  assert_unified ("x\n", "", 3, "--- old\n+++ new\n@@ -1,1 +0,0 @@\n-x\n");
  assert_unified ("a\nb\nc\n", "a\nB\nc\n", 3, "--- old\n+++ new\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
  assert_unified ("a\nb\nc\n", "a\nB\nc\n", 0, "--- old\n+++ new\n@@ -2,1 +2,1 @@\n-b\n+B\n");
  assert_unified ("a\nc\n", "a\nb\nc\n", 0, "--- old\n+++ new\n@@ -1,0 +2,1 @@\n+b\n");
  assert_unified ("a", "a\n", 3, "--- old\n+++ new\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
  assert_unified ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\ny\n9\n", 1,
                  "--- old\n+++ new\n@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n@@ -7,3 +7,3 @@\n 7\n-8\n+y\n 9\n");
  assert_unified ("1\n2\n3\n4\n5\n", "1\nx\n3\ny\n5\n", 1,
                  "--- old\n+++ new\n@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n-4\n+y\n 5\n");
}

/* The spans of the first changed line of a kind, as `=equal`, `-deleted`, `+inserted` parted by `|`. */
static char *
spans_of (const BtyDiff *diff, BtyDiffKind kind)
{
  static const char marks[] = { '=', '-', '+' };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < diff->hunks[0].n_lines; i++)
    {
      const BtyDiffLine *line = &diff->hunks[0].lines[i];

      if (line->kind != kind)
        continue;
      for (guint j = 0; j < line->n_spans; j++)
        g_string_append_printf (text, "%s%c%.*s", j > 0 ? "|" : "", marks[line->spans[j].kind],
                                (int) line->spans[j].slice.length, line->spans[j].slice.text);
      break;
    }
  return g_string_free (text, FALSE);
}

static void
assert_words (const char *a, const char *b, const char *deleted, const char *inserted)
{
  g_autoptr (BtyDiff) diff = bty_diff_new (a, b, 3);
  g_autofree char *old_spans = spans_of (diff, BTY_DIFF_DELETE), *new_spans = spans_of (diff, BTY_DIFF_INSERT);

  g_assert_cmpstr (old_spans, ==, deleted);
  g_assert_cmpstr (new_spans, ==, inserted);
}

static void
test_words (void)
{
  assert_words ("You are kind.\n", "You are very kind.\n", "=You are kind.", "=You are |+very |=kind.");
  assert_words ("Be brief, be warm\n", "Be brief; be warm\n", "=Be brief|-,|= be warm", "=Be brief|+;|= be warm");
  assert_words ("Größe zählt\n", "Größe zählte\n", "=Größe |-zählt", "=Größe |+zählte");
  assert_words ("你好世界\n", "你好天界\n", "=你好|-世|=界", "=你好|+天|=界");
  assert_words ("all of it\n", "nothing alike here\n", "-all of it", "+nothing alike here");
  assert_words ("kept\ngone\n", "kept\n", "-gone", "");
}

/* Few different lines, so that much is alike. */
static char *
random_text (guint kinds)
{
  GString *text = g_string_new (NULL);
  gint n = g_test_rand_int_range (0, 40);

  for (gint i = 0; i < n; i++)
    g_string_append_printf (text, "%c %s\n", 'a' + g_test_rand_int_range (0, (gint32) kinds),
                            g_test_rand_bit () ? "word and word" : "wörd");
  if (text->len > 0 && g_test_rand_bit ())
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/* Applies the difference to @a: hunks tell which of its lines to leave out and what stands in their place. */
static char *
apply (const BtyDiff *diff, const char *a)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GArray) lines = bty_slices_split_lines (a, strlen (a));
  guint at = 0;

  for (guint i = 0; i < diff->n_hunks; i++)
    {
      const BtyDiffHunk *hunk = &diff->hunks[i];
      guint first = hunk->old_start - (hunk->old_count > 0 ? 1 : 0);

      for (; at < first; at++)
        g_string_append_len (text, g_array_index (lines, BtySlice, at).text,
                             (gssize) g_array_index (lines, BtySlice, at).length);
      for (guint j = 0; j < hunk->n_lines; j++)
        if (hunk->lines[j].kind != BTY_DIFF_DELETE)
          {
            for (guint k = 0; k < hunk->lines[j].n_spans; k++)
              g_string_append_len (text, hunk->lines[j].spans[k].slice.text,
                                   (gssize) hunk->lines[j].spans[k].slice.length);
            g_string_append (text, hunk->lines[j].is_ended ? "\n" : "");
          }
      at += hunk->old_count;
    }
  for (; at < lines->len; at++)
    g_string_append_len (text, g_array_index (lines, BtySlice, at).text,
                         (gssize) g_array_index (lines, BtySlice, at).length);
  return g_string_free (text, FALSE);
}

/* The length of a longest common subsequence, by the table that needs no thought. */
static guint
count_common (const GArray *a, const GArray *b)
{
  g_autofree guint *row = g_new0 (guint, b->len + 1);

  for (guint i = 0; i < a->len; i++)
    for (guint j = 0, corner = 0; j < b->len; j++)
      {
        guint above = row[j + 1];

        row[j + 1] = bty_slices_equal (&g_array_index (a, BtySlice, i), &g_array_index (b, BtySlice, j))
                       ? corner + 1
                       : MAX (above, row[j]);
        corner = above;
      }
  return row[b->len];
}

static void
test_random (void)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *a = random_text (2 + round % 9), *b = random_text (2 + round % 9), *again = NULL;
      g_autoptr (BtyDiff) diff = bty_diff_new (a, b, round % 5);
      g_autoptr (GArray) old_lines = bty_slices_split_lines (a, strlen (a));
      g_autoptr (GArray) new_lines = bty_slices_split_lines (b, strlen (b));
      guint common = count_common (old_lines, new_lines);

      again = apply (diff, a);
      g_assert_cmpstr (again, ==, b);
      g_assert_cmpuint (diff->deleted, ==, old_lines->len - common);
      g_assert_cmpuint (diff->inserted, ==, new_lines->len - common);
    }
}

/* Long texts whose lines are all alike in kind but not in order: what would take quadratic time. */
static void
test_bounded (void)
{
  g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL), c = g_string_new (NULL);
  g_autoptr (BtyDiff) shuffled = NULL, unlike = NULL;
  g_autofree char *again = NULL;

  for (guint i = 0; i < 250000; i++)
    {
      g_string_append_printf (a, "%c\n", 'a' + g_test_rand_int_range (0, 26));
      g_string_append_printf (b, "%c\n", 'a' + g_test_rand_int_range (0, 26));
    }
  for (guint i = 0; c->len < 1024 * 1024; i++)
    g_string_append_printf (c, "line %u\n", i);
  shuffled = bty_diff_new (a->str, b->str, 3);
  again = apply (shuffled, a->str);
  g_assert_cmpstr (again, ==, b->str);
  unlike = bty_diff_new (a->str, c->str, 3);
  g_assert_cmpuint (unlike->deleted, ==, 250000);
}

static void
assert_blame (BtyBlame *blame, guint index, gint64 version, const char *text)
{
  BtyBlameLine line = bty_blame_get_line (blame, index);

  g_assert_cmpint (line.version, ==, version);
  g_assert_cmpmem (line.slice.text, line.slice.length, text, strlen (text));
}

static void
test_blame (void)
{
  g_autoptr (BtyBlame) blame = bty_blame_new ();

  g_assert_cmpuint (bty_blame_get_n_lines (blame), ==, 0);
  bty_blame_add (blame, 1, "one\ntwo\nthree\n");
  bty_blame_add (blame, 2, "one\n2\nthree\n");
  bty_blame_add (blame, 5, "zero\none\n2\nthree\nfour");
  bty_blame_add (blame, 6, "zero\none\n2\nthree\nfour");
  bty_blame_add (blame, 7, "zero\none\ntwo\n2\nfour");
  g_assert_cmpuint (bty_blame_get_n_lines (blame), ==, 5);
  assert_blame (blame, 0, 5, "zero");
  assert_blame (blame, 1, 1, "one");
  assert_blame (blame, 2, 7, "two");
  assert_blame (blame, 3, 2, "2");
  assert_blame (blame, 4, 5, "four");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/diff/unified", test_unified);
  g_test_add_func ("/text/diff/words", test_words);
  g_test_add_func ("/text/diff/random", test_random);
  g_test_add_func ("/text/diff/bounded", test_bounded);
  g_test_add_func ("/text/blame", test_blame);
  return g_test_run ();
}
