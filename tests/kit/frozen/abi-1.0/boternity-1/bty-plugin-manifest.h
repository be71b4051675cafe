/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-plugin.h"

G_BEGIN_DECLS

/**
 * BtyPluginOutcome:
 * @BTY_PLUGIN_FINE: it can be used
 * @BTY_PLUGIN_UNFIT: it was looked at and refused: no plugin, for another machine, of another version
 * @BTY_PLUGIN_CRASHED: it ended the scanner by a signal
 * @BTY_PLUGIN_HUNG: it did not come back in time
 * @BTY_PLUGIN_ENDED: it ended the program it was opened in
 *
 * How the look at a file went.
 */
typedef enum
{
  BTY_PLUGIN_FINE,
  BTY_PLUGIN_UNFIT,
  BTY_PLUGIN_CRASHED,
  BTY_PLUGIN_HUNG,
  BTY_PLUGIN_ENDED,
} BtyPluginOutcome;
BTY_EXPORT const BtyEnumValue bty_plugin_outcomes[];

/**
 * BtyPluginOperation:
 * @effect: #BtyEffect flags
 * @request: (nullable): name of the record, as are @item and @response
 *
 * An operation as it is known without its plugin being open.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *summary;
  char *http;
  char *scope;
  gint64 effect;
  char *request;
  char *item;
  char *response;
} BtyPluginOperation;
BTY_DECLARE_RECORD (BtyPluginOperation, bty_plugin_operation)

/** BtyPluginSetting: @name: `group.key` */
typedef struct
{
  BtyRecord record;
  char *name;
  char *fallback;
  char *unit;
  char *summary;
} BtyPluginSetting;
BTY_DECLARE_RECORD (BtyPluginSetting, bty_plugin_setting)

/**
 * BtyPluginManifest:
 * @reason: (nullable): why it cannot be used, when @outcome says so
 * @remedy: (nullable): what to do about it
 * @id: (nullable): known once its descriptor was read; as is all that follows
 * @abi: `major.minor` of the plugin interface it was built for
 * @features: each as `kind:name`
 * @operations: (nullable) (element-type BtyPluginOperation)
 * @settings: (nullable) (element-type BtyPluginSetting)
 * @records: (nullable): names of the record types it keeps
 * @problems: (nullable): what of it is not taken, and why
 *
 * What is known of a plugin's file without opening it: written by boternity-plugin-scanner, kept in the registry's cache.
 */
typedef struct
{
  BtyRecord record;
  BtyPluginOutcome outcome;
  char *reason;
  char *remedy;
  char *id;
  char *summary;
  char *version;
  char *licence;
  char *origin;
  char *abi;
  GStrv features;
  GPtrArray *operations;
  GPtrArray *settings;
  GStrv records;
  GStrv problems;
} BtyPluginManifest;
BTY_DECLARE_RECORD (BtyPluginManifest, bty_plugin_manifest)

/**
 * bty_plugin_manifest_read:
 * @text: (array length=length): one JSON document, from anywhere
 * @length: its length
 * @error: %BTY_ERROR_INVALID_ARGUMENT with the place
 *
 * Returns: (transfer full) (nullable): what it says
 */
BTY_EXPORT BtyPluginManifest *bty_plugin_manifest_read (const char *text, gsize length, GError **error);

/** bty_plugin_manifest_set_descriptor: notes what the plugin says of itself, while the manifest is being made */
BTY_EXPORT void bty_plugin_manifest_set_descriptor (BtyPluginManifest *manifest, const BtyPluginDescriptor *descriptor);
/** bty_plugin_manifest_add_problem: notes what of it is not taken */
BTY_EXPORT void bty_plugin_manifest_add_problem (BtyPluginManifest *manifest, const char *problem);
/** bty_plugin_manifest_add_operation: notes an operation, while the manifest is being made */
BTY_EXPORT void bty_plugin_manifest_add_operation (BtyPluginManifest *manifest, const BtyOperation *operation);
/** bty_plugin_manifest_add_setting: notes a setting, while the manifest is being made */
BTY_EXPORT void bty_plugin_manifest_add_setting (BtyPluginManifest *manifest, const BtySetting *setting);

G_END_DECLS
