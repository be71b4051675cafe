/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-runs.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "backup/bty-backup-folder.h"
#include "backup/bty-backup-key.h"
#include "backup/bty-backup-load.h"
#include "backup/bty-backup-make.h"
#include "backup/bty-backup-swap.h"

#define CHECK_FOLDER ".backup-check"

/* (transfer full) (nullable): the ways to @key */
static BtySealSlots *
make_ways (BtyBackupJob *job, const BtySecret *key, GError **error)
{
  g_autoptr (BtySealSlots) slots = bty_seal_slots_new ();
  gboolean is_new = FALSE;
  g_autoptr (BtySecret) own = bty_backup_key_get (job->place.data_dir, TRUE, &is_new, error);

  if (own == NULL || !bty_seal_slots_add_recovery (slots, key, own, error))
    return NULL;
  if (job->given != NULL && !bty_seal_slots_add_passphrase (slots, key, job->given, &bty_seal_cost_default, error))
    return NULL;
  if (is_new)
    g_message ("backups have a key now, which nobody was shown yet: “boternity-ctl backup key” does");
  return g_steal_pointer (&slots);
}

gboolean
bty_backup_run_create (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  g_autofree char *path = g_build_filename (job->folder, job->name, NULL);
  BtyBackupInfo info = { job->began, (char *) BTY_VERSION, job->is_automatic };
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (BtyBackup) backup = bty_backup_new ();
  g_autoptr (BtyBackupWriter) writer = NULL;
  BtySealSlots *slots = NULL;
  BtyBackupCounts counts;

  if (g_mkdir_with_parents (job->folder, 0700) != 0)
    return bty_backup_fail (error, errno, _ ("the folder “%s” cannot be made: %s"), job->folder);
  if (!job->is_unencrypted)
    {
      slots = make_ways (job, key, error);
      if (slots == NULL)
        return FALSE;
    }
  writer = bty_backup_writer_new (path, &info, key, slots, error);
  if (writer == NULL || !bty_backup_make (writer, &job->place, work, &counts, &backup->bytes, error))
    return FALSE;
  backup->name = g_strdup (job->name);
  backup->created_at = job->began;
  backup->subjects = counts.subjects;
  backup->rows = counts.rows;
  backup->files = counts.files;
  backup->encrypted = !job->is_unencrypted;
  backup->key_unseen = backup->encrypted && bty_backup_key_is_unseen (job->place.data_dir);
  backup->passphrase = job->given != NULL;
  backup->automatic = job->is_automatic;
  backup->program = g_strdup (BTY_VERSION);
  backup->seconds = bty_backup_job_get_seconds (job);
  job->answer = g_steal_pointer (&backup);
  return TRUE;
}

/* (transfer full) (nullable): opened and unlocked */
static BtyBackupReader *
open_backup (const char *path, const char *data_dir, const BtySecret *given, GError **error)
{
  g_autoptr (BtyBackupReader) reader = bty_backup_reader_new (path, error);
  g_autoptr (BtySecret) own = NULL;
  gboolean is_new;

  /* Without a key of its own a new installation restores with what is given. */
  if (reader != NULL && given == NULL)
    own = bty_backup_key_get (data_dir, FALSE, &is_new, NULL);
  if (reader == NULL || !bty_backup_reader_unlock (reader, own, given, error))
    return NULL;
  return g_steal_pointer (&reader);
}

