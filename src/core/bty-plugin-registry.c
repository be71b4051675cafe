/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-registry.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-file.h"
#include "bty-plugin-folders.h"
#include "bty-plugin-module.h"

typedef struct
{
  char *path;
  char *name; /* of its file, without .so */
  gboolean is_own;
  BtyPluginModule *module; /* NULL: it waits, or was refused */
  GError *refusal;
  char *file_feature; /* (nullable): NAME of a file `<kind>-NAME.so` */
  BtyFeatureKind file_kind;
} Entry;

struct _BtyPluginRegistry
{
  GObject parent_instance;
  BtyHost *host; /* unowned */
  BtyCatalogue *catalogue;
  BtySettings *settings;
  char *data_dir;
  GPtrArray *entries;
};

G_DEFINE_FINAL_TYPE (BtyPluginRegistry, bty_plugin_registry, G_TYPE_OBJECT)

static void
entry_free (Entry *entry)
{
  g_clear_pointer (&entry->module, bty_plugin_module_free);
  g_clear_error (&entry->refusal);
  g_free (entry->path);
  g_free (entry->name);
  g_free (entry->file_feature);
  g_free (entry);
}

static void
bty_plugin_registry_finalize (GObject *object)
{
  BtyPluginRegistry *self = BTY_PLUGIN_REGISTRY (object);

  g_ptr_array_unref (self->entries);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->settings);
  g_free (self->data_dir);
  G_OBJECT_CLASS (bty_plugin_registry_parent_class)->finalize (object);
}

static void
bty_plugin_registry_class_init (BtyPluginRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_plugin_registry_finalize;
}

static void
bty_plugin_registry_init (BtyPluginRegistry *self)
{
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
}

BtyPluginRegistry *
bty_plugin_registry_new (BtyHost *host, BtyCatalogue *catalogue, BtySettings *settings, const char *data_dir)
{
  BtyPluginRegistry *self = g_object_new (BTY_TYPE_PLUGIN_REGISTRY, NULL);

  self->host = host;
  self->catalogue = g_object_ref (catalogue);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  return self;
}

/* Finding files. */

static void
read_file_name (Entry *entry)
{
  for (const BtyEnumValue *kind = bty_feature_kinds; kind->nick != NULL; kind++)
    {
      gsize length = strlen (kind->nick);

      if (g_str_has_prefix (entry->name, kind->nick) && entry->name[length] == '-' && entry->name[length + 1] != '\0')
        {
          entry->file_kind = (BtyFeatureKind) kind->value;
          entry->file_feature = g_strdup (entry->name + length + 1);
          return;
        }
    }
}

static const Entry *
find_file_name (BtyPluginRegistry *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      if (g_str_equal (entry->name, name))
        return entry;
    }
  return NULL;
}

void
bty_plugin_registry_find (BtyPluginRegistry *self)
{
  g_autoptr (GPtrArray) files = bty_plugin_folders_list (self->data_dir);

  for (guint i = 0; i < files->len; i++)
    {
      const BtyPluginFound *found = g_ptr_array_index (files, i);
      g_autofree char *name = g_path_get_basename (found->path);
      const Entry *first;
      Entry *entry;

      name[strlen (name) - strlen (".so")] = '\0';
      first = find_file_name (self, name);
      entry = g_new0 (Entry, 1);
      entry->path = g_strdup (found->path);
      entry->name = g_steal_pointer (&name);
      entry->is_own = found->is_own;
      if (first == NULL)
        read_file_name (entry);
      else
        g_set_error (&entry->refusal, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
                     _ ("“%s” has the same file name and was found first"), first->path);
      g_ptr_array_add (self->entries, entry);
    }
}

/* Opening one. */

static gboolean
waits (const Entry *entry)
{
  return entry->module == NULL && entry->refusal == NULL;
}

/* Without a home there is no cache folder of the user's; the data folder is always ours. */
static char *
copies_folder (BtyPluginRegistry *self)
{
  if (g_getenv ("XDG_CACHE_HOME") == NULL && g_getenv ("HOME") == NULL)
    return g_build_filename (self->data_dir, "cache", "plugins", NULL);
  return g_build_filename (g_get_user_cache_dir (), "boternity", "plugins", NULL);
}

static char *
find_file_to_open (BtyPluginRegistry *self, const Entry *entry, GError **error)
{
  g_autofree char *real = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GBytes) contents = NULL;

  if (!bty_plugin_file_check (entry->path, &real, entry->is_own ? NULL : &contents, error))
    return NULL;
  if (entry->is_own)
    return g_steal_pointer (&real);
  folder = copies_folder (self);
  return bty_plugin_file_copy (folder, entry->path, contents, error);
}

static gboolean
check_unique (BtyPluginRegistry *self, const char *id, GError **error)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *other = g_ptr_array_index (self->entries, i);

      if (other->module == NULL || !g_str_equal (bty_plugin_module_get_descriptor (other->module)->id, id))
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("a plugin with the id “%s” is open already, from “%s”: remove one of the two"), id, other->path);
      return FALSE;
    }
  return TRUE;
}

static BtyPluginModule *
open_module (BtyPluginRegistry *self, const Entry *entry, GError **error)
{
  g_autofree char *file = find_file_to_open (self, entry, error);
  BtyPluginModule *module = file != NULL ? bty_plugin_module_open (file, error) : NULL;

  if (module != NULL && !check_unique (self, bty_plugin_module_get_descriptor (module)->id, error))
    g_clear_pointer (&module, bty_plugin_module_free);
  return module;
}

