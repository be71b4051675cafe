/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-info.h"

static const BtyField status_fields[] = {
  BTY_FIELD_BOOL (BtyStatus, running, BTY_READ_ONLY, N_ ("Whether the daemon runs")),
  BTY_FIELD_STRING (BtyStatus, version, BTY_READ_ONLY, N_ ("Its version")),
  BTY_FIELD_INT64 (BtyStatus, pid, BTY_READ_ONLY, N_ ("Its process")),
  BTY_FIELD_TIME (BtyStatus, started_at, BTY_READ_ONLY, N_ ("When it was started")),
  BTY_FIELD_STRING (BtyStatus, http_url, BTY_READ_ONLY, N_ ("Where it answers over HTTP")),
  BTY_FIELD_STRING (BtyStatus, socket, BTY_READ_ONLY, N_ ("Its unix socket"), .max = 4096),
  BTY_FIELD_STRING (BtyStatus, data_dir, BTY_READ_ONLY, N_ ("Folder of its data"), .max = 4096),
  BTY_FIELD_STRING (BtyStatus, config_dir, BTY_READ_ONLY, N_ ("Folder of its settings"), .max = 4096),
  BTY_FIELD_STRING (BtyStatus, store, BTY_READ_ONLY, N_ ("Its store")),
  BTY_FIELD_STRING (BtyStatus, default_bot, BTY_READ_ONLY, N_ ("Slug of the bot that a chat begins with")),
  BTY_FIELD_STRV (BtyStatus, plugins, BTY_READ_ONLY, N_ ("Plugins it knows")),
  BTY_FIELD_STRV (BtyStatus, problems, BTY_READ_ONLY, N_ ("What is not as it should be, each with the remedy")),
  BTY_FIELD_INT64 (BtyStatus, calls, BTY_READ_ONLY, N_ ("Calls carried out since it was started")),
  BTY_FIELD_INT64 (BtyStatus, memory_kb, BTY_READ_ONLY, N_ ("Its resident memory, in KiB")),
};
BTY_DEFINE_RECORD (BtyStatus, bty_status, "status", N_ ("The daemon at a glance"), status_fields)

const BtyEnumValue bty_plugin_states[] = {
  { BTY_PLUGIN_WAITING, "waiting", N_ ("Known, opened on first use") },
  { BTY_PLUGIN_LOADED, "loaded", N_ ("In use") },
  { BTY_PLUGIN_REFUSED, "refused", N_ ("Not opened") },
  { BTY_PLUGIN_DISABLED, "disabled", N_ ("Not opened, since a person wants it so") },
  { BTY_PLUGIN_GONE, "gone", N_ ("In use, though its file is gone") },
  { 0 },
};

static const BtyField plugin_info_fields[] = {
  BTY_FIELD_STRING (BtyPluginInfo, name, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY, N_ ("Its identifier")),
  BTY_FIELD_ENUM (BtyPluginInfo, state, BTY_READ_ONLY, N_ ("Whether it is in use"), bty_plugin_states),
  BTY_FIELD_TEXT (BtyPluginInfo, reason, BTY_READ_ONLY, N_ ("Why it was refused")),
  BTY_FIELD_STRING (BtyPluginInfo, path, BTY_READ_ONLY, N_ ("Its file"), .max = 4096),
  BTY_FIELD_STRING (BtyPluginInfo, summary, BTY_READ_ONLY, N_ ("What it does")),
  BTY_FIELD_STRING (BtyPluginInfo, version, BTY_READ_ONLY, N_ ("Its version")),
  BTY_FIELD_STRING (BtyPluginInfo, licence, BTY_READ_ONLY, N_ ("Its licence")),
  BTY_FIELD_STRV (BtyPluginInfo, features, BTY_READ_ONLY, N_ ("What it offers, each as kind:name")),
  BTY_FIELD_STRING (BtyPluginInfo, id, BTY_READ_ONLY, N_ ("Its id, once known")),
  BTY_FIELD_STRING (BtyPluginInfo, origin, BTY_READ_ONLY, N_ ("Where it comes from")),
  BTY_FIELD_TEXT (BtyPluginInfo, remedy, BTY_READ_ONLY, N_ ("What to do about it")),
  BTY_FIELD_STRV (BtyPluginInfo, operations, BTY_READ_ONLY, N_ ("Its operations")),
  BTY_FIELD_STRV (BtyPluginInfo, settings, BTY_READ_ONLY, N_ ("Its settings")),
  BTY_FIELD_BOOL (BtyPluginInfo, opened, BTY_READ_ONLY, N_ ("Whether it is open")),
  BTY_FIELD_STRING (BtyPluginInfo, file, BTY_READ_ONLY, N_ ("The file that is open, where it is a copy"), .max = 4096),
  BTY_FIELD_STRV (BtyPluginInfo, records, BTY_READ_ONLY, N_ ("Types of the records it keeps")),
};
BTY_DEFINE_RECORD (BtyPluginInfo, bty_plugin_info, "plugin", N_ ("A plugin"), plugin_info_fields)

