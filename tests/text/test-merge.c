/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Three-way merges. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-merge.h"

#define ROUNDS 400

static void
assert_merge (const char *base, const char *ours, const char *theirs, guint conflicts, const char *expected)
{
  g_autoptr (BtyMerge) merge = bty_merge_new (base, ours, theirs);
  g_autoptr (GString) text = g_string_new (NULL);

  bty_merge_write (merge, "main", "calm", text);
  g_assert_cmpuint (merge->n_conflicts, ==, conflicts);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_clean (void)
{
  assert_merge ("", "", "", 0, "");
  assert_merge ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", 0, "A\nb\nC\n");
  assert_merge ("a\nb\nc\n", "a\nx\nc\n", "a\nx\nc\n", 0, "a\nx\nc\n");
  assert_merge ("a\nb\nc\n", "a\nb\nc\n", "", 0, "");
  assert_merge ("a\nb\nc", "a\nb\nc", "a\nb\nc\nd\n", 0, "a\nb\nc\nd\n");
  assert_merge ("a\nb\nc\nd\n", "b\nc\nd\n", "a\nb\nc\n", 0, "b\nc\n");
  assert_merge ("", "new\n", "new\n", 0, "new\n");
}

static void
test_conflicts (void)
{
  assert_merge ("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n", 1, "a\n<<<<<<< main\nx\n=======\ny\n>>>>>>> calm\nc\n");
  assert_merge ("a\nb\n", "a\n", "a\ny", 1, "a\n<<<<<<< main\n=======\ny\n>>>>>>> calm\n");
  assert_merge ("", "x", "y", 1, "<<<<<<< main\nx\n=======\ny\n>>>>>>> calm\n");
  assert_merge ("1\nk\n2\n", "x\nk\nx\n", "y\nk\ny\n", 2,
                "<<<<<<< main\nx\n=======\ny\n>>>>>>> calm\nk\n<<<<<<< main\nx\n=======\ny\n>>>>>>> calm\n");
}

static char *
random_text (void)
{
  GString *text = g_string_new (NULL);
  gint n = g_test_rand_int_range (0, 20);

  for (gint i = 0; i < n; i++)
    g_string_append_printf (text, "%c\n", 'a' + g_test_rand_int_range (0, 6));
  return g_string_free (text, FALSE);
}

static char *
merged (const char *base, const char *ours, const char *theirs, guint *conflicts)
{
  g_autoptr (BtyMerge) merge = bty_merge_new (base, ours, theirs);
  GString *text = g_string_new (NULL);

  *conflicts = merge->n_conflicts;
  bty_merge_write (merge, "one", "other", text);
  return g_string_free (text, FALSE);
}

/* The parts are all of each text, in order. */
static void
check_parts (const char *base, const char *ours, const char *theirs)
{
  g_autoptr (BtyMerge) merge = bty_merge_new (base, ours, theirs);
  g_autoptr (GString) a = g_string_new (NULL), b = g_string_new (NULL), c = g_string_new (NULL);

  for (guint i = 0; i < merge->n_parts; i++)
    {
      g_string_append_len (a, merge->parts[i].base.text, (gssize) merge->parts[i].base.length);
      g_string_append_len (b, merge->parts[i].ours.text, (gssize) merge->parts[i].ours.length);
      g_string_append_len (c, merge->parts[i].theirs.text, (gssize) merge->parts[i].theirs.length);
    }
  g_assert_cmpstr (a->str, ==, base);
  g_assert_cmpstr (b->str, ==, ours);
  g_assert_cmpstr (c->str, ==, theirs);
}

static void
test_random (void)
{
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *base = random_text (), *ours = random_text (), *theirs = random_text ();
      g_autofree char *one_side = NULL, *other_side = NULL, *same = NULL, *there = NULL, *back = NULL;
      guint conflicts, others;

      one_side = merged (base, ours, base, &conflicts);
      g_assert_cmpuint (conflicts, ==, 0);
      g_assert_cmpstr (one_side, ==, ours);
      other_side = merged (base, base, theirs, &conflicts);
      g_assert_cmpstr (other_side, ==, theirs);
      same = merged (base, ours, ours, &conflicts);
      g_assert_cmpuint (conflicts, ==, 0);
      g_assert_cmpstr (same, ==, ours);
      there = merged (base, ours, theirs, &conflicts);
      back = merged (base, theirs, ours, &others);
      g_assert_cmpuint (conflicts, ==, others);
      if (conflicts == 0)
        g_assert_cmpstr (there, ==, back);
      check_parts (base, ours, theirs);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/merge/clean", test_clean);
  g_test_add_func ("/text/merge/conflicts", test_conflicts);
  g_test_add_func ("/text/merge/random", test_random);
  return g_test_run ();
}
