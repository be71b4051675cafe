/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-slices.h"

/*
 * BtyBlame:
 *
 * Tells of each line of a text which of its versions brought it. The versions are given one at a time, from the oldest to the newest;
 * only the newest text is kept.
 */
typedef struct _BtyBlame BtyBlame;

/*
 * BtyBlameLine:
 * @version: the number under which the version that brought it was added
 * @slice: the line without its end; valid until the next version is added
 */
typedef struct
{
  gint64 version;
  BtySlice slice;
} BtyBlameLine;

BtyBlame *bty_blame_new (void);
void bty_blame_free (BtyBlame *blame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBlame, bty_blame_free)

/* bty_blame_add: the next version: lines that the one before did not have are its own. A merge counts as one change of its first parent */
void bty_blame_add (BtyBlame *blame, gint64 version, const char *text);

guint bty_blame_get_n_lines (const BtyBlame *blame);
/* bty_blame_get_line: @index: from 0 */
BtyBlameLine bty_blame_get_line (const BtyBlame *blame, guint index);
