/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-engine"

#include "config.h"

#include "bty-engine.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#include "bty-access.h"
#include "bty-bus.h"
#include "bty-dispatcher.h"
#include "bty-domains.h"
#include "bty-idle.h"
#include "bty-plugin-operations.h"
#include "bty-plugin-registry.h"
#include "bty-system-operations.h"

struct _BtyEngine
{
  GObject parent_instance;
  char *data_dir;
  BtySettings *settings;
  BtyCatalogue *catalogue;
  BtyDispatcher *dispatcher;
  BtyPluginRegistry *registry;
  BtyAccess *access;
  BtyBus *bus;
  BtyStore *store;
  BtyDomains domains;
  char *restored; /* (nullable): see bty_backup_take_over() */
  GPtrArray *transports;
  BtySystem system;
  BtyIdle *idle;
  guint later;
  gboolean is_ready;
  gboolean is_store_open;
};

static void bty_engine_host_init (BtyHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyEngine, bty_engine, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_HOST, bty_engine_host_init))

static const BtySetting settings_table[] = {
  { .group = "store",
    .key = "kind",
    .type = BTY_SETTING_STRING,
    .fallback = "sqlite",
    .summary = N_ ("Which store keeps the records"),
    .flags = BTY_SETTING_RESTART },
};

static void
bty_engine_finalize (GObject *object)
{
  BtyEngine *self = BTY_ENGINE (object);

  g_clear_handle_id (&self->later, g_source_remove);
  g_clear_pointer (&self->idle, bty_idle_free);
  g_clear_pointer (&self->transports, g_ptr_array_unref);
  bty_domains_clear (&self->domains);
  g_clear_object (&self->bus);
  g_clear_object (&self->dispatcher);
  g_clear_object (&self->store);
  g_clear_object (&self->registry);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->access, bty_access_free);
  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->restored, g_free);
  G_OBJECT_CLASS (bty_engine_parent_class)->finalize (object);
}

static void
bty_engine_class_init (BtyEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_engine_finalize;
  g_signal_new ("stop-requested", BTY_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
bty_engine_init (BtyEngine *self)
{
  self->transports = g_ptr_array_new_with_free_func (g_object_unref);
}

static BtyCatalogue *
engine_get_catalogue (BtyHost *host)
{
  return BTY_ENGINE (host)->catalogue;
}

static BtyCall *
engine_start_call (BtyHost *host, const BtyCallSpec *spec)
{
  return bty_dispatcher_start (BTY_ENGINE (host)->dispatcher, spec);
}

/* What the doors wait for before they say that there is no such operation. */
static void
wait_for_plugins (gpointer data, GFunc func, gpointer func_data, GDestroyNotify destroy)
{
  bty_plugin_index_when_known (bty_plugin_registry_get_index (BTY_ENGINE (data)->registry), func, func_data, destroy);
}

static BtyPrincipal *
engine_identify (BtyHost *host, const BtyCredentials *credentials, GError **error)
{
  return bty_access_identify (BTY_ENGINE (host)->access, credentials, error);
}

static char *
engine_get_setting (BtyHost *host, const char *group, const char *key)
{
  return bty_settings_get (BTY_ENGINE (host)->settings, group, key);
}

static const char *
engine_get_data_dir (BtyHost *host)
{
  return BTY_ENGINE (host)->data_dir;
}

static gboolean
engine_get_ready (BtyHost *host)
{
  return BTY_ENGINE (host)->is_ready;
}

static GPtrArray *
engine_make_features (BtyHost *host, BtyFeatureKind kind)
{
  BtyEngine *self = BTY_ENGINE (host);
  g_auto (GStrv) names = bty_plugin_registry_list_features (self->registry, kind);
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      GObject *feature = bty_plugin_registry_make (self->registry, kind, names[i], &error);

      if (feature != NULL)
        g_ptr_array_add (features, feature);
      else
        g_warning ("%s “%s” cannot be used: %s", bty_enum_nick (bty_feature_kinds, (int) kind), names[i],
                   error->message);
    }
  return features;
}

static BtyStore *
engine_get_store (BtyHost *host)
{
  return BTY_ENGINE (host)->is_store_open ? BTY_ENGINE (host)->store : NULL;
}

static BtySecret *
engine_find_secret (BtyHost *host, const char *reference, GError **error)
{
  return bty_secret_service_find (BTY_ENGINE (host)->domains.secrets, reference, error);
}

static void
bty_engine_host_init (BtyHostInterface *iface)
{
  iface->get_catalogue = engine_get_catalogue;
  iface->start_call = engine_start_call;
  iface->identify = engine_identify;
  iface->get_setting = engine_get_setting;
  iface->get_data_dir = engine_get_data_dir;
  iface->get_ready = engine_get_ready;
  iface->make_features = engine_make_features;
  iface->get_store = engine_get_store;
  iface->find_secret = engine_find_secret;
}

BtyEngine *
bty_engine_new (const char *data_dir, const char *config_dir, GError **error)
{
  g_autoptr (BtyEngine) self = NULL;

  if (g_mkdir_with_parents (data_dir, 0700) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("cannot make the data folder “%s”: %s"), data_dir,
                   g_strerror (errno));
      return NULL;
    }
  self = g_object_new (BTY_TYPE_ENGINE, NULL);
  self->data_dir = g_strdup (data_dir);
  self->settings = bty_settings_new (config_dir);
  self->catalogue = bty_catalogue_new ();
  self->dispatcher = bty_dispatcher_new (self->catalogue, self->settings);
  self->registry = bty_plugin_registry_new (BTY_HOST (self), self->catalogue, self->settings, data_dir);
  self->access = bty_access_new (data_dir, error);
  if (self->access == NULL)
    return NULL;
  bty_access_set_parts (self->access, self->catalogue, self->dispatcher);
  bty_settings_add (self->settings, settings_table, G_N_ELEMENTS (settings_table));
  bty_settings_add (self->settings, bty_idle_settings, bty_n_idle_settings);
  bty_domains_add_settings (self->settings);
  return g_steal_pointer (&self);
}

