/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-daemon"

#include "config.h"

#include "bty-daemon-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_US 20000

struct _BtyDaemonLock
{
  int fd;
};

static gboolean
refuse_folder (GError **error, const char *data_dir, const char *why)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the data folder “%s” cannot be used: %s; mend it, or choose another with BOTERNITY_DATA_DIR"),
               data_dir, why);
  return FALSE;
}

static gboolean
make_folder (const char *data_dir, GError **error)
{
  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    return refuse_folder (error, data_dir, errno == EEXIST ? _ ("it is not a folder") : g_strerror (errno));
  if (!g_file_test (data_dir, G_FILE_TEST_IS_DIR))
    return refuse_folder (error, data_dir, _ ("it is not a folder"));
  if (g_access (data_dir, R_OK | W_OK | X_OK) != 0)
    return refuse_folder (error, data_dir, g_strerror (errno));
  return TRUE;
}

static void
set_taken (int fd, const char *data_dir, GError **error)
{
  char text[24] = "";
  gssize n = pread (fd, text, sizeof text - 1, 0);
  gint64 pid = n > 0 ? g_ascii_strtoll (text, NULL, 10) : 0;

  if (pid > 0)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
      _ (
        "another boternityd (process %lld) uses the data folder “%s”: stop it with “boternity-ctl stop”, or choose another folder with BOTERNITY_DATA_DIR"),
      (long long) pid, data_dir);
  else
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
      _ ("another boternityd uses the data folder “%s”: stop it, or choose another folder with BOTERNITY_DATA_DIR"),
      data_dir);
}

static gboolean
try_lock (int fd, guint patience_ms)
{
  const gint64 until = g_get_monotonic_time () + (gint64) patience_ms * 1000;

  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno != EWOULDBLOCK || g_get_monotonic_time () >= until)
        return FALSE;
      g_usleep (POLL_US);
    }
  return TRUE;
}

static gboolean
lock_file (int fd, const char *data_dir, guint patience_ms, GError **error)
{
  char text[24];
  int length;

  if (!try_lock (fd, patience_ms))
    {
      if (errno != EWOULDBLOCK)
        return refuse_folder (error, data_dir, g_strerror (errno));
      set_taken (fd, data_dir, error);
      return FALSE;
    }
  length = g_snprintf (text, sizeof text, "%d\n", (int) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, (gsize) length, 0) != length)
    return refuse_folder (error, data_dir, g_strerror (errno));
  return TRUE;
}

BtyDaemonLock *
bty_daemon_lock_take (const char *data_dir, guint patience_ms, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, "daemon.lock", NULL);
  BtyDaemonLock *self;
  int fd;

  if (!make_folder (data_dir, error))
    return NULL;
  fd = g_open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      refuse_folder (error, data_dir, g_strerror (errno));
      return NULL;
    }
  if (!lock_file (fd, data_dir, patience_ms, error))
    {
      close (fd);
      return NULL;
    }
  self = g_new0 (BtyDaemonLock, 1);
  self->fd = fd;
  return self;
}

/* The file stays: removing it would let a third process lock a new one beside a second that waits for this one. */
void
bty_daemon_lock_free (BtyDaemonLock *self)
{
  if (ftruncate (self->fd, 0) != 0)
    g_debug ("the lock file keeps the number of this process: %s", g_strerror (errno));
  close (self->fd);
  g_free (self);
}
