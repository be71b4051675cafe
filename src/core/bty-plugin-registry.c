/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-registry.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-offer.h"

struct _BtyPluginRegistry
{
  GObject parent_instance;
  BtyHost *host; /* unowned */
  BtyCatalogue *catalogue;
  BtySettings *settings;
  BtyPluginIndex *index;
};

G_DEFINE_FINAL_TYPE (BtyPluginRegistry, bty_plugin_registry, G_TYPE_OBJECT)

static void
bty_plugin_registry_finalize (GObject *object)
{
  BtyPluginRegistry *self = BTY_PLUGIN_REGISTRY (object);

  g_clear_pointer (&self->index, bty_plugin_index_free);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->settings);
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
}

static void
on_refused (const BtyPluginInfo *info, gpointer store)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bty_batch_publish (batch, "plugin.refused", info);
  bty_store_apply_async (store, batch, NULL, NULL, NULL);
}

void
bty_plugin_registry_tell (BtyPluginRegistry *self, BtyStore *store)
{
  bty_plugin_index_on_refused (self->index, on_refused, store);
}

static GPtrArray *
get_entries (BtyPluginRegistry *self)
{
  return bty_plugin_index_get_entries (self->index);
}

/* Opening one. */

/* What the scanner was told counts: nobody says one thing there and another here. */
static gboolean
check_word (const BtyPluginEntry *entry, BtyPluginModule *module, GError **error)
{
  const char *id = bty_plugin_module_get_descriptor (module)->id;

  if (entry->is_own || entry->manifest == NULL || g_strcmp0 (entry->manifest->id, id) == 0)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("it said that it is “%s” when it was looked at, and is “%s”: remove it"), entry->manifest->id, id);
  return FALSE;
}

static BtyPluginModule *
open_module (BtyPluginRegistry *self, BtyPluginEntry *entry, BtyPluginRefusal *refusal, GError **error)
{
  g_autofree char *file = bty_plugin_index_prepare (self->index, entry, error);
  BtyPluginModule *module = file != NULL ? bty_plugin_module_open (file, FALSE, error) : NULL;

  *refusal = file != NULL ? BTY_PLUGIN_REFUSAL_OPEN : BTY_PLUGIN_REFUSAL_FILE;
  if (module != NULL && !check_word (entry, module, error))
    g_clear_pointer (&module, bty_plugin_module_free);
  if (module != NULL &&
      !bty_plugin_offer_check_id (entry, bty_plugin_module_get_descriptor (module)->id, get_entries (self), error))
    g_clear_pointer (&module, bty_plugin_module_free);
  if (module != NULL && !entry->is_own)
    entry->opened = g_steal_pointer (&file);
  return module;
}

/* @not_yet: UNAVAILABLE when it is being looked at; why it was refused says the entry */
static void
open_entry (BtyPluginRegistry *self, BtyPluginEntry *entry, GError **not_yet)
{
  BtyPluginModule *module;
  BtyPluginRefusal refusal;
  GError *error = NULL;

  if (!bty_plugin_entry_waits (entry))
    return;
  if (!bty_plugin_index_make_sure (self->index, entry, not_yet) || !bty_plugin_entry_waits (entry))
    return; /* what is known must be of the file as it is now */
  module = open_module (self, entry, &refusal, &error);
  bty_plugin_index_withdraw (self->index, entry);
  if (module == NULL)
    {
      bty_plugin_entry_refuse (entry, refusal, error);
      return;
    }
  entry->module = module; /* before it registers, since that may ask the registry */
  if (entry->is_own)
    bty_plugin_module_set_own (module);
  bty_plugin_module_register (module, self->host, self->catalogue, self->settings);
  if (entry->manifest == NULL)
    {
      entry->manifest = bty_plugin_module_describe (module, self->catalogue);
      entry->is_scanning = FALSE;
      bty_plugin_index_remember (self->index, entry);
    }
  g_debug ("opened the plugin “%s” from “%s”", bty_plugin_module_get_descriptor (module)->id, entry->path);
}

void
bty_plugin_registry_open_all (BtyPluginRegistry *self)
{
  GPtrArray *entries = get_entries (self);

  while (bty_plugin_index_scan_next (self->index))
    continue;
  for (guint i = 0; i < entries->len; i++)
    open_entry (self, g_ptr_array_index (entries, i), NULL);
}

