/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-registry.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-cache.h"
#include "bty-plugin-files.h"
#include "bty-plugin-folders.h"
#include "bty-plugin-offer.h"
#include "bty-plugin-scan.h"
#include "bty-plugin-survey.h"
#include "bty-plugin-watch.h"

typedef struct
{
  GFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Waiter;

struct _BtyPluginRegistry
{
  GObject parent_instance;
  BtyHost *host; /* unowned */
  BtyCatalogue *catalogue;
  BtySettings *settings;
  char *data_dir;
  BtyPluginFiles *files;
  BtyPluginOffers offers;
  BtyPluginCache *cache;
  BtyPluginSurvey *survey;
  BtyPluginWatch *watch; /* NULL: not started */
  GArray *waiters;
  guint save;
};

G_DEFINE_FINAL_TYPE (BtyPluginRegistry, bty_plugin_registry, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "plugins",
    .key = "scan_timeout_ms",
    .type = BTY_SETTING_INT,
    .fallback = "5000",
    .unit = "ms",
    .min = 100,
    .max = 120000,
    .summary = N_ ("How long an unknown plugin may take to be looked at") },
  { .group = "plugins",
    .key = "settle_ms",
    .type = BTY_SETTING_INT,
    .fallback = "500",
    .unit = "ms",
    .min = 50,
    .max = 60000,
    .summary = N_ ("How long a new plugin's file must have been unchanged before it is looked at") },
  { .group = "plugins",
    .key = "max_files",
    .type = BTY_SETTING_INT,
    .fallback = "200",
    .unit = "files",
    .min = 1,
    .max = 5000,
    .summary = N_ ("Most plugins of one folder that are looked at") },
  { .group = "plugins",
    .key = "disabled",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ ("Plugins that are never opened: their ids, with commas") },
};

static void
waiter_clear (gpointer data)
{
  Waiter *waiter = data;

  waiter->destroy (waiter->data);
}

static GArray *
make_waiters (void)
{
  GArray *waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));

  g_array_set_clear_func (waiters, waiter_clear);
  return waiters;
}

static void on_setting_changed (BtySettings *settings, const char *name, BtyPluginRegistry *self);

static void
bty_plugin_registry_finalize (GObject *object)
{
  BtyPluginRegistry *self = BTY_PLUGIN_REGISTRY (object);

  g_signal_handlers_disconnect_by_func (self->settings, on_setting_changed, self);
  g_clear_handle_id (&self->save, g_source_remove);
  g_clear_pointer (&self->watch, bty_plugin_watch_free);
  g_clear_pointer (&self->survey, bty_plugin_survey_free);
  g_clear_pointer (&self->cache, bty_plugin_cache_free);
  g_array_unref (self->waiters);
  g_clear_pointer (&self->files, bty_plugin_files_free);
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
  self->waiters = make_waiters ();
}

BtySettings *
bty_plugin_registry_get_settings (BtyPluginRegistry *self)
{
  return self->settings;
}

const char *
bty_plugin_registry_get_data_dir (BtyPluginRegistry *self)
{
  return self->data_dir;
}

GPtrArray *
bty_plugin_registry_get_problems (BtyPluginRegistry *self)
{
  return bty_plugin_files_get_problems (self->files);
}

/* Without a home there is no cache folder of the user's; the data folder is always ours. */
static char *
cache_folder (BtyPluginRegistry *self)
{
  if (g_getenv ("XDG_CACHE_HOME") == NULL && g_getenv ("HOME") == NULL)
    return g_build_filename (self->data_dir, "cache", NULL);
  return g_build_filename (g_get_user_cache_dir (), "boternity", NULL);
}

char *
bty_plugin_registry_get_copies (BtyPluginRegistry *self)
{
  g_autofree char *folder = cache_folder (self);

  return g_build_filename (folder, "plugins", NULL);
}

/* What came with the program is opened where it is; anything else from a copy, which nobody changes while it is open. */
static char *
prepare (BtyPluginRegistry *self, const BtyPluginEntry *entry, GError **error)
{
  g_autofree char *real = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GBytes) contents = NULL;

  if (!bty_plugin_file_check (entry->path, &real, entry->is_own ? NULL : &contents, error))
    return NULL;
  if (entry->is_own)
    return g_steal_pointer (&real);
  folder = bty_plugin_registry_get_copies (self);
  return bty_plugin_file_copy (folder, entry->path, contents, error);
}

