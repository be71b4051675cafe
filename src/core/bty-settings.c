/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-settings"

#include "config.h"

#include "bty-settings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-settings-file.h"
#include "bty-settings-layers.h"
#include "bty-settings-value.h"
#include "bty-settings-watch.h"

typedef struct
{
  const BtySetting *setting;
  char *name;
  char *value;
  char *source; /* NULL: its default */
  gint64 number;
} Entry;

struct _BtySettings
{
  GObject parent_instance;
  char *config_dir;
  BtySettingsLayers *layers;
  GHashTable *entries;  /* name -> Entry */
  GHashTable *expected; /* names of plugins that are not open */
  GPtrArray *file_problems;
  GHashTable *value_problems; /* name -> sentence */
  GHashTable *logged;         /* sentences, so that a reload does not repeat them */
  BtySettingsWatch *watch;
};

G_DEFINE_FINAL_TYPE (BtySettings, bty_settings, G_TYPE_OBJECT)

static void
entry_free (Entry *entry)
{
  g_free (entry->name);
  g_free (entry->value);
  g_free (entry->source);
  g_free (entry);
}

static void
bty_settings_finalize (GObject *object)
{
  BtySettings *self = BTY_SETTINGS (object);

  g_clear_pointer (&self->watch, bty_settings_watch_free);
  g_clear_pointer (&self->layers, bty_settings_layers_free);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->value_problems);
  g_hash_table_unref (self->logged);
  g_hash_table_unref (self->expected);
  g_ptr_array_unref (self->file_problems);
  g_free (self->config_dir);
  G_OBJECT_CLASS (bty_settings_parent_class)->finalize (object);
}

static void
bty_settings_class_init (BtySettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_settings_finalize;
  g_signal_new ("changed", BTY_TYPE_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bty_settings_init (BtySettings *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) entry_free);
  self->value_problems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->logged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->file_problems = g_ptr_array_new_with_free_func (g_free);
}

static char *
environment_name (const Entry *entry)
{
  g_autofree char *upper = g_ascii_strup (entry->name, -1);

  return g_strconcat ("BOTERNITY_", g_strcanon (upper, G_CSET_A_2_Z G_CSET_DIGITS, '_'), NULL);
}

/* Finding the value in force. */

static void
refuse (BtySettings *self, const Entry *entry, const char *where, const char *text)
{
  g_autofree char *range = bty_settings_value_describe (entry->setting);
  g_autofree char *shown = g_utf8_make_valid (text, -1);
  char *problem = g_strdup_printf (_ ("the setting %s in %s does not count: “%.200s” is not %s"), entry->name, where,
                                   shown, range);

  g_hash_table_replace (self->value_problems, g_strdup (entry->name), problem);
  if (g_hash_table_add (self->logged, g_strdup (problem)))
    g_warning ("%s", problem);
}

static gboolean
try_value (BtySettings *self, Entry *entry, const char *where, const char *source, const char *text)
{
  gint64 number;
  char *value = bty_settings_value_parse (entry->setting, text, &number);

  if (value == NULL)
    {
      refuse (self, entry, where, text);
      return FALSE;
    }
  g_free (entry->value);
  g_free (entry->source);
  entry->value = value;
  entry->number = number;
  entry->source = g_strdup (source);
  return TRUE;
}

static gboolean
try_layers (BtySettings *self, Entry *entry)
{
  for (guint n = bty_settings_layers_get_n (self->layers); n > 0; n--)
    {
      const char *path;
      GKeyFile *keys = bty_settings_layers_get (self->layers, n - 1, &path);
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_key_file_get_string (keys, entry->setting->group, entry->setting->key, &error);

      if (text != NULL && try_value (self, entry, path, path, text))
        return TRUE;
      if (text == NULL && !g_error_matches (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) &&
          !g_error_matches (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
        refuse (self, entry, path, error->message);
    }
  return FALSE;
}

static void
take_fallback (Entry *entry)
{
  gint64 number = 0;
  char *value = bty_settings_value_parse (entry->setting,
                                          entry->setting->fallback != NULL ? entry->setting->fallback : "", &number);

  if (value == NULL)
    g_critical ("the default of the setting %s does not fit its own table", entry->name);
  g_free (entry->value);
  entry->value = value != NULL ? value : g_strdup (entry->setting->fallback);
  entry->number = number;
  g_clear_pointer (&entry->source, g_free);
}

/* Returns: whether it has another value now */
static gboolean
resolve (BtySettings *self, Entry *entry)
{
  g_autofree char *before = g_strdup (entry->value);
  g_autofree char *variable = environment_name (entry);
  const char *text = g_getenv (variable);

  g_hash_table_remove (self->value_problems, entry->name);
  if ((text == NULL || !try_value (self, entry, variable, "environment", text)) && !try_layers (self, entry))
    take_fallback (entry);
  return g_strcmp0 (before, entry->value) != 0;
}

/* Reading the files, at first and whenever one changes. */

static void
read_files (BtySettings *self)
{
  g_ptr_array_set_size (self->file_problems, 0);
  bty_settings_layers_read (self->layers, self->file_problems);
  for (guint i = 0; i < self->file_problems->len; i++)
    {
      const char *problem = g_ptr_array_index (self->file_problems, i);

      if (g_hash_table_add (self->logged, g_strdup (problem)))
        g_warning ("%s", problem);
    }
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Entry *const *) a)->name, (*(Entry *const *) b)->name);
}

