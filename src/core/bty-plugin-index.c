/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-index.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "bty-plugin-cache.h"
#include "bty-plugin-copy.h"
#include "bty-plugin-files.h"
#include "bty-plugin-folders.h"
#include "bty-plugin-offer.h"
#include "bty-plugin-scan.h"
#include "bty-plugin-survey.h"
#include "bty-plugin-watch.h"

/* A copy that is needed again is made again. */
#define COPY_DAYS 30

struct _BtyPluginIndex
{
  BtySettings *settings;
  char *data_dir;
  BtyPluginFiles *files;
  BtyPluginOffers offers;
  BtyPluginCache *cache; /* NULL: the folders were not read yet */
  BtyPluginSurvey *survey;
  BtyPluginWatch *watch; /* NULL: not started */
  gboolean is_published;
  gboolean is_serving;
  guint save;
  BtyPluginRefused refused; /* nullable */
  gpointer refused_data;
};

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
    .key = "max_size",
    .type = BTY_SETTING_INT,
    .fallback = "256",
    .unit = "MiB",
    .min = 1,
    .max = 65536,
    .summary = N_ ("Largest plugin that is opened") },
  { .group = "plugins",
    .key = "disabled",
    .type = BTY_SETTING_STRING,
    .fallback = "",
    .summary = N_ ("Plugins that are never opened: their ids, with commas") },
};

BtySettings *
bty_plugin_index_get_settings (BtyPluginIndex *self)
{
  return self->settings;
}

const char *
bty_plugin_index_get_data_dir (BtyPluginIndex *self)
{
  return self->data_dir;
}

GPtrArray *
bty_plugin_index_get_problems (BtyPluginIndex *self)
{
  return bty_plugin_files_get_problems (self->files);
}

/* Without a home there is no cache folder of the user's; the data folder is always ours. */
static char *
cache_folder (BtyPluginIndex *self)
{
  if (g_getenv ("XDG_CACHE_HOME") == NULL && g_getenv ("HOME") == NULL)
    return g_build_filename (self->data_dir, "cache", NULL);
  return g_build_filename (g_get_user_cache_dir (), "boternity", NULL);
}

char *
bty_plugin_index_get_copies (BtyPluginIndex *self)
{
  g_autofree char *folder = cache_folder (self);

  return g_build_filename (folder, "plugins", NULL);
}

guint64
bty_plugin_index_get_max_size (BtyPluginIndex *self)
{
  return (guint64) bty_settings_get_int (self->settings, "plugins", "max_size") * 1024 * 1024;
}

/* What came with the program is opened where it is; anything else from the copy that was looked at, which nobody changes. */
char *
bty_plugin_index_prepare (BtyPluginIndex *self, const BtyPluginEntry *entry, GError **error)
{
  g_autofree char *real = NULL;

  if (!bty_plugin_file_check (entry->path, TRUE, entry->is_own ? 0 : bty_plugin_index_get_max_size (self), &real,
                              error))
    return NULL;
  return entry->is_own ? g_steal_pointer (&real) : g_strdup (entry->copy);
}

/* Knowing what a file is. */

GPtrArray *
bty_plugin_index_get_entries (BtyPluginIndex *self)
{
  return bty_plugin_files_get_entries (self->files);
}

static gboolean
is_disabled (BtyPluginIndex *self, const BtyPluginEntry *entry)
{
  g_autofree char *text = bty_settings_get (self->settings, "plugins", "disabled");
  g_auto (GStrv) names = g_strsplit_set (text, ", ;", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0' && bty_plugin_entry_is_called (entry, names[i]))
      return TRUE;
  return FALSE;
}

static void
offer (BtyPluginIndex *self, BtyPluginEntry *entry)
{
  entry->is_disabled = is_disabled (self, entry);
  if (self->is_published && entry->manifest != NULL && entry->manifest->outcome == BTY_PLUGIN_FINE)
    bty_plugin_offer (&self->offers, entry, bty_plugin_index_get_entries (self));
}

static void
take_manifest (BtyPluginIndex *self, BtyPluginEntry *entry, BtyPluginManifest *manifest)
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
  BtyPluginIndex *self = data;

  self->save = 0;
  bty_plugin_cache_save (self->cache);
  bty_plugin_cache_rest (self->cache);
  return G_SOURCE_REMOVE;
}

