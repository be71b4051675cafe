/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-format.h"

/*
 * BtyBackupReader:
 *
 * Reads the file of a backup: open, unlock, then part after part. Nothing is handed out before its chunk was proven genuine, and the end
 * is the end only when it says how many chunks there were. What belongs to forgotten subjects is passed over. One thread at a time;
 * blocks.
 *
 * Errors: DATA_LOSS (damaged, cut short, changed, or none of ours), FAILED_PRECONDITION (a newer format), NOT_FOUND, UNAVAILABLE.
 */
typedef struct _BtyBackupReader BtyBackupReader;

BtyBackupReader *bty_backup_reader_new (const char *path, GError **error);
void bty_backup_reader_free (BtyBackupReader *self);

const BtyBackupInfo *bty_backup_reader_get_info (BtyBackupReader *self);
/* (transfer none) (nullable): NULL: it is not encrypted */
const BtySealSlots *bty_backup_reader_get_slots (BtyBackupReader *self);
/* What the table says: how many subjects, how many of them forgotten; the rest only after the end was read. */
const BtyBackupCounts *bty_backup_reader_get_counts (BtyBackupReader *self);
gint64 bty_backup_reader_get_size (BtyBackupReader *self);
gint64 bty_backup_reader_get_position (BtyBackupReader *self);

/*
 * @own: (nullable): the recovery key of this installation, as text
 * @given: (nullable): a passphrase or a recovery key, as somebody typed it
 *
 * PERMISSION_DENIED (what was given does not open it), FAILED_PRECONDITION (nothing was given, and this installation's key does not open it).
 * A passphrase takes long.
 */
gboolean bty_backup_reader_unlock (BtyBackupReader *self, const BtySecret *own, const BtySecret *given, GError **error);

/*
 * The next part: *@subject and *@bytes live until the next call. *@kind is %BTY_BACKUP_END at the end, after which there is
 * nothing more.
 */
gboolean bty_backup_reader_next (BtyBackupReader *self, BtyBackupKind *kind, const char **subject, const guint8 **bytes,
                                 gsize *length, GError **error);

/*
 * Overwrites the keys of @subjects in the file at @path, durably; one with a star at its end stands for all that begin so. *@n_found:
 * how many were there. What was sealed under them can never be read again.
 */
gboolean bty_backup_forget (const char *path, const char *const *subjects, guint *n_found, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBackupReader, bty_backup_reader_free)
