/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include "bty-diff-private.h"

static BtyDiffLine
make_line (BtyDiffKind kind, const GArray *slices, guint old_index, guint new_index)
{
  BtySlice slice = g_array_index (slices, BtySlice, kind == BTY_DIFF_INSERT ? new_index : old_index);
  BtyDiffLine line = { .kind = kind };

  line.is_ended = slice.text[slice.length - 1] == '\n';
  line.slice = (BtySlice){ slice.text, slice.length - (line.is_ended ? 1 : 0) };
  line.old_number = kind != BTY_DIFF_INSERT ? old_index + 1 : 0;
  line.new_number = kind != BTY_DIFF_DELETE ? new_index + 1 : 0;
  return line;
}

/* All lines of both texts in order: of each change the deleted ones first. */
static GArray *
list_lines (const GArray *a, const GArray *b)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (BtyDiffLine));
  g_autofree guint8 *deleted = g_new0 (guint8, a->len + 1), *inserted = g_new0 (guint8, b->len + 1);
  guint i = 0, j = 0;

  bty_slices_match (a, b, deleted, inserted);
  while (i < a->len || j < b->len)
    {
      BtyDiffLine line;

      if (i < a->len && deleted[i])
        line = make_line (BTY_DIFF_DELETE, a, i++, j);
      else if (j < b->len && inserted[j])
        line = make_line (BTY_DIFF_INSERT, b, i, j++);
      else
        line = make_line (BTY_DIFF_EQUAL, a, i++, j++);
      g_array_append_val (lines, line);
    }
  return lines;
}

/* Where the run of lines of one kind that begins at @at ends. */
static guint
end_of_run (const GArray *lines, guint at)
{
  BtyDiffKind kind = g_array_index (lines, BtyDiffLine, at).kind;

  while (at < lines->len && g_array_index (lines, BtyDiffLine, at).kind == kind)
    at++;
  return at;
}

/* The lines from @from up to @to as a hunk; its lines are found by their index until all are there. */
static void
add_hunk (BtyDiff *diff, const GArray *lines, guint from, guint to)
{
  BtyDiffHunk hunk = { 0 };
  guint old_before = 0, new_before = 0;

  for (guint i = from; i > 0 && (old_before == 0 || new_before == 0); i--)
    {
      const BtyDiffLine *line = &g_array_index (lines, BtyDiffLine, i - 1);

      old_before = old_before != 0 ? old_before : line->old_number;
      new_before = new_before != 0 ? new_before : line->new_number;
    }
  for (guint i = from; i < to; i++)
    {
      const BtyDiffLine *line = &g_array_index (lines, BtyDiffLine, i);

      hunk.old_count += line->kind != BTY_DIFF_INSERT;
      hunk.new_count += line->kind != BTY_DIFF_DELETE;
      diff->deleted += line->kind == BTY_DIFF_DELETE;
      diff->inserted += line->kind == BTY_DIFF_INSERT;
    }
  hunk.old_start = old_before + (hunk.old_count > 0 ? 1 : 0);
  hunk.new_start = new_before + (hunk.new_count > 0 ? 1 : 0);
  hunk.n_lines = to - from;
  g_array_append_vals (diff->all_lines, &g_array_index (lines, BtyDiffLine, from), to - from);
  g_array_append_val (diff->all_hunks, hunk);
}

/* Cuts all lines into hunks: runs of equal lines of more than twice the context part them. */
static void
make_hunks (BtyDiff *diff, const GArray *lines, guint context)
{
  guint from = 0, at = 0;
  gboolean open = FALSE;

  while (at < lines->len)
    {
      guint end = end_of_run (lines, at), length = end - at;
      gboolean is_last = end == lines->len;

      if (g_array_index (lines, BtyDiffLine, at).kind != BTY_DIFF_EQUAL)
        open = TRUE;
      else if (!open)
        from = at + (length > context ? length - context : 0);
      else if (length > context && (is_last || length - context > context))
        {
          add_hunk (diff, lines, from, at + context);
          from = end - context;
          open = FALSE;
        }
      at = end;
    }
  if (open)
    add_hunk (diff, lines, from, lines->len);
}

