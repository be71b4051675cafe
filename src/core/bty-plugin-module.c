/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-module.h"

#include <glib/gi18n-lib.h>
#include <gmodule.h>
#include <string.h>

struct _BtyPluginModule
{
  BtyPlugin plugin; /* first, so that the plugin's pointer is ours */
  const BtyPluginDescriptor *descriptor;
  GPtrArray *features;
  GPtrArray *settings_taken;
  gboolean is_own;
  gboolean keeps_records;
  GString *problem;
  BtyHost *host;
  BtyCatalogue *catalogue;
  BtySettings *settings;
};

static void
note_problem (BtyPluginModule *self, const char *problem)
{
  g_warning ("plugin “%s”: %s", self->descriptor->id, problem);
  if (self->problem->len > 0)
    g_string_append (self->problem, "; ");
  g_string_append (self->problem, problem);
}

static void
add_operations (BtyPlugin *plugin, const BtyOperation *operations, guint n, gpointer service)
{
  BtyPluginModule *self = (BtyPluginModule *) plugin;
  g_autoptr (GError) error = NULL;

  if (!bty_catalogue_add (self->catalogue, operations, n, service, self->descriptor->id, &error))
    note_problem (self, error->message);
}

/* G_TYPE_NONE: a kind of a newer program. */
static GType
interface_of (BtyFeatureKind kind)
{
  switch (kind)
    {
    case BTY_FEATURE_STORE:
      return BTY_TYPE_STORE;
    case BTY_FEATURE_PROVIDER:
      return BTY_TYPE_PROVIDER;
    case BTY_FEATURE_TRANSPORT:
      return BTY_TYPE_TRANSPORT;
    case BTY_FEATURE_ENDPOINT:
      return BTY_TYPE_ENDPOINT;
    case BTY_FEATURE_SECRETS:
      return BTY_TYPE_SECRET_STORE;
    case BTY_FEATURE_RUNTIME:
      return BTY_TYPE_SKILL_RUNTIME;
    default:
      return G_TYPE_NONE;
    }
}

static gboolean
is_usable (GType type, BtyFeatureKind kind)
{
  GType interface = interface_of (kind);

  return interface != G_TYPE_NONE && G_TYPE_IS_OBJECT (type) && !G_TYPE_IS_ABSTRACT (type) &&
         g_type_is_a (type, interface);
}

static void
feature_free (BtyPluginFeature *feature)
{
  g_free (feature->name);
  g_free (feature);
}

static void
add_feature (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type)
{
  BtyPluginModule *self = (BtyPluginModule *) plugin;
  const char *nick = bty_enum_nick (bty_feature_kinds, (int) kind);
  BtyPluginFeature *feature;

  if (name == NULL || !is_usable (type, kind))
    {
      g_autofree char *problem = g_strdup_printf (
        _ ("the feature %s:%s was not taken: its type “%s” is no object of this kind"), nick, name != NULL ? name : "",
        type != 0 ? g_type_name (type) : "none");

      note_problem (self, problem);
      return;
    }
  feature = g_new0 (BtyPluginFeature, 1);
  feature->kind = kind;
  feature->name = g_strdup (name);
  feature->type = type;
  g_ptr_array_add (self->features, feature);
}

/*
 * What came with the program may use the core's groups; any other plugin has one of its own, or that of its kind, such as
 * [store]; and replaces nobody's.
 */
static gboolean
check_setting (BtyPluginModule *self, const BtySetting *setting)
{
  g_autofree char *taken = NULL;
  g_autofree char *problem = NULL;

  if (setting->group == NULL || setting->key == NULL)
    problem = g_strdup (_ ("a setting was not taken: it needs a group and a key"));
  else if (!self->is_own && strcmp (setting->group, self->descriptor->id) != 0 &&
           bty_enum_find (bty_feature_kinds, setting->group, -1) == NULL)
    problem = g_strdup_printf (_ ("the setting %s.%s was not taken: its group must be “%s”, the plugin's id"),
                               setting->group, setting->key, self->descriptor->id);
  else if (self->settings != NULL && (taken = bty_settings_get (self->settings, setting->group, setting->key)) != NULL)
    problem = g_strdup_printf (_ ("the setting %s.%s was not taken: there is one already"), setting->group,
                               setting->key);
  if (problem != NULL)
    note_problem (self, problem);
  return problem == NULL;
}

static void
add_settings (BtyPlugin *plugin, const BtySetting *settings, guint n)
{
  BtyPluginModule *self = (BtyPluginModule *) plugin;

  for (guint i = 0; i < n; i++)
    {
      if (!check_setting (self, &settings[i]))
        continue;
      g_ptr_array_add (self->settings_taken, (gpointer) &settings[i]);
      if (self->settings != NULL)
        bty_settings_add (self->settings, &settings[i], 1);
    }
}

static void
add_records (BtyPlugin *plugin, const BtySchema *const *schemas, guint n)
{
  BtyPluginModule *self = (BtyPluginModule *) plugin;
  g_autoptr (GError) error = NULL;

  if (bty_catalogue_add_records (self->catalogue, schemas, n, self->descriptor->id, &error))
    self->keeps_records |= n > 0;
  else
    note_problem (self, error->message);
}

static const char *
get_id (BtyPlugin *plugin)
{
  return ((BtyPluginModule *) plugin)->descriptor->id;
}

static BtyHost *
get_host (BtyPlugin *plugin)
{
  return ((BtyPluginModule *) plugin)->host;
}

static const BtyPluginClass plugin_class = {
  .add_operations = add_operations,
  .add_feature = add_feature,
  .add_settings = add_settings,
  .get_host = get_host,
  .add_records = add_records,
  .get_id = get_id,
};

