/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyPluginFound:
 * @path: the file
 * @is_own: it came with the program, so that it is opened where it is; any other is opened from a copy
 */
typedef struct
{
  char *path;
  gboolean is_own;
} BtyPluginFound;

/**
 * bty_plugin_folders_list:
 * @max: how many files of one folder are taken
 * @problems: (element-type utf8): gets a sentence for each folder that cannot be read or has more
 *
 * Returns: (transfer full) (element-type BtyPluginFound): every `*.so`, in the order of the folders, then by name: what
 * people name on BOTERNITY_PLUGIN_PATH, what came with the program, the user's, then what is installed for everyone
 */
GPtrArray *bty_plugin_folders_list (const char *data_dir, guint max, GPtrArray *problems);

/** bty_plugin_folders_is_ours: Returns: whether a file of this name comes with the program */
gboolean bty_plugin_folders_is_ours (const char *file);

/** bty_plugin_folders_get: Returns: (transfer full): the folders that people put plugins into; last the user's, and then everyone's if installed */
GStrv bty_plugin_folders_get (const char *data_dir);
