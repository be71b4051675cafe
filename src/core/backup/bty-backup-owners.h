/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-job.h"

/* Whose is what: bots, and those that were deleted and can be brought back, as the store knows them. */

/* (transfer full) @job: finds out which folder is whose, for its place, and starts it; when that fails it fails. */
void bty_backup_owners_start (BtyBackupJob *job);
/* (transfer full) @job: finds the bot in its name, and lets the service run the job that makes backups forget it. */
void bty_backup_owners_forget (BtyBackupJob *job);
