/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-key.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "backup/bty-backup-format.h"
#include "backup/bty-backup-place.h"
#include "bty-seal-recovery.h"

#define MAX_KEY 256
#define KEY    "backups.key"
/* Empty: stands beside the key until somebody was shown it. */
#define UNSEEN "backups.key.unseen"

static gboolean
note_unseen (const char *data_dir, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, UNSEEN, NULL);
  int fd = g_open (path, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    return bty_backup_fail (error, errno, _ ("“%s” cannot be written: %s"), path);
  close (fd);
  return TRUE;
}

gboolean
bty_backup_key_is_unseen (const char *data_dir)
{
  g_autofree char *unseen = g_build_filename (data_dir, UNSEEN, NULL);
  g_autofree char *path = g_build_filename (data_dir, KEY, NULL);

  return g_file_test (unseen, G_FILE_TEST_EXISTS) && g_file_test (path, G_FILE_TEST_EXISTS);
}

void
bty_backup_key_seen (const char *data_dir)
{
  g_autofree char *path = g_build_filename (data_dir, UNSEEN, NULL);

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_warning ("“%s” cannot be removed: %s", path, g_strerror (errno));
}

static BtySecret *
read_key (const char *path, int fd, GError **error)
{
  char text[MAX_KEY];
  gssize n = read (fd, text, sizeof text);
  g_autoptr (BtySecret) key = NULL;

  while (n > 0 && g_ascii_isspace (text[n - 1]))
    n--;
  if (n > 0)
    key = bty_secret_new (text, (gsize) n);
  bty_secret_clear_memory (text, sizeof text);
  if (key != NULL && bty_seal_recovery_is_one (key))
    return g_steal_pointer (&key);
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
    _ ("“%s” is no recovery key: put the one that you wrote down into it, or remove it to begin with a new one"), path);
  return NULL;
}

/* Under another name until it is on the disk: a key that is cut short would be worse than none. */
static BtySecret *
make_key (const char *data_dir, const char *path, GError **error)
{
  g_autofree char *partial = g_strconcat (path, ".part", NULL);
  g_autoptr (BtySecret) key = bty_seal_recovery_new ();
  gssize length = (gssize) bty_secret_get_length (key);
  int fd;
  gboolean is_written;
  int problem;

  if (!note_unseen (data_dir, error))
    return NULL;
  g_unlink (partial);
  fd = g_open (partial, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
  is_written = fd >= 0 && write (fd, bty_secret_peek (key), (gsize) length) == length && fsync (fd) == 0;
  problem = errno;
  if (fd >= 0)
    close (fd);
  is_written = is_written && g_rename (partial, path) == 0;
  if (!is_written)
    {
      g_unlink (partial);
      bty_backup_fail (error, problem, _ ("the key of the backups “%s” cannot be kept: %s"), path);
      return NULL;
    }
  return bty_backup_sync (data_dir, error) ? g_steal_pointer (&key) : NULL;
}

BtySecret *
bty_backup_key_get (const char *data_dir, gboolean make, gboolean *is_new, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, KEY, NULL);
  int fd = g_open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
  BtySecret *key = NULL;

  *is_new = fd < 0 && errno == ENOENT && make;
  if (*is_new)
    return make_key (data_dir, path, error);
  if (fd < 0 && errno != ENOENT)
    bty_backup_fail (error, errno, _ ("the key of the backups “%s” cannot be read: %s"), path);
  if (fd < 0)
    return NULL;
  key = read_key (path, fd, error);
  close (fd);
  return key;
}
