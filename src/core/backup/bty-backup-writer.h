/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-format.h"

/*
 * BtyBackupWriter:
 *
 * Writes the file of a backup: under `NAME.part`, until it is whole and on the disk. One thread at a time; blocks.
 *
 * What belongs together (rows of one subject) gathers in a chunk per subject; when all of them together are large, they are written.
 */
typedef struct _BtyBackupWriter BtyBackupWriter;

/*
 * @slots: (transfer full) (nullable): the ways to @key; %NULL: @key stands in the head, and everyone can read the backup
 * @path: what the file is to be called; there must be none
 */
BtyBackupWriter *bty_backup_writer_new (const char *path, const BtyBackupInfo *info, const BtySecret *key,
                                        BtySealSlots *slots, GError **error);
/* @subject: (nullable): NULL or a name that is too long: the installation */
gboolean bty_backup_writer_add (BtyBackupWriter *self, const char *subject, BtyBackupKind kind, gconstpointer bytes,
                                gsize length, GError **error);
/* Writes what has gathered, so that what follows stands after it. */
gboolean bty_backup_writer_flush (BtyBackupWriter *self, GError **error);
/* Writes the end, syncs, and gives the file its name. @counts: what the end says; its subjects are filled in */
gboolean bty_backup_writer_finish (BtyBackupWriter *self, BtyBackupCounts *counts, gint64 *size, GError **error);
/* Removes the file unless it was finished. */
void bty_backup_writer_free (BtyBackupWriter *self);
gint64 bty_backup_writer_get_size (BtyBackupWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBackupWriter, bty_backup_writer_free)
