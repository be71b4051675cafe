/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-front-matter.h"
#include "soul/bty-soul-hash.h"

#define BOM "\xEF\xBB\xBF"

void
bty_soul_texts_clear (BtySoulTexts *texts)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    g_clear_pointer (&texts->text[i], g_free);
}

char *
bty_soul_folder (const char *data_dir, const char *slug)
{
  return g_build_filename (data_dir, "bots", slug, NULL);
}

char *
bty_soul_compose (const BtySoulTexts *texts)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      const char *text = texts->text[i] != NULL ? texts->text[i] : "";
      g_autofree char *plain = g_strdup (g_str_has_prefix (text, BOM) ? text + strlen (BOM) : text);

      g_strstrip (plain);
      if (out->len > 0 && *plain != '\0')
        g_string_append (out, "\n\n");
      g_string_append (out, plain);
    }
  return g_string_free (out, FALSE);
}

void
bty_soul_stamp_fill (BtySoulStamp *stamp, const struct stat *info)
{
  stamp->size = info->st_size;
  stamp->mtime = (gint64) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
  stamp->ctime = (gint64) info->st_ctim.tv_sec * 1000000000 + info->st_ctim.tv_nsec;
  stamp->inode = info->st_ino;
}

static gboolean
stamp_equal (const BtySoulStamp *a, const BtySoulStamp *b)
{
  return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime && a->inode == b->inode;
}

/* Of IDENTITY.md alone: in the other two, a first line of hyphens is a line of hyphens. */
static char *
check_front_matter (const char *name, const char *text)
{
  const char *plain = g_str_has_prefix (text, BOM) ? text + strlen (BOM) : text;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (name, bty_enum_nick (bty_soul_files, BTY_SOUL_IDENTITY)) ||
      bty_front_matter_to_json (plain, &json, NULL, &error))
    return NULL;
  return g_strdup_printf (_ ("the front matter of %s is not YAML: %s"), name, error->message);
}

char *
bty_soul_text_check (const char *name, const char *text, gsize length, gint64 max)
{
  const char *end;

  if ((gint64) length > max)
    return g_strdup_printf (
      _ ("%s has %zu bytes, and at most %lld are allowed: shorten it, or raise the setting soul.max_file"), name,
      length, (long long) max);
  if (memchr (text, '\0', length) != NULL)
    return g_strdup_printf (_ ("%s holds a NUL byte: save it as plain UTF-8 text"), name);
  if (!g_utf8_validate (text, (gssize) length, &end))
    return g_strdup_printf (_ ("%s is not UTF-8 text from byte %zu on: save it as UTF-8"), name,
                            (gsize) (end - text) + 1);
  return check_front_matter (name, text);
}

gboolean
bty_soul_texts_check (const BtySoulTexts *texts, gint64 max, GError **error)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      const char *text = texts->text[i];
      const char *name = bty_enum_nick (bty_soul_files, (int) i);
      g_autofree char *problem = text != NULL ? bty_soul_text_check (name, text, strlen (text), max) : NULL;

      if (problem == NULL)
        continue;
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, problem);
      return FALSE;
    }
  return TRUE;
}

/* Reads to the end, but no more than @max + 1 bytes. Returns: (nullable): NULL with errno set */
static GString *
read_all (int file, gint64 size, gint64 max)
{
  g_autoptr (GString) text = g_string_sized_new ((gsize) CLAMP (size, 0, max) + 2);
  gssize n = 1;

  while (n > 0 && (gint64) text->len <= max)
    {
      gsize room;

      if (text->allocated_len - text->len < 4096 && (gint64) text->len >= size)
        {
          gsize length = text->len;

          g_string_set_size (text, length + 4096);
          g_string_truncate (text, length);
        }
      room = MIN (text->allocated_len - text->len - 1, (gsize) max + 1 - text->len);
      n = read (file, text->str + text->len, room);
      if (n < 0 && errno != EINTR)
        return NULL;
      if (n > 0)
        text->len += (gsize) n;
      if (n < 0)
        n = 1;
    }
  text->str[text->len] = '\0';
  return g_steal_pointer (&text);
}

