/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/stat.h>

#include "soul/bty-soul-service.h"

/* The three files of a soul as they are on the disk. Blocking: for worker threads. */

/** BtySoulStamp: what a file looks like from outside; equal stamps save reading it again */
typedef struct
{
  gint64 size;
  gint64 mtime; /* nanoseconds */
  gint64 ctime; /* nanoseconds */
  guint64 inode;
} BtySoulStamp;
void bty_soul_stamp_fill (BtySoulStamp *stamp, const struct stat *info);

/**
 * BtySoulFileNow: one file as it is now
 * @text: (nullable): its text, NULL when it holds none that could be kept
 * @hash: SHA-256 of what it holds; empty when it could not be read whole
 * @problem: (nullable): why it cannot be a text of a soul, for people
 */
typedef struct
{
  BtySoulStamp stamp;
  char *text;
  char hash[65];
  char *problem;
} BtySoulFileNow;

/**
 * BtySoulFilesNow:
 * @same: the stamps are those that were asked about: nothing was read
 * @changing: one of them changed while it was read
 * @newest: when the youngest of them was last written, microseconds since 1970
 */
typedef struct
{
  BtySoulFileNow file[BTY_SOUL_N_FILES];
  gboolean same;
  gboolean changing;
  gint64 newest;
} BtySoulFilesNow;

/** bty_soul_files_read: @known: (nullable): stamps of what was verified before; @max: bytes of one file */
BtySoulFilesNow *bty_soul_files_read (const char *folder, gint64 max, const BtySoulStamp *known);
void bty_soul_files_free (BtySoulFilesNow *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoulFilesNow, bty_soul_files_free)

/**
 * bty_soul_files_put:
 * @expected: (nullable): stamps that the files must still have: one that was saved meanwhile is left alone; one whose stamp is empty, since
 *   there was no file to look at, is written whatever is there
 *
 * Writes what is not NULL in @texts, each file whole or not at all, durably. A file is made under the name `.SOUL.md.new`, always the
 * same one, so that what a killed process leaves behind goes with the next write.
 *
 * Returns: whether what was to be written is written, but for the files that were left alone
 */
gboolean bty_soul_files_put (const char *folder, const BtySoulTexts *texts, const BtySoulStamp *expected,
                             GError **error);
/** bty_soul_text_check: Returns: (transfer full) (nullable): why bytes cannot be a text of a soul */
char *bty_soul_text_check (const char *name, const char *text, gsize length, gint64 max);
/** bty_soul_texts_check: the same for those that are not NULL; INVALID_ARGUMENT */
gboolean bty_soul_texts_check (const BtySoulTexts *texts, gint64 max, GError **error);
