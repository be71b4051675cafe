/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-seal-slots.h"

/*
 * The file of a backup: a head, chunks, a table of keys, an end. See docs/backup.md.
 *
 * Every chunk is about one subject (a bot; number 0 is the installation) and sealed under a key of that subject's own. These keys stand
 * in the table, each in a slot of fixed size, sealed under the backup's key. To forget a subject is to overwrite its slot.
 */
#define BTY_BACKUP_MAGIC     "BTYBKUP\n"
#define BTY_BACKUP_END_MAGIC "BTYBKEND"
#define BTY_BACKUP_VERSION   1
#define BTY_BACKUP_SUFFIX    ".btybackup"
#define BTY_BACKUP_KEY_ID    "backup"

#define BTY_BACKUP_MAX_SUBJECT 64
#define BTY_BACKUP_SLOT_SIZE   144
#define BTY_BACKUP_END_SIZE    (8 + 8 + 4 + 8 + 32)
#define BTY_BACKUP_FRAME_SIZE  16
/* More bots than anybody has. */
#define BTY_BACKUP_MAX_SUBJECTS 1000000
/* What one chunk holds at most, packed or not: a row is never split. */
#define BTY_BACKUP_MAX_CHUNK (256 * 1024 * 1024)

/* What a part of a chunk is. */
typedef enum
{
  BTY_BACKUP_STORE = 'S',   /* a piece of the store's dump */
  BTY_BACKUP_FILE = 'F',    /* a file begins: mode:16, path */
  BTY_BACKUP_CONTENT = 'D', /* the next bytes of that file */
  BTY_BACKUP_END = 'E',     /* of all: chunks:64 rows:64 files:64 bytes:64 */
} BtyBackupKind;

/*
 * BtyBackupInfo:
 * @created_at: microseconds since 1970; @program: version of the program that made it
 * @is_automatic: made by the schedule
 *
 * What stands in the head and can be read without a key, but not changed.
 */
typedef struct
{
  gint64 created_at;
  char *program;
  gboolean is_automatic;
} BtyBackupInfo;

/* BtyBackupCounts: what is in a backup; the end says so */
typedef struct
{
  gint64 rows;
  gint64 files;
  gint64 bytes; /* before they were packed */
  gint64 subjects;
  gint64 forgotten;
} BtyBackupCounts;

typedef enum
{
  BTY_BACKUP_SLOT_USED = 1,
  BTY_BACKUP_SLOT_FORGOTTEN = 2,
} BtyBackupSlotState;

/* The names under which things are sealed: each thing opens in its place of its file only. */
char *bty_backup_chunk_name (const char *head, guint32 slot, guint64 number);
char *bty_backup_slot_name (const char *head, guint32 slot, const char *subject);

/* (transfer full): one slot of the table, %BTY_BACKUP_SLOT_SIZE bytes */
GByteArray *bty_backup_slot_write (const char *head, guint32 slot, const char *subject, const BtySecret *backup_key,
                                   const BtySecret *subject_key);

/* Whether a path in a backup stays inside the folder that it is put into, and is one of those that backups have. */
gboolean bty_backup_path_is_good (const char *path, gsize length);

/* (transfer full): @bytes, made shorter where that is possible; a letter in front tells */
GByteArray *bty_backup_pack (const guint8 *bytes, gsize length);
/* (transfer full) (nullable): %NULL with DATA_LOSS */
GByteArray *bty_backup_unpack (const guint8 *bytes, gsize length, GError **error);

/* Sets @error from errno; always FALSE. @what: translated, with two %s: for the path and for the reason */
gboolean bty_backup_fail (GError **error, int problem, const char *what, const char *path);
