/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/** bty_plugin_is_id: Returns: whether @id (nullable) may be a plugin's: a lower-case word, which is safe in a path */
gboolean bty_plugin_is_id (const char *id);

/** BtyPluginFeature: @type: implements the interface of @kind */
typedef struct
{
  BtyFeatureKind kind;
  char *name;
  GType type;
} BtyPluginFeature;

/**
 * BtyPluginModule:
 *
 * One opened plugin: what bty_plugin_add_*() of its register function fill in. It stays for the life of the process.
 */
typedef struct _BtyPluginModule BtyPluginModule;

/**
 * bty_plugin_module_open:
 * @path: a file that bty_plugin_file_check() has passed
 * @at_once: whether all its symbols are looked up now: to be done when it is looked at for the first time, so that one that is missing
 *   is told then; a third of the time of a start otherwise
 * @error: %BTY_ERROR_FAILED_PRECONDITION with the reason
 *
 * Opens the file and checks its descriptor. Its register function is not called yet.
 */
BtyPluginModule *bty_plugin_module_open (const char *path, gboolean at_once, GError **error);
void bty_plugin_module_free (BtyPluginModule *module);

/** bty_plugin_module_set_own: it came with the program, so that it may use the core's groups of settings */
void bty_plugin_module_set_own (BtyPluginModule *module);

const BtyPluginDescriptor *bty_plugin_module_get_descriptor (BtyPluginModule *module);

/** bty_plugin_module_register: calls the register function; @host, @catalogue and @settings (nullable) are unowned and outlive the module */
void bty_plugin_module_register (BtyPluginModule *module, BtyHost *host, BtyCatalogue *catalogue,
                                 BtySettings *settings);

/** bty_plugin_module_get_features: Returns: (transfer none) (element-type BtyPluginFeature): */
GPtrArray *bty_plugin_module_get_features (BtyPluginModule *module);
/** bty_plugin_module_get_problem: Returns: (transfer none) (nullable): what of it was not taken, and why */
const char *bty_plugin_module_get_problem (BtyPluginModule *module);
/** bty_plugin_module_describe: Returns: (transfer full): what it registered, with the operations that @catalogue took */
BtyPluginManifest *bty_plugin_module_describe (BtyPluginModule *module, BtyCatalogue *catalogue);
