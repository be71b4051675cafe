/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-settings.h"

/**
 * BtyBackupService:
 *
 * Makes backups, when asked and by a schedule, and reads them. One piece of work at a time, in a thread of its own. Settings group
 * `backup`. Main context.
 */
#define BTY_TYPE_BACKUP_SERVICE (bty_backup_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyBackupService, bty_backup_service, BTY, BACKUP_SERVICE, GObject)

/* Makes a store of the kind that is in use, which is not open; (transfer full) (nullable) */
typedef BtyStore *(*BtyBackupMakeStore) (gpointer data, GError **error);

/** bty_backup_add_settings: declares the settings of the group `backup` */
void bty_backup_add_settings (BtySettings *settings);

/** bty_backup_service_new: @make_store: called with @data, which outlives the service, for each backup that is read */
BtyBackupService *bty_backup_service_new (BtyStore *store, BtySettings *settings, const char *data_dir,
                                          BtyBackupMakeStore make_store, gpointer data);
/**
 * bty_backup_service_start:
 * @kept: (nullable): what bty_backup_take_over() said
 *
 * Tells of what was restored, and begins to watch the schedule.
 */
void bty_backup_service_start (BtyBackupService *service, const char *kept);
/** bty_backup_service_stop: breaks off what runs, and begins nothing any more; what runs ends soon */
void bty_backup_service_stop (BtyBackupService *service);
/** bty_backup_service_is_busy: whether work runs, or a schedule is on: then the daemon does not end by itself */
gboolean bty_backup_service_is_busy (BtyBackupService *service);
/** bty_backup_service_is_idle: whether no work runs */
gboolean bty_backup_service_is_idle (BtyBackupService *service);
/** bty_backup_service_find_problem: Returns: (transfer full) (nullable): why no backups are made by themselves, though they should */
char *bty_backup_service_find_problem (BtyBackupService *service);

/**
 * bty_backup_take_over:
 * @kept: (out) (transfer full) (nullable): the folder in @data_dir with what was there before, when something was restored,
 *   with or without a daemon, and bty_backup_service_start() has not told it yet
 *
 * Puts what a restore left ready in the place of what is there. Before the store is opened.
 */
gboolean bty_backup_take_over (const char *data_dir, char **kept, GError **error);

/**
 * bty_backup_restore_file:
 * @loader: a store that is not open
 * @given: (nullable): passphrase or recovery key
 *
 * Restores the backup at @path at once, where no daemon runs. Blocks.
 *
 * Returns: (transfer full) (nullable): what was restored
 */
BtyBackupRestored *bty_backup_restore_file (const char *data_dir, const char *path, BtyStore *loader,
                                            const BtySecret *given, GError **error);

extern const BtyOperation bty_backup_operations[];
extern const guint bty_n_backup_operations;

/* For the operations. */

typedef struct _BtyBackupJob BtyBackupJob;

/* (transfer full): with the folders filled in; @name: (nullable): checked: NULL with INVALID_ARGUMENT, and then the call has failed */
BtyBackupJob *bty_backup_service_make_job (BtyBackupService *service, BtyCall *call, const char *name);
/* (transfer full) @job: starts it unless other work runs; then its call fails */
void bty_backup_service_run (BtyBackupService *service, BtyBackupJob *job);
/* The same for one that needs a store to load into. */
void bty_backup_service_run_loading (BtyBackupService *service, BtyBackupJob *job);
/* The same for one that needs to know which folder is whose, as making a backup does. */
void bty_backup_service_run_create (BtyBackupService *service, BtyBackupJob *job);