static const BtyField setting_info_fields[] = {
  BTY_FIELD_STRING (BtySettingInfo, name, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY,
                    N_ ("Group and key, such as http.port")),
  BTY_FIELD_STRING (BtySettingInfo, value, BTY_NULLABLE, N_ ("The value; null goes back to the default"), .max = 4096),
  BTY_FIELD_STRING (BtySettingInfo, fallback, BTY_READ_ONLY, N_ ("Its default"), .max = 4096),
  BTY_FIELD_STRING (BtySettingInfo, unit, BTY_READ_ONLY, N_ ("Its unit")),
  BTY_FIELD_STRING (BtySettingInfo, summary, BTY_READ_ONLY, N_ ("What it does")),
  BTY_FIELD_STRING (BtySettingInfo, source, BTY_READ_ONLY, N_ ("Where the value comes from"), .max = 4096),
  BTY_FIELD_BOOL (BtySettingInfo, restart, BTY_READ_ONLY, N_ ("Whether a change counts from the next start on")),
};
BTY_DEFINE_RECORD (BtySettingInfo, bty_setting_info, "setting", N_ ("A setting"), setting_info_fields)

static const BtyField operation_info_fields[] = {
  BTY_FIELD_STRING (BtyOperationInfo, name, BTY_REQUIRED | BTY_READ_ONLY | BTY_KEY, N_ ("Its name")),
  BTY_FIELD_STRING (BtyOperationInfo, summary, BTY_READ_ONLY, N_ ("What it does")),
  BTY_FIELD_STRING (BtyOperationInfo, http, BTY_READ_ONLY, N_ ("Its verb and path")),
  BTY_FIELD_STRING (BtyOperationInfo, scope, BTY_READ_ONLY, N_ ("What its caller needs")),
  BTY_FIELD_STRV (BtyOperationInfo, effects, BTY_READ_ONLY, N_ ("What it does to the world")),
  BTY_FIELD_JSON (BtyOperationInfo, request, BTY_READ_ONLY, N_ ("JSON Schema of the request")),
  BTY_FIELD_JSON (BtyOperationInfo, item, BTY_READ_ONLY, N_ ("JSON Schema of an item")),
  BTY_FIELD_JSON (BtyOperationInfo, response, BTY_READ_ONLY, N_ ("JSON Schema of the answer")),
  BTY_FIELD_STRV (BtyOperationInfo, errors, BTY_READ_ONLY, N_ ("Codes of its own errors")),
  BTY_FIELD_STRING (BtyOperationInfo, request_type, BTY_READ_ONLY, N_ ("Name of the request's record")),
  BTY_FIELD_STRING (BtyOperationInfo, item_type, BTY_READ_ONLY, N_ ("Name of an item's record")),
  BTY_FIELD_STRING (BtyOperationInfo, response_type, BTY_READ_ONLY, N_ ("Name of the answer's record")),
  BTY_FIELD_JSON (BtyOperationInfo, schemas, BTY_READ_ONLY, N_ ("JSON Schemas of the records inside the others")),
};
BTY_DEFINE_RECORD (BtyOperationInfo, bty_operation_info, "operation", N_ ("An operation"), operation_info_fields)

