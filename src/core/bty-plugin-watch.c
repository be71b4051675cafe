/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-watch.h"

#define FOLDER "boternity-folder" /* what a monitor is of */

struct _BtyPluginWatch
{
  guint quiet;
  BtyPluginWatchFunc changed;
  gpointer data;
  GPtrArray *monitors;
  guint timer;
  gint64 latest; /* monotonic time: no later than this, whatever else changes */
};

static gboolean
on_quiet (gpointer data)
{
  BtyPluginWatch *self = data;

  self->timer = 0;
  self->latest = 0;
  if (self->changed (self->data))
    bty_plugin_watch_wait (self);
  return G_SOURCE_REMOVE;
}

void
bty_plugin_watch_wait (BtyPluginWatch *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 wait;

  if (self->latest == 0)
    self->latest = now + (gint64) self->quiet * 1000 * BTY_PLUGIN_PATIENCE;
  wait = CLAMP ((self->latest - now) / 1000, 0, (gint64) self->quiet);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add ((guint) wait, on_quiet, self);
}

static gboolean
is_plugin (GFile *file)
{
  g_autofree char *name = file != NULL ? g_file_get_basename (file) : NULL;

  return name != NULL && g_str_has_suffix (name, ".so");
}

static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  BtyPluginWatch *self = data;
  GFile *folder = g_object_get_data (G_OBJECT (monitor), FOLDER);

  if (is_plugin (file) || is_plugin (other) || g_file_equal (file, folder))
    bty_plugin_watch_wait (self);
}

static void
monitor_free (gpointer monitor)
{
  g_signal_handlers_disconnect_matched (monitor, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_changed, NULL);
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

static void
watch_folder (BtyPluginWatch *self, const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);

  if (monitor == NULL)
    {
      g_message ("new plugins in “%s” will not be noticed: %s; “boternity-ctl plugin scan” finds them", path,
                 error->message);
      return;
    }
  g_object_set_data_full (G_OBJECT (monitor), FOLDER, g_object_ref (folder), g_object_unref);
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed), self);
  g_ptr_array_add (self->monitors, monitor);
}

BtyPluginWatch *
bty_plugin_watch_new (const char *const *folders, guint quiet, BtyPluginWatchFunc changed, gpointer data)
{
  BtyPluginWatch *self = g_new0 (BtyPluginWatch, 1);

  self->quiet = quiet;
  self->changed = changed;
  self->data = data;
  self->monitors = g_ptr_array_new_with_free_func (monitor_free);
  for (guint i = 0; folders[i] != NULL; i++)
    watch_folder (self, folders[i]);
  return self;
}

void
bty_plugin_watch_free (BtyPluginWatch *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_ptr_array_unref (self->monitors);
  g_free (self);
}
