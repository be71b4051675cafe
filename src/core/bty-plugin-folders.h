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

/** bty_plugin_folders_list: Returns: (transfer full) (element-type BtyPluginFound): every `*.so`, in the order of the folders, then by name */
GPtrArray *bty_plugin_folders_list (const char *data_dir);
