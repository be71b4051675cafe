/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-folders.h"

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

/* Returns: (transfer full): the names in @folder, sorted; none when it is not there */
static GPtrArray *
list_names (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
add_file (GPtrArray *files, char *path, gboolean is_own)
{
  BtyPluginFound *found = g_new0 (BtyPluginFound, 1);

  found->path = path;
  found->is_own = is_own;
  g_ptr_array_add (files, found);
}

/* Whether the program runs where it was built; what is staged below the build folder by `meson install` does not. */
static gboolean
runs_from_build (const char *program)
{
  return g_str_has_prefix (program, BTY_BUILD_ROOT "/src/");
}

static void
add_folder (GPtrArray *files, const char *folder, gboolean is_own)
{
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_suffix (g_ptr_array_index (names, i), ".so"))
      add_file (files, g_build_filename (folder, g_ptr_array_index (names, i), NULL), is_own);
}

/* In the built tree each plugin has a folder of its name. */
static void
add_build (GPtrArray *files)
{
  const char *folder = BTY_BUILD_ROOT "/plugins";
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *file = g_strconcat (name, ".so", NULL);
      g_autofree char *path = g_build_filename (folder, name, file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        add_file (files, g_steal_pointer (&path), TRUE);
    }
}

/*
 * A tree that was installed with DESTDIR and runs where it was staged: the program is in STAGE/PREFIX/bin and BTY_PLUGIN_DIR
 * begins with PREFIX. Returns: (transfer full): the plugin folder
 */
static char *
find_installed (const char *program)
{
  g_autofree char *bin = g_path_get_dirname (program);
  g_autofree char *above = g_path_get_dirname (bin);
  g_autofree char *prefix = g_strdup (BTY_PLUGIN_DIR);

  if (g_file_test (BTY_PLUGIN_DIR, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&prefix);
  while (strlen (prefix) > 1)
    {
      char *slash = strrchr (prefix, '/');

      *slash = '\0';
      if (*prefix != '\0' && g_str_has_suffix (above, prefix))
        return g_strconcat (above, BTY_PLUGIN_DIR + strlen (prefix), NULL);
    }
  return g_strdup (BTY_PLUGIN_DIR);
}

static void
add_own (GPtrArray *files)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *installed = NULL;

  if (program != NULL && runs_from_build (program))
    {
      add_build (files);
      return;
    }
  installed = find_installed (program != NULL ? program : "/");
  add_folder (files, installed, TRUE);
}

static gboolean
is_built (const char *folder)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL && runs_from_build (program) && g_str_has_prefix (folder, BTY_BUILD_ROOT "/plugins/");
}

GPtrArray *
bty_plugin_folders_list (const char *data_dir)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) found_free);
  const char *variable = g_getenv ("BOTERNITY_PLUGIN_PATH");
  g_auto (GStrv) folders = g_strsplit (variable != NULL ? variable : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *user = g_build_filename (data_dir, "plugins", NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *folder = folders[i][0] != '\0' ? g_canonicalize_filename (folders[i], NULL) : NULL;

      if (folder != NULL)
        add_folder (files, folder, is_built (folder));
    }
  add_folder (files, user, FALSE);
  add_own (files);
  return files;
}