gboolean
bty_backup_run_verify (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  g_autofree char *path = g_build_filename (job->folder, job->name, NULL);
  g_autofree char *folder = g_build_filename (job->place.data_dir, CHECK_FOLDER, NULL);
  g_autoptr (BtyBackupReader) reader = NULL;
  g_autoptr (BtyBackup) backup = bty_backup_new ();
  BtyBackupWork trial = *work;
  BtyBackupCounts counts;

  trial.is_trial = TRUE;
  if (!bty_backup_remove_tree (folder, error))
    return FALSE;
  reader = open_backup (path, job->place.data_dir, job->given, error);
  if (reader == NULL || !bty_backup_load (reader, job->loader, folder, &trial, &counts, error))
    return FALSE;
  bty_backup_remove_tree (folder, NULL);
  backup->name = g_strdup (job->name);
  backup->created_at = bty_backup_reader_get_info (reader)->created_at;
  backup->automatic = bty_backup_reader_get_info (reader)->is_automatic;
  backup->program = g_strdup (bty_backup_reader_get_info (reader)->program);
  backup->encrypted = bty_backup_reader_get_slots (reader) != NULL;
  backup->passphrase = backup->encrypted &&
                       bty_seal_slots_count (bty_backup_reader_get_slots (reader), BTY_SEAL_SLOT_PASSPHRASE) > 0;
  backup->bytes = bty_backup_reader_get_size (reader);
  backup->subjects = counts.subjects;
  backup->forgotten = counts.forgotten;
  backup->rows = counts.rows;
  backup->files = counts.files;
  backup->seconds = bty_backup_job_get_seconds (job);
  job->answer = g_steal_pointer (&backup);
  return TRUE;
}

BtyBackupRestored *
bty_backup_stage (const char *data_dir, const char *path, BtyStore *loader, const BtySecret *given,
                  const BtyBackupWork *work, GError **error)
{
  g_autofree char *folder = bty_backup_swap_get_folder (data_dir);
  g_autoptr (BtyBackupReader) reader = open_backup (path, data_dir, given, error);
  g_autoptr (BtyBackupRestored) restored = bty_backup_restored_new ();
  gint64 began = g_get_monotonic_time ();
  BtyBackupCounts counts;

  if (reader == NULL || !bty_backup_swap_begin (data_dir, error) ||
      !bty_backup_load (reader, loader, folder, work, &counts, error) ||
      !bty_backup_swap_intend (data_dir, &restored->kept, error))
    return NULL;
  restored->name = g_path_get_basename (path);
  restored->rows = counts.rows;
  restored->files = counts.files;
  restored->seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  restored->restart = TRUE;
  return g_steal_pointer (&restored);
}

gboolean
bty_backup_run_restore (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  g_autofree char *path = g_build_filename (job->folder, job->name, NULL);

  job->answer = bty_backup_stage (job->place.data_dir, path, job->loader, job->given, work, error);
  return job->answer != NULL;
}

gboolean
bty_backup_run_list (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  gboolean is_unseen = bty_backup_key_is_unseen (job->place.data_dir);

  job->items = bty_backup_folder_list (job->folder);
  for (guint i = 0; i < job->items->len; i++)
    {
      BtyBackup *backup = job->items->pdata[i];

      backup->key_unseen = is_unseen && backup->encrypted;
    }
  job->answer = bty_page_new ();
  return TRUE;
}

/* It is made when there is none, so that it can be written down before the first backup. */
gboolean
bty_backup_run_key (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  gboolean is_new;
  g_autoptr (BtySecret) key = bty_backup_key_get (job->place.data_dir, TRUE, &is_new, error);
  BtySecretValue *value;

  if (key == NULL)
    return FALSE;
  value = bty_secret_value_new ();
  value->name = g_strdup ("backups");
  value->value = g_strndup (bty_secret_peek (key), bty_secret_get_length (key));
  job->answer = value;
  bty_backup_key_seen (job->place.data_dir);
  return TRUE;
}

gboolean
bty_backup_run_delete (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  g_autofree char *path = g_build_filename (job->folder, job->name, NULL);

  return g_unlink (path) == 0 || bty_backup_fail (error, errno, _ ("the backup “%s” cannot be deleted: %s"), path);
}

gboolean
bty_backup_run_forget (BtyBackupJob *job, const BtyBackupWork *work, GError **error)
{
  g_autoptr (BtyBackupForgotten) forgotten = bty_backup_forgotten_new ();

  forgotten->bot = g_strdup (job->name);
  if (!bty_backup_folder_forget (job->folder, (const char *const *) job->subjects, forgotten, error))
    return FALSE;
  job->answer = g_steal_pointer (&forgotten);
  return TRUE;
}
