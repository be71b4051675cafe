/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * bty_text_file_read:
 * @max: bytes
 * @text: (out) (transfer full) (nullable): NULL when there is no such file, which is no error
 *
 * Reads a text that somebody else wrote: a regular file (no link is followed), no longer than @max, UTF-8 without NUL. Blocks.
 * Errors: FAILED_PRECONDITION, naming the file and what is wrong with it.
 */
gboolean bty_text_file_read (const char *path, gsize max, char **text, GError **error);

/** bty_file_fail: says that a deed such as “write” failed on @path, by errno: RESOURCE_EXHAUSTED on a full disk, else UNAVAILABLE; Returns: FALSE */
gboolean bty_file_fail (GError **error, const char *deed, const char *path);
