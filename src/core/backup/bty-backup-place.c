/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-backup"

#include "config.h"

#include "backup/bty-backup-place.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backup/bty-backup-format.h"

#define NICENESS 10
/* Of linux/ioprio.h: this thread, best effort, last in the row. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_LOWEST      ((2 << 13) | 7)

gboolean
bty_backup_work_goes_on (const BtyBackupWork *work, GError **error)
{
  if (!g_cancellable_is_cancelled (work->cancellable))
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the work on the backup was cancelled"));
  return FALSE;
}

void
bty_backup_work_be_modest (void)
{
#ifdef SYS_ioprio_set
  pid_t thread = (pid_t) syscall (SYS_gettid);

  if (setpriority (PRIO_PROCESS, (id_t) thread, NICENESS) != 0 ||
      syscall (SYS_ioprio_set, IOPRIO_WHO_PROCESS, thread, IOPRIO_LOWEST) != 0)
    g_debug ("the backup cannot be made to give way: %s", g_strerror (errno));
#endif
}

static gboolean
remove_content (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!bty_backup_remove_tree (child, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_backup_remove_tree (const char *path, GError **error)
{
  struct stat status;
  gboolean is_folder;

  if (lstat (path, &status) != 0)
    return errno == ENOENT || bty_backup_fail (error, errno, _ ("“%s” cannot be removed: %s"), path);
  is_folder = S_ISDIR (status.st_mode);
  if (is_folder && !remove_content (path, error))
    return FALSE;
  if ((is_folder ? g_rmdir (path) : g_unlink (path)) == 0)
    return TRUE;
  return bty_backup_fail (error, errno, _ ("“%s” cannot be removed: %s"), path);
}

gboolean
bty_backup_sync (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean is_synced = fd >= 0 && fsync (fd) == 0;
  int problem = errno;

  if (fd >= 0)
    close (fd);
  return is_synced || bty_backup_fail (error, problem, _ ("“%s” cannot be written: %s"), path);
}
