/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyTokenCounter:
 *
 * Counts tokens of a text with the family's own ranks where they are installed (`o200k_base.tiktoken` and so on in the folder
 * `tokenizers` of the data folder, or of the system's), else from its bytes. Ranks are loaded in a thread when a text is first counted; until
 * they are there the bytes count. Main context.
 */
typedef struct _BtyTokenCounter BtyTokenCounter;

BtyTokenCounter *bty_token_counter_new (const char *data_dir);
void bty_token_counter_free (BtyTokenCounter *counter);
/** bty_token_counter_count: a long text is counted from its beginning and its end */
double bty_token_counter_count (BtyTokenCounter *counter, const char *family, const char *text, gsize length);
/** bty_token_counter_is_exact: Returns: whether the ranks of @family are loaded */
gboolean bty_token_counter_is_exact (BtyTokenCounter *counter, const char *family);
