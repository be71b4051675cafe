/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-place.h"
#include "backup/bty-backup-writer.h"

/*
 * Writes all of @place into a backup: the rows of the store as of one moment, the files of the bots, the sealed vault, the settings.
 * No access tokens, no key files, nothing that can be made anew. Blocks; a failure leaves no file.
 */
gboolean bty_backup_make (BtyBackupWriter *writer, const BtyBackupPlace *place, const BtyBackupWork *work,
                          BtyBackupCounts *counts, gint64 *size, GError **error);
