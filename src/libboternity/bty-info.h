/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"
#include "bty-model.h"

G_BEGIN_DECLS

/**
 * BtyStatus:
 *
 * The daemon at a glance. A client that finds no daemon answers with @running false by itself.
 */
typedef struct
{
  BtyRecord record;
  gboolean running;
  char *version;
  gint64 pid;
  gint64 started_at;
  char *http_url;
  char *socket;
  char *data_dir;
  char *config_dir;
  char *store;
  char *default_bot;
  GStrv plugins;
  GStrv problems;
  gint64 calls;
  gint64 memory_kb;
} BtyStatus;
BTY_DECLARE_RECORD (BtyStatus, bty_status)

typedef enum
{
  BTY_PLUGIN_WAITING, /* known, opened on first use */
  BTY_PLUGIN_LOADED,
  BTY_PLUGIN_REFUSED,
  BTY_PLUGIN_DISABLED, /* a person wants it closed */
  BTY_PLUGIN_GONE,     /* open, but its file is not there any more */
} BtyPluginState;
BTY_EXPORT const BtyEnumValue bty_plugin_states[];

/**
 * BtyPluginInfo:
 * @name: its id, or its file's name while it is not known or refused
 * @reason: (nullable): why it was refused, or what else there is to know
 * @remedy: (nullable): what to do about it, where @reason does not say
 * @file: (nullable): the file that is open, where it is a copy
 * @records: (nullable): names of the record types it keeps
 */
typedef struct
{
  BtyRecord record;
  char *name;
  BtyPluginState state;
  char *reason;
  char *path;
  char *summary;
  char *version;
  char *licence;
  GStrv features;
  char *id;
  char *origin;
  char *remedy;
  GStrv operations;
  GStrv settings;
  gboolean opened;
  char *file;
  GStrv records;
} BtyPluginInfo;
BTY_DECLARE_RECORD (BtyPluginInfo, bty_plugin_info)

/**
 * BtySettingInfo:
 * @name: `group.key`
 * @value: (nullable): the value in force; in a request: the value to set, null to go back to the default
 * @source: where it comes from: `default`, a file's path, or `environment`
 * @restart: whether a change counts from the next start of the daemon on
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *value;
  char *fallback;
  char *unit;
  char *summary;
  char *source;
  gboolean restart;
} BtySettingInfo;
BTY_DECLARE_RECORD (BtySettingInfo, bty_setting_info)

/**
 * BtyOperationInfo:
 * @request: (nullable): JSON Schema of the request; @item and @response likewise
 * @errors: codes it can give besides those that any operation can
 * @request_type: (nullable): name of the record and its side in @request, such as `BotCreate`; likewise the two that follow
 * @schemas: JSON object: the JSON Schemas of the records inside the others, by the names that `#/$defs/` refers to
 *
 * An operation as clients see it.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *summary;
  char *http;
  char *scope;
  GStrv effects;
  char *request;
  char *item;
  char *response;
  GStrv errors;
  char *request_type;
  char *item_type;
  char *response_type;
  char *schemas;
} BtyOperationInfo;
BTY_DECLARE_RECORD (BtyOperationInfo, bty_operation_info)

/** BtyModelList: @provider: (nullable): only models of this provider */
typedef struct
{
  BtyRecord record;
  char *provider;
} BtyModelList;
BTY_DECLARE_RECORD (BtyModelList, bty_model_list)

/**
 * BtyProviderReport: what a test call of a provider gave
 * @cost: micro-dollars that the call cost; @pricing: how sure that is
 * @input_price: @output_price: micro-dollars for a million tokens of the model that was asked
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *kind;
  gboolean ok;
  char *model;
  gint64 models;
  gint64 first_token_ms;
  gint64 total_ms;
  char *answer;
  char *error_code;
  char *error;
  gint64 cost;
  BtyPricing pricing;
  gint64 input_price;
  gint64 output_price;
} BtyProviderReport;
BTY_DECLARE_RECORD (BtyProviderReport, bty_provider_report)

/** BtyPluginRescan: @name: (nullable): the id or file name of the plugin to look at again; %NULL: all that are not open */
typedef struct
{
  BtyRecord record;
  char *name;
} BtyPluginRescan;
BTY_DECLARE_RECORD (BtyPluginRescan, bty_plugin_rescan)

/** BtyPluginInstall: @path: a file on this machine; @replace: whether it may take the place of one with the same id */
typedef struct
{
  BtyRecord record;
  char *path;
  gboolean replace;
} BtyPluginInstall;
BTY_DECLARE_RECORD (BtyPluginInstall, bty_plugin_install)

/** BtyPluginUpdate: @name: its id; @path: a file on this machine; @older: whether it may be an older version, or the same */
typedef struct
{
  BtyRecord record;
  char *name;
  char *path;
  gboolean older;
} BtyPluginUpdate;
BTY_DECLARE_RECORD (BtyPluginUpdate, bty_plugin_update)

G_END_DECLS