/* Knowing what a file is. */

static GPtrArray *
get_entries (BtyPluginRegistry *self)
{
  return bty_plugin_files_get_entries (self->files);
}

static gboolean
is_disabled (BtyPluginRegistry *self, const BtyPluginEntry *entry)
{
  g_autofree char *text = bty_settings_get (self->settings, "plugins", "disabled");
  g_auto (GStrv) names = g_strsplit_set (text, ", ;", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0' && bty_plugin_entry_is_called (entry, names[i]))
      return TRUE;
  return FALSE;
}

static void
offer (BtyPluginRegistry *self, BtyPluginEntry *entry)
{
  entry->is_disabled = is_disabled (self, entry);
  if (entry->manifest != NULL && entry->manifest->outcome == BTY_PLUGIN_FINE)
    bty_plugin_offer (&self->offers, entry, get_entries (self));
}

static void
take_manifest (BtyPluginRegistry *self, BtyPluginEntry *entry, BtyPluginManifest *manifest)
{
  entry->manifest = bty_plugin_manifest_ref (manifest);
  if (manifest->outcome == BTY_PLUGIN_FINE)
    offer (self, entry);
  else
    bty_plugin_entry_refuse (
      entry, BTY_PLUGIN_REFUSAL_SCAN,
      g_error_new (BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "%s",
                   manifest->reason != NULL ? manifest->reason : _ ("the scanner did not say why")));
}

static gboolean
save_cache (gpointer data)
{
  BtyPluginRegistry *self = data;

  self->save = 0;
  bty_plugin_cache_save (self->cache);
  return G_SOURCE_REMOVE;
}

static void
save_later (BtyPluginRegistry *self)
{
  if (self->save == 0)
    self->save = g_timeout_add (1000, save_cache, self);
}

static void
remember (BtyPluginRegistry *self, const BtyPluginEntry *entry)
{
  bty_plugin_cache_put (self->cache, entry->path, &entry->stamp, entry->manifest);
  save_later (self);
}

static void
take_answer (BtyPluginRegistry *self, BtyPluginEntry *entry, BtyPluginManifest *manifest, const GError *error)
{
  entry->is_scanning = FALSE;
  if (manifest == NULL)
    {
      bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_FILE, g_error_copy (error));
      return;
    }
  take_manifest (self, entry, manifest);
  remember (self, entry);
}

static void
on_surveyed (gpointer data, const char *path, const BtyPluginStamp *stamp, BtyPluginManifest *manifest,
             const GError *error)
{
  BtyPluginRegistry *self = data;
  BtyPluginEntry *entry = bty_plugin_files_find (self->files, path);

  if (entry != NULL && entry->is_scanning && memcmp (&entry->stamp, stamp, sizeof *stamp) == 0)
    take_answer (self, entry, manifest, error);
}

static void
on_idle (gpointer data, gpointer nothing)
{
  g_autoptr (BtyPluginRegistry) self = g_object_ref (data);
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = make_waiters ();
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->func (self, waiter->data);
    }
}

void
bty_plugin_registry_when_known (BtyPluginRegistry *self, GFunc func, gpointer data, GDestroyNotify destroy)
{
  const Waiter waiter = { func, data, destroy };

  g_array_append_val (self->waiters, waiter);
  if (bty_plugin_survey_is_idle (self->survey))
    on_idle (self, NULL);
}

guint
bty_plugin_registry_get_timeout (BtyPluginRegistry *self)
{
  return (guint) bty_settings_get_int (self->settings, "plugins", "scan_timeout_ms");
}

static void
survey_unknown (BtyPluginRegistry *self)
{
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *file = NULL;
      GError *error = NULL;

      if (!bty_plugin_entry_is_unknown (entry) || entry->is_scanning)
        continue;
      file = prepare (self, entry, &error);
      entry->is_scanning = file != NULL;
      if (file != NULL)
        bty_plugin_survey_push (self->survey, entry->path, file, entry->is_own, &entry->stamp,
                                bty_plugin_registry_get_timeout (self));
      else
        bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_FILE, error);
    }
}