BtySettings *
bty_engine_get_settings (BtyEngine *self)
{
  return self->settings;
}

void
bty_engine_know_settings (BtyEngine *self)
{
  bty_plugin_registry_find (self->registry);
  bty_plugin_registry_open_all (self->registry);
}

static BtyStore *
make_store (gpointer data, GError **error)
{
  BtyEngine *self = data;
  g_autofree char *kind = bty_settings_get (self->settings, "store", "kind");

  return (BtyStore *) bty_plugin_registry_make (self->registry, BTY_FEATURE_STORE, kind, error);
}

BtyBackupRestored *
bty_engine_restore (BtyEngine *self, const char *path, const BtySecret *given, GError **error)
{
  g_autoptr (BtyStore) store = NULL;

  bty_plugin_registry_find (self->registry);
  store = make_store (self, error);
  return store != NULL ? bty_backup_restore_file (self->data_dir, path, store, given, error) : NULL;
}

static gboolean
open_store (BtyEngine *self, GError **error)
{
  self->store = make_store (self, error);
  if (self->store == NULL || !bty_backup_take_over (self->data_dir, &self->restored, error) ||
      !bty_store_open (self->store, self->data_dir, error))
    return FALSE;
  self->is_store_open = TRUE;
  self->bus = bty_bus_new ();
  bty_bus_follow (self->bus, self->store);
  bty_dispatcher_set_store (self->dispatcher, self->store);
  return TRUE;
}

static void
ask_to_stop (gpointer data)
{
  g_signal_emit_by_name (data, "stop-requested");
}

static gboolean
make_domains (BtyEngine *self, GError **error)
{
  const BtyDomainParts parts = { .data_dir = self->data_dir,
                                 .restored = self->restored,
                                 .settings = self->settings,
                                 .registry = self->registry,
                                 .dispatcher = self->dispatcher,
                                 .store = self->store,
                                 .bus = self->bus,
                                 .make_store = make_store,
                                 .data = self };

  bty_domains_make (&self->domains, &parts);
  bty_dispatcher_set_audit (self->dispatcher, self->domains.audit);
  self->system = (BtySystem){ .data_dir = self->data_dir,
                              .started_at = g_get_real_time (),
                              .settings = self->settings,
                              .catalogue = self->catalogue,
                              .dispatcher = self->dispatcher,
                              .registry = self->registry,
                              .store = self->store,
                              .secrets = self->domains.secrets,
                              .backups = self->domains.backups,
                              .transports = self->transports,
                              .stop = ask_to_stop,
                              .data = self };
  return bty_catalogue_add (self->catalogue, bty_system_operations, bty_n_system_operations, &self->system, NULL,
                            error) &&
         bty_catalogue_add (self->catalogue, bty_access_operations, bty_n_access_operations, self->access, NULL,
                            error) &&
         bty_catalogue_add (self->catalogue, bty_plugin_operations, bty_n_plugin_operations, self->registry, NULL,
                            error) &&
         bty_domains_add_operations (&self->domains, self->catalogue, error);
}

/* A door may open later, or not at all for this daemon: then it has no address yet. */
static gboolean
is_open (BtyTransport *transport)
{
  g_auto (GStrv) addresses = bty_transport_get_addresses (transport);

  return addresses != NULL && addresses[0] != NULL;
}