static GPtrArray *
sorted_entries (BtySettings *self)
{
  GPtrArray *entries = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (entries, entry);
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

/* All values are in force before anyone is told of one. */
static void
reload (BtySettings *self)
{
  g_autoptr (BtySettings) alive = g_object_ref (self);
  g_autoptr (GPtrArray) entries = sorted_entries (self);
  g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_remove_all (self->logged);
  read_files (self);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      if (resolve (self, entry))
        g_ptr_array_add (changed, g_strdup (entry->name));
    }
  for (guint i = 0; i < changed->len; i++)
    {
      g_info ("the setting %s has changed", (const char *) g_ptr_array_index (changed, i));
      g_signal_emit_by_name (self, "changed", g_ptr_array_index (changed, i));
    }
}

static void
on_files_changed (gpointer data)
{
  reload (data);
}

BtySettings *
bty_settings_new (const char *config_dir)
{
  BtySettings *self = g_object_new (BTY_TYPE_SETTINGS, NULL);

  self->config_dir = g_canonicalize_filename (config_dir, NULL);
  self->layers = bty_settings_layers_new (self->config_dir);
  read_files (self);
  self->watch = bty_settings_watch_new (bty_settings_layers_get_folders (self->layers), on_files_changed, self);
  return self;
}

void
bty_settings_add (BtySettings *self, const BtySetting *table, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Entry *entry = g_new0 (Entry, 1);

      entry->setting = &table[i];
      entry->name = g_strdup_printf ("%s.%s", table[i].group, table[i].key);
      if (g_hash_table_contains (self->entries, entry->name))
        {
          g_warning ("the setting %s is declared twice: the first one counts", entry->name);
          entry_free (entry);
          continue;
        }
      g_hash_table_insert (self->entries, entry->name, entry);
      resolve (self, entry);
    }
}

void
bty_settings_expect (BtySettings *self, const char *name)
{
  g_hash_table_add (self->expected, g_strdup (name));
}

/* Asking. */

static Entry *
find (BtySettings *self, const char *group, const char *key)
{
  char name[256];
  gsize group_length = strlen (group);
  gsize key_length = strlen (key);

  if (group_length + key_length + 2 > sizeof name)
    return NULL;
  memcpy (name, group, group_length);
  name[group_length] = '.';
  memcpy (name + group_length + 1, key, key_length + 1);
  return g_hash_table_lookup (self->entries, name);
}

char *
bty_settings_get (BtySettings *self, const char *group, const char *key)
{
  Entry *entry = find (self, group, key);

  return entry != NULL ? g_strdup (entry->value) : NULL;
}

gint64
bty_settings_get_int (BtySettings *self, const char *group, const char *key)
{
  Entry *entry = find (self, group, key);

  g_return_val_if_fail (entry != NULL, 0);
  return entry->number;
}

gboolean
bty_settings_get_bool (BtySettings *self, const char *group, const char *key)
{
  return bty_settings_get_int (self, group, key) != 0;
}

const char *
bty_settings_get_config_dir (BtySettings *self)
{
  return self->config_dir;
}

static BtySettingInfo *
describe (const Entry *entry)
{
  BtySettingInfo *info = bty_setting_info_new ();

  info->name = g_strdup (entry->name);
  info->value = g_strdup (entry->value);
  info->fallback = g_strdup (entry->setting->fallback);
  info->unit = g_strdup (entry->setting->unit);
  info->summary = g_strdup (entry->setting->summary);
  info->source = g_strdup (entry->source != NULL ? entry->source : "default");
  info->restart = (entry->setting->flags & BTY_SETTING_RESTART) != 0;
  return info;
}

