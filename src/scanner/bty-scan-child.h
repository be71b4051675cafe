/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtyScanChild:
 * @pid: leads a process group of its own
 * @answer: where its document comes out
 *
 * A process that opens one plugin, since a plugin may end, crash or stop whatever opens it.
 */
typedef struct
{
  pid_t pid;
  int answer;
} BtyScanChild;

gboolean bty_scan_child_start (BtyScanChild *child, const char *path, gboolean is_own, GError **error);
