/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "bty-ctl-stage.h"

#define FOLDER "incoming" /* in the data folder */

/* What cannot be found out counts as another view: a copy does no harm. */
static gboolean
sees_our_files (gint64 pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/ns/mnt", pid);
  g_autofree char *theirs = g_file_read_link (link, NULL);
  g_autofree char *ours = g_file_read_link ("/proc/self/ns/mnt", NULL);

  return theirs != NULL && g_strcmp0 (theirs, ours) == 0;
}

static gboolean
copy (BtyCtlStage *self, const char *data_dir, GError **error)
{
  g_autofree char *incoming = g_build_filename (data_dir, FOLDER, NULL);
  g_autofree char *pattern = g_build_filename (incoming, "XXXXXX", NULL);
  g_autofree char *base = g_path_get_basename (self->path);
  g_autofree char *path = NULL;
  g_autoptr (GFile) from = g_file_new_for_path (self->path);
  g_autoptr (GFile) to = NULL;
  g_autoptr (GError) cause = NULL;

  if (!bty_paths_make_private_dir (incoming, error))
    return FALSE;
  if (g_mkdtemp_full (pattern, 0700) == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot make a folder in “%s”: %s"), incoming,
                   g_strerror (errno));
      return FALSE;
    }
  self->folder = g_steal_pointer (&pattern);
  path = g_build_filename (self->folder, base, NULL);
  to = g_file_new_for_path (path);
  if (!g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &cause))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                   _ ("the daemon has its own view of the files, and “%s” cannot be copied to “%s” for it: %s"),
                   self->path, self->folder, cause->message);
      return FALSE;
    }
  g_free (self->path);
  self->path = g_steal_pointer (&path);
  return TRUE;
}

gboolean
bty_ctl_stage_init (BtyCtlStage *self, BtyCtl *ctl, const char *path, GError **error)
{
  /* The daemon has a working folder of its own. */
  *self = (BtyCtlStage){ g_canonicalize_filename (path, NULL), NULL };
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no file “%s”"), self->path);
      return FALSE;
    }
  if (!bty_ctl_connect (ctl, error))
    return FALSE;
  if (!g_file_test (self->path, G_FILE_TEST_IS_REGULAR) || sees_our_files (ctl->status->pid))
    return TRUE;
  return copy (self, ctl->status->data_dir, error);
}

void
bty_ctl_stage_clear (BtyCtlStage *self)
{
  if (self->folder != NULL)
    {
      g_autofree char *base = g_path_get_basename (self->path);
      g_autofree char *copied = g_build_filename (self->folder, base, NULL);

      g_unlink (copied);
      g_rmdir (self->folder);
    }
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->path, g_free);
}
