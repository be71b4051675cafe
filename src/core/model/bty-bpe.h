/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyBpe:
 *
 * Counts tokens as byte-pair encoding makes them: a text is cut into pieces by the family's rule, and in each piece the two neighbours
 * of the lowest rank are joined until none can be. Ranks come from a file as tiktoken has them: a line each, base64 of the bytes, a
 * space, the rank. Immutable once loaded; any thread.
 */
typedef struct _BtyBpe BtyBpe;

/** bty_bpe_has_rule: Returns: whether the rule of @family is known: `o200k`, `cl100k`, `llama3`, `qwen` */
gboolean bty_bpe_has_rule (const char *family);
/** bty_bpe_load: blocks; errors: NOT_FOUND, INVALID_ARGUMENT with the line */
BtyBpe *bty_bpe_load (const char *path, const char *family, GError **error);
/** bty_bpe_parse: @data: the file's bytes */
BtyBpe *bty_bpe_parse (const char *data, gsize length, const char *family, GError **error);
void bty_bpe_free (BtyBpe *bpe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBpe, bty_bpe_free)

/** bty_bpe_count: @text: (array length=length): Returns: tokens; -1 when it is not UTF-8 */
gint64 bty_bpe_count (const BtyBpe *bpe, const char *text, gsize length);
/** bty_bpe_split: Returns: (transfer full) (nullable): the pieces that the rule of @family cuts @text into */
GStrv bty_bpe_split (const char *family, const char *text);