static void
scan_now (BtyPluginRegistry *self, BtyPluginEntry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = prepare (self, entry, &error);
  g_autoptr (BtyPluginManifest) manifest = NULL;

  if (file != NULL)
    manifest = bty_plugin_scan_now (file, entry->is_own, bty_plugin_registry_get_timeout (self), &error);
  take_answer (self, entry, manifest, error);
}

void
bty_plugin_registry_settle (BtyPluginRegistry *self)
{
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (bty_plugin_entry_is_unknown (entry) && !(entry->is_own && entry->file_feature != NULL))
        scan_now (self, entry);
    }
}

/* Opening one. */

static BtyPluginModule *
open_module (BtyPluginRegistry *self, BtyPluginEntry *entry, GError **error)
{
  g_autofree char *file = prepare (self, entry, error);
  BtyPluginModule *module = file != NULL ? bty_plugin_module_open (file, error) : NULL;

  if (module != NULL &&
      !bty_plugin_offer_check_id (entry, bty_plugin_module_get_descriptor (module)->id, get_entries (self), error))
    g_clear_pointer (&module, bty_plugin_module_free);
  if (module != NULL && !entry->is_own)
    entry->opened = g_steal_pointer (&file);
  return module;
}

/* What is known of a file that somebody brought must be of the file as it is now. */
static void
make_sure (BtyPluginRegistry *self, BtyPluginEntry *entry)
{
  BtyPluginStamp now;

  if (entry->is_own)
    return;
  bty_plugin_file_stamp (entry->path, &now);
  if (entry->manifest != NULL && memcmp (&entry->stamp, &now, sizeof now) == 0)
    return;
  bty_plugin_offer_withdraw (&self->offers, entry);
  bty_plugin_entry_forget (entry);
  scan_now (self, entry);
}

static void
open_entry (BtyPluginRegistry *self, BtyPluginEntry *entry)
{
  BtyPluginModule *module;
  GError *error = NULL;

  if (!bty_plugin_entry_waits (entry))
    return;
  make_sure (self, entry);
  if (!bty_plugin_entry_waits (entry))
    return;
  module = open_module (self, entry, &error);
  bty_plugin_offer_withdraw (&self->offers, entry);
  if (module == NULL)
    {
      bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_OPEN, error);
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
      remember (self, entry);
    }
  g_debug ("opened the plugin “%s” from “%s”", bty_plugin_module_get_descriptor (module)->id, entry->path);
}

void
bty_plugin_registry_open_all (BtyPluginRegistry *self)
{
  bty_plugin_registry_settle (self);
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    open_entry (self, g_ptr_array_index (entries, i));
}

/* What the catalogue calls for an operation that was promised. */
static gboolean
open_promised (gpointer data, const char *id, GError **error)
{
  BtyPluginRegistry *self = data;
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (!entry->is_promised || g_strcmp0 (bty_plugin_entry_get_id (entry), id) != 0)
        continue;
      open_entry (self, entry);
      if (entry->module != NULL)
        return TRUE;
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the plugin “%s” was not opened: %s"),
                   entry->path, entry->error != NULL ? entry->error->message : _ ("it is disabled"));
      return FALSE;
    }
  return FALSE;
}

/* The folders. */

static void
drop (gpointer data, BtyPluginEntry *entry)
{
  bty_plugin_offer_withdraw (&BTY_PLUGIN_REGISTRY (data)->offers, entry);
}

gboolean
bty_plugin_registry_refresh (BtyPluginRegistry *self)
{
  guint settle = self->watch != NULL ? (guint) bty_settings_get_int (self->settings, "plugins", "settle_ms") : 0;
  guint max = (guint) bty_settings_get_int (self->settings, "plugins", "max_files");
  gboolean is_writing = bty_plugin_files_refresh (self->files, max, settle);
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);
      BtyPluginManifest *cached = NULL;

      if (entry->manifest == NULL && entry->module == NULL && entry->refusal == BTY_PLUGIN_REFUSAL_NONE)
        cached = bty_plugin_cache_get (self->cache, entry->path, &entry->stamp);
      if (cached != NULL)
        {
          entry->is_unsettled = FALSE;
          take_manifest (self, entry, cached);
        }
      else
        offer (self, entry);
    }
  if (self->watch != NULL)
    survey_unknown (self);
  return is_writing;
}

