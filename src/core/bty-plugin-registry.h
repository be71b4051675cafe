/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-index.h"

/**
 * BtyPluginRegistry:
 *
 * Finds plugins and opens them. Places, in this order: every folder on BOTERNITY_PLUGIN_PATH; what came with the program: the built
 * tree's when the daemon runs from it, else what is named so in `$libdir/boternity-1/plugins`; the user's folder
 * (`<data home>/boternity/plugins`, that is `plugins` in the data folder); and what else is in `$libdir/boternity-1/plugins`. The
 * first of two with one file name counts, so that no file of the user's stops the daemon by its name.
 *
 * What a file offers is known from the cache (#BtyPluginCache); a file that is not in there is looked at by the scanner, in the
 * background once bty_plugin_index_start() was called. A first-party file is named `<kind>-<name>.so`, after the feature it
 * offers, so that it can be used before. A known plugin promises its operations to the catalogue and is opened when one of them,
 * or a feature, is first asked for. Nothing is ever unloaded.
 *
 * Before a file is opened it is checked: a regular file, owned by root or us, not writable by group or others, nor its folder.
 */
#define BTY_TYPE_PLUGIN_REGISTRY (bty_plugin_registry_get_type ())
G_DECLARE_FINAL_TYPE (BtyPluginRegistry, bty_plugin_registry, BTY, PLUGIN_REGISTRY, GObject)

/** bty_plugin_registry_new: @host: (unowned): what plugins get; operations go to its catalogue, settings to @settings */
BtyPluginRegistry *bty_plugin_registry_new (BtyHost *host, BtyCatalogue *catalogue, BtySettings *settings,
                                            const char *data_dir);

/** bty_plugin_registry_get_index: Returns: (transfer none): what plugins there are; alive as long as the registry */
BtyPluginIndex *bty_plugin_registry_get_index (BtyPluginRegistry *registry);
/** bty_plugin_registry_tell: what is found from now on and cannot be used is told as the event `plugin.refused`; @store: unowned */
void bty_plugin_registry_tell (BtyPluginRegistry *registry, BtyStore *store);
/** bty_plugin_registry_find: reads the folders and the cache, opens nothing */
void bty_plugin_registry_find (BtyPluginRegistry *registry);
/** bty_plugin_registry_open_all: opens what still waits */
void bty_plugin_registry_open_all (BtyPluginRegistry *registry);
/**
 * bty_plugin_registry_make:
 *
 * Returns: (transfer full) (nullable): a new object of the feature; %NULL with NOT_FOUND naming what there is, or with the reason why
 * its plugin was refused
 */
GObject *bty_plugin_registry_make (BtyPluginRegistry *registry, BtyFeatureKind kind, const char *name, GError **error);
/** bty_plugin_registry_list_features: Returns: (transfer full): names of the features of @kind, opened or waiting */
GStrv bty_plugin_registry_list_features (BtyPluginRegistry *registry, BtyFeatureKind kind);
