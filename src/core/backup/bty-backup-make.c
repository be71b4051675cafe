/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-make.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_SIZE (64 * 1024)
#define MAX_DEPTH  30

typedef struct
{
  BtyBackupWriter *writer;
  const BtyBackupPlace *place;
  const BtyBackupWork *work;
  BtyBackupCounts *counts;
  gboolean is_ordered; /* the piece of the dump before this one has its place */
} Making;

static void
tell (Making *self)
{
  if (self->work->progress != NULL)
    self->work->progress (self->counts->rows, self->counts->files, self->counts->bytes, 0, self->work->data);
}

static gboolean
take_row (const char *subject, gconstpointer piece, gsize length, gpointer data, GError **error)
{
  Making *self = data;

  self->counts->bytes += (gint64) length;
  self->counts->rows++;
  if (self->counts->rows % 256 == 0)
    tell (self);
  /* Chunks gather by subject: what has its place among the others is kept apart from them. */
  if (self->is_ordered != (subject == NULL) && !bty_backup_writer_flush (self->writer, error))
    return FALSE;
  self->is_ordered = subject == NULL;
  return bty_backup_work_goes_on (self->work, error) &&
         bty_backup_writer_add (self->writer, subject, BTY_BACKUP_STORE, piece, length, error);
}

static gboolean
add_content (Making *self, const char *subject, int fd, const char *path, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE_SIZE);
  gssize n;

  while ((n = read (fd, piece, PIECE_SIZE)) > 0)
    {
      self->counts->bytes += n;
      if (!bty_backup_work_goes_on (self->work, error) ||
          !bty_backup_writer_add (self->writer, subject, BTY_BACKUP_CONTENT, piece, (gsize) n, error))
        return FALSE;
    }
  return n == 0 || bty_backup_fail (error, errno, _ ("“%s” cannot be read for the backup: %s"), path);
}

/* One that is gone again is no matter: editors write beside a file and rename. Only regular files: no pipe is waited for. */
static gboolean
add_file (Making *self, const char *subject, const char *path, const char *name, GError **error)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();
  struct stat status;
  int fd;
  gboolean is_added;

  if (!bty_backup_path_is_good (name, strlen (name)))
    {
      g_warning ("“%s” is not in the backup: its name is not UTF-8, or too long", path);
      return TRUE;
    }
  fd = g_open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd < 0 && (errno == ENOENT || errno == ELOOP))
    return TRUE;
  if (fd < 0 || fstat (fd, &status) != 0)
    return bty_backup_fail (error, errno, _ ("“%s” cannot be read for the backup: %s"), path);
  is_added = !S_ISREG (status.st_mode);
  if (!is_added)
    {
      bty_seal_bytes_add (head, status.st_mode & 0777, 2);
      g_byte_array_append (head, (const guint8 *) name, (guint) strlen (name));
      self->counts->files++;
      tell (self);
      is_added = bty_backup_writer_add (self->writer, subject, BTY_BACKUP_FILE, head->data, head->len, error) &&
                 add_content (self, subject, fd, path, error);
    }
  close (fd);
  return is_added;
}

static gboolean add_folder (Making *self, const char *subject, const char *path, const char *name, guint depth,
                            GError **error);

static gboolean
add_entry (Making *self, const char *subject, const char *path, const char *name, guint depth, GError **error)
{
  struct stat status;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || bty_backup_fail (error, errno, _ ("“%s” cannot be read for the backup: %s"), path);
  if (S_ISDIR (status.st_mode))
    return depth >= MAX_DEPTH || add_folder (self, subject, path, name, depth + 1, error);
  return !S_ISREG (status.st_mode) || add_file (self, subject, path, name, error);
}

static gboolean
add_folder (Making *self, const char *subject, const char *path, const char *name, guint depth, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *entry;

  while (folder != NULL && (entry = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, entry, NULL);
      g_autofree char *child_name = g_strconcat (name, "/", entry, NULL);

      if (!add_entry (self, subject, child, child_name, depth, error))
        return FALSE;
    }
  return TRUE;
}

/* A folder of a bot that is known belongs to it; any other one is a subject of its own. What follows stands behind it. */
static gboolean
add_bot_folder (Making *self, const char *path, const char *name, const char *key, GError **error)
{
  const char *bot = g_hash_table_lookup (self->place->folders, key);
  g_autofree char *other = g_strconcat ("folder:", key, NULL);

  return add_entry (self, bot != NULL ? bot : other, path, name, 1, error) &&
         bty_backup_writer_flush (self->writer, error);
}

static gboolean
add_bots_in (Making *self, const char *inside, GError **error)
{
  g_autofree char *path = g_build_filename (self->place->data_dir, inside, NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *entry;

  while (folder != NULL && (entry = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, entry, NULL);
      g_autofree char *name = g_strconcat (inside, "/", entry, NULL);

      if (strcmp (entry, ".deleted") != 0 && !add_bot_folder (self, child, name, name + strlen ("bots/"), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_settings (Making *self, GError **error)
{
  static const char *const names[] = { "boternity.conf", "boternity.conf.d" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->place->config_dir, names[i], NULL);
      g_autofree char *name = g_strconcat ("settings/", names[i], NULL);

      if (!add_entry (self, NULL, path, name, 1, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_all (Making *self, GError **error)
{
  g_autofree char *vault = g_build_filename (self->place->data_dir, "vault.bty", NULL);
  gint64 rows = 0;

  if (!bty_store_dump (self->place->store, take_row, self, self->work->cancellable, &rows, error) ||
      !bty_backup_writer_flush (self->writer, error))
    return FALSE;
  self->counts->rows = rows;
  return add_bots_in (self, "bots", error) && add_bots_in (self, "bots/.deleted", error) &&
         add_entry (self, NULL, vault, "vault.bty", 1, error) && add_settings (self, error);
}

gboolean
bty_backup_make (BtyBackupWriter *writer, const BtyBackupPlace *place, const BtyBackupWork *work,
                 BtyBackupCounts *counts, gint64 *size, GError **error)
{
  Making making = { writer, place, work, counts, FALSE };

  *counts = (BtyBackupCounts){ 0 };
  return add_all (&making, error) && bty_backup_work_goes_on (work, error) &&
         bty_backup_writer_finish (writer, counts, size, error);
}
