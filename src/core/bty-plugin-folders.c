/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-folders.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>

/* Where @max of a folder is passed, its other names are counted no further than this. */
#define MAX_NAMES 100000

typedef struct
{
  GPtrArray *files;
  GPtrArray *problems;
  guint max;
} Search;

static void
found_free (BtyPluginFound *found)
{
  g_free (found->path);
  g_free (found);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void G_GNUC_PRINTF (2, 3) note (Search *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->problems, g_strdup_vprintf (format, args));
  va_end (args);
}

/* Whether it is worth a word that a folder cannot be read: not when it is just not there. */
static void
note_unread (Search *self, const char *folder)
{
  struct stat info;

  if (stat (folder, &info) == 0 && !S_ISDIR (info.st_mode))
    errno = ENOTDIR;
  if (errno != ENOENT)
    note (self, _ ("the plugin folder “%s” cannot be read: %s"), folder, g_strerror (errno));
}

/* Returns: (transfer full): the names in @folder that end with @suffix, sorted; none when it is not there */
static GPtrArray *
list_names (Search *self, const char *folder, const char *suffix)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  if (dir == NULL)
    note_unread (self, folder);
  while (dir != NULL && names->len < MAX_NAMES && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && g_str_has_suffix (name, suffix))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  if (names->len > self->max)
    {
      note (self, _ ("the plugin folder “%s” has %u plugins: only the first %u are looked at; raise plugins.max_files"),
            folder, names->len, self->max);
      g_ptr_array_set_size (names, (int) self->max);
    }
  return names;
}

static void
add_file (Search *self, char *path, gboolean is_own)
{
  BtyPluginFound *found = g_new0 (BtyPluginFound, 1);

  found->path = path;
  found->is_own = is_own;
  g_ptr_array_add (self->files, found);
}

gboolean
bty_plugin_folders_is_ours (const char *file)
{
  g_auto (GStrv) ours = g_strsplit (BTY_PLUGINS, " ", -1);
  g_autofree char *name = g_strdup (file);

  if (g_str_has_suffix (name, ".so"))
    name[strlen (name) - strlen (".so")] = '\0';
  return g_strv_contains ((const char *const *) ours, name);
}

typedef enum
{
  TAKE_ALL,
  TAKE_OURS,
  TAKE_OTHERS,
} Take;

/* @is_own: whether what is named as ours came with the program */
static void
add_folder (Search *self, const char *folder, gboolean is_own, Take take)
{
  g_autoptr (GPtrArray) names = list_names (self, folder, ".so");

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      gboolean is_ours = bty_plugin_folders_is_ours (name);

      if (take == TAKE_ALL || (take == TAKE_OURS) == is_ours)
        add_file (self, g_build_filename (folder, name, NULL), is_own && is_ours);
    }
}

/* In the built tree each plugin has a folder of its name. */
static void
add_build (Search *self)
{
  const char *folder = BTY_BUILD_ROOT "/plugins";
  g_autoptr (GPtrArray) names = list_names (self, folder, "");

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *file = g_strconcat (name, ".so", NULL);
      g_autofree char *path = g_build_filename (folder, name, file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        add_file (self, g_steal_pointer (&path), TRUE);
    }
}

static gboolean
is_built (const char *folder)
{
  return g_str_has_prefix (folder, BTY_BUILD_ROOT "/plugins/") && bty_paths_runs_from_build ();
}

GStrv
bty_plugin_folders_get (const char *data_dir)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *variable = g_getenv ("BOTERNITY_PLUGIN_PATH");
  g_auto (GStrv) folders = g_strsplit (variable != NULL ? variable : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *user = g_build_filename (data_dir, "plugins", NULL);
  g_autofree char *installed = bty_paths_runs_from_build () ? NULL : bty_paths_installed (BTY_PLUGIN_DIR);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *folder = folders[i][0] != '\0' ? g_canonicalize_filename (folders[i], NULL) : NULL;

      if (folder != NULL)
        g_strv_builder_add (builder, folder);
    }
  g_strv_builder_add (builder, user);
  if (installed != NULL)
    g_strv_builder_add (builder, installed);
  return g_strv_builder_end (builder);
}

GPtrArray *
bty_plugin_folders_list (const char *data_dir, guint max, GPtrArray *problems)
{
  Search self = { g_ptr_array_new_with_free_func ((GDestroyNotify) found_free), problems, max };
  g_auto (GStrv) folders = bty_plugin_folders_get (data_dir);
  gboolean is_build = bty_paths_runs_from_build ();
  guint n_named = g_strv_length (folders) - (is_build ? 1 : 2);

  for (guint i = 0; i < n_named; i++)
    add_folder (&self, folders[i], is_built (folders[i]), TAKE_ALL);
  if (is_build)
    add_build (&self);
  else
    add_folder (&self, folders[n_named + 1], TRUE, TAKE_OURS);
  add_folder (&self, folders[n_named], FALSE, TAKE_ALL);
  if (!is_build)
    add_folder (&self, folders[n_named + 1], FALSE, TAKE_OTHERS);
  return self.files;
}
