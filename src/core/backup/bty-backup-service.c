/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-service.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backup/bty-backup-folder.h"
#include "backup/bty-backup-owners.h"
#include "backup/bty-backup-runs.h"
#include "backup/bty-backup-schedule.h"
#include "backup/bty-backup-swap.h"

/* How soon after the start the schedule is first looked at, and how often then (s). */
#define FIRST_LOOK 10
#define LOOK       30
/* After one that failed (us). */
#define RETRY ((gint64) 3600 * G_USEC_PER_SEC)

static const BtySetting settings_table[] = {
  { .group = "backup",
    .key = "folder",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ ("Folder that backups are kept in; empty: the folder “backups” in the data folder") },
  { .group = "backup",
    .key = "schedule",
    .type = BTY_SETTING_STRING,
    .fallback = "off",
    .summary = N_ ("When backups are made by themselves: off, every 6h, daily 03:30, weekly sun 03:30 (local time)") },
  { .group = "backup",
    .key = "keep",
    .type = BTY_SETTING_INT,
    .fallback = "7",
    .unit = "backups",
    .min = 1,
    .max = 10000,
    .summary = N_ ("How many of the backups that were made by themselves are kept") },
};

struct _BtyBackupService
{
  GObject parent;
  BtyStore *store;
  BtySettings *settings;
  char *data_dir;
  BtyBackupMakeStore make_store;
  gpointer make_data;
  BtyBackupJob *job; /* (nullable): the one that runs */
  gboolean is_stopped;
  guint look;
  char *complained; /* (nullable): the schedule that was warned of */
  gint64 tried_at;  /* when the last automatic one failed */
};

G_DEFINE_FINAL_TYPE (BtyBackupService, bty_backup_service, G_TYPE_OBJECT)

static void
bty_backup_service_finalize (GObject *object)
{
  BtyBackupService *self = BTY_BACKUP_SERVICE (object);

  g_clear_handle_id (&self->look, g_source_remove);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_free (self->data_dir);
  g_free (self->complained);
  G_OBJECT_CLASS (bty_backup_service_parent_class)->finalize (object);
}

static void
bty_backup_service_class_init (BtyBackupServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_backup_service_finalize;
}

static void
bty_backup_service_init (BtyBackupService *self)
{
}

void
bty_backup_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static char *
get_folder (BtyBackupService *self)
{
  g_autofree char *folder = bty_settings_get (self->settings, "backup", "folder");

  if (folder != NULL && *folder != '\0')
    return g_canonicalize_filename (folder, self->data_dir);
  return g_build_filename (self->data_dir, "backups", NULL);
}

/* What is tidied away here cannot be what is being made: nobody can ask yet. */
BtyBackupService *
bty_backup_service_new (BtyStore *store, BtySettings *settings, const char *data_dir, BtyBackupMakeStore make_store,
                        gpointer data)
{
  BtyBackupService *self = g_object_new (BTY_TYPE_BACKUP_SERVICE, NULL);
  g_autofree char *folder = NULL;

  self->store = g_object_ref (store);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  self->make_store = make_store;
  self->make_data = data;
  folder = get_folder (self);
  bty_backup_folder_tidy (folder);
  return self;
}

static void
publish (BtyBackupService *self, const char *topic, gconstpointer record)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (self->is_stopped)
    return;
  bty_batch_publish (batch, topic, record);
  bty_store_apply_async (self->store, batch, NULL, NULL, NULL);
}

BtyBackupJob *
bty_backup_service_make_job (BtyBackupService *self, BtyCall *call, const char *name)
{
  g_autoptr (GError) error = NULL;
  BtyBackupJob *job;

  if (name != NULL && !bty_backup_folder_check_name (name, &error))
    {
      bty_call_fail (call, error);
      return NULL;
    }
  job = bty_backup_job_new (G_OBJECT (self), call);
  job->folder = get_folder (self);
  job->name = name != NULL ? g_strdup (name) : bty_backup_folder_make_name (job->began);
  job->place.data_dir = g_strdup (self->data_dir);
  job->place.config_dir = g_strdup (bty_settings_get_config_dir (self->settings));
  job->place.store = g_object_ref (self->store);
  return job;
}

/* Work is one after the other: it would only fight for the disk, and forgetting must not miss a backup that is being made. */
static gboolean
take (BtyBackupService *self, BtyBackupJob *job)
{
  g_autoptr (GError) error = NULL;

  if (self->job == NULL && !self->is_stopped)
    {
      self->job = job;
      return TRUE;
    }
  error = g_error_new_literal (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                               _ ("other work on backups is going on: try again when it is done"));
  job->done = NULL;
  bty_backup_job_fail (job, error);
  return FALSE;
}

static void
on_done (BtyBackupJob *job, const GError *error)
{
  BtyBackupService *self = job->service;

  self->job = NULL;
}

void
bty_backup_service_run (BtyBackupService *self, BtyBackupJob *job)
{
  if (!take (self, job))
    return;
  job->done = on_done;
  bty_backup_job_start (job);
}

void
bty_backup_service_run_loading (BtyBackupService *self, BtyBackupJob *job)
{
  g_autoptr (GError) error = NULL;

  job->loader = self->make_store (self->make_data, &error);
  if (job->loader != NULL)
    bty_backup_service_run (self, job);
  else
    bty_backup_job_fail (job, error);
}

static void
publish_failure (BtyBackupService *self, const BtyBackupJob *job, const GError *error)
{
  g_autoptr (BtyBackupFailure) failure = bty_backup_failure_new ();

  failure->name = g_strdup (job->name);
  failure->cause = g_strdup (job->is_automatic ? "schedule" : "request");
  failure->error_code = g_strdup (bty_error_info (bty_error_code_of (error))->name);
  failure->error = g_strdup (error->message);
  publish (self, "backup.failed", failure);
}

