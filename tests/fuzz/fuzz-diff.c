/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Differences and merges of any texts: an input is three texts, parted by NUL bytes. What a difference shows gives both texts again; a
 * merge with one side unchanged gives the other. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-blame.h"
#include "bty-diff.h"
#include "bty-merge.h"
#include "fuzz.h"

/* The whole of one side. */
static char *
restore (const BtyDiff *diff, BtyDiffKind side)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < diff->n_hunks; i++)
    for (guint j = 0; j < diff->hunks[i].n_lines; j++)
      {
        const BtyDiffLine *line = &diff->hunks[i].lines[j];

        if (line->kind != BTY_DIFF_EQUAL && line->kind != side)
          continue;
        for (guint k = 0; k < line->n_spans; k++)
          g_string_append_len (text, line->spans[k].slice.text, (gssize) line->spans[k].slice.length);
        if (line->is_ended)
          g_string_append_c (text, '\n');
      }
  return g_string_free (text, FALSE);
}

static void
check_diff (const char *a, const char *b)
{
  g_autoptr (BtyDiff) diff = bty_diff_new (a, b, G_MAXUINT), some = bty_diff_new (a, b, 2);
  g_autoptr (GString) unified = g_string_new (NULL);
  g_autofree char *old_text = restore (diff, BTY_DIFF_DELETE), *new_text = restore (diff, BTY_DIFF_INSERT);

  g_assert_true ((diff->n_hunks == 0) == (strcmp (a, b) == 0));
  g_assert_true (diff->n_hunks == 0 || (strcmp (a, old_text) == 0 && strcmp (b, new_text) == 0));
  g_assert_true (some->inserted == diff->inserted && some->deleted == diff->deleted);
  bty_diff_write (some, "a", "b", unified);
}

static void
check_merge (const char *base, const char *ours, const char *theirs)
{
  g_autoptr (BtyMerge) merge = bty_merge_new (base, ours, theirs), back = bty_merge_new (base, theirs, ours);
  g_autoptr (GString) text = g_string_new (NULL), other = g_string_new (NULL);

  g_assert_cmpuint (merge->n_conflicts, ==, back->n_conflicts);
  bty_merge_write (merge, "ours", "theirs", text);
  bty_merge_write (back, "ours", "theirs", other);
  if (merge->n_conflicts == 0)
    g_assert_cmpstr (text->str, ==, other->str);
}

static void
check_sides (const char *base, const char *ours)
{
  g_autoptr (BtyMerge) merge = bty_merge_new (base, ours, base);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_cmpuint (merge->n_conflicts, ==, 0);
  bty_merge_write (merge, "ours", "theirs", text);
  g_assert_cmpstr (text->str, ==, ours);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *whole = g_strndup ("", size + 2);
  g_autoptr (BtyBlame) blame = bty_blame_new ();
  const char *a = whole, *b, *c;

  memcpy (whole, data, size);
  b = a + strlen (a) + (a + strlen (a) < whole + size);
  c = b + strlen (b) + (b + strlen (b) < whole + size);
  check_diff (a, b);
  check_merge (a, b, c);
  check_sides (a, b);
  bty_blame_add (blame, 1, a);
  bty_blame_add (blame, 2, b);
  for (guint i = 0; i < bty_blame_get_n_lines (blame); i++)
    g_assert_true (bty_blame_get_line (blame, i).version == 1 || bty_blame_get_line (blame, i).version == 2);
  return 0;
}
