/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-place.h"
#include "backup/bty-backup-reader.h"

/*
 * Reads all of a backup that is unlocked, proves every chunk, and puts what is in it into @folder, which is made and must not be there:
 * `boternity.db` (brought up to date and checked), `bots`, `vault.bty`, `settings`. Everything is on the disk afterwards. Blocks;
 * a failure leaves no folder.
 * @store: a store that is not open, which makes the database
 */
gboolean bty_backup_load (BtyBackupReader *reader, BtyStore *store, const char *folder, const BtyBackupWork *work,
                          BtyBackupCounts *counts, GError **error);
