/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-settings.h"

/**
 * BtyEngine:
 *
 * The daemon without its process: wires settings, plugins, store, domains and doors, and is the #BtyHost that plugins see. Main
 * context.
 *
 * Signal `stop-requested`: somebody asked the daemon to stop; its owner then calls bty_engine_stop().
 */
#define BTY_TYPE_ENGINE (bty_engine_get_type ())
G_DECLARE_FINAL_TYPE (BtyEngine, bty_engine, BTY, ENGINE, GObject)

/** bty_engine_new: @data_dir: made if need be; @config_dir: need not exist */
BtyEngine *bty_engine_new (const char *data_dir, const char *config_dir, GError **error);

/** bty_engine_start: opens the store and the doors; blocks for what must be there first and leaves the rest to the main loop */
gboolean bty_engine_start (BtyEngine *engine, GError **error);

/** bty_engine_end_when_idle: for a daemon that was started on demand, after its start: `stop-requested` when nobody uses it */
void bty_engine_end_when_idle (BtyEngine *engine);

/** bty_engine_stop: ends turns and doors and closes the store; runs the main loop meanwhile, for some seconds at most */
void bty_engine_stop (BtyEngine *engine);

BtySettings *bty_engine_get_settings (BtyEngine *engine);

/** bty_engine_know_settings: opens every plugin, so that all settings are declared; for an engine that is not to be started */
void bty_engine_know_settings (BtyEngine *engine);

/**
 * bty_engine_restore:
 * @path: file of a backup
 * @given: (nullable): its passphrase, or the recovery key
 *
 * Puts a backup in the place of what is there, for an engine that is not to be started and whose data folder nobody else uses. Blocks.
 *
 * Returns: (transfer full) (nullable): what was restored
 */
BtyBackupRestored *bty_engine_restore (BtyEngine *engine, const char *path, const BtySecret *given, GError **error);
