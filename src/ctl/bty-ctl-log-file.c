/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-ctl-log.h"
#include "bty-ctl-terminal.h"

#define POLL_MS   200
#define OLD_FILES 100
#define PIECE     (64 * 1024)

/* Reads a log line by line as it grows. @keep: (nullable): the last wanted entries, which are shown at the end of what there is */
typedef struct
{
  const BtyCtlLogWish *wish;
  const char *path;
  int fd;
  GString *rest;
  GQueue *keep;
  BtyCtlLogEntry last; /* what a line without a time belongs to */
} Reader;

static void
entry_free (BtyCtlLogEntry *entry)
{
  bty_ctl_log_entry_clear (entry);
  g_free (entry);
}

static void
take_line (Reader *self, const char *line)
{
  g_autofree BtyCtlLogEntry *entry = g_new0 (BtyCtlLogEntry, 1);
  BtyCtlLogEntry judged;

  bty_ctl_log_entry_parse_line (entry, line);
  if (entry->time != 0)
    self->last = (BtyCtlLogEntry){ .time = entry->time, .level = entry->level };
  judged = entry->time != 0 ? *entry : self->last;
  if (!bty_ctl_log_entry_is_wanted (&judged, self->wish))
    {
      bty_ctl_log_entry_clear (entry);
      return;
    }
  if (self->keep == NULL)
    {
      bty_ctl_log_entry_print (entry, self->wish->json);
      bty_ctl_log_entry_clear (entry);
      return;
    }
  g_queue_push_tail (self->keep, g_steal_pointer (&entry));
  if (self->wish->limit > 0 && g_queue_get_length (self->keep) > self->wish->limit)
    entry_free (g_queue_pop_head (self->keep));
}

/* Reads to the end of the file. @is_over: nothing more will come, so that the last line need not end */
static void
read_on (Reader *self, gboolean is_over)
{
  g_autofree char *piece = g_malloc (PIECE);
  gssize n;

  while ((n = read (self->fd, piece, PIECE)) > 0)
    {
      const char *end;

      g_string_append_len (self->rest, piece, n);
      while ((end = memchr (self->rest->str, '\n', self->rest->len)) != NULL)
        {
          gsize length = (gsize) (end - self->rest->str);

          self->rest->str[length] = '\0';
          take_line (self, self->rest->str);
          g_string_erase (self->rest, 0, (gssize) length + 1);
        }
    }
  if (is_over && self->rest->len > 0)
    {
      take_line (self, self->rest->str);
      g_string_truncate (self->rest, 0);
    }
}

static gboolean
open_file (Reader *self, const char *path)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  return self->fd >= 0;
}

/* The oldest first. */
static void
read_old (Reader *self)
{
  for (guint n = OLD_FILES; n > 0; n--)
    {
      g_autofree char *path = g_strdup_printf ("%s.%u", self->path, n);

      if (open_file (self, path))
        read_on (self, TRUE);
    }
}

static void
show_kept (Reader *self)
{
  BtyCtlLogEntry *entry;

  while ((entry = g_queue_pop_head (self->keep)) != NULL)
    {
      bty_ctl_log_entry_print (entry, self->wish->json);
      entry_free (entry);
    }
  g_clear_pointer (&self->keep, g_queue_free);
}

/* Returns: whether the path names another file than the one that is open, or this one was emptied */
static gboolean
has_moved (Reader *self)
{
  struct stat open_info, info;

  if (g_stat (self->path, &info) != 0)
    return FALSE;
  return self->fd < 0 || fstat (self->fd, &open_info) != 0 || info.st_ino != open_info.st_ino ||
         info.st_dev != open_info.st_dev || lseek (self->fd, 0, SEEK_CUR) > info.st_size;
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* What was put aside is read to its end before its successor is begun. */
static void
follow (Reader *self)
{
  guint tick = g_timeout_add (POLL_MS, wake_up, NULL);

  while (!g_cancellable_is_cancelled (self->wish->cancellable) && !ferror (stdout))
    {
      gboolean moved = has_moved (self);

      if (self->fd >= 0)
        read_on (self, moved);
      if (moved && open_file (self, self->path))
        read_on (self, FALSE);
      fflush (stdout);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

gboolean
bty_ctl_log_show_file (const char *path, const BtyCtlLogWish *wish, GError **error)
{
  Reader self = { .wish = wish, .path = path, .fd = -1, .rest = g_string_new (NULL), .keep = g_queue_new () };
  gboolean is_there;

  read_old (&self);
  is_there = open_file (&self, path);
  if (is_there)
    read_on (&self, !wish->follow);
  else if (!wish->follow)
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no log “%s”: %s"), path, g_strerror (errno));
  else
    bty_ctl_note (_ ("there is no log “%s” yet: waiting for it"), path);
  show_kept (&self);
  if (wish->follow)
    follow (&self);
  if (self.fd >= 0)
    close (self.fd);
  g_string_free (self.rest, TRUE);
  return is_there || wish->follow;
}
