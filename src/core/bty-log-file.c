/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-log"

#include "config.h"

#include "bty-log-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_SIZE  (4 * 1024 * 1024)
#define DEFAULT_FILES 3

/* Nothing in here logs: whoever logs holds the lock. */
static GMutex lock;
static char *kept;
static gint64 max_size = DEFAULT_SIZE;
static gint64 max_files = DEFAULT_FILES;

static void
move_old (void)
{
  for (gint64 n = max_files; n > 0; n--)
    {
      g_autofree char *to = g_strdup_printf ("%s.%" G_GINT64_FORMAT, kept, n);
      g_autofree char *from = n > 1 ? g_strdup_printf ("%s.%" G_GINT64_FORMAT, kept, n - 1) : g_strdup (kept);

      g_rename (from, to);
    }
}

/* What writes to standard output and error by itself follows along, so that nothing is lost in a file that was put aside. The new
 * file is there before the old one is moved: where none can be made, all stays as it is. */
static void
begin_anew (void)
{
  g_autofree char *draft = g_strconcat (kept, ".new", NULL);
  int fd;

  g_unlink (draft);
  fd = g_open (draft, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return;
  move_old ();
  g_rename (draft, kept);
  dup2 (fd, STDOUT_FILENO);
  dup2 (fd, STDERR_FILENO);
  close (fd);
}

static void
write_all (const char *text, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = write (STDERR_FILENO, text + done, length - done);

      if (n > 0)
        done += (gsize) n;
      else if (n == 0 || errno != EINTR)
        return;
    }
}

void
bty_log_file_keep (const char *path)
{
  g_mutex_lock (&lock);
  g_free (kept);
  kept = g_strdup (path);
  g_mutex_unlock (&lock);
}

void
bty_log_file_limit (gint64 size, gint64 files)
{
  g_mutex_lock (&lock);
  max_size = size;
  max_files = files;
  g_mutex_unlock (&lock);
}

void
bty_log_file_write (const char *text, gsize length)
{
  struct stat info;

  g_mutex_lock (&lock);
  if (kept != NULL && fstat (STDERR_FILENO, &info) == 0 && info.st_size > 0 &&
      info.st_size + (gint64) length > max_size)
    begin_anew ();
  write_all (text, length);
  g_mutex_unlock (&lock);
}