static void
take_text (BtySoulFileNow *now, const char *name, GString *text, gint64 max)
{
  g_autofree char *hash = bty_soul_text_hash (text->str, (gssize) text->len);

  now->problem = bty_soul_text_check (name, text->str, text->len, max);
  if ((gint64) text->len <= max)
    g_strlcpy (now->hash, hash, sizeof now->hash);
  /* Text that only its front matter keeps from being a version is shown in a difference all the same. */
  if ((gint64) text->len <= max && g_utf8_validate (text->str, (gssize) text->len, NULL))
    now->text = g_strndup (text->str, text->len);
}

static char *
why_not_open (const char *name, int reason)
{
  if (reason == ENOENT)
    return g_strdup_printf (_ ("%s is missing"), name);
  if (reason == ELOOP)
    return g_strdup_printf (_ ("%s is a symbolic link, which is not followed: put a real file there"), name);
  return g_strdup_printf (_ ("%s cannot be read: %s"), name, g_strerror (reason));
}

static void
read_file (BtySoulFilesNow *files, guint index, int folder, gint64 max)
{
  BtySoulFileNow *now = &files->file[index];
  const char *name = bty_enum_nick (bty_soul_files, (int) index);
  int file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  g_autoptr (GString) text = NULL;
  struct stat before, after;

  if (file < 0 || fstat (file, &before) != 0)
    {
      now->problem = why_not_open (name, errno);
      return;
    }
  bty_soul_stamp_fill (&now->stamp, &before);
  if (!S_ISREG (before.st_mode))
    now->problem = g_strdup_printf (_ ("%s is no ordinary file: put one there"), name);
  else if (before.st_size > max)
    now->problem = g_strdup_printf (
      _ ("%s has %lld bytes, and at most %lld are allowed: shorten it, or raise the setting soul.max_file"), name,
      (long long) before.st_size, (long long) max);
  else if ((text = read_all (file, before.st_size, max)) == NULL)
    now->problem = why_not_open (name, errno);
  else
    take_text (now, name, text, max);
  if (fstat (file, &after) == 0)
    {
      BtySoulStamp stamp;

      bty_soul_stamp_fill (&stamp, &after);
      files->changing |= !stamp_equal (&stamp, &now->stamp);
    }
  files->newest = MAX (files->newest, now->stamp.mtime / 1000);
  close (file);
}

static gboolean
look_same (int folder, const BtySoulStamp *known)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      struct stat info;
      BtySoulStamp stamp;

      if (fstatat (folder, bty_enum_nick (bty_soul_files, (int) i), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return FALSE;
      bty_soul_stamp_fill (&stamp, &info);
      if (!S_ISREG (info.st_mode) || !stamp_equal (&stamp, &known[i]))
        return FALSE;
    }
  return TRUE;
}

BtySoulFilesNow *
bty_soul_files_read (const char *path, gint64 max, const BtySoulStamp *known)
{
  BtySoulFilesNow *files = g_new0 (BtySoulFilesNow, 1);
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (folder < 0)
    {
      int reason = errno == ENOTDIR ? ELOOP : errno;

      for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
        files->file[i].problem = why_not_open (i == 0 ? path : bty_enum_nick (bty_soul_files, (int) i), reason);
      return files;
    }
  files->same = known != NULL && look_same (folder, known);
  for (guint i = 0; i < BTY_SOUL_N_FILES && !files->same; i++)
    read_file (files, i, folder, max);
  close (folder);
  return files;
}

void
bty_soul_files_free (BtySoulFilesNow *files)
{
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      g_free (files->file[i].text);
      g_free (files->file[i].problem);
    }
  g_free (files);
}
