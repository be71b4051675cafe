/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-text-file.h"
#include "soul/bty-soul-files.h"

/* Writing one file: into a new one beside it, which then changes places with it. */
typedef struct
{
  int folder;
  const char *name;
  const char *new_name;
} Put;

static gboolean
fail_from_errno (GError **error, const char *what, const char *folder, const char *name)
{
  int saved = errno;
  g_autofree char *path = g_build_filename (folder, name, NULL);

  errno = saved;
  return bty_file_fail (error, what, path);
}

/* The time of the last change of the entry itself is not looked at: changing places changes it. */
static gboolean
is_as_expected (const Put *put, const char *name, const BtySoulStamp *expected)
{
  BtySoulStamp stamp;
  struct stat info;

  if (expected->inode == 0 || fstatat (put->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  bty_soul_stamp_fill (&stamp, &info);
  return stamp.inode == expected->inode && stamp.size == expected->size && stamp.mtime == expected->mtime;
}

static gboolean
write_all (int file, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (file, text, left);

      if (n < 0 && errno != EINTR)
        return FALSE;
      text += MAX (n, 0);
      left -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

static gboolean
make_new (const Put *put, const char *text)
{
  int file;
  gboolean is_written;

  unlinkat (put->folder, put->new_name, 0);
  file = openat (put->folder, put->new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0)
    return FALSE;
  is_written = write_all (file, text) && fsync (file) == 0;
  return close (file) == 0 && is_written;
}

static gboolean
exchange (const Put *put)
{
  return renameat2 (put->folder, put->new_name, put->folder, put->name, RENAME_EXCHANGE) == 0;
}

/* What was saved meanwhile gets its place back, unless yet another save has taken the place of ours. */
static gboolean
put_back (const Put *put, ino_t ours)
{
  struct stat info;

  return exchange (put) && (fstatat (put->folder, put->new_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
                            info.st_ino == ours || exchange (put));
}

/*
 * Between a look at a file and a rename over it somebody may save it. So the two change places first, and what came out is looked at: if
 * it is not what was expected, they change back. Only where the file system cannot do that the look comes first.
 */
static gboolean
replace (const Put *put, const BtySoulStamp *expected)
{
  struct stat ours, theirs;

  if (fstatat (put->folder, put->name, &theirs, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (theirs.st_mode))
    {
      errno = EISDIR;
      return FALSE;
    }
  if (expected == NULL || expected->inode == 0 || fstatat (put->folder, put->new_name, &ours, 0) != 0 ||
      !exchange (put))
    return (expected != NULL && !is_as_expected (put, put->name, expected)) ||
           renameat (put->folder, put->new_name, put->folder, put->name) == 0;
  return is_as_expected (put, put->new_name, expected) || put_back (put, ours.st_ino);
}

static gboolean
put_file (int folder, const char *path, const char *name, const char *text, const BtySoulStamp *expected,
          GError **error)
{
  g_autofree char *new_name = g_strdup_printf (".%s.new", name);
  Put put = { folder, name, new_name };

  if (make_new (&put, text) && replace (&put, expected))
    {
      unlinkat (folder, new_name, 0); /* what was there before, or ours where it is left alone */
      return TRUE;
    }
  fail_from_errno (error, _ ("write"), path, name);
  unlinkat (folder, new_name, 0);
  return FALSE;
}

gboolean
bty_soul_files_put (const char *path, const BtySoulTexts *texts, const BtySoulStamp *expected, GError **error)
{
  gboolean is_put = TRUE;
  int folder;

  if (g_mkdir_with_parents (path, 0700) != 0)
    return fail_from_errno (error, _ ("make the folder"), path, NULL);
  folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0)
    return fail_from_errno (error, _ ("write"), path, NULL);
  for (guint i = 0; i < BTY_SOUL_N_FILES && is_put; i++)
    is_put = texts->text[i] == NULL || put_file (folder, path, bty_enum_nick (bty_soul_files, (int) i), texts->text[i],
                                                 expected != NULL ? &expected[i] : NULL, error);
  if (is_put && fsync (folder) != 0)
    is_put = fail_from_errno (error, _ ("write"), path, NULL);
  close (folder);
  return is_put;
}

gboolean
bty_soul_write_files (const char *folder, const BtySoulTexts *texts, GError **error)
{
  return bty_soul_files_put (folder, texts, NULL, error);
}
