/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

/** bty_soul_file_find: @name: (nullable): Returns: which of the files it is; -1: none */
int bty_soul_file_find (const char *name);
/** bty_soul_file_check: @name: (nullable): Returns: whether it is the name of a file, or NULL; INVALID_ARGUMENT */
gboolean bty_soul_file_check (const char *name, GError **error);

/**
 * bty_soul_compare:
 * @only: (nullable): only this file
 * @context: lines around changes
 *
 * Returns: (transfer full): how two souls differ, without their versions
 */
BtySoulDiff *bty_soul_compare (const BtySoulTexts *from, const BtySoulTexts *to, const char *only, guint context);

/** bty_soul_texts_equal: Returns: whether all three are the same; a NULL is an empty text */
gboolean bty_soul_texts_equal (const BtySoulTexts *a, const BtySoulTexts *b);
