/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-anchor.h"
#include "soul/bty-soul-files.h"
#include "soul/bty-soul-kept.h"
#include "soul/bty-soul-watch.h"

/* What the files of BtySoulService share. */

typedef struct _BtySoulJob BtySoulJob;

/**
 * BtySoulEntry: what this process knows of one soul
 * @known: its files were once those of its version: from then on a difference is an edit, before it a tampering
 * @anchored: its chain holds what the anchor says
 * @stamps: of the files as they were verified last, if @stamped
 * @refused: (nullable): what was complained about last
 */
typedef struct
{
  char *slug;
  gboolean known;
  gboolean anchored;
  gboolean stamped;
  BtySoulStamp stamps[BTY_SOUL_N_FILES];
  char *refused;
  GQueue jobs; /* the first is being done */
} BtySoulEntry;

struct _BtySoulService
{
  GObject parent_instance;
  BtyStore *store;
  BtySettings *settings;
  char *data_dir;
  BtyAnchor *anchor;
  BtySoulKept *kept;
  BtySoulWatch *watch;
  GHashTable *entries; /* slug -> BtySoulEntry */
  guint n_jobs;
  GCancellable *checking; /* of the check at start */
  char *next_slice;       /* where it goes on */
  guint n_slices;         /* that are being read */
  gboolean is_asking;     /* for the next one */
  gboolean is_checked;    /* every soul there was at start has its check behind or before it in its queue */
  guint sweep;
  gboolean is_warned; /* that there was no anchor */
  BtySoulGate gate;
  BtySoulGateAnswer gate_answer;
  gpointer gate_data;
};

typedef void (*BtySoulJobFunc) (BtySoulJob *job);

/**
 * BtySoulJob: one thing that is asked of a soul; those of one soul are done one after the other
 * @run: what to do once @soul, @version and @files are there and the files are looked after
 * @task: (nullable): who asked
 * @reads: it needs what the files hold, not only whether they are the same
 * @looks: nothing is held or made a version of
 */
struct _BtySoulJob
{
  BtySoulService *service;
  BtySoulEntry *entry;
  BtySoulJobFunc run;
  GTask *task;
  gboolean reads;
  gboolean looks;
  BtySoulChange *change;
  gboolean accept;
  char *author;
  char *note;

  BtySoul *soul;
  BtySoulVersion *version; /* in use */
  BtySoulVersion *base;    /* that a change is made from */
  BtySoul *next;           /* as a commit on its way makes it */
  BtySoulFilesNow *files;
  char *broken; /* why its history is not to be trusted */
  char *notice; /* what is wrong with the files, while the last good version counts */
  guint tries;
  guint waits;
};

/* bty-soul-job.c */
BtySoulEntry *bty_soul_service_entry (BtySoulService *service, const char *slug);
BtySoulJob *bty_soul_job_new (BtySoulService *service, const char *slug, BtySoulJobFunc run, GTask *task);
void bty_soul_job_start (BtySoulJob *job);
void bty_soul_job_again (BtySoulJob *job);
/* Each ends the job: @result is taken. */
void bty_soul_job_return (BtySoulJob *job, gpointer result, GDestroyNotify free_func);
void bty_soul_job_fail (BtySoulJob *job, GError *error);
/* Bits of the files that are not those of @version. */
guint bty_soul_job_differences (const BtySoulJob *job, const BtySoulVersion *version);
gint64 bty_soul_service_max_file (BtySoulService *service);

/* bty-soul-job-judge.c: what it means that files are not those of the version in use; goes on with @job->run. */
void bty_soul_job_judge (BtySoulJob *job);
void bty_soul_job_check_chain (BtySoulJob *job, BtySoulJobFunc then);

/* bty-soul-job-write.c */
void bty_soul_job_go_on (BtySoulJob *job);
/* Puts the soul into @state by a commit of its own; @topic: (nullable): the event that tells of it. */
void bty_soul_job_put_state (BtySoulJob *job, BtySoulState state, const char *reason, const char *topic,
                             BtySoulJobFunc then);
/* Writes the files of the version in use, but for those that were saved since they were @seen, and says that the soul is ok. */
void bty_soul_job_write (BtySoulJob *job, const BtySoulFilesNow *seen, BtySoulJobFunc then);

/* bty-soul-change.c, also for bty-soul-settle.c */
void bty_soul_job_fail_held (BtySoulJob *job);
void bty_soul_job_return_version (BtySoulJob *job);
gboolean bty_soul_is_lost_race (const GError *error);
void bty_soul_job_get_branch (BtySoulJob *job, const char *name, GAsyncReadyCallback callback);

/* bty-soul-job-make.c */
typedef void (*BtySoulMade) (BtySoulJob *job, BtySoulVersion *version, GError *error);
/**
 * bty_soul_make:
 * @texts: NULL in it: as in @job->base; taken
 * @state: that the soul has by the same commit
 *
 * Commits a version on @branch made from @job->base. @made gets the version or the error, each owned by it.
 */
void bty_soul_make (BtySoulJob *job, const BtySoulChange *what, BtySoulState state, BtySoulMade made);
BtySoulVersion *bty_soul_version_first (const char *bot, const BtySoulChange *change);
void bty_soul_put_texts (BtyBatch *batch, const char *bot, const BtySoulTexts *texts);

/* bty-soul-gate.c: begins a change once the gate has been passed; @change and @task are taken */
typedef void (*BtySoulGo) (BtySoulService *service, BtySoulChange *change, GTask *task);
void bty_soul_gate_pass (BtySoulService *service, BtySoulChange *change, GTask *task, BtySoulGo go);
