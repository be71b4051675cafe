/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_token_bytes_count:
 * @family: (nullable): a tokenizer's family, such as `o200k`; %NULL or unknown: a cautious one
 * @text: (array length=length): any bytes
 *
 * Returns: tokens that @text probably becomes, from the kinds of its characters alone: words, digits, marks, white space, CJK and
 *   other scripts each weigh as the family is known to cut them
 */
double bty_token_bytes_count (const char *family, const char *text, gsize length);