static void
open_entry (BtyPluginRegistry *self, Entry *entry)
{
  BtyPluginModule *module;

  if (!waits (entry))
    return;
  module = open_module (self, entry, &entry->refusal);
  if (module == NULL)
    {
      g_warning ("the plugin “%s” was not opened: %s", entry->path, entry->refusal->message);
      return;
    }
  entry->module = module; /* before it registers, since that may ask the registry */
  bty_plugin_module_register (module, self->host, self->catalogue, self->settings);
  g_debug ("opened the plugin “%s” from “%s”", bty_plugin_module_get_descriptor (module)->id, entry->path);
}

void
bty_plugin_registry_open_all (BtyPluginRegistry *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    open_entry (self, g_ptr_array_index (self->entries, i));
}

static void
open_unnamed (BtyPluginRegistry *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->file_feature == NULL)
        open_entry (self, entry);
    }
}

/* Features. */

static GType
find_type (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      GPtrArray *features = entry->module != NULL ? bty_plugin_module_get_features (entry->module) : NULL;

      for (guint f = 0; features != NULL && f < features->len; f++)
        {
          const BtyPluginFeature *feature = g_ptr_array_index (features, f);

          if (feature->kind == kind && g_str_equal (feature->name, name))
            return feature->type;
        }
    }
  return G_TYPE_INVALID;
}

static Entry *
find_named (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->file_feature != NULL && entry->file_kind == kind && g_str_equal (entry->file_feature, name))
        return entry;
    }
  return NULL;
}

static void
set_not_found (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name, const Entry *named, GError **error)
{
  const char *nick = bty_enum_nick (bty_feature_kinds, (int) kind);
  g_auto (GStrv) names = bty_plugin_registry_list_features (self, kind);
  g_autofree char *list = g_strjoinv (", ", names);

  if (named != NULL && named->refusal != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the plugin “%s” was not opened: %s"), named->path,
                 named->refusal->message);
  else if (*list == '\0')
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no plugin offers the %s “%s”, nor any other: install one"),
                 nick, name);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("no plugin offers the %s “%s”: there is %s"), nick, name,
                 list);
}

GObject *
bty_plugin_registry_make (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name, GError **error)
{
  GType type = find_type (self, kind, name);
  Entry *named = NULL;

  if (type == G_TYPE_INVALID && (named = find_named (self, kind, name)) != NULL)
    {
      open_entry (self, named);
      type = find_type (self, kind, name);
    }
  if (type == G_TYPE_INVALID)
    {
      open_unnamed (self);
      type = find_type (self, kind, name);
    }
  if (type != G_TYPE_INVALID)
    return g_object_new (type, NULL);
  set_not_found (self, kind, name, named, error);
  return NULL;
}

static void
add_name (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

GStrv
bty_plugin_registry_list_features (BtyPluginRegistry *self, BtyFeatureKind kind)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      GPtrArray *features = entry->module != NULL ? bty_plugin_module_get_features (entry->module) : NULL;

      if (waits (entry) && entry->file_feature != NULL && entry->file_kind == kind)
        add_name (names, entry->file_feature);
      for (guint f = 0; features != NULL && f < features->len; f++)
        if (((BtyPluginFeature *) g_ptr_array_index (features, f))->kind == kind)
          add_name (names, ((BtyPluginFeature *) g_ptr_array_index (features, f))->name);
    }
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

/* Telling about them. */

static char *
feature_text (BtyFeatureKind kind, const char *name)
{
  return g_strdup_printf ("%s:%s", bty_enum_nick (bty_feature_kinds, (int) kind), name);
}

static GStrv
describe_features (const Entry *entry)
{
  GPtrArray *texts = g_ptr_array_new ();
  GPtrArray *features = entry->module != NULL ? bty_plugin_module_get_features (entry->module) : NULL;

  if (waits (entry) && entry->file_feature != NULL)
    g_ptr_array_add (texts, feature_text (entry->file_kind, entry->file_feature));
  for (guint i = 0; features != NULL && i < features->len; i++)
    {
      const BtyPluginFeature *feature = g_ptr_array_index (features, i);

      g_ptr_array_add (texts, feature_text (feature->kind, feature->name));
    }
  g_ptr_array_add (texts, NULL);
  return (GStrv) g_ptr_array_free (texts, FALSE);
}

static BtyPluginInfo *
describe (const Entry *entry)
{
  BtyPluginInfo *info = bty_plugin_info_new ();
  const BtyPluginDescriptor *descriptor = NULL;

  info->name = g_strdup (entry->name);
  info->path = g_strdup (entry->path);
  info->features = describe_features (entry);
  info->state = entry->module != NULL    ? BTY_PLUGIN_LOADED
                : entry->refusal != NULL ? BTY_PLUGIN_REFUSED
                                         : BTY_PLUGIN_WAITING;
  if (entry->refusal != NULL)
    info->reason = g_strdup (entry->refusal->message);
  if (entry->module == NULL)
    return info;
  descriptor = bty_plugin_module_get_descriptor (entry->module);
  bty_record_take_string (&info->name, g_strdup (descriptor->id));
  info->reason = g_strdup (bty_plugin_module_get_problem (entry->module));
  info->summary = g_strdup (descriptor->summary);
  info->version = g_strdup (descriptor->version);
  info->licence = g_strdup (descriptor->licence);
  return info;
}

GPtrArray *
bty_plugin_registry_list (BtyPluginRegistry *self)
{
  GPtrArray *infos = bty_record_list_new ();

  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (infos, describe (g_ptr_array_index (self->entries, i)));
  return infos;
}
