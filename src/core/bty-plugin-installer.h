/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-registry.h"

/**
 * bty_plugin_installer_install_async:
 * @path: a file on this machine
 * @id: (nullable): the plugin it must be, which must be installed; %NULL: any
 * @replace: whether it may take the place of one with the same id
 * @older: whether it may be an older version than the installed one, or the same
 *
 * Looks at the file with the scanner and, if it is a plugin that can be used, copies it into the user's folder, from which it is
 * usable at once. Whatever it replaces stays open until a restart if it was open.
 */
void bty_plugin_installer_install_async (BtyPluginRegistry *registry, const char *path, const char *id,
                                         gboolean replace, gboolean older, GAsyncReadyCallback callback, gpointer data);
/**
 * bty_plugin_installer_install_finish:
 * @error: %BTY_ERROR_INVALID_ARGUMENT for a path that is not absolute, %BTY_ERROR_NOT_FOUND, %BTY_ERROR_ALREADY_EXISTS, or
 *   %BTY_ERROR_FAILED_PRECONDITION with what is wrong with the file
 *
 * Returns: (transfer full) (nullable): the plugin
 */
BtyPluginInfo *bty_plugin_installer_install_finish (GAsyncResult *result, GError **error);

/** bty_plugin_installer_remove: Returns: (transfer full) (nullable): what was removed from the user's folder; else why not */
BtyPluginInfo *bty_plugin_installer_remove (BtyPluginIndex *index, const char *name, GError **error);

/** bty_plugin_installer_compare: Returns: less than 0, 0 or more, as version @a is older, the same or newer than @b; 1.10 is newer than 1.9 */
int bty_plugin_installer_compare (const char *a, const char *b);
