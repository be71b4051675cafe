/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"

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
} BtyPluginState;
BTY_EXPORT const BtyEnumValue bty_plugin_states[];

/** BtyPluginInfo: @name: its id, or its file's name while it is not known; @reason: (nullable): why it was refused */
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
} BtyPluginInfo;
BTY_DECLARE_RECORD (BtyPluginInfo, bty_plugin_info)

/**
 * BtySettingInfo:
 * @name: `group.key`
 * @value: (nullable): the value in force; in a request: the value to set, null to go back to the default
 * @source: where it comes from: `default`, a file's path, or `environment`
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
} BtySettingInfo;
BTY_DECLARE_RECORD (BtySettingInfo, bty_setting_info)

/** BtyOperationInfo: an operation as clients see it; the schemas are JSON Schema */
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
} BtyOperationInfo;
BTY_DECLARE_RECORD (BtyOperationInfo, bty_operation_info)

/** BtyModelList: @provider: (nullable): only models of this provider */
typedef struct
{
  BtyRecord record;
  char *provider;
} BtyModelList;
BTY_DECLARE_RECORD (BtyModelList, bty_model_list)

/** BtyProviderReport: what a test call of a provider gave */
typedef struct
{
  BtyRecord record;
  char *name;
  gboolean ok;
  char *model;
  gint64 models;
  gint64 first_token_ms;
  gint64 total_ms;
  char *answer;
  char *error_code;
  char *error;
} BtyProviderReport;
BTY_DECLARE_RECORD (BtyProviderReport, bty_provider_report)

G_END_DECLS
