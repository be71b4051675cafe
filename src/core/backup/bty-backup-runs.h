/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-job.h"

/* What jobs do, in their threads: see the operations of the same names. */
gboolean bty_backup_run_create (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_verify (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_restore (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_list (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_key (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_delete (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
gboolean bty_backup_run_forget (BtyBackupJob *job, const BtyBackupWork *work, GError **error);

/*
 * Reads the backup at @path into the place from which it is swapped in, and promises the swap: what backup.restore does.
 * (transfer full) (nullable): what was restored
 */
BtyBackupRestored *bty_backup_stage (const char *data_dir, const char *path, BtyStore *loader, const BtySecret *given,
                                     const BtyBackupWork *work, GError **error);
