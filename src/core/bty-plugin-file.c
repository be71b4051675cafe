/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as the headers of any shared object need; nothing else of it is read to check it. */
#define HEADERS_SIZE (64 * 1024)

#if GLIB_SIZEOF_VOID_P == 8
typedef Elf64_Ehdr ElfHeader;
typedef Elf64_Phdr ElfSegment;
#else
typedef Elf32_Ehdr ElfHeader;
typedef Elf32_Phdr ElfSegment;
#endif

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, reason);
  return FALSE;
}

/* Who may have written it. */

static gboolean
check_owner (const char *path, const struct stat *info, GError **error)
{
  if (info->st_uid != 0 && info->st_uid != geteuid ())
    return refuse (error, _ ("“%s” belongs to user %u, neither root nor you: its owner could run anything as you"),
                   path, (guint) info->st_uid);
  if ((info->st_mode & 0022) != 0)
    return refuse (error, _ ("“%s” may be written by others (mode %04o): run “chmod go-w '%s'”"), path,
                   (guint) info->st_mode & 07777, path);
  return TRUE;
}

static gboolean
check_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  if (stat (folder, &info) != 0)
    return refuse (error, _ ("its folder “%s” cannot be read: %s"), folder, g_strerror (errno));
  return check_owner (folder, &info, error);
}

/* What it is. */

static gboolean
read_header (const guint8 *data, gsize size, ElfHeader *header, GError **error)
{
  if (size == 0)
    return refuse (error, _ ("the file is empty"));
  if (size < SELFMAG || memcmp (data, ELFMAG, SELFMAG) != 0)
    return refuse (error, _ ("it is not a shared object (an ELF file)"));
  if (size < sizeof *header)
    return refuse (error, _ ("the file is cut off in its header: copy it again"));
  memcpy (header, data, sizeof *header);
  return TRUE;
}

/* What machine this is, says the program that runs on it. */
static gboolean
read_own_header (ElfHeader *header, GError **error)
{
  int fd = g_open ("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
  gssize n = fd >= 0 ? read (fd, header, sizeof *header) : -1;

  if (fd >= 0)
    close (fd);
  return n == (gssize) sizeof *header || refuse (error, _ ("/proc is needed to check plugins: mount it"));
}

static gboolean
check_machine (const ElfHeader *header, GError **error)
{
  ElfHeader own;

  if (!read_own_header (&own, error))
    return FALSE;
  if (header->e_ident[EI_CLASS] != own.e_ident[EI_CLASS])
    return refuse (error, _ ("it was built for %d-bit programs, and this one has %d bits"),
                   header->e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64, own.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64);
  if (header->e_ident[EI_DATA] != own.e_ident[EI_DATA] || header->e_machine != own.e_machine)
    return refuse (
      error, _ ("it was built for another kind of machine (ELF machine %u, this one is %u): build it for this one"),
      header->e_machine, own.e_machine);
  if (header->e_type != ET_DYN)
    return refuse (error, _ ("it is not a shared object (ELF type %u, wanted %u)"), header->e_type, ET_DYN);
  return TRUE;
}

/* The loader maps what the headers promise and crashes on access when the file is shorter. */
static gboolean
check_complete (const guint8 *data, gsize n_read, gsize size, const ElfHeader *header, GError **error)
{
  guint64 segments_end = header->e_phoff + (guint64) header->e_phnum * sizeof (ElfSegment);
  guint64 end = segments_end;

  if (header->e_phentsize != sizeof (ElfSegment) || header->e_phnum == 0)
    return refuse (error, _ ("its program headers are damaged: copy or build it again"));
  if (header->e_phoff > n_read || segments_end > n_read)
    return refuse (error, _ ("the file is cut off in its program headers: copy it again"));
  for (guint i = 0; i < header->e_phnum; i++)
    {
      ElfSegment segment;
      guint64 segment_end;

      memcpy (&segment, data + header->e_phoff + (gsize) i * sizeof segment, sizeof segment);
      if (!g_uint64_checked_add (&segment_end, segment.p_offset, segment.p_filesz))
        return refuse (error, _ ("its program headers are damaged: copy or build it again"));
      end = MAX (end, segment_end);
    }
  if (header->e_shoff <= G_MAXINT64)
    end = MAX (end, header->e_shoff + (guint64) header->e_shnum * header->e_shentsize);
  if (end > size)
    return refuse (error, _ ("the file is cut off: it has %zu bytes of %llu: copy it again"), size,
                   (unsigned long long) end);
  return TRUE;
}

/* Returns: how much was read; -1: it cannot be */
static gssize
read_headers (int fd, guint8 *data, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size)
    {
      gssize n = pread (fd, data + done, size - done, (off_t) done);

      if (n == 0)
        break;
      if (n < 0 && errno != EINTR)
        {
          refuse (error, _ ("the file cannot be read: %s"), g_strerror (errno));
          return -1;
        }
      done += n > 0 ? (gsize) n : 0;
    }
  return (gssize) done;
}