static void
save_later (BtyPluginIndex *self)
{
  if (self->save == 0)
    self->save = g_timeout_add (1000, save_cache, self);
}

void
bty_plugin_index_remember (BtyPluginIndex *self, BtyPluginEntry *entry)
{
  bty_plugin_cache_put (self->cache, entry->path, &entry->stamp, entry->manifest, entry->copy);
  save_later (self);
}

static void
take_answer (BtyPluginIndex *self, BtyPluginEntry *entry, BtyPluginManifest *manifest, const char *copy,
             const GError *error)
{
  entry->is_scanning = FALSE;
  g_free (entry->copy);
  entry->copy = g_strdup (copy);
  if (manifest == NULL)
    {
      bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_FILE, g_error_copy (error));
      return;
    }
  take_manifest (self, entry, manifest);
  bty_plugin_index_remember (self, entry);
}

static gboolean
is_wanted (gpointer data, const char *path)
{
  const BtyPluginEntry *entry = bty_plugin_files_find (((BtyPluginIndex *) data)->files, path);

  return entry != NULL && entry->is_scanning;
}

static void
on_surveyed (gpointer data, const char *path, const BtyPluginStamp *stamp, BtyPluginManifest *manifest,
             const char *copy, const GError *error)
{
  BtyPluginIndex *self = data;
  BtyPluginEntry *entry = bty_plugin_files_find (self->files, path);

  if (entry == NULL || !entry->is_scanning || memcmp (&entry->stamp, stamp, sizeof *stamp) != 0)
    return;
  take_answer (self, entry, manifest, copy, error);
  if (entry->refusal != BTY_PLUGIN_REFUSAL_NONE && self->refused != NULL)
    {
      g_autoptr (BtyPluginInfo) info = bty_plugin_entry_describe (entry);

      self->refused (info, self->refused_data);
    }
}

void
bty_plugin_index_on_refused (BtyPluginIndex *self, BtyPluginRefused func, gpointer data)
{
  self->refused = func;
  self->refused_data = data;
}

guint
bty_plugin_index_get_timeout (BtyPluginIndex *self)
{
  return (guint) bty_settings_get_int (self->settings, "plugins", "scan_timeout_ms");
}

static void
survey_unknown (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);
  g_autofree char *copies = bty_plugin_index_get_copies (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (!bty_plugin_entry_is_unknown (entry) || entry->is_scanning)
        continue;
      entry->is_scanning = TRUE;
      bty_plugin_survey_push (self->survey, entry->path, &entry->stamp, entry->is_own ? NULL : copies,
                              bty_plugin_index_get_max_size (self), bty_plugin_index_get_timeout (self));
    }
}

/* Before anybody is served: nothing else runs meanwhile. */

static void
scan_now (BtyPluginIndex *self, BtyPluginEntry *entry)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copies = bty_plugin_index_get_copies (self);
  g_autofree char *file = NULL;
  g_autoptr (BtyPluginManifest) manifest = NULL;

  if (entry->is_own)
    bty_plugin_file_check (entry->path, TRUE, 0, &file, &error);
  else
    file = bty_plugin_copy_make (copies, entry->path, TRUE, bty_plugin_index_get_max_size (self), &error);
  if (file != NULL)
    manifest = bty_plugin_scan_now (file, entry->is_own, bty_plugin_index_get_timeout (self), &error);
  take_answer (self, entry, manifest, entry->is_own ? NULL : file, error);
}

/* What came with the program has a name that says what it offers. */
static gboolean
is_mystery (const BtyPluginEntry *entry)
{
  return bty_plugin_entry_is_unknown (entry) && !(entry->is_own && entry->file_feature != NULL);
}

gboolean
bty_plugin_index_scan_next (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  for (guint i = 0; !self->is_serving && i < entries->len; i++)
    if (is_mystery (g_ptr_array_index (entries, i)))
      {
        scan_now (self, g_ptr_array_index (entries, i));
        return TRUE;
      }
  return FALSE;
}

