/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-scan-child.h"

/*
 * Waits for the child, @timeout milliseconds at most, and ends it and all it started. Returns: (transfer full): what it wrote, or
 * how it ended
 */
BtyPluginManifest *bty_scan_watch (BtyScanChild *child, guint timeout);