gboolean
bty_plugin_file_check_contents (int fd, gsize size, GError **error)
{
  g_autofree guint8 *data = g_malloc (HEADERS_SIZE);
  gssize n = read_headers (fd, data, MIN (size, HEADERS_SIZE), error);
  ElfHeader header;

  return n >= 0 && read_header (data, (gsize) n, &header, error) && check_machine (&header, error) &&
         check_complete (data, (gsize) n, size, &header, error);
}

static gboolean
check_open_file (int fd, const char *path, gboolean whose, guint64 max, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return refuse (error, _ ("the file cannot be read: %s"), g_strerror (errno));
  if (!S_ISREG (info.st_mode))
    return refuse (error, _ ("it is not a regular file"));
  if (whose && !check_owner (path, &info, error))
    return FALSE;
  if (max > 0 && (guint64) info.st_size > max)
    return refuse (error, _ ("the file is larger than %llu MiB: raise plugins.max_size if it must be"),
                   (unsigned long long) max / 1024 / 1024);
  return bty_plugin_file_check_contents (fd, (gsize) info.st_size, error);
}

int
bty_plugin_file_open (const char *path, gboolean whose, guint64 max, char **real, GError **error)
{
  char *resolved = realpath (path, NULL);
  g_autofree char *target = g_strdup (resolved);
  int fd;

  free (resolved);
  if (target == NULL)
    {
      refuse (error, _ ("the file cannot be found: %s"), g_strerror (errno));
      return -1;
    }
  if (whose && (!check_folder_of (path, error) || !check_folder_of (target, error)))
    return -1;
  fd = g_open (target, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0)
    refuse (error, _ ("the file cannot be read: %s"), g_strerror (errno));
  else if (!check_open_file (fd, target, whose, max, error))
    {
      close (fd);
      fd = -1;
    }
  if (fd >= 0 && real != NULL)
    *real = g_steal_pointer (&target);
  return fd;
}

gboolean
bty_plugin_file_check (const char *path, gboolean whose, guint64 max, char **real, GError **error)
{
  int fd = bty_plugin_file_open (path, whose, max, real, error);

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

gboolean
bty_plugin_file_stamp (const char *path, BtyPluginStamp *stamp)
{
  struct stat info;

  *stamp = (BtyPluginStamp){ 0 };
  if (stat (path, &info) != 0)
    return FALSE;
  stamp->mtime = (gint64) info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec;
  stamp->size = (gint64) info.st_size;
  stamp->inode = (gint64) info.st_ino;
  return TRUE;
}

void
bty_plugin_file_prune (const char *folder, guint days)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 oldest = g_get_real_time () / G_USEC_PER_SEC - (gint64) days * 24 * 60 * 60;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;

      if ((g_str_has_suffix (name, ".so") || g_str_has_prefix (name, BTY_PLUGIN_COPYING)) && lstat (path, &info) == 0 &&
          S_ISREG (info.st_mode) && (gint64) info.st_mtime < oldest)
        g_unlink (path);
    }
}
