/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyPluginWatch:
 *
 * Notices that something changed in the folders that people put plugins into, once it has been quiet for a moment. Main context.
 */
typedef struct _BtyPluginWatch BtyPluginWatch;

/** How many times as long as quiet is asked for one waits for it: what changes again and again is looked at then. */
#define BTY_PLUGIN_PATIENCE 4

/** BtyPluginWatchFunc: Returns: whether something is still being written, so that it is to be called again */
typedef gboolean (*BtyPluginWatchFunc) (gpointer data);

/** bty_plugin_watch_new: @folders: need not exist; @quiet: milliseconds without a change before @changed is called */
BtyPluginWatch *bty_plugin_watch_new (const char *const *folders, guint quiet, BtyPluginWatchFunc changed,
                                      gpointer data);
/** bty_plugin_watch_wait: calls back once it has been quiet from now on */
void bty_plugin_watch_wait (BtyPluginWatch *watch);
void bty_plugin_watch_free (BtyPluginWatch *watch);
