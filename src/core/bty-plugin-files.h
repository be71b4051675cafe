/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-entry.h"

/**
 * BtyPluginFiles:
 *
 * The files in the plugin folders, an entry each: in the order of the folders, then by name, then what is gone and still open.
 */
typedef struct _BtyPluginFiles BtyPluginFiles;

/** BtyPluginDrop: what was known of @entry is no longer so */
typedef void (*BtyPluginDrop) (gpointer data, BtyPluginEntry *entry);

/** bty_plugin_files_new: @drop: called before an entry is forgotten or freed */
BtyPluginFiles *bty_plugin_files_new (const char *data_dir, BtyPluginDrop drop, gpointer data);
void bty_plugin_files_free (BtyPluginFiles *files);

/**
 * bty_plugin_files_refresh:
 * @max: most files of one folder
 * @settle: a file of somebody's that was changed less than so many milliseconds ago is still being written; 0: none is
 *
 * Reads the folders. Returns: whether a file is still being written
 */
gboolean bty_plugin_files_refresh (BtyPluginFiles *files, guint max, guint settle);

/** bty_plugin_files_get_entries: Returns: (transfer none) (element-type BtyPluginEntry): another array after a refresh */
GPtrArray *bty_plugin_files_get_entries (BtyPluginFiles *files);
/** bty_plugin_files_get_problems: Returns: (transfer none) (element-type utf8): what is wrong with the folders */
GPtrArray *bty_plugin_files_get_problems (BtyPluginFiles *files);
BtyPluginEntry *bty_plugin_files_find (BtyPluginFiles *files, const char *path);
/** bty_plugin_files_lookup: @name: an id or a file's name. Returns: (transfer none) (nullable): the one that counts */
BtyPluginEntry *bty_plugin_files_lookup (BtyPluginFiles *files, const char *name);