/* The spans of one hunk's lines. */
static void
add_spans (GArray *spans, BtyDiffLine *lines, guint n_lines)
{
  guint at = 0;

  while (at < n_lines)
    {
      guint n = 0, m = 0;

      while (at + n < n_lines && lines[at + n].kind == BTY_DIFF_DELETE)
        n++;
      while (at + n + m < n_lines && lines[at + n + m].kind == BTY_DIFF_INSERT)
        m++;
      if (n + m > 0)
        bty_diff_add_spans (spans, lines + at, n, m);
      else
        g_array_append_vals (spans, &(BtyDiffSpan){ BTY_DIFF_EQUAL, lines[at].slice }, lines[at].n_spans = 1);
      at += MAX (n + m, 1);
    }
}

/* The spans of all lines kept, then the pointers, for nothing moves any more. */
static void
fill_in (BtyDiff *diff)
{
  BtyDiffLine *lines = (BtyDiffLine *) (gpointer) diff->all_lines->data;
  guint span = 0;

  for (guint i = 0, at = 0; i < diff->all_hunks->len; i++)
    {
      BtyDiffHunk *hunk = &g_array_index (diff->all_hunks, BtyDiffHunk, i);

      hunk->lines = lines + at;
      add_spans (diff->all_spans, lines + at, hunk->n_lines);
      at += hunk->n_lines;
    }
  for (guint i = 0; i < diff->all_lines->len; span += lines[i++].n_spans)
    lines[i].spans = &g_array_index (diff->all_spans, BtyDiffSpan, span);
  diff->hunks = (const BtyDiffHunk *) (gconstpointer) diff->all_hunks->data;
  diff->n_hunks = diff->all_hunks->len;
}

BtyDiff *
bty_diff_new (const char *old_text, const char *new_text, guint context)
{
  BtyDiff *diff = g_new0 (BtyDiff, 1);
  g_autoptr (GArray) a = bty_slices_split_lines (old_text, strlen (old_text));
  g_autoptr (GArray) b = bty_slices_split_lines (new_text, strlen (new_text));
  g_autoptr (GArray) lines = list_lines (a, b);

  diff->all_hunks = g_array_new (FALSE, FALSE, sizeof (BtyDiffHunk));
  diff->all_lines = g_array_new (FALSE, FALSE, sizeof (BtyDiffLine));
  diff->all_spans = g_array_new (FALSE, FALSE, sizeof (BtyDiffSpan));
  make_hunks (diff, lines, context);
  fill_in (diff);
  return diff;
}

void
bty_diff_free (BtyDiff *diff)
{
  if (diff == NULL)
    return;
  g_array_unref (diff->all_hunks);
  g_array_unref (diff->all_lines);
  g_array_unref (diff->all_spans);
  g_free (diff);
}

static void
write_hunk (const BtyDiffHunk *hunk, GString *out)
{
  static const char marks[] = { [BTY_DIFF_EQUAL] = ' ', [BTY_DIFF_DELETE] = '-', [BTY_DIFF_INSERT] = '+' };

  g_string_append_printf (out, "@@ -%u,%u +%u,%u @@\n", hunk->old_start, hunk->old_count, hunk->new_start,
                          hunk->new_count);
  for (guint i = 0; i < hunk->n_lines; i++)
    {
      const BtyDiffLine *line = &hunk->lines[i];

      g_string_append_c (out, marks[line->kind]);
      g_string_append_len (out, line->slice.text, (gssize) line->slice.length);
      g_string_append (out, line->is_ended ? "\n" : "\n\\ No newline at end of file\n");
    }
}

void
bty_diff_write (const BtyDiff *diff, const char *old_name, const char *new_name, GString *out)
{
  if (diff->n_hunks == 0)
    return;
  g_string_append_printf (out, "--- %s\n+++ %s\n", old_name, new_name);
  for (guint i = 0; i < diff->n_hunks; i++)
    write_hunk (&diff->hunks[i], out);
}
