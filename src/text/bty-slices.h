/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* BtySlice: a piece of a text: borrowed, not ended by NUL */
typedef struct
{
  const char *text;
  gsize length;
} BtySlice;

/* (transfer full) (element-type BtySlice): the lines of a text, each with its end (LF) but perhaps the last */
GArray *bty_slices_split_lines (const char *text, gsize length);

/*
 * (transfer full) (element-type BtySlice): the words of a text and what is between them: runs of letters, digits and marks; runs of
 * blanks; each line's end, each sign, and each ideograph by itself. Bytes that are not UTF-8 stand alone.
 */
GArray *bty_slices_split_words (const char *text, gsize length);

gboolean bty_slices_equal (const BtySlice *a, const BtySlice *b);

/*
 * bty_slices_match:
 * @a, @b: (element-type BtySlice): two sequences
 * @a_changed, @b_changed: (array): a byte for each of their items, set to TRUE where it has no partner in the other
 *
 * Finds a longest common subsequence; the n-th unchanged item of @a is the partner of the n-th of @b. The effort is bounded by the size
 * of the input times a constant: of sequences that are very unlike, a shorter common subsequence may be found.
 */
void bty_slices_match (const GArray *a, const GArray *b, guint8 *a_changed, guint8 *b_changed);