gboolean
bty_plugin_is_id (const char *id)
{
  if (id == NULL || !g_ascii_islower (id[0]) || strlen (id) > 64)
    return FALSE;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-')
      return FALSE;
  return TRUE;
}

static gboolean
check_descriptor (const BtyPluginDescriptor *descriptor, GError **error)
{
  if (descriptor->abi_major != BTY_ABI_MAJOR || descriptor->abi_minor > BTY_ABI_MINOR)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("it was built for version %u.%u of the plugin interface, and this program has %u.%u: %s"),
                   descriptor->abi_major, descriptor->abi_minor, BTY_ABI_MAJOR, BTY_ABI_MINOR,
                   descriptor->abi_major < BTY_ABI_MAJOR ? _ ("get a newer plugin")
                                                         : _ ("update Boternity, or get an older plugin"));
      return FALSE;
    }
  if (!bty_plugin_is_id (descriptor->id) || descriptor->register_ == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                           _ ("its descriptor is damaged: it needs an id, a lower-case word, and a register function"));
      return FALSE;
    }
  return TRUE;
}

/* Made resident whatever comes of it: its constructors have run, and may have left types and threads behind. */
BtyPluginModule *
bty_plugin_module_open (const char *path, gboolean at_once, GError **error)
{
  GModule *module = g_module_open (path, G_MODULE_BIND_LOCAL | (at_once ? 0 : G_MODULE_BIND_LAZY));
  gpointer descriptor = NULL;
  BtyPluginModule *self;

  if (module == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("it cannot be loaded: %s"), g_module_error ());
      return NULL;
    }
  g_module_make_resident (module);
  if (!g_module_symbol (module, "bty_plugin_descriptor", &descriptor) || descriptor == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                           _ ("it is a shared object, but no plugin of Boternity: it has no bty_plugin_descriptor"));
      return NULL;
    }
  if (!check_descriptor (descriptor, error))
    return NULL;
  self = g_new0 (BtyPluginModule, 1);
  self->plugin.klass = &plugin_class;
  self->descriptor = descriptor;
  self->features = g_ptr_array_new_with_free_func ((GDestroyNotify) feature_free);
  self->settings_taken = g_ptr_array_new ();
  self->problem = g_string_new (NULL);
  return self;
}

void
bty_plugin_module_free (BtyPluginModule *self)
{
  g_ptr_array_unref (self->features);
  g_ptr_array_unref (self->settings_taken);
  g_string_free (self->problem, TRUE);
  g_free (self);
}

void
bty_plugin_module_set_own (BtyPluginModule *self)
{
  self->is_own = TRUE;
}

const BtyPluginDescriptor *
bty_plugin_module_get_descriptor (BtyPluginModule *self)
{
  return self->descriptor;
}

void
bty_plugin_module_register (BtyPluginModule *self, BtyHost *host, BtyCatalogue *catalogue, BtySettings *settings)
{
  self->host = host;
  self->catalogue = catalogue;
  self->settings = settings;
  self->descriptor->register_ (&self->plugin);
}

GPtrArray *
bty_plugin_module_get_features (BtyPluginModule *self)
{
  return self->features;
}

const char *
bty_plugin_module_get_problem (BtyPluginModule *self)
{
  return self->problem->len > 0 ? self->problem->str : NULL;
}

static GStrv
list_features (BtyPluginModule *self)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  for (guint i = 0; i < self->features->len; i++)
    {
      const BtyPluginFeature *feature = g_ptr_array_index (self->features, i);
      g_autofree char *text = g_strdup_printf ("%s:%s", bty_enum_nick (bty_feature_kinds, (int) feature->kind),
                                               feature->name);

      g_strv_builder_add (texts, text);
    }
  return g_strv_builder_end (texts);
}

/* The types that are kept for it: named after its id, with “_” where that has “-”. */
static GStrv
list_records (BtyPluginModule *self, BtyCatalogue *catalogue)
{
  g_autoptr (GPtrArray) schemas = bty_catalogue_list_records (catalogue);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *word = g_strdelimit (g_strdup (self->descriptor->id), "-", '_');
  g_autofree char *prefix = g_strconcat (word, "_", NULL);

  for (guint i = 0; self->keeps_records && i < schemas->len; i++)
    {
      const char *name = ((const BtySchema *) g_ptr_array_index (schemas, i))->name;

      if (strcmp (name, word) == 0 || g_str_has_prefix (name, prefix))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

BtyPluginManifest *
bty_plugin_module_describe (BtyPluginModule *self, BtyCatalogue *catalogue)
{
  BtyPluginManifest *manifest = bty_plugin_manifest_new ();
  g_autoptr (GPtrArray) operations = bty_catalogue_list_known (catalogue);
  g_autofree char *prefix = g_strconcat (self->descriptor->id, ".", NULL);

  bty_plugin_manifest_set_descriptor (manifest, self->descriptor);
  for (guint i = 0; i < operations->len; i++)
    if (g_str_has_prefix (((const BtyOperation *) g_ptr_array_index (operations, i))->name, prefix))
      bty_plugin_manifest_add_operation (manifest, g_ptr_array_index (operations, i));
  for (guint i = 0; i < self->settings_taken->len; i++)
    bty_plugin_manifest_add_setting (manifest, g_ptr_array_index (self->settings_taken, i));
  manifest->records = list_records (self, catalogue);
  manifest->features = list_features (self);
  if (self->problem->len > 0)
    bty_plugin_manifest_add_problem (manifest, self->problem->str);
  return manifest;
}
