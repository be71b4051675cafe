/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-sqlite-file.h"

static gboolean
fail (GError **error, const char *what, const char *file, int problem)
{
  gboolean is_full = problem == ENOSPC || problem == EDQUOT;

  g_set_error (error, BTY_ERROR, is_full ? BTY_ERROR_RESOURCE_EXHAUSTED : BTY_ERROR_UNAVAILABLE, "%s %s: %s: %s", what,
               file, g_strerror (problem),
               is_full ? _ ("free some space")
                       : _ ("make its folder writable for this user, or choose another data folder"));
  return FALSE;
}

static gboolean
make_file (const char *folder, const char *file, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, _ ("cannot make the folder"), folder, errno);
  fd = g_open (file, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno == EEXIST || fail (error, _ ("cannot make the database"), file, errno);
  close (fd);
  return bty_sqlite_sync_folder (folder, error) && bty_sqlite_sync_folder (parent, error);
}

/* Nobody else may read what bots were told. SQLite gives its other files the mode of this one. */
static gboolean
check_file (const char *file, const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("%s is no regular file: move it away"), file);
      return FALSE;
    }
  if ((status->st_mode & 0077) != 0 && status->st_uid == geteuid () && g_chmod (file, 0600) != 0)
    g_warning ("%s can be read by others and that cannot be changed: %s", file, g_strerror (errno));
  return TRUE;
}

static BtySqliteConnection *
open_and_migrate (const char *file, const BtySqliteOptions *options, const BtySqliteSchema *schema, GError **error)
{
  g_autoptr (BtySqliteConnection) connection = bty_sqlite_connection_open (file, BTY_SQLITE_WRITE, options, error);

  if (connection == NULL)
    return NULL;
  if (sqlite3_db_readonly (connection->db, "main") == 1)
    {
      bty_sqlite_error_set (error, NULL, SQLITE_READONLY, file);
      return NULL;
    }
  if (!bty_sqlite_migrate (connection, schema, error))
    return NULL;
  return g_steal_pointer (&connection);
}

BtySqliteConnection *
bty_sqlite_file_open (const char *folder, const BtySqliteOptions *options, const BtySqliteSchema *schema,
                      gboolean *was_unclean, GError **error)
{
  g_autofree char *file = g_build_filename (folder, "boternity.db", NULL);
  g_autofree char *log = g_strconcat (file, "-wal", NULL);
  struct stat status;

  *was_unclean = FALSE;
  if (stat (file, &status) == 0)
    {
      struct stat log_status;

      if (!check_file (file, &status, error))
        return NULL;
      *was_unclean = stat (log, &log_status) == 0 && log_status.st_size > 0;
    }
  else if (errno != ENOENT)
    {
      fail (error, _ ("cannot open"), file, errno);
      return NULL;
    }
  else if (!make_file (folder, file, error))
    return NULL;
  return open_and_migrate (file, options, schema, error);
}
