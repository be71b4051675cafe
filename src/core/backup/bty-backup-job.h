/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "backup/bty-backup-place.h"

typedef struct _BtyBackupJob BtyBackupJob;

/*
 * BtyBackupJob:
 * @call: (nullable): who wants it; NULL: the schedule
 * @run: does it, in a thread of its own, which gives way to others
 * @done: (nullable): on the main context, before the call is answered
 * @folder: of the backups; @name: of the backup; @given: (nullable): passphrase or recovery key
 * @subjects: (nullable): what to forget
 * @loader: (nullable): a store that is not open
 * @answer: (transfer full) (nullable): what @run leaves for the caller; @items: (nullable): likewise
 *
 * One piece of work on backups. @run has it for itself; before and after, it belongs to the main context.
 */
struct _BtyBackupJob
{
  gpointer service;
  BtyCall *call;
  gboolean (*run) (BtyBackupJob *job, const BtyBackupWork *work, GError **error);
  void (*done) (BtyBackupJob *job, const GError *error);
  BtyBackupPlace place;
  char *folder;
  char *name;
  BtySecret *given;
  gboolean is_unencrypted;
  gboolean is_automatic;
  GStrv subjects;
  BtyStore *loader;
  gint64 began; /* microseconds since 1970 */
  gpointer answer;
  GPtrArray *items;

  /*< private >*/
  GObject *holder;
  GCancellable *cancellable;
  GThread *thread;
  GMutex lock;
  BtyBackupProgress *progress;
  guint ticker;
};

/* @service: kept alive until the job has ended; @call: (nullable): kept likewise */
BtyBackupJob *bty_backup_job_new (GObject *service, BtyCall *call);
void bty_backup_job_start (BtyBackupJob *job);
/* Breaks it off; it still ends in its own time. */
void bty_backup_job_cancel (BtyBackupJob *job);
/* Fails its call, if there is one, and forgets it: for one that was not started. */
void bty_backup_job_fail (BtyBackupJob *job, const GError *error);
/* Seconds since it began. */
double bty_backup_job_get_seconds (BtyBackupJob *job);
