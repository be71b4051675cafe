/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-format.h"

/* The folder that backups are kept in. Blocks; any thread. */

/* Whether @name can be that of a backup: no path, and with the suffix. */
gboolean bty_backup_folder_check_name (const char *name, GError **error);
/* (transfer full): the name of one that is begun at @time */
char *bty_backup_folder_make_name (gint64 time);
/* (transfer full) (element-type BtyBackup): all, the newest first; those that cannot be read have a problem */
GPtrArray *bty_backup_folder_list (const char *folder);
/* Removes what a process that was ended left unfinished. */
void bty_backup_folder_tidy (const char *folder);
/* Removes the oldest automatic ones until @keep are left; never @made, the one that was just made. */
void bty_backup_folder_prune (const char *folder, const char *made, guint keep);
/*
 * Makes all backups forget the subjects in @subjects, of which those with a star at the end stand for all that begin so. All are tried;
 * the first failure is told.
 */
gboolean bty_backup_folder_forget (const char *folder, const char *const *subjects, BtyBackupForgotten *forgotten,
                                   GError **error);
