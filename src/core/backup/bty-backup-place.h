/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtyBackupPlace:
 * @data_dir: the data folder; @config_dir: that of the settings
 * @store: (nullable): for making a backup: the open store
 * @folders: (element-type utf8 utf8): name of a folder in `bots/` to the id of its bot
 *
 * What a backup is made of.
 */
typedef struct
{
  char *data_dir;
  char *config_dir;
  BtyStore *store;
  GHashTable *folders;
} BtyBackupPlace;

/* Work of seconds or hours, in a thread of its own. */
typedef struct
{
  GCancellable *cancellable;
  /* Called in the work's thread, often. @done and @total in bytes; @total is 0 when it is not known */
  void (*progress) (gint64 rows, gint64 files, gint64 bytes, gint64 total, gpointer data);
  gpointer data;
  gboolean is_trial; /* what is written is thrown away: it need not be brought to the disk */
} BtyBackupWork;

/* Sets @error and gives FALSE once the work is cancelled. */
gboolean bty_backup_work_goes_on (const BtyBackupWork *work, GError **error);
/* This thread gives way to others: processor and disk. For good: call it in a thread that ends afterwards. */
void bty_backup_work_be_modest (void);

/* Removes a folder with everything in it; links are removed, not followed. */
gboolean bty_backup_remove_tree (const char *path, GError **error);
/* Makes what stands in a file or folder durable. */
gboolean bty_backup_sync (const char *path, GError **error);
