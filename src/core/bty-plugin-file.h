/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_plugin_file_prune: removes copies in @folder that were made more than @days ago; whoever has one open keeps it */
void bty_plugin_file_prune (const char *folder, guint days);

/**
 * BtyPluginStamp:
 * @mtime: when it was written, in nanoseconds since 1970
 * @size: in bytes
 * @inode: which file it is
 *
 * By what a file is known to be the one it was.
 */
typedef struct
{
  gint64 mtime;
  gint64 size;
  gint64 inode;
} BtyPluginStamp;

/** bty_plugin_file_stamp: Returns: whether there is a file, or a link to one */
gboolean bty_plugin_file_stamp (const char *path, BtyPluginStamp *stamp);

/**
 * bty_plugin_file_check:
 * @path: a plugin's file, or a symbolic link to one
 * @real: (out) (transfer full): where the file is
 * @contents: (out) (transfer full) (optional): all that is in it, as it was checked
 * @error: %BTY_ERROR_FAILED_PRECONDITION with the reason and the remedy
 *
 * Checks what must hold before a file is opened, since its constructors run then: a regular file, its owner root or us, not
 * writable by group or others, nor are its folder and that of the link; a complete shared object for this machine.
 */
gboolean bty_plugin_file_check (const char *path, char **real, GBytes **contents, GError **error);

/**
 * bty_plugin_file_examine:
 * @contents: (out) (transfer full) (optional): all that is in it
 *
 * As bty_plugin_file_check(), but whoever may have written it: for a file that a person points at.
 */
gboolean bty_plugin_file_examine (const char *path, GBytes **contents, GError **error);

/**
 * bty_plugin_file_copy:
 * @folder: where copies are kept; made if need be
 * @path: the file's name is the beginning of the copy's
 * @contents: of a checked file
 *
 * Returns: (transfer full) (nullable): a copy, named by what is in it, so that it never changes while it is open
 */
char *bty_plugin_file_copy (const char *folder, const char *path, GBytes *contents, GError **error);