void
bty_plugin_registry_learn (BtyPluginRegistry *self, const char *path, BtyPluginManifest *manifest)
{
  BtyPluginStamp stamp;

  bty_plugin_file_stamp (path, &stamp);
  bty_plugin_cache_put (self->cache, path, &stamp, manifest);
  save_later (self);
  bty_plugin_registry_refresh (self);
}

static gboolean
on_folder_changed (gpointer data)
{
  return bty_plugin_registry_refresh (data);
}

void
bty_plugin_registry_find (BtyPluginRegistry *self)
{
  g_autofree char *folder = cache_folder (self);
  g_autofree char *path = g_build_filename (folder, "plugins.json", NULL);

  if (self->cache == NULL)
    self->cache = bty_plugin_cache_new (path);
  bty_plugin_registry_refresh (self);
}

void
bty_plugin_registry_start (BtyPluginRegistry *self)
{
  g_auto (GStrv) folders = bty_plugin_folders_get (self->data_dir);

  self->watch = bty_plugin_watch_new ((const char *const *) folders,
                                      (guint) bty_settings_get_int (self->settings, "plugins", "settle_ms"),
                                      on_folder_changed, self);
  if (bty_plugin_registry_refresh (self)) /* what came before the watch */
    bty_plugin_watch_wait (self->watch);
}

void
bty_plugin_registry_rescan (BtyPluginRegistry *self, const char *name)
{
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (entry->module != NULL || (name != NULL && !bty_plugin_entry_is_called (entry, name)))
        continue;
      drop (self, entry);
      bty_plugin_entry_forget (entry);
      bty_plugin_cache_forget (self->cache, entry->path);
    }
  bty_plugin_registry_refresh (self);
}

static void
on_setting_changed (BtySettings *settings, const char *name, BtyPluginRegistry *self)
{
  GPtrArray *entries = get_entries (self);

  for (guint i = 0; g_str_equal (name, "plugins.disabled") && i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      offer (self, entry);
      if (entry->is_disabled && entry->module == NULL)
        drop (self, entry);
    }
}

BtyPluginRegistry *
bty_plugin_registry_new (BtyHost *host, BtyCatalogue *catalogue, BtySettings *settings, const char *data_dir)
{
  BtyPluginRegistry *self = g_object_new (BTY_TYPE_PLUGIN_REGISTRY, NULL);

  self->host = host;
  self->catalogue = g_object_ref (catalogue);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  self->files = bty_plugin_files_new (data_dir, drop, self);
  self->survey = bty_plugin_survey_new (on_surveyed, on_idle, self);
  self->offers = (BtyPluginOffers){ catalogue, settings, open_promised, self };
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  g_signal_connect (settings, "changed", G_CALLBACK (on_setting_changed), self);
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
open_offering (BtyPluginRegistry *self, BtyFeatureKind kind, const char *name)
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
      open_entry (self, entry);
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

  if (type == G_TYPE_INVALID)
    {
      named = open_offering (self, kind, name);
      type = find_type (self, kind, name);
    }
  if (type == G_TYPE_INVALID && named == NULL)
    {
      bty_plugin_registry_settle (self);
      named = open_offering (self, kind, name);
      type = find_type (self, kind, name);
    }
  if (type != G_TYPE_INVALID)
    return g_object_new (type, NULL);
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

GPtrArray *
bty_plugin_registry_list (BtyPluginRegistry *self)
{
  GPtrArray *entries = get_entries (self);
  GPtrArray *infos = bty_record_list_new ();

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (infos, bty_plugin_entry_describe (g_ptr_array_index (entries, i)));
  return infos;
}

const BtyPluginEntry *
bty_plugin_registry_lookup (BtyPluginRegistry *self, const char *name)
{
  return bty_plugin_files_lookup (self->files, name);
}