/* A door that cannot be opened (its port is taken) does not close the others; with none at all the daemon is of no use. */
static gboolean
open_doors (BtyEngine *self, GError **error)
{
  g_autoptr (GPtrArray) transports = engine_make_features (BTY_HOST (self), BTY_FEATURE_TRANSPORT);
  g_autoptr (GError) first = NULL;
  guint n_open = 0;

  for (guint i = 0; i < transports->len; i++)
    {
      BtyTransport *transport = g_ptr_array_index (transports, i);
      g_autoptr (GError) reason = NULL;

      if (bty_transport_start (transport, BTY_HOST (self), &reason))
        {
          g_ptr_array_add (self->transports, g_object_ref (transport));
          n_open += is_open (transport);
          continue;
        }
      g_warning ("a door stays closed: %s", reason->message);
      if (first == NULL)
        first = g_steal_pointer (&reason);
    }
  if (n_open > 0)
    return TRUE;
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                         _ ("no transport plugin was found: reinstall the program"));
  return FALSE;
}

/* Whether bots have been here before: then nobody has to wait for the first one. */
static gboolean
has_bots (BtyEngine *self)
{
  g_autofree char *path = g_build_filename (self->data_dir, "bots", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder != NULL && g_dir_read_name (folder) != NULL;
}

static void
on_first_call (gpointer data)
{
  bty_domains_begin (&BTY_ENGINE (data)->domains);
}

/* What can wait until the doors are open. */
static gboolean
do_later (gpointer data)
{
  BtyEngine *self = data;

  self->later = 0;
  bty_domains_begin (&self->domains);
  if (!bty_domains_have_begun (&self->domains))
    {
      self->later = g_timeout_add (10, do_later, self);
      return G_SOURCE_REMOVE;
    }
  bty_domains_start (&self->domains);
  bty_plugin_index_start (bty_plugin_registry_get_index (self->registry));
  return G_SOURCE_REMOVE;
}

gboolean
bty_engine_start (BtyEngine *self, GError **error)
{
  gboolean has_bot = has_bots (self);
  gboolean is_open;

  bty_plugin_registry_find (self->registry);
  if (!open_store (self, error) || !make_domains (self, error))
    return FALSE;
  bty_dispatcher_hold (self->dispatcher, on_first_call, self);
  bty_plugin_index_publish (bty_plugin_registry_get_index (self->registry));
  if (!has_bot)
    bty_domains_make_first_bot (&self->domains, &has_bot);
  is_open = open_doors (self, error);
  while (!has_bot)
    g_main_context_iteration (NULL, TRUE);
  if (!is_open)
    return FALSE;
  self->is_ready = TRUE;
  bty_plugin_registry_tell (self->registry, self->store);
  bty_plugin_index_serve (bty_plugin_registry_get_index (self->registry));
  bty_catalogue_set_wait (self->catalogue, wait_for_plugins, self);
  g_signal_emit_by_name (self, "ready");
  self->later = g_timeout_add (200, do_later, self);
  return TRUE;
}

static gboolean
is_busy (guint64 *n_uses, gpointer data)
{
  BtyEngine *self = data;

  *n_uses = bty_dispatcher_get_n_calls (self->dispatcher);
  return bty_dispatcher_get_n_running (self->dispatcher) > 0 || !bty_domains_is_idle (&self->domains);
}

void
bty_engine_end_when_idle (BtyEngine *self)
{
  if (self->idle == NULL)
    self->idle = bty_idle_new (self->settings, self->transports, is_busy, ask_to_stop, self);
}

void
bty_engine_stop (BtyEngine *self)
{
  self->is_ready = FALSE;
  bty_catalogue_set_wait (self->catalogue, NULL, NULL);
  g_clear_pointer (&self->idle, bty_idle_free);
  g_clear_handle_id (&self->later, g_source_remove);
  bty_domains_finish (&self->domains);
  if (self->is_store_open)
    bty_domains_stop (&self->domains);
  bty_dispatcher_cancel_all (self->dispatcher);
  for (guint i = 0; i < self->transports->len; i++)
    bty_transport_stop (g_ptr_array_index (self->transports, i));
  g_ptr_array_set_size (self->transports, 0);
  bty_dispatcher_set_store (self->dispatcher, NULL);
  if (self->domains.audit != NULL && self->is_store_open)
    bty_audit_log_note (self->domains.audit, "daemon-stop", NULL);
  if (self->domains.audit != NULL)
    bty_audit_log_stop (self->domains.audit);
  self->is_store_open = FALSE;
  if (self->store != NULL)
    bty_store_close (self->store);
}
