/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-file.h"
#include "bty-plugin-module.h"

/**
 * BtyPluginRefusal:
 * @BTY_PLUGIN_REFUSAL_NONE: it can be used
 * @BTY_PLUGIN_REFUSAL_FILE: its file: who may write it, whether it is whole; tried again whenever the folder changes
 * @BTY_PLUGIN_REFUSAL_SCAN: what the scanner saw; remembered while the file is as it is
 * @BTY_PLUGIN_REFUSAL_TWIN: another one of that name or id counts; looked at again when that one goes
 * @BTY_PLUGIN_REFUSAL_OPEN: it was fine in the scanner and could not be opened here; for good
 */
typedef enum
{
  BTY_PLUGIN_REFUSAL_NONE,
  BTY_PLUGIN_REFUSAL_FILE,
  BTY_PLUGIN_REFUSAL_SCAN,
  BTY_PLUGIN_REFUSAL_TWIN,
  BTY_PLUGIN_REFUSAL_OPEN,
} BtyPluginRefusal;

/**
 * BtyPluginEntry:
 * @path: the file
 * @name: of its file, without .so
 * @is_own: it came with the program: opened where it is, known by its name until something better is known
 * @stamp: the file as it was when @manifest and @error came to be
 * @manifest: (nullable): what it is
 * @copy: (nullable): the copy of somebody's file that was looked at
 * @module: (nullable): it is open, for good
 * @opened: (nullable): the file that was opened
 * @refusal: why it is not used; @error: (nullable): in words
 * @problem: (nullable): what of a closed one is not taken; @said: (nullable): what the log was told last
 * @is_promised: its operations are in the catalogue, and open it
 * @is_disabled: a person wants it closed
 * @is_gone: its file is not there any more, but it is open
 * @is_replaced: its file is another one now, but the old one is open
 * @is_scanning: the scanner has it
 * @is_unsettled: its file is still being written
 * @was_first: its file is as it was before anyone watched
 * @restless_since: (monotonic time, in microseconds) since when its file is being written; 0: it is not
 * @file_feature: (nullable): NAME of a file `<kind>-NAME.so`, of @file_kind
 *
 * One file of the registry.
 */
typedef struct
{
  char *path;
  char *name;
  gboolean is_own;
  BtyPluginStamp stamp;
  BtyPluginManifest *manifest;
  char *copy;
  BtyPluginModule *module;
  char *opened;
  BtyPluginRefusal refusal;
  GError *error;
  char *problem;
  char *said;
  gboolean is_promised;
  gboolean is_disabled;
  gboolean is_gone;
  gboolean is_replaced;
  gboolean is_scanning;
  gboolean is_unsettled;
  gboolean was_first;
  gint64 restless_since;
  char *file_feature;
  BtyFeatureKind file_kind;
} BtyPluginEntry;

BtyPluginEntry *bty_plugin_entry_new (const char *path, gboolean is_own);
void bty_plugin_entry_free (BtyPluginEntry *entry);

/** bty_plugin_entry_get_id: Returns: (transfer none) (nullable): its id, once known */
const char *bty_plugin_entry_get_id (const BtyPluginEntry *entry);
/** bty_plugin_entry_is_called: Returns: whether people mean it by @name: its id, or its file's name */
gboolean bty_plugin_entry_is_called (const BtyPluginEntry *entry, const char *name);
/** bty_plugin_entry_waits: Returns: whether it may be opened and is not */
gboolean bty_plugin_entry_waits (const BtyPluginEntry *entry);
/** bty_plugin_entry_is_unknown: Returns: whether the scanner should look at it */
gboolean bty_plugin_entry_is_unknown (const BtyPluginEntry *entry);
/** bty_plugin_entry_list_features: Returns: (transfer full): what it offers, each as kind:name, open or not */
GStrv bty_plugin_entry_list_features (const BtyPluginEntry *entry);
gboolean bty_plugin_entry_offers (const BtyPluginEntry *entry, BtyFeatureKind kind, const char *name);
/** bty_plugin_entry_refuse: @error: (transfer full): also says so in the log */
void bty_plugin_entry_refuse (BtyPluginEntry *entry, BtyPluginRefusal refusal, GError *error);
/** bty_plugin_entry_forget: what was found out about a file that is not open, so that it is looked at anew */
void bty_plugin_entry_forget (BtyPluginEntry *entry);
/** bty_plugin_entry_describe: Returns: (transfer full): as people see it */
BtyPluginInfo *bty_plugin_entry_describe (const BtyPluginEntry *entry);
