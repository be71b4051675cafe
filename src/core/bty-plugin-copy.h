/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-file.h"

/*
 * Copies of plugins, which nobody changes while they are open: each is named by what is in it. Files are read and written piece by
 * piece, so that a large one takes no memory; the asynchronous functions do so in a thread.
 */

/**
 * bty_plugin_copy_make:
 * @folder: where copies are kept; made if need be
 * @path: the file, whose name is the beginning of the copy's; checked as by bty_plugin_file_check() with @whose and @max
 *
 * Returns: (transfer full) (nullable): the copy. Any thread
 */
char *bty_plugin_copy_make (const char *folder, const char *path, gboolean whose, guint64 max, GError **error);
void bty_plugin_copy_make_async (const char *folder, const char *path, gboolean whose, guint64 max,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
char *bty_plugin_copy_make_finish (GAsyncResult *result, GError **error);

/** bty_plugin_copy_put_async: writes what is in @copy to @path, for good, in one step */
void bty_plugin_copy_put_async (const char *copy, const char *path, GAsyncReadyCallback callback, gpointer data);
gboolean bty_plugin_copy_put_finish (GAsyncResult *result, GError **error);

/** bty_plugin_copy_is_there: Returns: whether @copy (nullable), of a file of @size bytes, is there still, and nobody else could write to it */
gboolean bty_plugin_copy_is_there (const char *copy, gint64 size);

/** bty_plugin_copy_keep: @copy is in use, and so is none of the old ones that bty_plugin_file_prune() removes */
void bty_plugin_copy_keep (const char *copy);
