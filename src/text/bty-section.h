/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-slices.h"

/*
 * BtySection:
 * @name: the heading's text without its marks
 * @level: 1 for `#`, to 6
 * @line: of the heading, from 1
 * @start, @end: byte offsets: from its heading up to the next one of its level or above; the sections below it are in it
 *
 * A part of a Markdown text under an ATX heading. Lines within fenced code are no headings.
 */
typedef struct
{
  char *name;
  guint level;
  guint line;
  gsize start;
  gsize end;
} BtySection;

/* (transfer full) (element-type BtySection): in the order of the text; frees with itself */
GArray *bty_section_list (const char *text);

/*
 * bty_section_split_name:
 * @name: `SOUL.md#Values`, or `SOUL.md` for a whole file
 * @file: (out) (transfer full): `SOUL.md`
 * @section: (out) (transfer full) (nullable): `Values`; NULL for a whole file
 *
 * Returns: FALSE when no file is named, or an empty section
 */
gboolean bty_section_split_name (const char *name, char **file, char **section);

/*
 * bty_section_get_text:
 * @section: a heading's text, in whatever case; NULL for all
 *
 * Returns: (transfer full) (nullable): the texts of all sections of that name, one after another; NULL when there is none
 */
char *bty_section_get_text (const char *text, const char *section);

/* bty_section_differs: whether one of two texts has that section and the other not, or otherwise */
gboolean bty_section_differs (const char *old_text, const char *new_text, const char *section);

/*
 * bty_section_list_differences:
 *
 * Returns: (transfer full): the names of the sections that differ between two texts, those around them among them, in the order of the
 * new text, then those that only the old one has; what stands before the first heading has the name ""
 */
GStrv bty_section_list_differences (const char *old_text, const char *new_text);
