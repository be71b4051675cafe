/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-settings"

#include "config.h"

#include "bty-settings-layers.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* Nobody writes that many settings: a greater file is something else. */
#define MAX_FILE (1024 * 1024)

typedef struct
{
  char *path;
  GKeyFile *keys;
} Layer;

struct _BtySettingsLayers
{
  GStrv folders;
  GPtrArray *layers;
};

static void
layer_free (Layer *layer)
{
  g_free (layer->path);
  g_key_file_unref (layer->keys);
  g_free (layer);
}

BtySettingsLayers *
bty_settings_layers_new (const char *config_dir)
{
  BtySettingsLayers *self = g_new0 (BtySettingsLayers, 1);
  const char *const *system = g_get_system_config_dirs ();
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  for (guint n = g_strv_length ((GStrv) system); n > 0; n--)
    {
      g_autofree char *folder = g_build_filename (system[n - 1], "boternity", NULL);

      if (!g_str_equal (folder, config_dir))
        g_strv_builder_add (folders, folder);
    }
  g_strv_builder_add (folders, config_dir);
  self->folders = g_strv_builder_end (folders);
  self->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) layer_free);
  return self;
}

void
bty_settings_layers_free (BtySettingsLayers *self)
{
  g_strfreev (self->folders);
  g_ptr_array_unref (self->layers);
  g_free (self);
}

static Layer *
find_layer (GPtrArray *layers, const char *path)
{
  for (guint i = 0; i < layers->len; i++)
    {
      Layer *layer = g_ptr_array_index (layers, i);

      if (g_str_equal (layer->path, path))
        return layer;
    }
  return NULL;
}

/* Looked at before it is opened, since opening a pipe would wait for its writer. */
static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    {
      int reason = errno;

      g_set_error_literal (error, G_FILE_ERROR, (int) g_file_error_from_errno (reason), g_strerror (reason));
      return FALSE;
    }
  if (S_ISREG (info.st_mode) && info.st_size <= MAX_FILE)
    return TRUE;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                       S_ISREG (info.st_mode) ? _ ("it is larger than 1 MiB") : _ ("it is not a regular file"));
  return FALSE;
}

static gboolean
load_keys (GKeyFile *keys, const char *path, GError **error)
{
  return check_file (path, error) && g_key_file_load_from_file (keys, path, G_KEY_FILE_NONE, error);
}

static void
read_file (BtySettingsLayers *self, GPtrArray *layers, const char *path, GPtrArray *problems)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  Layer *layer, *before = find_layer (self->layers, path);

  if (!load_keys (keys, path, &error))
    {
      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
          g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        return;
      g_ptr_array_add (
        problems,
        g_strdup_printf (before != NULL
                           ? _ ("the settings in “%s” cannot be read, so what it said before counts: %s; mend the file")
                           : _ ("the settings in “%s” cannot be read and do not count: %s; mend the file"),
                         path, error->message));
      if (before == NULL)
        return;
      g_key_file_unref (keys);
      keys = g_key_file_ref (before->keys);
    }
  layer = g_new0 (Layer, 1);
  layer->path = g_strdup (path);
  layer->keys = g_steal_pointer (&keys);
  g_ptr_array_add (layers, layer);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
read_parts (BtySettingsLayers *self, GPtrArray *layers, const char *folder, GPtrArray *problems)
{
  g_autofree char *path = g_build_filename (folder, "boternity.conf.d", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".conf") && name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      read_file (self, layers, file, problems);
    }
}

void
bty_settings_layers_read (BtySettingsLayers *self, GPtrArray *problems)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) layer_free);

  for (guint i = 0; self->folders[i] != NULL; i++)
    {
      g_autofree char *main_file = g_build_filename (self->folders[i], "boternity.conf", NULL);

      read_file (self, layers, main_file, problems);
      read_parts (self, layers, self->folders[i], problems);
    }
  g_ptr_array_unref (self->layers);
  self->layers = layers;
}

guint
bty_settings_layers_get_n (BtySettingsLayers *self)
{
  return self->layers->len;
}

GKeyFile *
bty_settings_layers_get (BtySettingsLayers *self, guint index, const char **path)
{
  Layer *layer = g_ptr_array_index (self->layers, index);

  *path = layer->path;
  return layer->keys;
}

const char *const *
bty_settings_layers_get_folders (BtySettingsLayers *self)
{
  return (const char *const *) self->folders;
}