static const BtyField model_list_fields[] = {
  BTY_FIELD_STRING (BtyModelList, provider, 0, N_ ("Only models of this provider"), .max = 64),
};
BTY_DEFINE_RECORD (BtyModelList, bty_model_list, "model_list", N_ ("Which models"), model_list_fields)

static const BtyField provider_report_fields[] = {
  BTY_FIELD_STRING (BtyProviderReport, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("The provider")),
  BTY_FIELD_STRING (BtyProviderReport, kind, BTY_READ_ONLY, N_ ("What it speaks")),
  BTY_FIELD_BOOL (BtyProviderReport, ok, BTY_READ_ONLY, N_ ("Whether it answered")),
  BTY_FIELD_STRING (BtyProviderReport, model, BTY_READ_ONLY, N_ ("The model that was asked")),
  BTY_FIELD_INT64 (BtyProviderReport, models, BTY_READ_ONLY, N_ ("How many models it offers")),
  BTY_FIELD_INT64 (BtyProviderReport, first_token_ms, BTY_READ_ONLY, N_ ("Milliseconds to the first word")),
  BTY_FIELD_INT64 (BtyProviderReport, total_ms, BTY_READ_ONLY, N_ ("Milliseconds in all")),
  BTY_FIELD_TEXT (BtyProviderReport, answer, BTY_READ_ONLY, N_ ("The beginning of what it said")),
  BTY_FIELD_STRING (BtyProviderReport, error_code, BTY_READ_ONLY, N_ ("Code of what went wrong")),
  BTY_FIELD_TEXT (BtyProviderReport, error, BTY_READ_ONLY, N_ ("What went wrong, and the remedy")),
  BTY_FIELD_INT64 (BtyProviderReport, cost, BTY_READ_ONLY, N_ ("Micro-dollars that the call cost")),
  BTY_FIELD_ENUM (BtyProviderReport, pricing, BTY_READ_ONLY, N_ ("How sure its price is"), bty_pricings),
  BTY_FIELD_INT64 (BtyProviderReport, input_price, BTY_READ_ONLY,
                   N_ ("Micro-dollars for a million tokens that go into the model")),
  BTY_FIELD_INT64 (BtyProviderReport, output_price, BTY_READ_ONLY, N_ ("The same, that come out")),
};
BTY_DEFINE_RECORD (BtyProviderReport, bty_provider_report, "provider_report", N_ ("What a test of a provider gave"),
                   provider_report_fields)

static const BtyField plugin_rescan_fields[] = {
  BTY_FIELD_STRING (BtyPluginRescan, name, 0, N_ ("Only this plugin"), .max = 255),
};
BTY_DEFINE_RECORD (BtyPluginRescan, bty_plugin_rescan, "plugin_rescan", N_ ("Which plugins to look at again"),
                   plugin_rescan_fields)

static const BtyField plugin_install_fields[] = {
  BTY_FIELD_STRING (BtyPluginInstall, path, BTY_REQUIRED, N_ ("A file on the daemon's machine"), .min = 1, .max = 4096),
  BTY_FIELD_BOOL (BtyPluginInstall, replace, 0, N_ ("Whether it may replace the one with the same id")),
};
BTY_DEFINE_RECORD (BtyPluginInstall, bty_plugin_install, "plugin_install", N_ ("A plugin to install"),
                   plugin_install_fields)

static const BtyField plugin_update_fields[] = {
  BTY_FIELD_STRING (BtyPluginUpdate, name, BTY_REQUIRED | BTY_KEY, N_ ("Its identifier")),
  BTY_FIELD_STRING (BtyPluginUpdate, path, BTY_REQUIRED, N_ ("A file on the daemon's machine"), .min = 1, .max = 4096),
  BTY_FIELD_BOOL (BtyPluginUpdate, older, 0, N_ ("Whether it may be an older version, or the same")),
};
BTY_DEFINE_RECORD (BtyPluginUpdate, bty_plugin_update, "plugin_update", N_ ("A plugin's newer file"),
                   plugin_update_fields)
