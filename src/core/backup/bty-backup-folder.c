/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-folder.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "backup/bty-backup-reader.h"

#define MAX_NAME 128

static gboolean
is_name (const char *name)
{
  return g_str_has_suffix (name, BTY_BACKUP_SUFFIX) && *name != '.' && strchr (name, '/') == NULL &&
         strlen (name) <= MAX_NAME && g_utf8_validate (name, -1, NULL);
}

gboolean
bty_backup_folder_check_name (const char *name, GError **error)
{
  if (is_name (name))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%s” is not the name of a backup: “boternity-ctl backup list” shows them"), name);
  return FALSE;
}

char *
bty_backup_folder_make_name (gint64 time)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (at, "%Y%m%dT%H%M%S");

  return g_strdup_printf ("boternity-%s.%03dZ" BTY_BACKUP_SUFFIX, stamp, (int) (time / 1000 % 1000));
}

static BtyBackup *
describe (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBackupReader) reader = bty_backup_reader_new (path, &error);
  BtyBackup *backup = bty_backup_new ();
  const BtySealSlots *slots;

  backup->name = g_strdup (name);
  if (reader == NULL)
    {
      backup->problem = g_strdup (error->message);
      return backup;
    }
  slots = bty_backup_reader_get_slots (reader);
  backup->created_at = bty_backup_reader_get_info (reader)->created_at;
  backup->automatic = bty_backup_reader_get_info (reader)->is_automatic;
  backup->program = g_strdup (bty_backup_reader_get_info (reader)->program);
  backup->bytes = bty_backup_reader_get_size (reader);
  backup->subjects = bty_backup_reader_get_counts (reader)->subjects;
  backup->forgotten = bty_backup_reader_get_counts (reader)->forgotten;
  backup->encrypted = slots != NULL;
  backup->passphrase = slots != NULL && bty_seal_slots_count (slots, BTY_SEAL_SLOT_PASSPHRASE) > 0;
  return backup;
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  const BtyBackup *one = *(BtyBackup *const *) a;
  const BtyBackup *other = *(BtyBackup *const *) b;

  if (one->created_at != other->created_at)
    return one->created_at > other->created_at ? -1 : 1;
  return strcmp (other->name, one->name);
}

GPtrArray *
bty_backup_folder_list (const char *folder)
{
  GPtrArray *list = bty_record_list_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      if (is_name (name))
        g_ptr_array_add (list, describe (folder, name));
    }
  g_ptr_array_sort (list, compare_newest);
  return list;
}

void
bty_backup_folder_tidy (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, BTY_BACKUP_SUFFIX ".part") && g_unlink (path) == 0)
        g_message ("removed “%s”, which was never finished", path);
    }
}

void
bty_backup_folder_prune (const char *folder, const char *made, guint keep)
{
  g_autoptr (GPtrArray) list = bty_backup_folder_list (folder);
  guint n_kept = 1; /* @made, whatever the clock said when the others were */

  for (guint i = 0; i < list->len; i++)
    {
      const BtyBackup *backup = list->pdata[i];
      g_autofree char *path = g_build_filename (folder, backup->name, NULL);

      if (!backup->automatic || backup->problem != NULL || strcmp (backup->name, made) == 0 || n_kept++ < keep)
        continue;
      if (g_unlink (path) == 0)
        g_message ("removed the backup “%s”, since %u newer automatic ones are there", backup->name, keep);
    }
}

gboolean
bty_backup_folder_forget (const char *folder, const char *const *subjects, BtyBackupForgotten *forgotten,
                          GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GError) first = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      guint n_found = 0;

      if (!is_name (name))
        continue;
      forgotten->checked++;
      bty_backup_forget (path, subjects, &n_found, first == NULL ? &first : NULL);
      forgotten->backups += n_found > 0;
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