/* What the catalogue calls for an operation that was promised. */
static gboolean
open_promised (gpointer data, const char *id, GError **error)
{
  BtyPluginRegistry *self = data;
  GPtrArray *entries = get_entries (self);
  g_autoptr (GError) not_yet = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (!entry->is_promised || g_strcmp0 (bty_plugin_entry_get_id (entry), id) != 0)
        continue;
      open_entry (self, entry, &not_yet);
      if (entry->module != NULL)
        return TRUE;
      if (not_yet != NULL)
        g_propagate_error (error, g_steal_pointer (&not_yet));
      else
        g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the plugin “%s” was not opened: %s"),
                     entry->path, entry->error != NULL ? entry->error->message : _ ("it is disabled"));
      return FALSE;
    }
  return FALSE;
}

BtyPluginRegistry *
bty_plugin_registry_new (BtyHost *host, BtyCatalogue *catalogue, BtySettings *settings, const char *data_dir)
{
  BtyPluginRegistry *self = g_object_new (BTY_TYPE_PLUGIN_REGISTRY, NULL);

  self->host = host;
  self->catalogue = g_object_ref (catalogue);
  self->settings = g_object_ref (settings);
  self->index = bty_plugin_index_new (catalogue, settings, data_dir, open_promised, self);
  return self;
}

/* Features. */

static GType
find_type (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name)
{
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);
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

/* Returns: (nullable): the one that should have offered it, whether or not it could be opened */
static BtyPluginEntry *
open_offering (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name, GError **not_yet)
{
  GPtrArray *entries = get_entries (self);
  BtyPluginEntry *named = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);
      gboolean is_named = entry->file_feature != NULL && entry->file_kind == kind &&
                          g_str_equal (entry->file_feature, name);

      if (!is_named && !bty_plugin_entry_offers (entry, kind, name))
        continue;
      g_clear_error (not_yet);
      open_entry (self, entry, not_yet);
      named = named == NULL || entry->module != NULL ? entry : named;
      if (find_type (self, kind, name) != G_TYPE_INVALID)
        break;
    }
  return named;
}

static void
set_not_found (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name, const BtyPluginEntry *named,
               GError **error)
{
  const char *nick = bty_enum_nick (bty_feature_kinds, (int) kind);
  g_auto (GStrv) names = bty_plugin_registry_list_features (self, kind);
  g_autofree char *list = g_strjoinv (", ", names);

  if (named != NULL && named->error != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the plugin “%s” was not opened: %s"), named->path,
                 named->error->message);
  else if (named != NULL && named->is_disabled)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the plugin “%s” is disabled: take it out of the setting plugins.disabled"), named->path);
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
  const BtyPluginEntry *named = NULL;
  g_autoptr (GError) not_yet = NULL;

  if (type == G_TYPE_INVALID)
    do
      {
        named = open_offering (self, kind, name, &not_yet);
        type = find_type (self, kind, name);
      }
    while (type == G_TYPE_INVALID && named == NULL && bty_plugin_index_scan_next (self->index));
  if (type != G_TYPE_INVALID)
    return g_object_new (type, NULL);
  if (not_yet != NULL)
    g_propagate_error (error, g_steal_pointer (&not_yet));
  else if (named == NULL && !bty_plugin_index_is_known (self->index))
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
      _ ("whether a plugin offers “%s” is not known yet, since new ones are being looked at: try again in a moment"),
      name);
  else
    set_not_found (self, kind, name, named, error);
  return NULL;
}

GStrv
bty_plugin_registry_list_features (BtyPluginRegistry *self, BtyFeatureKind kind)
{
  GPtrArray *entries = get_entries (self);
  g_autofree char *prefix = g_strconcat (bty_enum_nick (bty_feature_kinds, (int) kind), ":", NULL);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      const BtyPluginEntry *entry = g_ptr_array_index (entries, i);
      g_auto (GStrv) features = bty_plugin_entry_list_features (entry);

      if (entry->module == NULL && !bty_plugin_entry_waits (entry))
        continue;
      for (guint f = 0; features[f] != NULL; f++)
        if (g_str_has_prefix (features[f], prefix) &&
            !g_ptr_array_find_with_equal_func (names, features[f] + strlen (prefix), g_str_equal, NULL))
          g_ptr_array_add (names, g_strdup (features[f] + strlen (prefix)));
    }
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

void
bty_plugin_registry_find (BtyPluginRegistry *self)
{
  bty_plugin_index_find (self->index);
}

BtyPluginIndex *
bty_plugin_registry_get_index (BtyPluginRegistry *self)
{
  return self->index;
}
