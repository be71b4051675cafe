/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-service.h"

#define BTY_SOUL_MOST_READS 4
/* What stands for the files as they are, where a version is named. */
#define BTY_SOUL_FILES_NAME "files"

/** BtySoulRead: @version: (nullable): NULL: the files as they are; @prompt: with their texts */
typedef struct
{
  char *name;
  BtySoulVersion *version;
  BtySoulPrompt *prompt;
} BtySoulRead;

/**
 * BtySoulReading:
 * @soul: (nullable): there once it is done
 * @reads: in the order in which they were wanted
 * @data: (nullable): what the operation keeps in it, freed by @free_data
 * @takes_files: whether a version may be named %BTY_SOUL_FILES_NAME
 *
 * What an operation has to know before it does its work: the soul, and versions with their texts. It fails the call by itself.
 */
typedef struct _BtySoulReading BtySoulReading;
typedef void (*BtySoulReadingDone) (BtySoulReading *reading);
struct _BtySoulReading
{
  BtyCall *call;
  BtySoulService *service;
  char *slug;
  BtySoul *soul;
  BtySoulRead reads[BTY_SOUL_MOST_READS];
  guint n_reads;
  gboolean takes_files;
  gpointer data;
  GDestroyNotify free_data;

  /*< private >*/
  guint n_read;
  BtySoulReadingDone done;
};

BtySoulReading *bty_soul_reading_new (BtyCall *call, const char *slug);
void bty_soul_reading_free (BtySoulReading *reading);
/** bty_soul_reading_want: @name: of a version */
void bty_soul_reading_want (BtySoulReading *reading, const char *name);
void bty_soul_reading_want_number (BtySoulReading *reading, gint64 number);
/**
 * bty_soul_reading_start:
 * @reading: (transfer full): @done owns it, and may want more and start it again
 *
 * Nothing is read that has been read already.
 */
void bty_soul_reading_start (BtySoulReading *reading, BtySoulReadingDone done);
/** bty_soul_reading_text: Returns: (transfer none): a text that was read */
const char *bty_soul_reading_text (const BtySoulReading *reading, guint index, guint file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySoulReading, bty_soul_reading_free)
