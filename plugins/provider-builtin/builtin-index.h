/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * BuiltinIndex:
 *
 * The shipped pages, cut into sections at their headings, with an inverted index over them. Built in memory, a few milliseconds a
 * megabyte. Ranked by BM25; a word in a heading counts more than one in the text.
 */
typedef struct _BuiltinIndex BuiltinIndex;

/**
 * BuiltinSection:
 * @page: path of its page, such as `docs/plugins.md`
 * @heading: its heading
 * @asks: (element-type utf8): stems of its heading
 * @blocks: (element-type utf8): its paragraphs, lists and pieces of code, in order
 */
typedef struct
{
  char *page;
  char *heading;
  GPtrArray *asks;
  GPtrArray *blocks;
  guint n_words;
} BuiltinSection;

BuiltinIndex *builtin_index_new (void);
void builtin_index_free (BuiltinIndex *index);

/** builtin_index_add: @page: its path; @markdown: (array length=length): its text */
void builtin_index_add (BuiltinIndex *index, const char *page, const char *markdown, gsize length);
guint builtin_index_get_n_sections (const BuiltinIndex *index);

/**
 * builtin_index_find:
 * @stems: (element-type utf8): of builtin_words_stems()
 *
 * Returns: (transfer none) (nullable): the section that fits best, if one holds at least half of what was asked for
 */
const BuiltinSection *builtin_index_find (const BuiltinIndex *index, GPtrArray *stems);

/** builtin_section_pick: Returns: (transfer full): of its blocks those that fit @stems best, in their order, of about @size bytes at most */
char *builtin_section_pick (const BuiltinSection *section, GPtrArray *stems, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuiltinIndex, builtin_index_free)
