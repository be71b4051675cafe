/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySettings:
 *
 * Key files in layers (design, section 7), read when the daemon starts and again when one changes. A value that does not fit
 * its table is refused with a log line that names file, key, value and range, and the layer below counts. The environment
 * (`BOTERNITY_HTTP_PORT` for `http.port`) beats every file.
 *
 * Signal `changed` (name): a setting has another value now.
 */
#define BTY_TYPE_SETTINGS (bty_settings_get_type ())
G_DECLARE_FINAL_TYPE (BtySettings, bty_settings, BTY, SETTINGS, GObject)

/** bty_settings_new: @config_dir: the user's folder, where bty_settings_set() writes; it need not exist */
BtySettings *bty_settings_new (const char *config_dir);

/** bty_settings_add: declares settings; a key declared twice is refused with a warning. Static tables. */
void bty_settings_add (BtySettings *settings, const BtySetting *table, guint n);

/** bty_settings_expect: @name: `group.key` of a plugin that is not open: not declared, and not taken for a mistyped one */
void bty_settings_expect (BtySettings *settings, const char *name);

/** bty_settings_get: Returns: (transfer full) (nullable): the value in force; %NULL for an undeclared key */
char *bty_settings_get (BtySettings *settings, const char *group, const char *key);
gint64 bty_settings_get_int (BtySettings *settings, const char *group, const char *key);
gboolean bty_settings_get_bool (BtySettings *settings, const char *group, const char *key);

/** bty_settings_describe: Returns: (transfer full) (nullable): %NULL with NOT_FOUND (naming the nearest name) when not declared */
BtySettingInfo *bty_settings_describe (BtySettings *settings, const char *name, GError **error);
/** bty_settings_list: Returns: (transfer full) (element-type BtySettingInfo): all that are declared, by name */
GPtrArray *bty_settings_list (BtySettings *settings);
/**
 * bty_settings_set:
 * @name: `group.key`
 * @value: (nullable): %NULL removes it from the user's file
 *
 * Writes `boternity.conf` in the user's folder atomically, keeping its comments.
 */
gboolean bty_settings_set (BtySettings *settings, const char *name, const char *value, GError **error);
/** bty_settings_get_problems: Returns: (transfer full): refused values and unreadable files, as sentences with the remedy */
GStrv bty_settings_get_problems (BtySettings *settings);
const char *bty_settings_get_config_dir (BtySettings *settings);
