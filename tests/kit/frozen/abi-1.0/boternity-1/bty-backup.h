/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyBackup:
 * @name: of its file in the folder of backups
 * @created_at: when it was begun: everything in it is as of then or a little later, the records as of one moment
 * @bytes: size of the file
 * @subjects: bots and folders of bots with a key of their own, and one for the installation
 * @forgotten: how many of these cannot be read any more
 * @rows: rows of the store in it; @files: files in it; 0 in a list, since reading them takes its time
 * @seconds: how long the operation took
 * @encrypted: whether it is sealed; @passphrase: whether a passphrase opens it besides the keys
 * @automatic: whether the schedule made it; only these are removed when there are more than `backup.keep`
 * @program: version of the program that made it
 * @key_unseen: the key of this installation, which opens it, was never shown to anybody: see the operation `backup.key`
 * @problem: (nullable): in a list: why the file cannot be used
 *
 * A backup: not stored, but read from its file.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 created_at;
  gint64 bytes;
  gint64 subjects;
  gint64 forgotten;
  gint64 rows;
  gint64 files;
  double seconds;
  gboolean encrypted;
  gboolean passphrase;
  gboolean automatic;
  char *program;
  gboolean key_unseen;
  char *problem;
} BtyBackup;

BTY_DECLARE_RECORD (BtyBackup, bty_backup)

/**
 * BtyBackupRequest:
 * @passphrase: (nullable): opens it too
 * @unencrypted: everyone who has the file can read it
 */
typedef struct
{
  BtyRecord record;
  BtySecret *passphrase;
  gboolean unencrypted;
} BtyBackupRequest;

BTY_DECLARE_RECORD (BtyBackupRequest, bty_backup_request)

/**
 * BtyBackupOpenRequest:
 * @name: of a backup
 * @passphrase: (nullable): its passphrase, or the recovery key; without it, the key of this installation
 */
typedef struct
{
  BtyRecord record;
  char *name;
  BtySecret *passphrase;
} BtyBackupOpenRequest;

BTY_DECLARE_RECORD (BtyBackupOpenRequest, bty_backup_open_request)

/** BtyBackupForgetRequest: @bot: slug or id of a bot, which need not be there any more */
typedef struct
{
  BtyRecord record;
  char *bot;
} BtyBackupForgetRequest;

BTY_DECLARE_RECORD (BtyBackupForgetRequest, bty_backup_forget_request)

/** BtyBackupForgotten: @bot: what was forgotten; @backups: in how many backups it was; @checked: of how many */
typedef struct
{
  BtyRecord record;
  char *bot;
  gint64 backups;
  gint64 checked;
} BtyBackupForgotten;

BTY_DECLARE_RECORD (BtyBackupForgotten, bty_backup_forgotten)

/** BtyBackupProgress: how far it is: @bytes of @total; @total is 0 where it is not known */
typedef struct
{
  BtyRecord record;
  gint64 rows;
  gint64 files;
  gint64 bytes;
  gint64 total;
} BtyBackupProgress;

BTY_DECLARE_RECORD (BtyBackupProgress, bty_backup_progress)

/**
 * BtyBackupRestored:
 * @name: (nullable): of the backup
 * @rows: rows that were loaded; @files: files
 * @restart: the data takes its place when the daemon next starts
 * @kept: folder in the data folder that then has what was there before
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 rows;
  gint64 files;
  double seconds;
  gboolean restart;
  char *kept;
} BtyBackupRestored;

BTY_DECLARE_RECORD (BtyBackupRestored, bty_backup_restored)

/** BtyBackupFailure: @name: of the backup that was not made; @cause: `schedule` or `request`; @error_code: of #BtyErrorCode */
typedef struct
{
  BtyRecord record;
  char *name;
  char *cause;
  char *error_code;
  char *error;
} BtyBackupFailure;

BTY_DECLARE_RECORD (BtyBackupFailure, bty_backup_failure)

G_END_DECLS
