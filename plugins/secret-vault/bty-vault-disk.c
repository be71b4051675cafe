/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-vault"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "bty-vault-disk.h"

#define NS_PER_S G_GUINT64_CONSTANT (1000000000)

/* A file that closes itself when its function ends. */
typedef struct
{
  int number;
} File;

static void
file_close (File *file)
{
  if (file->number >= 0)
    close (file->number);
  file->number = -1;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_close)

static gboolean
fail (const char *path, const char *deed, GError **error)
{
  int number = errno;

  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (number), "%s: %s: %s", path, deed,
               g_strerror (number));
  return bty_error_convert (error);
}

static void
take_stamp (const struct stat *status, BtyVaultStamp *stamp)
{
  stamp->device = (guint64) status->st_dev;
  stamp->inode = (guint64) status->st_ino;
  stamp->size = (guint64) status->st_size;
  stamp->changed_ns = (guint64) status->st_mtim.tv_sec * NS_PER_S + (guint64) status->st_mtim.tv_nsec;
}

static GBytes *
read_whole (int number, const char *path, gsize length, GError **error)
{
  g_autofree guint8 *data = g_malloc (length + 1);
  gsize at = 0;
  ssize_t n = 1;

  while (at < length && n != 0)
    {
      n = read (number, data + at, length - at);
      if (n < 0 && errno != EINTR)
        {
          fail (path, _ ("it cannot be read"), error);
          return NULL;
        }
      at += n > 0 ? (gsize) n : 0;
    }
  return g_bytes_new_take (g_steal_pointer (&data), at);
}

GBytes *
bty_vault_disk_read (const char *path, gsize max, BtyVaultStamp *stamp, GError **error)
{
  g_auto (File) file = { open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) };
  struct stat status;

  memset (stamp, 0, sizeof *stamp);
  if (file.number < 0 && errno == ENOENT)
    return NULL;
  if (file.number < 0 || fstat (file.number, &status) != 0)
    {
      fail (path, _ ("it cannot be opened"), error);
      return NULL;
    }
  if (!S_ISREG (status.st_mode) || status.st_size < 0 || (guint64) status.st_size > max)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("%s is no ordinary file of at most %zu bytes: put it right, or raise vault.max_size"), path, max);
      return NULL;
    }
  if ((status.st_mode & 077) != 0)
    {
      g_warning ("%s could be read by others: it is for its owner alone from now on", path);
      if (fchmod (file.number, 0600) != 0)
        g_warning ("%s: its permissions cannot be changed: %s", path, g_strerror (errno));
    }
  take_stamp (&status, stamp);
  return read_whole (file.number, path, (gsize) status.st_size, error);
}

gboolean
bty_vault_disk_is_same (const char *path, const BtyVaultStamp *stamp)
{
  BtyVaultStamp now = { 0 };
  struct stat status;

  if (lstat (path, &status) == 0)
    take_stamp (&status, &now);
  return memcmp (&now, stamp, sizeof now) == 0;
}

static gboolean
write_whole (int number, const char *path, const guint8 *data, gsize length, GError **error)
{
  gsize at = 0;

  while (at < length)
    {
      ssize_t n = write (number, data + at, length - at);

      if (n < 0 && errno != EINTR)
        return fail (path, _ ("it cannot be written"), error);
      at += n > 0 ? (gsize) n : 0;
    }
  return fsync (number) == 0 ? TRUE : fail (path, _ ("it cannot be written to the disk"), error);
}

static gboolean
write_new (const char *path, gconstpointer data, gsize length, GError **error)
{
  g_auto (File) file = { open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) };

  if (file.number < 0 || fchmod (file.number, 0600) != 0)
    return fail (path, _ ("it cannot be made"), error);
  return write_whole (file.number, path, data, length, error);
}

static gboolean
sync_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (File) file = { open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

  if (file.number < 0 || fsync (file.number) != 0)
    return fail (folder, _ ("it cannot be written to the disk"), error);
  return TRUE;
}

/* The copy is a second name of the old file: no bytes are written, and the new one comes over it by a rename. */
static gboolean
keep_copy (const char *path, const char *copy, GError **error)
{
  if (!bty_vault_disk_remove (copy, error))
    return FALSE;
  return link (path, copy) == 0 || errno == ENOENT ? TRUE : fail (copy, _ ("it cannot be made"), error);
}

gboolean
bty_vault_disk_replace (const char *path, gconstpointer data, gsize length, const char *copy, GError **error)
{
  g_autofree char *new_path = g_strconcat (path, ".new", NULL);

  if (!write_new (new_path, data, length, error) || (copy != NULL && !keep_copy (path, copy, error)))
    {
      unlink (new_path);
      return FALSE;
    }
  if (rename (new_path, path) != 0)
    {
      fail (path, _ ("it cannot be replaced"), error);
      unlink (new_path);
      return FALSE;
    }
  return sync_folder (path, error);
}

gboolean
bty_vault_disk_remove (const char *path, GError **error)
{
  return unlink (path) == 0 || errno == ENOENT ? TRUE : fail (path, _ ("it cannot be removed"), error);
}