/* Returns: (nullable): the declared name that @name was most likely meant to be */
static const char *
find_nearest (BtySettings *self, const char *name, guint limit)
{
  g_autoptr (GPtrArray) entries = sorted_entries (self);
  const char *nearest = NULL;

  for (guint i = 0; strlen (name) < 256 && i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      guint steps = bty_settings_name_distance (name, entry->name);

      if (steps < limit)
        {
          limit = steps;
          nearest = entry->name;
        }
    }
  return nearest;
}

static Entry *
look_up (BtySettings *self, const char *name, GError **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);
  const char *nearest;

  if (entry != NULL || error == NULL)
    return entry; /* what was probably meant costs more than all else at the start, where nobody asks for it */
  nearest = find_nearest (self, name, (guint) MAX (4, strlen (name) / 2));
  if (nearest != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("there is no setting “%.200s”: did you mean “%s”?"), name,
                 nearest);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                 _ ("there is no setting “%.200s”: “boternity-ctl config list” shows those there are"), name);
  return NULL;
}

BtySettingInfo *
bty_settings_describe (BtySettings *self, const char *name, GError **error)
{
  Entry *entry = look_up (self, name, error);

  return entry != NULL ? describe (entry) : NULL;
}

GPtrArray *
bty_settings_list (BtySettings *self)
{
  g_autoptr (GPtrArray) entries = sorted_entries (self);
  GPtrArray *infos = bty_record_list_new ();

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (infos, describe (g_ptr_array_index (entries, i)));
  return infos;
}

gboolean
bty_settings_set (BtySettings *self, const char *name, const char *value, GError **error)
{
  Entry *entry = look_up (self, name, error);
  g_autofree char *path = g_build_filename (self->config_dir, "boternity.conf", NULL);
  g_autofree char *plain = NULL;
  gint64 number;

  if (entry == NULL)
    return FALSE;
  if (value != NULL && (plain = bty_settings_value_parse (entry->setting, value, &number)) == NULL)
    {
      g_autofree char *range = bty_settings_value_describe (entry->setting);
      g_autofree char *shown = g_utf8_make_valid (value, -1);

      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("“%.200s” does not fit the setting %s: it must be %s"), shown, name, range);
      return FALSE;
    }
  if (!bty_settings_file_set (path, entry->setting->group, entry->setting->key, plain, error))
    return FALSE;
  reload (self);
  if (plain != NULL && g_strcmp0 (entry->source, path) != 0)
    g_message ("the setting %s was written to “%s”, but what %s says counts", name, path,
               entry->source != NULL ? entry->source : "the default");
  return TRUE;
}

/* Problems. */

/* Plugins declare settings when they are opened, so that a name that nobody knows may be right: only what looks mistyped is named. */
static void
add_unknown (BtySettings *self, GStrvBuilder *problems, const char *path, GKeyFile *keys, const char *group)
{
  g_auto (GStrv) names = g_key_file_get_keys (keys, group, NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", group, names[i]);
      g_autofree char *problem = NULL;
      const char *nearest;

      if (g_hash_table_contains (self->entries, name) || g_hash_table_contains (self->expected, name) ||
          (nearest = find_nearest (self, name, 3)) == NULL)
        continue;
      problem = g_strdup_printf (_ ("“%s” has a setting %s, which is not known: did you mean %s?"), path, name,
                                 nearest);
      g_strv_builder_add (problems, problem);
    }
}

static void
add_all_unknown (BtySettings *self, GStrvBuilder *problems)
{
  for (guint i = 0; i < bty_settings_layers_get_n (self->layers); i++)
    {
      const char *path;
      GKeyFile *keys = bty_settings_layers_get (self->layers, i, &path);
      g_auto (GStrv) groups = g_key_file_get_groups (keys, NULL);

      for (guint g = 0; groups[g] != NULL; g++)
        add_unknown (self, problems, path, keys, groups[g]);
    }
}

GStrv
bty_settings_get_problems (BtySettings *self)
{
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();
  g_autoptr (GPtrArray) entries = sorted_entries (self);

  for (guint i = 0; i < self->file_problems->len; i++)
    g_strv_builder_add (problems, g_ptr_array_index (self->file_problems, i));
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (entries, i);
      const char *problem = g_hash_table_lookup (self->value_problems, entry->name);

      if (problem != NULL)
        g_strv_builder_add (problems, problem);
    }
  add_all_unknown (self, problems);
  return g_strv_builder_end (problems);
}
