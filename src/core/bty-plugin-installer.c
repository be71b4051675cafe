/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-installer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "bty-plugin-copy.h"
#include "bty-plugin-scan.h"

typedef struct
{
  BtyPluginRegistry *registry; /* keeps the index alive */
  BtyPluginIndex *index;
  char *id;
  gboolean replace;
  gboolean older;
  char *copy; /* what is looked at, and installed */
  char *path; /* where it goes */
  BtyPluginManifest *manifest;
} Install;

static void
install_free (Install *self)
{
  g_clear_object (&self->registry);
  g_clear_pointer (&self->manifest, bty_plugin_manifest_unref);
  g_free (self->copy);
  g_free (self->path);
  g_free (self->id);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (3, 4) refuse (GError **error, BtyErrorCode code, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, BTY_ERROR, (int) code, message);
  return FALSE;
}

/* Numbers in a version count as numbers, all else as text. */
int
bty_plugin_installer_compare (const char *a, const char *b)
{
  while (*a != '\0' && *b != '\0')
    {
      char *end_a, *end_b;
      guint64 number_a, number_b;

      if (!g_ascii_isdigit (*a) || !g_ascii_isdigit (*b))
        {
          if (*a != *b)
            return (int) (guchar) *a - (int) (guchar) *b;
          a++;
          b++;
          continue;
        }
      number_a = g_ascii_strtoull (a, &end_a, 10);
      number_b = g_ascii_strtoull (b, &end_b, 10);
      if (number_a != number_b)
        return number_a < number_b ? -1 : 1;
      a = end_a;
      b = end_b;
    }
  return (int) (guchar) *a - (int) (guchar) *b;
}

static char *
users_folder (BtyPluginIndex *index)
{
  return g_build_filename (bty_plugin_index_get_data_dir (index), "plugins", NULL);
}

/* Whether it lies where plugins are installed to, and not with the program or on BOTERNITY_PLUGIN_PATH. */
static gboolean
check_place (BtyPluginIndex *index, const BtyPluginEntry *entry, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (entry->path);
  g_autofree char *user = users_folder (index);

  if (entry->is_own)
    return refuse (error, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("“%s” came with the program: “boternity-ctl plugin disable” keeps it closed"), entry->path);
  if (!g_str_equal (folder, user))
    return refuse (error, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("“%s” is not in the folder that plugins are installed into, “%s”: change it where it is"),
                   entry->path, user);
  return TRUE;
}

static gboolean
check_version (const Install *self, const BtyPluginEntry *entry, const BtyPluginManifest *manifest, GError **error)
{
  const char *installed = entry->manifest != NULL && entry->manifest->version != NULL ? entry->manifest->version : "0";
  const char *offered = manifest->version != NULL ? manifest->version : "0";

  if (self->older || self->id == NULL || bty_plugin_installer_compare (offered, installed) > 0)
    return TRUE;
  return refuse (error, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the file has version %s of “%s”, and %s is installed: say “older” to take it all the same"),
                 offered, manifest->id, installed);
}

