/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include "bty-text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail (GError **error, const char *path, const char *why)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the file “%s” cannot be used: %s"), path, why);
  return FALSE;
}

static gboolean
read_all (int descriptor, const char *path, gsize max, char **text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  char piece[8192];
  gssize got;

  do
    {
      got = read (descriptor, piece, sizeof piece);
      if (got < 0 && errno != EINTR)
        return fail (error, path, g_strerror (errno));
      g_string_append_len (out, piece, MAX (got, 0));
    }
  while (got != 0 && out->len <= max);
  if (out->len > max)
    {
      g_autofree char *why = g_strdup_printf (_ ("it is longer than %zu KiB"), max / 1024);

      return fail (error, path, why);
    }
  if (memchr (out->str, '\0', out->len) != NULL || !g_utf8_validate (out->str, (gssize) out->len, NULL))
    return fail (error, path, _ ("it is not UTF-8 text"));
  *text = g_string_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

gboolean
bty_text_file_read (const char *path, gsize max, char **text, GError **error)
{
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info;
  gboolean done;

  *text = NULL;
  if (descriptor < 0 && errno == ENOENT)
    return TRUE;
  if (descriptor < 0)
    return fail (error, path, errno == ELOOP ? _ ("it is a link, which is not followed") : g_strerror (errno));
  if (fstat (descriptor, &info) != 0 || !S_ISREG (info.st_mode))
    done = fail (error, path, _ ("it is not a regular file"));
  else
    done = read_all (descriptor, path, max, text, error);
  close (descriptor);
  return done;
}

gboolean
bty_file_fail (GError **error, const char *deed, const char *path)
{
  int saved = errno;

  g_set_error (error, BTY_ERROR,
               saved == ENOSPC || saved == EDQUOT ? BTY_ERROR_RESOURCE_EXHAUSTED : BTY_ERROR_UNAVAILABLE,
               _ ("cannot %s “%s”: %s"), deed, path, g_strerror (saved));
  return FALSE;
}
