/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-settings"

#include "config.h"

#include "bty-settings-watch.h"

/* Files are watched only after the start, which they would slow down; in between nobody edits them. Milliseconds. */
#define WATCH_DELAY 2000
/* An editor saves in several steps: the files are read again when it has been quiet for so long. Milliseconds. */
#define SETTLE_DELAY 250

struct _BtySettingsWatch
{
  GStrv folders;
  BtySettingsWatchFunc changed;
  gpointer data;
  GPtrArray *monitors;
  guint start;
  guint settle;
};

static gboolean
on_settled (gpointer data)
{
  BtySettingsWatch *self = data;

  self->settle = 0;
  self->changed (self->data);
  return G_SOURCE_REMOVE;
}

static void
wait_until_settled (BtySettingsWatch *self)
{
  g_clear_handle_id (&self->settle, g_source_remove);
  self->settle = g_timeout_add (SETTLE_DELAY, on_settled, self);
}

static void
on_file_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  wait_until_settled (data);
}

static void
monitor_free (gpointer monitor)
{
  g_signal_handlers_disconnect_matched (monitor, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_file_changed, NULL);
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

static void
watch_folder (BtySettingsWatch *self, const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      g_info ("changes in “%s” will not be noticed: %s", path, error->message);
      return;
    }
  g_signal_connect (monitor, "changed", G_CALLBACK (on_file_changed), self);
  g_ptr_array_add (self->monitors, monitor);
}

static gboolean
start (gpointer data)
{
  BtySettingsWatch *self = data;

  self->start = 0;
  for (guint i = 0; self->folders[i] != NULL; i++)
    {
      g_autofree char *parts = g_build_filename (self->folders[i], "boternity.conf.d", NULL);

      watch_folder (self, self->folders[i]);
      watch_folder (self, parts);
    }
  /* What was saved before the watch began. */
  wait_until_settled (self);
  return G_SOURCE_REMOVE;
}

BtySettingsWatch *
bty_settings_watch_new (const char *const *folders, BtySettingsWatchFunc changed, gpointer data)
{
  BtySettingsWatch *self = g_new0 (BtySettingsWatch, 1);

  self->folders = g_strdupv ((GStrv) folders);
  self->changed = changed;
  self->data = data;
  self->monitors = g_ptr_array_new_with_free_func (monitor_free);
  self->start = g_timeout_add (WATCH_DELAY, start, self);
  return self;
}

void
bty_settings_watch_free (BtySettingsWatch *self)
{
  g_clear_handle_id (&self->start, g_source_remove);
  g_clear_handle_id (&self->settle, g_source_remove);
  g_ptr_array_unref (self->monitors);
  g_strfreev (self->folders);
  g_free (self);
}