/* Returns: (transfer full) (nullable): where the file goes */
static char *
choose_path (const Install *self, const BtyPluginManifest *manifest, GError **error)
{
  const BtyPluginEntry *entry = bty_plugin_index_lookup (self->index, manifest->id);
  g_autofree char *folder = users_folder (self->index);
  g_autofree char *name = g_strconcat (manifest->id, ".so", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (entry == NULL || entry->is_gone)
    {
      if (self->id == NULL && (self->replace || !g_file_test (path, G_FILE_TEST_EXISTS)))
        return g_steal_pointer (&path);
      if (self->id != NULL)
        refuse (error, BTY_ERROR_NOT_FOUND, _ ("there is no plugin “%s” to update: install it"), self->id);
      else
        refuse (error, BTY_ERROR_ALREADY_EXISTS, _ ("there is a file “%s” already: say “replace” to overwrite it"),
                path);
      return NULL;
    }
  if (!check_place (self->index, entry, error) || !check_version (self, entry, manifest, error))
    return NULL;
  if (self->id != NULL || self->replace)
    return g_strdup (entry->path);
  refuse (error, BTY_ERROR_ALREADY_EXISTS,
          _ ("the plugin “%s” is installed already, in “%s”: update it, or say “replace”"), manifest->id, entry->path);
  return NULL;
}

static BtyPluginInfo *
learn (const Install *self, GError **error)
{
  const BtyPluginEntry *entry;

  bty_plugin_index_learn (self->index, self->path, self->manifest, self->copy);
  entry = bty_plugin_index_lookup (self->index, self->manifest->id);
  if (entry != NULL)
    return bty_plugin_entry_describe (entry);
  refuse (error, BTY_ERROR_RESOURCE_EXHAUSTED,
          _ ("“%s” was copied, but the folder has more plugins than are looked at: raise plugins.max_files"),
          self->path);
  return NULL;
}

static void
on_put (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Install *self = g_task_get_task_data (task);
  GError *error = NULL;
  BtyPluginInfo *info = NULL;

  if (bty_plugin_copy_put_finish (result, &error))
    info = learn (self, &error);
  if (info != NULL)
    g_task_return_pointer (task, info, bty_record_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
check_manifest (const Install *self, const BtyPluginManifest *manifest, GError **error)
{
  if (manifest->outcome != BTY_PLUGIN_FINE || manifest->id == NULL)
    return refuse (error, BTY_ERROR_FAILED_PRECONDITION, _ ("the file is no plugin that can be used: %s"),
                   manifest->reason != NULL ? manifest->reason : _ ("the scanner did not say why"));
  if (self->id != NULL && !g_str_equal (self->id, manifest->id))
    return refuse (error, BTY_ERROR_FAILED_PRECONDITION, _ ("the file is the plugin “%s”, not “%s”"), manifest->id,
                   self->id);
  return TRUE;
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Install *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->manifest = bty_plugin_scan_finish (result, &error);
  if (self->manifest != NULL && check_manifest (self, self->manifest, &error))
    self->path = choose_path (self, self->manifest, &error);
  if (self->path != NULL)
    bty_plugin_copy_put_async (self->copy, self->path, on_put, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Install *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->copy = bty_plugin_copy_make_finish (result, &error);
  if (self->copy != NULL)
    bty_plugin_scan_async (self->copy, FALSE, bty_plugin_index_get_timeout (self->index), NULL, on_scanned,
                           g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
bty_plugin_installer_install_async (BtyPluginRegistry *registry, const char *path, const char *id, gboolean replace,
                                    gboolean older, GAsyncReadyCallback callback, gpointer data)
{
  BtyPluginIndex *index = bty_plugin_registry_get_index (registry);
  g_autoptr (GTask) task = g_task_new (registry, NULL, callback, data);
  Install *self = g_new0 (Install, 1);
  g_autofree char *folder = bty_plugin_index_get_copies (index);

  g_task_set_source_tag (task, bty_plugin_installer_install_async);
  *self = (Install){ g_object_ref (registry), index, g_strdup (id), replace, older };
  g_task_set_task_data (task, self, (GDestroyNotify) install_free);
  if (g_path_is_absolute (path))
    bty_plugin_copy_make_async (folder, path, FALSE, bty_plugin_index_get_max_size (index), NULL, on_copied,
                                g_steal_pointer (&task));
  else
    g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                             _ ("“%s” must be an absolute path, on the daemon's machine"), path);
}

BtyPluginInfo *
bty_plugin_installer_install_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

BtyPluginInfo *
bty_plugin_installer_remove (BtyPluginIndex *index, const char *name, GError **error)
{
  const BtyPluginEntry *entry = bty_plugin_index_lookup (index, name);
  g_autoptr (BtyPluginInfo) info = NULL;

  if (entry == NULL || entry->is_gone)
    {
      refuse (error, BTY_ERROR_NOT_FOUND, _ ("there is no plugin “%.100s”: “boternity-ctl plugin list” names them all"),
              name);
      return NULL;
    }
  if (!check_place (index, entry, error))
    return NULL;
  if (g_unlink (entry->path) != 0)
    {
      refuse (error, BTY_ERROR_FAILED_PRECONDITION, _ ("“%s” cannot be removed: %s"), entry->path, g_strerror (errno));
      return NULL;
    }
  info = bty_plugin_entry_describe (entry);
  info->state = BTY_PLUGIN_GONE;
  if (info->opened)
    bty_record_take_string (&info->reason, g_strdup (_ ("it stays open until the daemon is restarted")));
  bty_plugin_index_refresh (index);
  return g_steal_pointer (&info);
}
