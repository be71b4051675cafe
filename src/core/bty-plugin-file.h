/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* How the names of copies begin that are not whole yet. */
#define BTY_PLUGIN_COPYING ".copying-"

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
 * @whose: whether its owner matters, and that of its folder and of the link's; not for a file that a person points at
 * @max: most bytes it may have; 0: any number
 * @real: (out) (transfer full) (optional): where the file is
 * @error: %BTY_ERROR_FAILED_PRECONDITION with the reason and the remedy
 *
 * Checks what must hold before a file is opened, since its constructors run then: a regular file, its owner root or us, not
 * writable by group or others, nor are its folder and that of the link; a complete shared object for this machine. Its headers are
 * read for that, nothing else of it.
 */
gboolean bty_plugin_file_check (const char *path, gboolean whose, guint64 max, char **real, GError **error);
/** bty_plugin_file_open: Returns: a descriptor of the file that was checked; -1 when it is refused */
int bty_plugin_file_open (const char *path, gboolean whose, guint64 max, char **real, GError **error);
/** bty_plugin_file_check_contents: @size: of the open file; Returns: whether it is a complete shared object for this machine */
gboolean bty_plugin_file_check_contents (int fd, gsize size, GError **error);
