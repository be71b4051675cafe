/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-host.h"
#include "bty-setting.h"

G_BEGIN_DECLS

#define BTY_ABI_MAJOR 1
#define BTY_ABI_MINOR 0

/**
 * BtyPlugin:
 *
 * A loaded plugin, as its register function sees it. What is declared here exists from then on; work begins when a feature is
 * first used.
 */
typedef struct _BtyPlugin BtyPlugin;

/**
 * BtyPluginDescriptor:
 *
 * What a plugin exports as `bty_plugin_descriptor`: static and const. The first four members never move.
 */
typedef struct
{
  guint32 abi_major;
  guint32 abi_minor;
  const char *id;
  void (*register_) (BtyPlugin *plugin);
  const char *summary;
  const char *version;
  const char *licence;
  const char *origin;
  gpointer reserved[8];
} BtyPluginDescriptor;

/**
 * BTY_PLUGIN_DEFINE:
 * @id_: a lower-case word, which its operations' names begin with
 * @summary_: one line, marked with N_()
 * @version_: its version
 * @licence_: SPDX identifier
 * @function: static void function (BtyPlugin *)
 */
#define BTY_PLUGIN_DEFINE(id_, summary_, version_, licence_, function)                                                 \
  __attribute__ ((visibility ("default"))) extern const BtyPluginDescriptor bty_plugin_descriptor;                     \
  const BtyPluginDescriptor bty_plugin_descriptor = { .abi_major = BTY_ABI_MAJOR,                                      \
                                                      .abi_minor = BTY_ABI_MINOR,                                      \
                                                      .id = id_,                                                       \
                                                      .register_ = function,                                           \
                                                      .summary = summary_,                                             \
                                                      .version = version_,                                             \
                                                      .licence = licence_ };

/** bty_plugin_add_operations: @operations: (array length=n): static; refused with a log line when a name is taken or lacks the prefix */
BTY_EXPORT void bty_plugin_add_operations (BtyPlugin *plugin, const BtyOperation *operations, guint n,
                                           gpointer service);

/**
 * bty_plugin_add_feature:
 * @name: what settings and records call it, such as `openai` or `sqlite`
 * @type: a type that implements the interface of @kind
 */
BTY_EXPORT void bty_plugin_add_feature (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type);

/**
 * bty_plugin_add_settings:
 * @settings: (array length=n): static; their group must be the plugin's id, or the nick of a kind such as `store`
 *
 * Each appears in `boternity-ctl config` at once. What is not taken is said in the log and by `boternity-ctl plugin list`.
 */
BTY_EXPORT void bty_plugin_add_settings (BtyPlugin *plugin, const BtySetting *settings, guint n);

/**
 * bty_plugin_add_records:
 * @schemas: (array length=n): static tables that begin with BTY_STORED_FIELDS
 *
 * Adds record types that the store keeps; bty_host_get_store() puts, gets and queries them from then on, by the fields that are
 * BTY_INDEXED or BTY_UNIQUE too. A type is named by the plugin's id (its `-` written `_`), or by that and `_` and a word:
 * `example`, `example_note`. None is taken when a name lacks the prefix or is taken; the reason is said in the log and by
 * `boternity-ctl plugin list`.
 */
BTY_EXPORT void bty_plugin_add_records (BtyPlugin *plugin, const BtySchema *const *schemas, guint n);

/** bty_plugin_get_id: Returns: (transfer none): the id of its descriptor */
BTY_EXPORT const char *bty_plugin_get_id (BtyPlugin *plugin);

/** bty_plugin_get_setting: Returns: (transfer full) (nullable): the plugin's own setting @key in force; %NULL for an unknown key */
BTY_EXPORT char *bty_plugin_get_setting (BtyPlugin *plugin, const char *key);

/** bty_plugin_get_int: Returns: the plugin's own setting @key, a number or a boolean (0 or 1); 0 for an unknown key */
BTY_EXPORT gint64 bty_plugin_get_int (BtyPlugin *plugin, const char *key);

/** bty_plugin_get_host: Returns: (transfer none): the host, alive as long as the plugin */
BTY_EXPORT BtyHost *bty_plugin_get_host (BtyPlugin *plugin);

/**
 * BtyPluginClass:
 *
 * How the core fills in a BtyPlugin; not for plugins.
 */
typedef struct
{
  void (*add_operations) (BtyPlugin *plugin, const BtyOperation *operations, guint n, gpointer service);
  void (*add_feature) (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type);
  void (*add_settings) (BtyPlugin *plugin, const BtySetting *settings, guint n);
  BtyHost *(*get_host) (BtyPlugin *plugin);
  void (*add_records) (BtyPlugin *plugin, const BtySchema *const *schemas, guint n);
  const char *(*get_id) (BtyPlugin *plugin);
} BtyPluginClass;

struct _BtyPlugin
{
  const BtyPluginClass *klass;
};

G_END_DECLS
