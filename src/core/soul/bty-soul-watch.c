/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-watch.h"

#include <boternity.h>

/* How many times as long as quiet is asked for one waits for it. */
#define PATIENCE 4

typedef struct
{
  BtySoulWatch *watch;
  char *slug;
  GFileMonitor *monitor;
  guint timer;
  gint64 latest; /* monotonic time: no later than this, whatever else is saved */
} Folder;

struct _BtySoulWatch
{
  guint most;
  guint quiet;
  gboolean is_full;
  BtySoulWatchFunc saved;
  gpointer data;
  GHashTable *folders; /* slug -> Folder */
};

static void
folder_free (Folder *folder)
{
  g_clear_handle_id (&folder->timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (folder->monitor, folder);
  g_file_monitor_cancel (folder->monitor);
  g_object_unref (folder->monitor);
  g_free (folder->slug);
  g_free (folder);
}

BtySoulWatch *
bty_soul_watch_new (guint most, BtySoulWatchFunc saved, gpointer data)
{
  BtySoulWatch *self = g_new0 (BtySoulWatch, 1);

  self->most = most;
  self->saved = saved;
  self->data = data;
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) folder_free);
  return self;
}

void
bty_soul_watch_free (BtySoulWatch *self)
{
  g_hash_table_unref (self->folders);
  g_free (self);
}

void
bty_soul_watch_set_quiet (BtySoulWatch *self, guint milliseconds)
{
  self->quiet = milliseconds;
}

static gboolean
on_quiet (gpointer data)
{
  Folder *folder = data;

  folder->timer = 0;
  folder->latest = 0;
  folder->watch->saved (folder->slug, folder->watch->data);
  return G_SOURCE_REMOVE;
}

static gboolean
is_ours (GFile *file)
{
  g_autofree char *name = file != NULL ? g_file_get_basename (file) : NULL;

  return name != NULL && bty_enum_find (bty_soul_files, name, -1) != NULL;
}

static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  Folder *folder = data;
  gint64 now = g_get_monotonic_time ();
  gint64 wait;

  if (!is_ours (file) && !is_ours (other))
    return;
  if (folder->latest == 0)
    folder->latest = now + (gint64) folder->watch->quiet * 1000 * PATIENCE;
  wait = CLAMP ((folder->latest - now) / 1000, 0, (gint64) folder->watch->quiet);
  g_clear_handle_id (&folder->timer, g_source_remove);
  folder->timer = g_timeout_add ((guint) wait, on_quiet, folder);
}

gboolean
bty_soul_watch_has (BtySoulWatch *self, const char *slug)
{
  return g_hash_table_contains (self->folders, slug);
}

static void
tell_full (BtySoulWatch *self, const char *reason)
{
  if (!self->is_full)
    g_message ("not every bot's folder can be watched (%s): the others are looked at from time to time", reason);
  self->is_full = TRUE;
}

gboolean
bty_soul_watch_add (BtySoulWatch *self, const char *slug, const char *path)
{
  g_autoptr (GFile) place = NULL;
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor;
  Folder *folder;

  if (bty_soul_watch_has (self, slug))
    return TRUE;
  if (g_hash_table_size (self->folders) >= self->most)
    {
      tell_full (self, "soul.watches");
      return FALSE;
    }
  place = g_file_new_for_path (path);
  monitor = g_file_monitor_directory (place, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (monitor == NULL)
    {
      tell_full (self, error->message);
      return FALSE;
    }
  folder = g_new0 (Folder, 1);
  folder->watch = self;
  folder->slug = g_strdup (slug);
  folder->monitor = monitor;
  g_file_monitor_set_rate_limit (monitor, 100);
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed), folder);
  g_hash_table_insert (self->folders, folder->slug, folder);
  return TRUE;
}

void
bty_soul_watch_remove (BtySoulWatch *self, const char *slug)
{
  g_hash_table_remove (self->folders, slug);
}
