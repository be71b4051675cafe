/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anchor"

#include "config.h"

#include "bty-anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD "boternity-anchors 1\n"
/* A file is written anew when it holds this many lines more than twice as many as there are chains. */
#define SPARE_LINES 1024

typedef struct
{
  gint64 number;
  char *hash;
} Link;

struct _BtyAnchor
{
  char *path;
  GHashTable *links; /* key -> Link */
  guint lines;
  int file; /* -1: not open */
  gboolean is_read;
  gboolean is_new;
  gboolean is_broken; /* it cannot be written: said once */
};

static void
link_free (Link *link)
{
  g_free (link->hash);
  g_free (link);
}

static char *
state_dir (void)
{
  const char *own = g_getenv ("BOTERNITY_STATE_DIR");

  if (own != NULL && *own != '\0')
    return g_canonicalize_filename (own, NULL);
  return g_build_filename (g_get_user_state_dir (), "boternity", NULL);
}

char *
bty_anchor_path (const char *data_dir)
{
  g_autofree char *absolute = g_canonicalize_filename (data_dir, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, absolute, -1);
  g_autofree char *folder = state_dir ();

  return g_build_filename (folder, "anchors", hash, NULL);
}

static void
keep (BtyAnchor *self, const char *key, gint64 number, const char *hash)
{
  Link *link = g_new0 (Link, 1);

  link->number = number;
  link->hash = g_strdup (hash);
  g_hash_table_replace (self->links, g_strdup (key), link);
}

/* KEY NUMBER HASH; a line that is cut off is passed over: the chain is then known as it was a commit before. */
static gboolean
read_line (BtyAnchor *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  gint64 number;

  if (g_strv_length (words) != 3 || *words[0] == '\0' || strlen (words[2]) != 64 ||
      !g_ascii_string_to_signed (words[1], 10, 1, G_MAXINT64, &number, NULL))
    return FALSE;
  keep (self, words[0], number, words[2]);
  return TRUE;
}

static void
read_file (BtyAnchor *self)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint refused = 0;

  if (!g_file_get_contents (self->path, &text, NULL, &error))
    {
      self->is_new = TRUE;
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_warning ("the anchors cannot be read: %s", error->message);
      return;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0' && !read_line (self, lines[i]))
        refused += 1;
      self->lines += 1;
    }
  if (refused > 0)
    g_message ("%u lines of “%s” make no sense and are passed over", refused, self->path);
}

static char *
write_all (BtyAnchor *self)
{
  GString *text = g_string_new (HEAD);
  GHashTableIter iter;
  gpointer key, link;

  g_hash_table_iter_init (&iter, self->links);
  while (g_hash_table_iter_next (&iter, &key, &link))
    g_string_append_printf (text, "%s %" G_GINT64_FORMAT " %s\n", (char *) key, ((Link *) link)->number,
                            ((Link *) link)->hash);
  return g_string_free (text, FALSE);
}

/* A file of the newest lines alone, put in the place of the old one by rename. */
static void
compact (BtyAnchor *self)
{
  g_autofree char *text = write_all (self);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (GError) error = NULL;

  if (self->file >= 0)
    close (self->file);
  self->file = -1;
  if (bty_paths_make_private_dir (folder, &error) &&
      g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    self->file = g_open (self->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0);
  self->lines = g_hash_table_size (self->links);
  if (self->file < 0 && !self->is_broken)
    g_warning ("what is kept outside the database to notice a rewritten history cannot be written to “%s”: %s",
               self->path, error != NULL ? error->message : g_strerror (errno));
  self->is_broken = self->file < 0;
}

/* At the first use: a start should not wait for it. */
static void
ensure_read (BtyAnchor *self)
{
  if (!self->is_read)
    read_file (self);
  self->is_read = TRUE;
}

BtyAnchor *
bty_anchor_new (const char *data_dir)
{
  BtyAnchor *self = g_new0 (BtyAnchor, 1);

  self->path = bty_anchor_path (data_dir);
  self->links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) link_free);
  self->file = -1;
  return self;
}

void
bty_anchor_free (BtyAnchor *self)
{
  if (self->file >= 0)
    close (self->file);
  g_hash_table_unref (self->links);
  g_free (self->path);
  g_free (self);
}

gboolean
bty_anchor_is_new (BtyAnchor *self)
{
  ensure_read (self);
  return self->is_new;
}

gboolean
bty_anchor_get (BtyAnchor *self, const char *key, gint64 *number, const char **hash)
{
  const Link *link;

  ensure_read (self);
  link = g_hash_table_lookup (self->links, key);
  if (link == NULL)
    return FALSE;
  *number = link->number;
  *hash = link->hash;
  return TRUE;
}

/* Not synced: a line that a power cut takes only leaves the anchor behind, which is allowed. */
static gboolean
append (BtyAnchor *self, const char *line)
{
  gsize length = strlen (line);

  if (self->file < 0 && !self->is_new && !self->is_broken)
    self->file = g_open (self->path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0);
  return self->file >= 0 && write (self->file, line, length) == (gssize) length &&
         self->lines <= 2 * g_hash_table_size (self->links) + SPARE_LINES;
}

void
bty_anchor_set (BtyAnchor *self, const char *key, gint64 number, const char *hash)
{
  g_autofree char *line = g_strdup_printf ("%s %" G_GINT64_FORMAT " %s\n", key, number, hash);
  const Link *link;

  ensure_read (self);
  link = g_hash_table_lookup (self->links, key);
  if (link != NULL && link->number == number && g_str_equal (link->hash, hash))
    return;
  keep (self, key, number, hash);
  self->lines += 1;
  if (!append (self, line))
    compact (self);
}

void
bty_anchor_forget_all (BtyAnchor *self)
{
  self->is_read = TRUE;
  g_hash_table_remove_all (self->links);
  compact (self);
}
