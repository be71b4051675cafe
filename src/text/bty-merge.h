/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-slices.h"

typedef enum
{
  BTY_MERGE_SAME,     /* as in the base */
  BTY_MERGE_OURS,     /* only we changed it */
  BTY_MERGE_THEIRS,   /* only they changed it */
  BTY_MERGE_BOTH,     /* both made the same change */
  BTY_MERGE_CONFLICT, /* both changed it, each otherwise */
} BtyMergeKind;

/*
 * BtyMergePart: whole lines of the three texts that stand for each other; a slice may be empty
 * @base, @ours, @theirs: borrowed from the texts that were merged
 */
typedef struct
{
  BtyMergeKind kind;
  BtySlice base;
  BtySlice ours;
  BtySlice theirs;
} BtyMergePart;

/*
 * BtyMerge:
 * @parts: (array length=n_parts): all of the texts, in order
 * @n_conflicts: how many of them are conflicts
 */
typedef struct
{
  const BtyMergePart *parts;
  guint n_parts;
  guint n_conflicts;

  /*< private >*/
  GArray *all_parts;
} BtyMerge;

/*
 * bty_merge_new:
 * @base: the text that both sides were made from
 * @ours, @theirs: the two sides; all three must outlive the merge
 *
 * A three-way merge by lines. Changes that touch each other conflict unless they are the same.
 */
BtyMerge *bty_merge_new (const char *base, const char *ours, const char *theirs);
void bty_merge_free (BtyMerge *merge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyMerge, bty_merge_free)

/*
 * bty_merge_write:
 * @ours_name, @theirs_name: named in the marks around a conflict
 *
 * Appends the merged text; each conflict shows both sides between lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`.
 */
void bty_merge_write (const BtyMerge *merge, const char *ours_name, const char *theirs_name, GString *out);
