/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySettingsLayers:
 *
 * The key files, the weakest first: those of the system, then the user's; in a folder first `boternity.conf`, then
 * `boternity.conf.d/` by name.
 */
typedef struct _BtySettingsLayers BtySettingsLayers;

BtySettingsLayers *bty_settings_layers_new (const char *config_dir);
void bty_settings_layers_free (BtySettingsLayers *layers);

/**
 * bty_settings_layers_read:
 * @problems: where sentences about files that cannot be read are added
 *
 * Reads all files anew. A file that was readable before and is not now (half-saved, say) keeps what it said then.
 */
void bty_settings_layers_read (BtySettingsLayers *layers, GPtrArray *problems);

guint bty_settings_layers_get_n (BtySettingsLayers *layers);
/**
 * bty_settings_layers_get:
 * @index: below bty_settings_layers_get_n(); a greater one is stronger
 * @path: (out): (transfer none): the file
 *
 * Returns: (transfer none): what it says
 */
GKeyFile *bty_settings_layers_get (BtySettingsLayers *layers, guint index, const char **path);

/** bty_settings_layers_get_folders: Returns: (transfer none) (array zero-terminated=1): the folders, the weakest first */
const char *const *bty_settings_layers_get_folders (BtySettingsLayers *layers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySettingsLayers, bty_settings_layers_free)
