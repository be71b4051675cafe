/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-load.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  BtyBackupReader *reader;
  const char *folder;
  const BtyBackupWork *work;
  BtyBackupCounts counts;

  /* The part that was read and not yet used, when there is one. */
  gboolean is_waiting;
  BtyBackupKind kind;
  const char *subject;
  const guint8 *bytes;
  gsize length;

  char *path; /* (nullable): of the file that is being written */
  char *owner;
  int fd;
} Loading;

static gboolean
fail_order (GError **error)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the parts of the backup are out of order"));
  return FALSE;
}

static gboolean
peek (Loading *self, GError **error)
{
  if (self->is_waiting)
    return TRUE;
  if (!bty_backup_work_goes_on (self->work, error) ||
      !bty_backup_reader_next (self->reader, &self->kind, &self->subject, &self->bytes, &self->length, error))
    return FALSE;
  self->is_waiting = TRUE;
  self->counts.bytes += (gint64) self->length;
  if (self->work->progress != NULL)
    self->work->progress (self->counts.rows, self->counts.files, bty_backup_reader_get_position (self->reader),
                          bty_backup_reader_get_size (self->reader), self->work->data);
  return TRUE;
}

static gboolean
give_piece (GBytes **piece, gpointer data, GError **error)
{
  Loading *self = data;

  *piece = NULL;
  if (!peek (self, error))
    return FALSE;
  if (self->kind != BTY_BACKUP_STORE)
    return TRUE;
  self->is_waiting = FALSE;
  self->counts.rows++;
  *piece = g_bytes_new (self->bytes, self->length);
  return TRUE;
}

static gboolean
end_file (Loading *self, GError **error)
{
  gboolean is_written = self->fd < 0 || self->work->is_trial || fsync (self->fd) == 0;
  int problem = errno;

  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  if (!is_written)
    bty_backup_fail (error, problem, _ ("“%s” cannot be written: %s"), self->path);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->owner, g_free);
  return is_written;
}

static gboolean
begin_file (Loading *self, GError **error)
{
  const char *name = (const char *) self->bytes + 2;
  g_autofree char *relative = NULL;
  g_autofree char *folder = NULL;
  mode_t mode;

  if (self->length < 2 || !bty_backup_path_is_good (name, self->length - 2))
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("the backup names a file outside of its place"));
      return FALSE;
    }
  if (!end_file (self, error))
    return FALSE;
  mode = (mode_t) (self->bytes[0] | self->bytes[1] << 8);
  relative = g_strndup (name, self->length - 2);
  self->path = g_build_filename (self->folder, relative, NULL);
  self->owner = g_strdup (self->subject);
  folder = g_path_get_dirname (self->path);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    self->fd = g_open (self->path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0600 | (mode & 0700));
  self->counts.files++;
  return self->fd >= 0 || bty_backup_fail (error, errno, _ ("“%s” cannot be written: %s"), self->path);
}

static gboolean
write_content (Loading *self, GError **error)
{
  const guint8 *at = self->bytes;
  gsize left = self->length;

  if (self->fd < 0 || strcmp (self->owner, self->subject) != 0)
    return fail_order (error);
  while (left > 0)
    {
      gssize n = write (self->fd, at, left);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return bty_backup_fail (error, n == 0 ? ENOSPC : errno, _ ("“%s” cannot be written: %s"), self->path);
      at += n;
      left -= (gsize) n;
    }
  return TRUE;
}

static gboolean
load_files (Loading *self, GError **error)
{
  for (;;)
    {
      if (!peek (self, error))
        return FALSE;
      self->is_waiting = FALSE;
      if (self->kind == BTY_BACKUP_END)
        return end_file (self, error);
      if (self->kind == BTY_BACKUP_FILE ? !begin_file (self, error)
                                        : self->kind != BTY_BACKUP_CONTENT || !write_content (self, error))
        return (error != NULL && *error != NULL) ? FALSE : fail_order (error);
    }
}

/* The names in the folders are made durable as well; files were. */
static gboolean
sync_folders (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !sync_folders (child, error))
        return FALSE;
    }
  return bty_backup_sync (path, error);
}

static gboolean
load_all (Loading *self, BtyStore *store, GError **error)
{
  g_autofree char *bots = g_build_filename (self->folder, "bots", NULL);
  g_autoptr (GError) reason = NULL;
  gint64 rows = 0;

  if (!bty_store_load (store, self->folder, give_piece, self, self->work->cancellable, &rows, error))
    return FALSE;
  self->counts.rows = rows;
  /* Also when there were none: those of now are replaced by none. */
  if (g_mkdir (bots, 0700) != 0)
    return bty_backup_fail (error, errno, _ ("the folder “%s” cannot be made: %s"), bots);
  if (load_files (self, &reason) && (self->work->is_trial || sync_folders (self->folder, &reason)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
bty_backup_load (BtyBackupReader *reader, BtyStore *store, const char *folder, const BtyBackupWork *work,
                 BtyBackupCounts *counts, GError **error)
{
  Loading loading = { .reader = reader, .folder = folder, .work = work, .fd = -1 };
  gboolean is_loaded;

  if (g_mkdir (folder, 0700) != 0)
    return bty_backup_fail (error, errno, _ ("the folder “%s” cannot be made: %s"), folder);
  is_loaded = load_all (&loading, store, error);
  end_file (&loading, NULL);
  *counts = *bty_backup_reader_get_counts (reader);
  counts->rows = loading.counts.rows;
  counts->files = loading.counts.files;
  if (!is_loaded)
    bty_backup_remove_tree (folder, NULL);
  return is_loaded;
}
