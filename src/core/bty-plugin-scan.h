/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * Looking at one file with boternity-plugin-scanner, which lets go of this program's environment, ends what does not come back within
 * @timeout milliseconds, and is ended itself a little later.
 */

/** bty_plugin_scan_async: @path: a file that was checked, and does not change; @is_own: it came with the program */
void bty_plugin_scan_async (const char *path, gboolean is_own, guint timeout, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
/**
 * bty_plugin_scan_finish:
 * @error: why nothing is known: %BTY_ERROR_UNAVAILABLE when the scanner could not be run or read
 *
 * Returns: (transfer full) (nullable): what the file is, which may be that it crashes
 */
BtyPluginManifest *bty_plugin_scan_finish (GAsyncResult *result, GError **error);

/** bty_plugin_scan_now: the same, waiting for it; nothing else runs meanwhile */
BtyPluginManifest *bty_plugin_scan_now (const char *path, gboolean is_own, guint timeout, GError **error);