gboolean
bty_plugin_index_is_known (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      const BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (entry->is_unsettled || is_mystery (entry))
        return FALSE;
    }
  return TRUE;
}

void
bty_plugin_index_serve (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  /* A door makes its endpoints when the first client comes, and only once. */
  for (guint i = 0; !self->is_serving && i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (is_mystery (entry) && entry->file_feature != NULL && entry->file_kind == BTY_FEATURE_ENDPOINT)
        scan_now (self, entry);
    }
  self->is_serving = TRUE;
}

/* The folders. */

void
bty_plugin_index_withdraw (BtyPluginIndex *self, BtyPluginEntry *entry)
{
  bty_plugin_offer_withdraw (&self->offers, entry);
}

gboolean
bty_plugin_index_make_sure (BtyPluginIndex *self, BtyPluginEntry *entry, GError **error)
{
  BtyPluginStamp now;
  gboolean is_same;

  if (entry->is_own)
    return TRUE;
  bty_plugin_file_stamp (entry->path, &now);
  is_same = memcmp (&entry->stamp, &now, sizeof now) == 0;
  if (is_same && entry->manifest != NULL && bty_plugin_copy_is_there (entry->copy, now.size))
    return TRUE;
  if (!is_same || entry->manifest != NULL)
    {
      bty_plugin_index_withdraw (self, entry);
      bty_plugin_entry_forget (entry);
    }
  if (!self->is_serving)
    {
      scan_now (self, entry);
      return TRUE;
    }
  if (self->watch != NULL)
    survey_unknown (self);
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE, _ ("the plugin “%s” is being looked at: try again in a moment"),
               entry->path);
  return FALSE;
}

static void
drop (gpointer data, BtyPluginEntry *entry)
{
  bty_plugin_index_withdraw (data, entry);
}

/* What was looked at is what will be opened: where its copy is gone, it is unknown again. */
static gboolean
take_cached (BtyPluginIndex *self, BtyPluginEntry *entry)
{
  BtyPluginManifest *cached = NULL;
  const char *copy = NULL;

  if (entry->manifest == NULL && entry->module == NULL && entry->refusal == BTY_PLUGIN_REFUSAL_NONE)
    cached = bty_plugin_cache_get (self->cache, entry->path, &entry->stamp, &copy);
  if (cached == NULL || (!entry->is_own && !bty_plugin_copy_is_there (copy, entry->stamp.size)))
    return FALSE;
  entry->is_unsettled = FALSE;
  if (!entry->is_own)
    {
      g_free (entry->copy);
      entry->copy = g_strdup (copy);
      bty_plugin_copy_keep (copy);
    }
  take_manifest (self, entry, cached);
  return TRUE;
}

gboolean
bty_plugin_index_refresh (BtyPluginIndex *self)
{
  guint settle = self->watch != NULL ? (guint) bty_settings_get_int (self->settings, "plugins", "settle_ms") : 0;
  guint max = (guint) bty_settings_get_int (self->settings, "plugins", "max_files");
  gboolean is_writing = bty_plugin_files_refresh (self->files, max, settle);
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);
      if (!take_cached (self, entry))
        offer (self, entry);
    }
  bty_plugin_cache_rest (self->cache);
  if (self->watch == NULL)
    return is_writing;
  survey_unknown (self);
  bty_plugin_survey_hold (self->survey, is_writing);
  return is_writing;
}

void
bty_plugin_index_learn (BtyPluginIndex *self, const char *path, BtyPluginManifest *manifest, const char *copy)
{
  BtyPluginStamp stamp;

  bty_plugin_file_stamp (path, &stamp);
  bty_plugin_cache_put (self->cache, path, &stamp, manifest, copy);
  save_later (self);
  bty_plugin_index_refresh (self);
}

static gboolean
on_folder_changed (gpointer data)
{
  return bty_plugin_index_refresh (data);
}

void
bty_plugin_index_find (BtyPluginIndex *self)
{
  g_autofree char *folder = cache_folder (self);
  g_autofree char *path = g_build_filename (folder, "plugins.json", NULL);

  if (self->cache == NULL)
    self->cache = bty_plugin_cache_new (path);
  bty_plugin_index_refresh (self);
}

