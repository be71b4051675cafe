/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySettingsWatch:
 *
 * Notices that something changed in the folders of the key files, or that one of them was made. Main context.
 */
typedef struct _BtySettingsWatch BtySettingsWatch;

typedef void (*BtySettingsWatchFunc) (gpointer data);

/** bty_settings_watch_new: @folders: need not exist; @changed: called once things have settled */
BtySettingsWatch *bty_settings_watch_new (const char *const *folders, BtySettingsWatchFunc changed, gpointer data);
void bty_settings_watch_free (BtySettingsWatch *watch);
