/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <gmodule.h>
#include <string.h>
#include <unistd.h>

#include "bty-test-host.h"

typedef struct
{
  BtyFeatureKind kind;
  GType type;
} Feature;

typedef struct
{
  BtyPlugin plugin;
  BtyTestHost *host;
} Plugin;

struct _BtyTestHost
{
  GObject parent;
  BtyCatalogue *catalogue;
  char *data_dir;
  GHashTable *settings; /* group.key to its value */
  GArray *features;
  BtyPrincipal *owner;
  gboolean ready;
};

static void bty_test_host_iface_init (BtyHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyTestHost, bty_test_host, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_HOST, bty_test_host_iface_init))

static void
add_operations (BtyPlugin *plugin, const BtyOperation *operations, guint n, gpointer service)
{
  bty_catalogue_add (((Plugin *) plugin)->host->catalogue, operations, n, service, NULL, NULL);
}

static void
add_feature (BtyPlugin *plugin, BtyFeatureKind kind, const char *name, GType type)
{
  Feature feature = { kind, type };

  g_array_append_val (((Plugin *) plugin)->host->features, feature);
}

static void
add_settings (BtyPlugin *plugin, const BtySetting *settings, guint n)
{
  for (guint i = 0; i < n; i++)
    g_hash_table_insert (((Plugin *) plugin)->host->settings,
                         g_strconcat (settings[i].group, ".", settings[i].key, NULL), g_strdup (settings[i].fallback));
}

static BtyHost *
plugin_get_host (BtyPlugin *plugin)
{
  return BTY_HOST (((Plugin *) plugin)->host);
}

static const BtyPluginClass plugin_class = { add_operations, add_feature, add_settings, plugin_get_host };

gboolean
bty_test_host_load (BtyTestHost *self, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  GModule *module = g_module_open_full (path, G_MODULE_BIND_LOCAL, &local);
  const BtyPluginDescriptor *descriptor;
  Plugin *plugin;

  if (module == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_module_make_resident (module);
  if (!g_module_symbol (module, "bty_plugin_descriptor", (gpointer *) &descriptor))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "%s is no plugin", path);
      return FALSE;
    }
  plugin = g_new0 (Plugin, 1);
  plugin->plugin.klass = &plugin_class;
  plugin->host = self;
  descriptor->register_ (&plugin->plugin);
  g_object_set_data_full (G_OBJECT (self), descriptor->id, plugin, g_free);
  return TRUE;
}

gboolean
bty_test_host_set (BtyTestHost *self, const char *setting, GError **error)
{
  const char *equals = strchr (setting, '=');
  g_autofree char *name = equals != NULL ? g_strndup (setting, equals - setting) : NULL;

  if (name == NULL || !g_hash_table_contains (self->settings, name))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "no plugin has the setting %s", setting);
      return FALSE;
    }
  g_hash_table_insert (self->settings, g_steal_pointer (&name), g_strdup (equals + 1));
  return TRUE;
}

void
bty_test_host_set_ready (BtyTestHost *self, gboolean ready)
{
  self->ready = ready;
}

static BtyCatalogue *
get_catalogue (BtyHost *host)
{
  return BTY_TEST_HOST (host)->catalogue;
}

static BtyCall *
refuse (const BtyOperation *operation, BtyPrincipal *principal, const GError *error)
{
  BtyCall *call = bty_call_new (operation, NULL, principal, NULL);

  bty_call_fail (call, error);
  return call;
}

static BtyCall *
start_call (BtyHost *host, const BtyCallSpec *spec)
{
  gpointer service = NULL, request = NULL;
  const BtyOperation *operation = bty_catalogue_lookup (BTY_TEST_HOST (host)->catalogue, spec->operation, &service);
  g_autoptr (GError) error = NULL;
  BtyCall *call;

  if (operation->request != NULL)
    {
      request = spec->decode (operation->request, operation->request_view, spec->input, &error);
      if (request == NULL)
        return refuse (operation, spec->principal, error);
    }
  call = bty_call_new (operation, service, spec->principal, request);
  operation->run (call);
  return call;
}

static BtyPrincipal *
identify (BtyHost *host, const BtyCredentials *credentials, GError **error)
{
  BtyTestHost *self = BTY_TEST_HOST (host);
  gboolean has_token = credentials->token != NULL && credentials->token_length == strlen (BTY_TEST_TOKEN) &&
                       memcmp (credentials->token, BTY_TEST_TOKEN, credentials->token_length) == 0;

  if (has_token || credentials->peer_uid == (gint64) geteuid ())
    return bty_principal_ref (self->owner);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED, "no token, or not the right one");
  return NULL;
}

static char *
get_setting (BtyHost *host, const char *group, const char *key)
{
  g_autofree char *name = g_strconcat (group, ".", key, NULL);

  return g_strdup (g_hash_table_lookup (BTY_TEST_HOST (host)->settings, name));
}

static const char *
get_data_dir (BtyHost *host)
{
  return BTY_TEST_HOST (host)->data_dir;
}

static gboolean
get_ready (BtyHost *host)
{
  return BTY_TEST_HOST (host)->ready;
}

static GPtrArray *
make_features (BtyHost *host, BtyFeatureKind kind)
{
  GArray *features = BTY_TEST_HOST (host)->features;
  GPtrArray *made = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < features->len; i++)
    if (g_array_index (features, Feature, i).kind == kind)
      g_ptr_array_add (made, g_object_new (g_array_index (features, Feature, i).type, NULL));
  return made;
}

static BtySecret *
find_secret (BtyHost *host, const char *reference, GError **error)
{
  const char *value = g_str_has_prefix (reference, "env:") ? g_getenv (reference + strlen ("env:")) : NULL;

  if (value != NULL)
    return bty_secret_new (value, strlen (value));
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no such variable");
  return NULL;
}

static void
bty_test_host_iface_init (BtyHostInterface *iface)
{
  iface->find_secret = find_secret;
  iface->get_catalogue = get_catalogue;
  iface->start_call = start_call;
  iface->identify = identify;
  iface->get_setting = get_setting;
  iface->get_data_dir = get_data_dir;
  iface->get_ready = get_ready;
  iface->make_features = make_features;
}

static void
bty_test_host_finalize (GObject *object)
{
  BtyTestHost *self = BTY_TEST_HOST (object);

  g_object_unref (self->catalogue);
  g_free (self->data_dir);
  g_hash_table_unref (self->settings);
  g_array_unref (self->features);
  bty_principal_unref (self->owner);
  G_OBJECT_CLASS (bty_test_host_parent_class)->finalize (object);
}

static void
bty_test_host_class_init (BtyTestHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_test_host_finalize;
}

static void
bty_test_host_init (BtyTestHost *self)
{
  static const char *const scopes[] = { "*", NULL };

  self->catalogue = bty_catalogue_new ();
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->features = g_array_new (FALSE, FALSE, sizeof (Feature));
  self->owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", scopes);
  self->ready = TRUE;
}

BtyTestHost *
bty_test_host_new (const char *data_dir)
{
  BtyTestHost *self = g_object_new (BTY_TYPE_TEST_HOST, NULL);

  self->data_dir = g_strdup (data_dir);
  return self;
}
