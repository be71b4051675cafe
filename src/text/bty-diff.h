/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-slices.h"

typedef enum
{
  BTY_DIFF_EQUAL,
  BTY_DIFF_DELETE,
  BTY_DIFF_INSERT,
} BtyDiffKind;

/* BtyDiffSpan: @slice: a part of a line; @kind: EQUAL, or what its line is */
typedef struct
{
  BtyDiffKind kind;
  BtySlice slice;
} BtyDiffSpan;

/*
 * BtyDiffLine:
 * @old_number, @new_number: counted from 1; 0 where the line is not in that text
 * @slice: the line without its end (LF)
 * @is_ended: whether it had one; only a text's last line may have none
 * @spans: (array length=n_spans): all of the line, in order. A line that has nothing in common with what replaces it is one span
 */
typedef struct
{
  BtyDiffKind kind;
  guint old_number;
  guint new_number;
  BtySlice slice;
  gboolean is_ended;
  const BtyDiffSpan *spans;
  guint n_spans;
} BtyDiffLine;

/*
 * BtyDiffHunk: changes that are close together, with the lines around them
 * @old_start, @new_start: number of the first line, from 1; where the count is 0, of the line before
 */
typedef struct
{
  guint old_start, old_count;
  guint new_start, new_count;
  const BtyDiffLine *lines;
  guint n_lines;
} BtyDiffHunk;

/*
 * BtyDiff:
 * @hunks: (array length=n_hunks): none when the texts are the same
 * @inserted, @deleted: how many lines
 *
 * The difference of two texts by lines, and within changed lines by words. Slices are borrowed from the texts that it was made of.
 */
typedef struct
{
  const BtyDiffHunk *hunks;
  guint n_hunks;
  guint inserted;
  guint deleted;

  /*< private >*/
  GArray *all_hunks;
  GArray *all_lines;
  GArray *all_spans;
} BtyDiff;

/*
 * bty_diff_new:
 * @old_text, @new_text: UTF-8, which must outlive the difference
 * @context: how many equal lines are shown around changes; G_MAXUINT for all
 *
 * Takes time in proportion to the texts, whatever they hold: of very unlike long texts the difference may not be the shortest.
 */
BtyDiff *bty_diff_new (const char *old_text, const char *new_text, guint context);
void bty_diff_free (BtyDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyDiff, bty_diff_free)

/* bty_diff_write: appends the difference as unified text; nothing when there is none */
void bty_diff_write (const BtyDiff *diff, const char *old_name, const char *new_name, GString *out);
