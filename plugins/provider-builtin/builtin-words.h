/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * builtin_words_split:
 * @text: UTF-8
 * @length: its length in bytes
 *
 * Returns: (transfer full) (element-type utf8): its words, folded to lower case, as they stand
 */
GPtrArray *builtin_words_split (const char *text, gsize length);

/** builtin_words_stem: Returns: (transfer full): what a folded word has in common with its other forms; synonyms share one */
char *builtin_words_stem (const char *word);

/** builtin_words_is_common: whether a folded word says nothing about what a sentence is about */
gboolean builtin_words_is_common (const char *word);

/** builtin_words_stems: Returns: (transfer full) (element-type utf8): stems of the words of @text that say what it is about, each once */
GPtrArray *builtin_words_stems (const char *text, gsize length);

/** builtin_words_has: whether @list (of folded words) holds one of the words of @any, which are parted by spaces */
gboolean builtin_words_has (GPtrArray *list, const char *any);

/** builtin_words_begin: whether @list begins with the words of @phrase */
gboolean builtin_words_begin (GPtrArray *list, const char *phrase);

/** builtin_words_hold: whether the words of @phrase stand in @list, one after the other */
gboolean builtin_words_hold (GPtrArray *list, const char *phrase);
