/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * Opens a file that was checked, in this process, and lets it register with a catalogue of its own, which checks the operations as
 * the daemon's will. @is_own: it came with the program. Returns: (transfer full): what it is
 */
BtyPluginManifest *bty_scan_look (const char *path, gboolean is_own);
