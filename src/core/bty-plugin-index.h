/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-entry.h"
#include "bty-settings.h"

/**
 * BtyPluginIndex:
 *
 * What plugins there are and what each is, without opening one: the files in the folders, what the cache knows of them, what the
 * scanner says of the others, and which are disabled. What a closed one offers is made known to the catalogue. Main context.
 */
typedef struct _BtyPluginIndex BtyPluginIndex;

/** bty_plugin_index_new: @open: opens a plugin by its id, when an operation of it is asked for; @data: for it */
BtyPluginIndex *bty_plugin_index_new (BtyCatalogue *catalogue, BtySettings *settings, const char *data_dir,
                                      BtyCatalogueOpener open, gpointer data);
void bty_plugin_index_free (BtyPluginIndex *index);

/** bty_plugin_index_find: reads the folders and the cache */
void bty_plugin_index_find (BtyPluginIndex *index);
/** bty_plugin_index_publish: makes known what closed plugins offer, now that the program's own operations have their names and paths */
void bty_plugin_index_publish (BtyPluginIndex *index);
/** bty_plugin_index_start: publishes, has unknown files looked at in the background, and watches the folders from now on */
void bty_plugin_index_start (BtyPluginIndex *index);
/** bty_plugin_index_refresh: reads the folders again. Returns: whether a file in them is still being written */
gboolean bty_plugin_index_refresh (BtyPluginIndex *index);
/** bty_plugin_index_rescan: @name: (nullable): an id or a file's name; forgets what is known of it, or of all, and looks anew */
void bty_plugin_index_rescan (BtyPluginIndex *index, const char *name);
/** bty_plugin_index_learn: @manifest: what the file at @path is, which was put there a moment ago; @copy: of it */
void bty_plugin_index_learn (BtyPluginIndex *index, const char *path, BtyPluginManifest *manifest, const char *copy);
/** bty_plugin_index_serve: from now on nobody may be kept waiting: nothing is scanned but in the background; endpoints (by name) before */
void bty_plugin_index_serve (BtyPluginIndex *index);
/** bty_plugin_index_scan_next: looks at one more file, and waits for it. Returns: whether there was one, and nobody is served yet */
gboolean bty_plugin_index_scan_next (BtyPluginIndex *index);
typedef void (*BtyPluginRefused) (const BtyPluginInfo *info, gpointer data);
/** bty_plugin_index_on_refused: @func is told of each file that was looked at in the background and cannot be used */
void bty_plugin_index_on_refused (BtyPluginIndex *index, BtyPluginRefused func, gpointer data);
/** bty_plugin_index_is_known: Returns: whether nothing that somebody brought is unknown any more */
gboolean bty_plugin_index_is_known (BtyPluginIndex *index);
/**
 * bty_plugin_index_when_known:
 *
 * Calls @func, with the index and @data, once: when the scanner has nothing left, maybe now. @destroy: frees @data in any case
 */
void bty_plugin_index_when_known (BtyPluginIndex *index, GFunc func, gpointer data, GDestroyNotify destroy);

/** bty_plugin_index_get_entries: Returns: (transfer none) (element-type BtyPluginEntry): another array after a refresh */
GPtrArray *bty_plugin_index_get_entries (BtyPluginIndex *index);
/** bty_plugin_index_lookup: @name: an id or a file's name. Returns: (transfer none) (nullable): the one that counts */
const BtyPluginEntry *bty_plugin_index_lookup (BtyPluginIndex *index, const char *name);
/** bty_plugin_index_list: Returns: (transfer full) (element-type BtyPluginInfo): all files found, refused ones with the reason */
GPtrArray *bty_plugin_index_list (BtyPluginIndex *index);
/** bty_plugin_index_get_problems: Returns: (transfer none) (element-type utf8): what is wrong with the folders */
GPtrArray *bty_plugin_index_get_problems (BtyPluginIndex *index);

/** bty_plugin_index_prepare: Returns: (transfer full) (nullable): the file to open for @entry, which was checked: itself or its copy */
char *bty_plugin_index_prepare (BtyPluginIndex *index, const BtyPluginEntry *entry, GError **error);
/**
 * bty_plugin_index_make_sure:
 * @error: %BTY_ERROR_UNAVAILABLE: it is being looked at, which bty_plugin_index_when_known() waits for
 *
 * Returns: whether what is known of @entry is of the file as it is now; before anybody is served, it is waited for
 */
gboolean bty_plugin_index_make_sure (BtyPluginIndex *index, BtyPluginEntry *entry, GError **error);
/** bty_plugin_index_withdraw: takes back what @entry promised, before it is opened */
void bty_plugin_index_withdraw (BtyPluginIndex *index, BtyPluginEntry *entry);
/** bty_plugin_index_remember: keeps the manifest of @entry in the cache */
void bty_plugin_index_remember (BtyPluginIndex *index, BtyPluginEntry *entry);

BtySettings *bty_plugin_index_get_settings (BtyPluginIndex *index);
const char *bty_plugin_index_get_data_dir (BtyPluginIndex *index);
/** bty_plugin_index_get_copies: Returns: (transfer full): the folder of the copies that are opened */
char *bty_plugin_index_get_copies (BtyPluginIndex *index);
/** bty_plugin_index_get_max_size: Returns: how many bytes a plugin may have */
guint64 bty_plugin_index_get_max_size (BtyPluginIndex *index);
/** bty_plugin_index_get_timeout: Returns: how long a file may take to be looked at, in milliseconds */
guint bty_plugin_index_get_timeout (BtyPluginIndex *index);