static void
on_created (BtyBackupJob *job, const GError *error)
{
  BtyBackupService *self = job->service;

  self->job = NULL;
  if (error == NULL)
    {
      publish (self, "backup.created", job->answer);
      if (job->is_automatic)
        bty_backup_folder_prune (job->folder, job->name,
                                 (guint) bty_settings_get_int (self->settings, "backup", "keep"));
      return;
    }
  if (bty_error_code_of (error) == BTY_ERROR_CANCELLED)
    return;
  g_warning ("the backup “%s” was not made: %s", job->name, error->message);
  publish_failure (self, job, error);
  if (job->is_automatic)
    self->tried_at = g_get_real_time ();
}

void
bty_backup_service_run_create (BtyBackupService *self, BtyBackupJob *job)
{
  if (!take (self, job))
    return;
  job->run = bty_backup_run_create;
  job->done = on_created;
  bty_backup_owners_start (job);
}

static gboolean
read_schedule (BtyBackupService *self, BtyBackupSchedule *schedule)
{
  g_autofree char *text = bty_settings_get (self->settings, "backup", "schedule");
  g_autoptr (GError) error = NULL;

  if (bty_backup_schedule_read (schedule, text != NULL ? text : "off", &error))
    return schedule->rhythm != BTY_BACKUP_OFF;
  if (g_strcmp0 (self->complained, text) != 0)
    g_warning ("%s", error->message);
  g_free (self->complained);
  self->complained = g_steal_pointer (&text);
  return FALSE;
}

char *
bty_backup_service_find_problem (BtyBackupService *self)
{
  g_autofree char *text = bty_settings_get (self->settings, "backup", "schedule");
  g_autoptr (GError) error = NULL;
  BtyBackupSchedule schedule;

  return bty_backup_schedule_read (&schedule, text != NULL ? text : "off", &error) ? NULL : g_strdup (error->message);
}

/*
 * When the last automatic one was made: the first of those that can be read; 0: none is there. What is of a time to come was made
 * before the clock was set back, and says nothing.
 */
static gint64
find_last (BtyBackupService *self, gint64 now)
{
  g_autofree char *folder = get_folder (self);
  g_autoptr (GPtrArray) list = bty_backup_folder_list (folder);

  for (guint i = 0; i < list->len; i++)
    {
      const BtyBackup *backup = list->pdata[i];

      if (backup->automatic && backup->problem == NULL && backup->created_at <= now)
        return backup->created_at;
    }
  return 0;
}

/* One that was missed, since nothing ran, is made now; so is the first one. */
static gboolean
is_due (BtyBackupService *self, const BtyBackupSchedule *schedule, gint64 now)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  gint64 last;

  if (self->tried_at != 0 && now >= self->tried_at && now < self->tried_at + RETRY)
    return FALSE;
  last = find_last (self, now);
  return last == 0 || bty_backup_schedule_next (schedule, last, zone) <= now;
}

static gboolean
on_look (gpointer data)
{
  BtyBackupService *self = data;
  BtyBackupSchedule schedule;

  self->look = g_timeout_add_seconds (LOOK, on_look, self);
  if (self->job == NULL && read_schedule (self, &schedule) && is_due (self, &schedule, g_get_real_time ()))
    {
      BtyBackupJob *job = bty_backup_service_make_job (self, NULL, NULL);

      job->is_automatic = TRUE;
      bty_backup_service_run_create (self, job);
    }
  return G_SOURCE_REMOVE;
}

static void
on_restored_told (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBackupService) self = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    bty_backup_swap_told (self->data_dir);
  else
    g_warning ("that a backup was restored is told again at the next start: %s", error->message);
}

void
bty_backup_service_start (BtyBackupService *self, const char *kept)
{
  g_autoptr (BtyBackupRestored) restored = NULL;
  g_autoptr (BtyBatch) batch = NULL;

  self->look = g_timeout_add_seconds (FIRST_LOOK, on_look, self);
  if (kept == NULL)
    return;
  restored = bty_backup_restored_new ();
  batch = bty_batch_new ();
  restored->kept = g_strdup (kept);
  bty_batch_publish (batch, "backup.restored", restored);
  bty_store_apply_async (self->store, batch, NULL, on_restored_told, g_object_ref (self));
}

void
bty_backup_service_stop (BtyBackupService *self)
{
  self->is_stopped = TRUE;
  g_clear_handle_id (&self->look, g_source_remove);
  if (self->job != NULL)
    bty_backup_job_cancel (self->job);
}

gboolean
bty_backup_service_is_idle (BtyBackupService *self)
{
  return self->job == NULL;
}

gboolean
bty_backup_service_is_busy (BtyBackupService *self)
{
  BtyBackupSchedule schedule;

  return self->job != NULL || read_schedule (self, &schedule);
}

gboolean
bty_backup_take_over (const char *data_dir, char **kept, GError **error)
{
  return bty_backup_swap_carry_out (data_dir, kept, error);
}

BtyBackupRestored *
bty_backup_restore_file (const char *data_dir, const char *path, BtyStore *loader, const BtySecret *given,
                         GError **error)
{
  const BtyBackupWork work = { 0 };
  g_autoptr (BtyBackupRestored) restored = bty_backup_stage (data_dir, path, loader, given, &work, error);
  g_autofree char *kept = NULL;

  if (restored == NULL || !bty_backup_swap_carry_out (data_dir, &kept, error))
    return NULL;
  restored->restart = FALSE;
  return g_steal_pointer (&restored);
}
