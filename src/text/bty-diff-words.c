/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-text"

#include "config.h"

#include "bty-diff-private.h"

#define MAX_RUN      (256 * 1024) /* bytes of changed lines in a row that are compared by words */
#define LEAST_COMMON 4 /* a run is compared by words when at least one part in so many of its letters is common */

/* One side of a run: lines that stand together in their text, so that their words are those of one slice. */
typedef struct
{
  BtyDiffLine *lines;
  guint n_lines;
  BtySlice all;
  GArray *words;
  guint8 *changed;
} Side;

static void
side_init (Side *side, BtyDiffLine *lines, guint n)
{
  const BtyDiffLine *last = &lines[n - 1];

  side->lines = lines;
  side->n_lines = n;
  side->all.text = lines[0].slice.text;
  side->all.length = (gsize) (last->slice.text + last->slice.length + (last->is_ended ? 1 : 0) - lines[0].slice.text);
}

static void
side_split (Side *side)
{
  side->words = bty_slices_split_words (side->all.text, side->all.length);
  side->changed = g_new0 (guint8, side->words->len + 1);
}

static void
side_clear (Side *side)
{
  g_clear_pointer (&side->words, g_array_unref);
  g_clear_pointer (&side->changed, g_free);
}

/* Bytes of words, not of what is between them, that are in both sides; @all: of all words of this side. */
static gsize
count_common (const Side *side, gsize *all)
{
  gsize common = 0;

  for (guint i = 0; i < side->words->len; i++)
    {
      const BtySlice *word = &g_array_index (side->words, BtySlice, i);

      if (word->length == 1 && !g_ascii_isalnum (word->text[0]))
        continue;
      *all += word->length;
      common += side->changed[i] ? 0 : word->length;
    }
  return common;
}

static void
add_span (GArray *spans, BtyDiffLine *line, BtyDiffKind kind, BtySlice slice)
{
  BtyDiffSpan span = { kind, slice };

  g_array_append_val (spans, span);
  line->n_spans++;
}

static void
add_whole_lines (GArray *spans, const Side *side)
{
  for (guint i = 0; i < side->n_lines; i++)
    add_span (spans, &side->lines[i], side->lines[i].kind, side->lines[i].slice);
}

/* The spans of one line, whose words begin at *@at and are left behind by it. */
static void
add_line (GArray *spans, const Side *side, BtyDiffLine *line, guint *at)
{
  const char *end = line->slice.text + line->slice.length;
  gboolean open = FALSE;

  for (; *at < side->words->len; (*at)++)
    {
      const BtySlice *word = &g_array_index (side->words, BtySlice, *at);
      BtyDiffKind kind = side->changed[*at] ? line->kind : BTY_DIFF_EQUAL;
      BtyDiffSpan *last = open ? &g_array_index (spans, BtyDiffSpan, spans->len - 1) : NULL;

      if (word->text >= end)
        break;
      if (last != NULL && last->kind == kind)
        last->slice.length += word->length;
      else
        add_span (spans, line, kind, *word);
      open = TRUE;
    }
  if (*at < side->words->len && line->is_ended)
    (*at)++;
  if (!open)
    add_span (spans, line, line->kind, line->slice);
}

static void
add_side (GArray *spans, const Side *side)
{
  guint at = 0;

  for (guint i = 0; i < side->n_lines; i++)
    add_line (spans, side, &side->lines[i], &at);
}

void
bty_diff_add_spans (GArray *spans, BtyDiffLine *lines, guint n, guint m)
{
  Side old_side = { 0 }, new_side = { 0 };
  gsize all = 0, common;
  gboolean by_words = FALSE;

  if (n > 0)
    side_init (&old_side, lines, n);
  if (m > 0)
    side_init (&new_side, lines + n, m);
  if (n > 0 && m > 0 && old_side.all.length + new_side.all.length <= MAX_RUN)
    {
      side_split (&old_side);
      side_split (&new_side);
      bty_slices_match (old_side.words, new_side.words, old_side.changed, new_side.changed);
      common = count_common (&old_side, &all) + count_common (&new_side, &all);
      by_words = common > 0 && common >= all / LEAST_COMMON;
    }
  if (n > 0)
    (by_words ? add_side : add_whole_lines) (spans, &old_side);
  if (m > 0)
    (by_words ? add_side : add_whole_lines) (spans, &new_side);
  side_clear (&old_side);
  side_clear (&new_side);
}
