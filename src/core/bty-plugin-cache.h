/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-file.h"

/**
 * BtyPluginCache:
 *
 * What was found out about plugin files, so that a start opens none to know them: one small JSON file of plain strings, which only
 * counts for this version of the program and of the plugin interface, and each entry only while its file is as it was. One that is
 * damaged is thrown away. Main context.
 */
typedef struct _BtyPluginCache BtyPluginCache;

/** bty_plugin_cache_new: reads @path if it can */
BtyPluginCache *bty_plugin_cache_new (const char *path);
/** bty_plugin_cache_free: saves it first, if something is new */
void bty_plugin_cache_free (BtyPluginCache *cache);

/** bty_plugin_cache_rest: takes no memory until it is asked again, unless something is new */
void bty_plugin_cache_rest (BtyPluginCache *cache);

/** bty_plugin_cache_get: @copy: (out) (optional) (nullable): what was looked at for it. Returns: (transfer none) (nullable): what is known of @path while it is as @stamp says */
BtyPluginManifest *bty_plugin_cache_get (BtyPluginCache *cache, const char *path, const BtyPluginStamp *stamp,
                                         const char **copy);
void bty_plugin_cache_put (BtyPluginCache *cache, const char *path, const BtyPluginStamp *stamp,
                           BtyPluginManifest *manifest, const char *copy);
void bty_plugin_cache_forget (BtyPluginCache *cache, const char *path);
/** bty_plugin_cache_save: writes it whole, without what is about files that are gone; nothing is lost when that fails */
void bty_plugin_cache_save (BtyPluginCache *cache);
