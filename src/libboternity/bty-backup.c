/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-backup.h"

static const BtyField backup_fields[] = {
  BTY_FIELD_STRING (BtyBackup, name, BTY_REQUIRED | BTY_KEY, N_ ("Name of its file"), .min = 1, .max = 128),
  BTY_FIELD_TIME (BtyBackup, created_at, BTY_READ_ONLY, N_ ("When it was made")),
  BTY_FIELD_INT64 (BtyBackup, bytes, BTY_READ_ONLY, N_ ("Size of its file, in bytes")),
  BTY_FIELD_INT64 (BtyBackup, subjects, BTY_READ_ONLY, N_ ("How many keys it has: bots, and one for the rest")),
  BTY_FIELD_INT64 (BtyBackup, forgotten, BTY_READ_ONLY, N_ ("How many of these were forgotten")),
  BTY_FIELD_INT64 (BtyBackup, rows, BTY_READ_ONLY, N_ ("Rows of the store in it")),
  BTY_FIELD_INT64 (BtyBackup, files, BTY_READ_ONLY, N_ ("Files in it")),
  BTY_FIELD_DOUBLE (BtyBackup, seconds, BTY_READ_ONLY, N_ ("How long it took")),
  BTY_FIELD_BOOL (BtyBackup, encrypted, BTY_READ_ONLY, N_ ("Whether it is sealed")),
  BTY_FIELD_BOOL (BtyBackup, passphrase, BTY_READ_ONLY, N_ ("Whether a passphrase opens it too")),
  BTY_FIELD_BOOL (BtyBackup, automatic, BTY_READ_ONLY, N_ ("Whether the schedule made it")),
  BTY_FIELD_STRING (BtyBackup, program, BTY_READ_ONLY, N_ ("Version of the program that made it")),
  BTY_FIELD_BOOL (BtyBackup, key_unseen, BTY_READ_ONLY,
                  N_ ("Whether nobody was ever shown the key that opens it on another machine")),
  BTY_FIELD_TEXT (BtyBackup, problem, BTY_READ_ONLY, N_ ("Why it cannot be used")),
};
BTY_DEFINE_RECORD (BtyBackup, bty_backup, "backup", N_ ("A backup"), backup_fields)

static const BtyField backup_request_fields[] = {
  BTY_FIELD_SECRET (BtyBackupRequest, passphrase, 0, N_ ("A passphrase that opens it too")),
  BTY_FIELD_BOOL (BtyBackupRequest, unencrypted, 0, N_ ("Whether everyone who has the file may read it"),
                  .fallback = "false"),
};
BTY_DEFINE_RECORD (BtyBackupRequest, bty_backup_request, "backup_request", N_ ("How a backup is made"),
                   backup_request_fields)

static const BtyField backup_open_request_fields[] = {
  BTY_FIELD_STRING (BtyBackupOpenRequest, name, BTY_REQUIRED | BTY_KEY, N_ ("Name of the backup"), .min = 1,
                    .max = 128),
  BTY_FIELD_SECRET (BtyBackupOpenRequest, passphrase, 0,
                    N_ ("Its passphrase or the recovery key; without it, the key of this installation")),
};
BTY_DEFINE_RECORD (BtyBackupOpenRequest, bty_backup_open_request, "backup_open_request", N_ ("A backup to be read"),
                   backup_open_request_fields)

static const BtyField backup_forget_request_fields[] = {
  BTY_FIELD_STRING (BtyBackupForgetRequest, bot, BTY_REQUIRED, N_ ("Slug or id of the bot"), .min = 1, .max = 64),
};
BTY_DEFINE_RECORD (BtyBackupForgetRequest, bty_backup_forget_request, "backup_forget_request",
                   N_ ("What backups are to forget"), backup_forget_request_fields)

static const BtyField backup_forgotten_fields[] = {
  BTY_FIELD_STRING (BtyBackupForgotten, bot, BTY_READ_ONLY, N_ ("What was forgotten")),
  BTY_FIELD_INT64 (BtyBackupForgotten, backups, BTY_READ_ONLY, N_ ("In how many backups it was")),
  BTY_FIELD_INT64 (BtyBackupForgotten, checked, BTY_READ_ONLY, N_ ("How many backups there are")),
};
BTY_DEFINE_RECORD (BtyBackupForgotten, bty_backup_forgotten, "backup_forgotten", N_ ("What backups have forgotten"),
                   backup_forgotten_fields)

static const BtyField backup_progress_fields[] = {
  BTY_FIELD_INT64 (BtyBackupProgress, rows, BTY_READ_ONLY, N_ ("Rows so far")),
  BTY_FIELD_INT64 (BtyBackupProgress, files, BTY_READ_ONLY, N_ ("Files so far")),
  BTY_FIELD_INT64 (BtyBackupProgress, bytes, BTY_READ_ONLY, N_ ("Bytes so far")),
  BTY_FIELD_INT64 (BtyBackupProgress, total, BTY_READ_ONLY, N_ ("Bytes in all; 0: not known")),
};
BTY_DEFINE_RECORD (BtyBackupProgress, bty_backup_progress, "backup_progress", N_ ("How far the work is"),
                   backup_progress_fields)

static const BtyField backup_restored_fields[] = {
  BTY_FIELD_STRING (BtyBackupRestored, name, BTY_READ_ONLY, N_ ("Name of the backup")),
  BTY_FIELD_INT64 (BtyBackupRestored, rows, BTY_READ_ONLY, N_ ("Rows that were loaded")),
  BTY_FIELD_INT64 (BtyBackupRestored, files, BTY_READ_ONLY, N_ ("Files that were written")),
  BTY_FIELD_DOUBLE (BtyBackupRestored, seconds, BTY_READ_ONLY, N_ ("How long it took")),
  BTY_FIELD_BOOL (BtyBackupRestored, restart, BTY_READ_ONLY,
                  N_ ("Whether the data takes its place when the daemon next starts")),
  BTY_FIELD_STRING (BtyBackupRestored, kept, BTY_READ_ONLY,
                    N_ ("Folder in the data folder that has what was there before")),
};
BTY_DEFINE_RECORD (BtyBackupRestored, bty_backup_restored, "backup_restored", N_ ("What was restored"),
                   backup_restored_fields)

static const BtyField backup_failure_fields[] = {
  BTY_FIELD_STRING (BtyBackupFailure, name, BTY_READ_ONLY, N_ ("Name of the backup that was not made")),
  BTY_FIELD_STRING (BtyBackupFailure, cause, BTY_READ_ONLY, N_ ("Who wanted it: schedule or request")),
  BTY_FIELD_STRING (BtyBackupFailure, error_code, BTY_READ_ONLY, N_ ("Code of what went wrong")),
  BTY_FIELD_TEXT (BtyBackupFailure, error, BTY_READ_ONLY, N_ ("What went wrong")),
};
BTY_DEFINE_RECORD (BtyBackupFailure, bty_backup_failure, "backup_failure", N_ ("A backup that was not made"),
                   backup_failure_fields)
