/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-paths"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bty-error.h"
#include "bty-paths.h"

#define HASH_LENGTH 16

static const char *
get_absolute (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && g_path_is_absolute (value) ? value : NULL;
}

static char *
find_dir (const char *own, const char *xdg, const char *below_home)
{
  const char *value = own != NULL ? g_getenv (own) : NULL;

  if (value != NULL && *value != '\0')
    return g_canonicalize_filename (value, NULL);
  if ((value = get_absolute (xdg)) != NULL)
    return g_build_filename (value, "boternity", NULL);
  if ((value = get_absolute ("HOME")) != NULL)
    return g_build_filename (value, below_home, "boternity", NULL);
  return NULL;
}

char *
bty_paths_data_dir (GError **error)
{
  char *path = find_dir ("BOTERNITY_DATA_DIR", "XDG_DATA_HOME", ".local/share");

  if (path == NULL)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                         _ ("no place for the data: HOME is not set; set BOTERNITY_DATA_DIR to a folder"));
  return path;
}

char *
bty_paths_config_dir (GError **error)
{
  char *path = find_dir ("BOTERNITY_CONFIG_DIR", "XDG_CONFIG_HOME", ".config");
  g_autofree char *data_dir = NULL;

  if (path != NULL)
    return path;
  data_dir = find_dir ("BOTERNITY_DATA_DIR", "XDG_DATA_HOME", ".local/share");
  if (data_dir != NULL)
    return g_build_filename (data_dir, "config", NULL);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("no place for the settings: HOME is not set; set BOTERNITY_CONFIG_DIR to a folder"));
  return NULL;
}

gboolean
bty_paths_is_default (const char *data_dir)
{
  g_autofree char *absolute = g_canonicalize_filename (data_dir, NULL);
  g_autofree char *usual = find_dir (NULL, "XDG_DATA_HOME", ".local/share");
  g_autofree char *usual_absolute = usual != NULL ? g_canonicalize_filename (usual, NULL) : NULL;

  return g_strcmp0 (absolute, usual_absolute) == 0;
}

static gboolean
is_short_enough (const char *path)
{
  return strlen (path) < sizeof (((struct sockaddr_un *) 0)->sun_path);
}

/* A runtime folder of another user (left over by su) would not be ours to put a socket into. */
static void
add_runtime_socket (GPtrArray *paths, const char *runtime_dir, const char *name)
{
  g_autofree char *path = g_build_filename (runtime_dir, "boternity", name, NULL);
  GStatBuf info;

  if (g_stat (runtime_dir, &info) != 0 || !S_ISDIR (info.st_mode) || info.st_uid != geteuid ())
    return;
  if (g_access (runtime_dir, W_OK | X_OK) != 0 || !is_short_enough (path))
    return;
  if (!g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
    g_ptr_array_add (paths, g_steal_pointer (&path));
}

GStrv
bty_paths_sockets (const char *data_dir)
{
  g_autofree char *absolute = g_canonicalize_filename (data_dir, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, absolute, -1);
  g_autofree char *name = bty_paths_is_default (data_dir) ? g_strdup ("default.sock")
                                                          : g_strdup_printf ("%.*s.sock", HASH_LENGTH, hash);
  g_autofree char *system_dir = g_strdup_printf ("/run/user/%u", (guint) geteuid ());
  g_autofree char *beside_data = g_build_filename (absolute, "run", "ctl.sock", NULL);
  GPtrArray *paths = g_ptr_array_new ();
  const char *runtime_dir = get_absolute ("XDG_RUNTIME_DIR");

  if (runtime_dir != NULL)
    add_runtime_socket (paths, runtime_dir, name);
  if (is_short_enough (beside_data))
    g_ptr_array_add (paths, g_steal_pointer (&beside_data));
  else
    g_ptr_array_add (paths, g_strdup_printf ("/tmp/boternity-%u/%s", (guint) geteuid (), name));
  add_runtime_socket (paths, system_dir, name);
  g_ptr_array_add (paths, NULL);
  return (GStrv) g_ptr_array_free (paths, FALSE);
}

char *
bty_paths_socket (const char *data_dir)
{
  g_auto (GStrv) paths = bty_paths_sockets (data_dir);

  return g_strdup (paths[0]);
}

char *
bty_paths_token_file (const char *data_dir)
{
  g_autofree char *absolute = g_canonicalize_filename (data_dir, NULL);

  return g_build_filename (absolute, "token", NULL);
}

static gboolean
fail_dir (GError **error, const char *path, const char *reason)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("folder “%s” cannot be used: %s"), path, reason);
  return FALSE;
}

gboolean
bty_paths_make_private_dir (const char *path, GError **error)
{
  GStatBuf info;

  if (g_mkdir_with_parents (path, 0700) != 0 || g_lstat (path, &info) != 0)
    return fail_dir (error, path, g_strerror (errno));
  if (!S_ISDIR (info.st_mode))
    return fail_dir (error, path, _ ("it is not a folder; move it away"));
  if (info.st_uid != geteuid ())
    return fail_dir (error, path, _ ("it belongs to someone else"));
  if ((info.st_mode & 0077) != 0 && g_chmod (path, 0700) != 0)
    return fail_dir (error, path, g_strerror (errno));
  return TRUE;
}

/*
 * A tree that was installed with DESTDIR and runs where it was staged: the program is in STAGE/PREFIX/bin and @folder begins
 * with PREFIX.
 */
static char *
find_staged (const char *program, const char *folder)
{
  g_autofree char *bin = g_path_get_dirname (program);
  g_autofree char *above = g_path_get_dirname (bin);
  g_autofree char *prefix = g_strdup (folder);

  while (strlen (prefix) > 1)
    {
      char *slash = strrchr (prefix, '/');

      *slash = '\0';
      if (*prefix != '\0' && g_str_has_suffix (above, prefix))
        return g_strconcat (above, folder + strlen (prefix), NULL);
    }
  return g_strdup (folder);
}

char *
bty_paths_installed (const char *folder)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  if (program == NULL || g_file_test (folder, G_FILE_TEST_IS_DIR))
    return g_strdup (folder);
  return find_staged (program, folder);
}

/* Whether the program runs where it was built; what is staged below the build folder by `meson install` does not. */
gboolean
bty_paths_runs_from_build (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL && g_str_has_prefix (program, BTY_BUILD_ROOT "/src/");
}

char *
bty_paths_plugin_scanner (void)
{
  const char *variable = g_getenv ("BOTERNITY_PLUGIN_SCANNER");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = NULL;

  if (variable != NULL && *variable != '\0')
    return g_strdup (variable);
  if (bty_paths_runs_from_build ())
    return g_strdup (BTY_BUILD_ROOT "/src/scanner/boternity-plugin-scanner");
  folder = find_staged (program != NULL ? program : "/", BTY_LIBEXEC_DIR); /* the one of this program, not of another */
  return g_build_filename (folder, "boternity-plugin-scanner", NULL);
}
