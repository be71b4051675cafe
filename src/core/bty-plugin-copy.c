/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define PIECE (256 * 1024)

static gboolean
fail (const char *folder, GError **error)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("no copy can be kept in “%s”: %s"), folder,
               g_strerror (errno));
  return FALSE;
}

static gboolean
write_all (int fd, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno != EINTR)
        return FALSE;
      data += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

/* A file that grows while it is read is not followed for ever. Returns: how much there was; -1 with an error */
static gint64
pour (int in, int out, const char *folder, guint64 max, GChecksum *sum, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  gint64 total = 0;
  gssize n;

  while ((n = read (in, piece, PIECE)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || (max > 0 && (guint64) (total + n) > max))
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the file cannot be read: %s"),
                       g_strerror (n < 0 ? errno : EFBIG));
          return -1;
        }
      if (sum != NULL)
        g_checksum_update (sum, piece, n);
      if (!write_all (out, piece, (gsize) n))
        {
          fail (folder, error);
          return -1;
        }
      total += n;
    }
  return total;
}

/* The copy is what is opened: so it is the copy that has to be whole. */
static gboolean
fill (int in, int out, const char *folder, guint64 max, GChecksum *sum, GError **error)
{
  gint64 size = pour (in, out, folder, max, sum, error);

  return size >= 0 && bty_plugin_file_check_contents (out, (gsize) size, error);
}

static char *
name_copy (const char *folder, const char *path, GChecksum *sum)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = NULL;

  if (g_str_has_suffix (base, ".so"))
    base[strlen (base) - 3] = '\0';
  name = g_strdup_printf ("%s-%.32s.so", base, g_checksum_get_string (sum));
  return g_build_filename (folder, name, NULL);
}

static char *
copy_open_file (int in, const char *folder, const char *path, guint64 max, GError **error)
{
  g_autofree char *half = g_build_filename (folder, BTY_PLUGIN_COPYING "XXXXXX", NULL);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *copy = NULL;
  int out = g_mkstemp_full (half, O_RDWR | O_CLOEXEC, 0600);
  gboolean is_good;

  if (out < 0)
    {
      fail (folder, error);
      return NULL;
    }
  is_good = fill (in, out, folder, max, sum, error);
  close (out);
  copy = name_copy (folder, path, sum);
  if (is_good && g_rename (half, copy) != 0)
    is_good = fail (folder, error);
  if (is_good)
    return g_steal_pointer (&copy);
  g_unlink (half);
  return NULL;
}

char *
bty_plugin_copy_make (const char *folder, const char *path, gboolean whose, guint64 max, GError **error)
{
  int in = bty_plugin_file_open (path, whose, max, NULL, error);
  char *copy = NULL;

  if (in < 0)
    return NULL;
  if (bty_paths_make_private_dir (folder, error))
    copy = copy_open_file (in, folder, path, max, error);
  close (in);
  return copy;
}

/* In a thread. */

/* @from: the file; @to: the folder of the copies, or where a copy goes */
typedef struct
{
  char *from;
  char *to;
  gboolean whose;
  guint64 max;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->from);
  g_free (job->to);
  g_free (job);
}

static void
make_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  char *copy = bty_plugin_copy_make (job->to, job->from, job->whose, job->max, &error);

  if (copy != NULL)
    g_task_return_pointer (task, copy, g_free);
  else
    g_task_return_error (task, error);
}

void
bty_plugin_copy_make_async (const char *folder, const char *path, gboolean whose, guint64 max,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);

  *job = (Job){ g_strdup (path), g_strdup (folder), whose, max };
  g_task_set_source_tag (task, bty_plugin_copy_make_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, make_in_thread);
}

char *
bty_plugin_copy_make_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
put_open_file (int in, const char *folder, const char *path, GError **error)
{
  g_autofree char *half = g_build_filename (folder, BTY_PLUGIN_COPYING "XXXXXX", NULL);
  int out = g_mkstemp_full (half, O_RDWR | O_CLOEXEC, 0600);
  gboolean is_good;

  if (out < 0)
    return fail (folder, error);
  is_good = pour (in, out, folder, 0, NULL, error) >= 0;
  if (is_good && (fsync (out) != 0 || g_rename (half, path) != 0))
    is_good = fail (folder, error);
  close (out);
  if (!is_good)
    g_unlink (half);
  return is_good;
}

static void
put_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  g_autofree char *folder = g_path_get_dirname (job->to);
  GError *error = NULL;
  int in = bty_plugin_file_open (job->from, TRUE, 0, NULL, &error);
  gboolean is_put = in >= 0 && bty_paths_make_private_dir (folder, &error) &&
                    put_open_file (in, folder, job->to, &error);

  if (in >= 0)
    close (in);
  if (is_put)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
bty_plugin_copy_put_async (const char *copy, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  Job *job = g_new0 (Job, 1);

  *job = (Job){ g_strdup (copy), g_strdup (path), TRUE, 0 };
  g_task_set_source_tag (task, bty_plugin_copy_put_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, put_in_thread);
}

gboolean
bty_plugin_copy_put_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
bty_plugin_copy_is_there (const char *copy, gint64 size)
{
  struct stat info;

  return copy != NULL && lstat (copy, &info) == 0 && S_ISREG (info.st_mode) && info.st_uid == geteuid () &&
         (info.st_mode & 0022) == 0 && (gint64) info.st_size == size;
}

void
bty_plugin_copy_keep (const char *copy)
{
  g_utime (copy, NULL);
}