void
bty_plugin_index_publish (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  self->is_published = TRUE;
  for (guint i = 0; i < entries->len; i++)
    offer (self, g_ptr_array_index (entries, i));
}

void
bty_plugin_index_start (BtyPluginIndex *self)
{
  g_auto (GStrv) folders = bty_plugin_folders_get (self->data_dir);
  g_autofree char *copies = bty_plugin_index_get_copies (self);
  g_autofree char *users = g_build_filename (self->data_dir, "plugins", NULL);

  if (self->watch != NULL)
    return;
  self->is_serving = TRUE;
  g_mkdir_with_parents (users, 0700); /* what is not there cannot be watched, only asked for now and then */
  bty_plugin_file_prune (copies, COPY_DAYS);
  bty_plugin_index_publish (self);
  self->watch = bty_plugin_watch_new ((const char *const *) folders,
                                      (guint) bty_settings_get_int (self->settings, "plugins", "settle_ms"),
                                      on_folder_changed, self);
  if (bty_plugin_index_refresh (self)) /* what came before the watch */
    bty_plugin_watch_wait (self->watch);
}

void
bty_plugin_index_when_known (BtyPluginIndex *self, GFunc func, gpointer data, GDestroyNotify destroy)
{
  bty_plugin_index_start (self);       /* whoever waits for it does not wait for nothing */
  if (bty_plugin_index_refresh (self)) /* what somebody brought a moment ago counts, noticed or not */
    bty_plugin_watch_wait (self->watch);
  bty_plugin_survey_when_idle (self->survey, func, self, data, destroy);
}

void
bty_plugin_index_rescan (BtyPluginIndex *self, const char *name)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  for (guint i = 0; i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      if (entry->module != NULL || (name != NULL && !bty_plugin_entry_is_called (entry, name)))
        continue;
      drop (self, entry);
      bty_plugin_entry_forget (entry);
      bty_plugin_cache_forget (self->cache, entry->path);
    }
  bty_plugin_index_refresh (self);
}

static void
on_setting_changed (BtySettings *settings, const char *name, BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);

  for (guint i = 0; g_str_equal (name, "plugins.disabled") && i < entries->len; i++)
    {
      BtyPluginEntry *entry = g_ptr_array_index (entries, i);

      offer (self, entry);
      if (entry->is_disabled && entry->module == NULL)
        drop (self, entry);
    }
}

const BtyPluginEntry *
bty_plugin_index_lookup (BtyPluginIndex *self, const char *name)
{
  return bty_plugin_files_lookup (self->files, name);
}

GPtrArray *
bty_plugin_index_list (BtyPluginIndex *self)
{
  GPtrArray *entries = bty_plugin_index_get_entries (self);
  GPtrArray *infos = bty_record_list_new ();

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (infos, bty_plugin_entry_describe (g_ptr_array_index (entries, i)));
  return infos;
}

BtyPluginIndex *
bty_plugin_index_new (BtyCatalogue *catalogue, BtySettings *settings, const char *data_dir, BtyCatalogueOpener open,
                      gpointer data)
{
  BtyPluginIndex *self = g_new0 (BtyPluginIndex, 1);

  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  self->files = bty_plugin_files_new (data_dir, drop, self);
  self->survey = bty_plugin_survey_new (is_wanted, on_surveyed, self);
  self->offers = (BtyPluginOffers){ catalogue, settings, open, data };
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  g_signal_connect (settings, "changed", G_CALLBACK (on_setting_changed), self);
  return self;
}

void
bty_plugin_index_free (BtyPluginIndex *self)
{
  g_signal_handlers_disconnect_by_func (self->settings, on_setting_changed, self);
  if (self->save != 0)
    bty_plugin_cache_save (
      self->cache); /* else a daemon that lives for a moment would look at everything anew each time */
  g_clear_handle_id (&self->save, g_source_remove);
  g_clear_pointer (&self->watch, bty_plugin_watch_free);
  bty_plugin_survey_free (self->survey);
  g_clear_pointer (&self->cache, bty_plugin_cache_free);
  bty_plugin_files_free (self->files);
  g_object_unref (self->settings);
  g_free (self->data_dir);
  g_free (self);
}
