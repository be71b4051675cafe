/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-entry.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A first-party file is named after the feature it offers, in the singular: secret-vault for the kind `secrets`. */
static void
read_file_name (BtyPluginEntry *self)
{
  for (const BtyEnumValue *kind = bty_feature_kinds; kind->nick != NULL; kind++)
    {
      gsize length = strlen (kind->nick);

      if (kind->nick[length - 1] == 's')
        length -= 1;
      if (strncmp (self->name, kind->nick, length) == 0 && self->name[length] == '-' && self->name[length + 1] != '\0')
        {
          self->file_kind = (BtyFeatureKind) kind->value;
          self->file_feature = g_strdup (self->name + length + 1);
          return;
        }
    }
}

BtyPluginEntry *
bty_plugin_entry_new (const char *path, gboolean is_own)
{
  BtyPluginEntry *self = g_new0 (BtyPluginEntry, 1);

  self->path = g_strdup (path);
  self->name = g_path_get_basename (path);
  if (g_str_has_suffix (self->name, ".so"))
    self->name[strlen (self->name) - strlen (".so")] = '\0';
  self->is_own = is_own;
  bty_plugin_file_stamp (path, &self->stamp);
  read_file_name (self);
  return self;
}

void
bty_plugin_entry_free (BtyPluginEntry *self)
{
  g_clear_pointer (&self->module, bty_plugin_module_free);
  g_clear_pointer (&self->manifest, bty_plugin_manifest_unref);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self->name);
  g_free (self->copy);
  g_free (self->opened);
  g_free (self->said);
  g_free (self->problem);
  g_free (self->file_feature);
  g_free (self);
}

const char *
bty_plugin_entry_get_id (const BtyPluginEntry *self)
{
  if (self->module != NULL)
    return bty_plugin_module_get_descriptor (self->module)->id;
  return self->manifest != NULL ? self->manifest->id : NULL;
}

gboolean
bty_plugin_entry_is_called (const BtyPluginEntry *self, const char *name)
{
  return g_str_equal (self->name, name) || g_strcmp0 (bty_plugin_entry_get_id (self), name) == 0;
}

gboolean
bty_plugin_entry_waits (const BtyPluginEntry *self)
{
  return self->module == NULL && self->refusal == BTY_PLUGIN_REFUSAL_NONE && !self->is_disabled && !self->is_unsettled;
}

gboolean
bty_plugin_entry_is_unknown (const BtyPluginEntry *self)
{
  return self->module == NULL && self->manifest == NULL && self->refusal == BTY_PLUGIN_REFUSAL_NONE &&
         !self->is_unsettled;
}

GStrv
bty_plugin_entry_list_features (const BtyPluginEntry *self)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  GPtrArray *features = self->module != NULL ? bty_plugin_module_get_features (self->module) : NULL;
  g_autofree char *named = NULL;

  for (guint i = 0; features != NULL && i < features->len; i++)
    {
      const BtyPluginFeature *feature = g_ptr_array_index (features, i);
      g_autofree char *text = g_strdup_printf ("%s:%s", bty_enum_nick (bty_feature_kinds, (int) feature->kind),
                                               feature->name);

      g_strv_builder_add (texts, text);
    }
  if (features == NULL && self->manifest != NULL && self->manifest->features != NULL)
    g_strv_builder_addv (texts, (const char **) self->manifest->features);
  else if (features == NULL && self->manifest == NULL && self->refusal == BTY_PLUGIN_REFUSAL_NONE &&
           self->file_feature != NULL)
    {
      named = g_strdup_printf ("%s:%s", bty_enum_nick (bty_feature_kinds, (int) self->file_kind), self->file_feature);
      g_strv_builder_add (texts, named);
    }
  return g_strv_builder_end (texts);
}

gboolean
bty_plugin_entry_offers (const BtyPluginEntry *self, BtyFeatureKind kind, const char *name)
{
  g_auto (GStrv) features = bty_plugin_entry_list_features (self);
  g_autofree char *text = g_strdup_printf ("%s:%s", bty_enum_nick (bty_feature_kinds, (int) kind), name);

  return g_strv_contains ((const char *const *) features, text);
}

void
bty_plugin_entry_refuse (BtyPluginEntry *self, BtyPluginRefusal refusal, GError *error)
{
  g_clear_error (&self->error);
  self->refusal = refusal;
  self->error = error;
  if (g_strcmp0 (self->said, error->message) == 0)
    return;
  g_free (self->said);
  self->said = g_strdup (error->message);
  g_warning ("the plugin “%s” was not opened: %s", self->path, error->message);
}

void
bty_plugin_entry_forget (BtyPluginEntry *self)
{
  if (self->module != NULL)
    return;
  g_clear_pointer (&self->manifest, bty_plugin_manifest_unref);
  g_clear_pointer (&self->copy, g_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->problem, g_free);
  self->refusal = BTY_PLUGIN_REFUSAL_NONE;
  self->is_scanning = FALSE; /* its answer, when it comes, is about what was */
  bty_plugin_file_stamp (self->path, &self->stamp);
}

/* Telling about it. */

static BtyPluginState
get_state (const BtyPluginEntry *self)
{
  if (self->module != NULL)
    return self->is_gone ? BTY_PLUGIN_GONE : BTY_PLUGIN_LOADED;
  if (self->is_disabled)
    return BTY_PLUGIN_DISABLED;
  return self->refusal != BTY_PLUGIN_REFUSAL_NONE ? BTY_PLUGIN_REFUSED : BTY_PLUGIN_WAITING;
}

/* What of an open one waits for a restart, or what of it was not taken. */
static char *
get_remark (const BtyPluginEntry *self)
{
  if (self->is_gone)
    return g_strdup (_ ("its file was removed: it stays open until the daemon is restarted"));
  if (self->is_disabled)
    return g_strdup (_ ("it is disabled: takes effect after a restart"));
  if (self->is_replaced)
    return g_strdup (_ ("its file was replaced: takes effect after a restart"));
  return g_strdup (bty_plugin_module_get_problem (self->module));
}

/* Returns: (transfer full) (nullable): what of a closed one is not taken */
static char *
get_problems (const BtyPluginEntry *self)
{
  g_autofree char *known = self->manifest != NULL && self->manifest->problems != NULL
                             ? g_strjoinv ("; ", self->manifest->problems)
                             : NULL;

  if (known == NULL || *known == '\0')
    return g_strdup (self->problem);
  return self->problem != NULL ? g_strjoin ("; ", known, self->problem, NULL) : g_steal_pointer (&known);
}

static char *
get_reason (const BtyPluginEntry *self)
{
  if (self->module != NULL)
    return get_remark (self);
  if (self->is_disabled)
    return g_strdup_printf (_ ("it is disabled: “boternity-ctl plugin enable %s” opens it again"),
                            bty_plugin_entry_get_id (self) != NULL ? bty_plugin_entry_get_id (self) : self->name);
  if (self->error != NULL)
    return g_strdup (self->error->message);
  if (self->is_unsettled)
    return g_strdup (_ ("its file is still being written"));
  return get_problems (self);
}

static GStrv
list_names (GPtrArray *records, glong offset)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; records != NULL && i < records->len; i++)
    g_strv_builder_add (names, G_STRUCT_MEMBER (char *, g_ptr_array_index (records, i), offset));
  return g_strv_builder_end (names);
}

static void
take_manifest (const BtyPluginEntry *self, BtyPluginInfo *info)
{
  const BtyPluginManifest *manifest = self->manifest;

  info->id = g_strdup (manifest->id);
  info->summary = g_strdup (manifest->summary != NULL && *manifest->summary != '\0' ? manifest->summary : NULL);
  info->version = g_strdup (manifest->version);
  info->licence = g_strdup (manifest->licence);
  info->origin = g_strdup (manifest->origin);
  info->remedy = g_strdup (manifest->remedy);
  info->records = g_strdupv (manifest->records);
  info->operations = list_names (manifest->operations, G_STRUCT_OFFSET (BtyPluginOperation, name));
  info->settings = list_names (manifest->settings, G_STRUCT_OFFSET (BtyPluginSetting, name));
  if (manifest->id != NULL && self->refusal == BTY_PLUGIN_REFUSAL_NONE)
    bty_record_take_string (&info->name, g_strdup (manifest->id));
}

BtyPluginInfo *
bty_plugin_entry_describe (const BtyPluginEntry *self)
{
  BtyPluginInfo *info = bty_plugin_info_new ();

  info->name = g_strdup (self->name);
  info->path = g_strdup (self->path);
  info->state = get_state (self);
  info->features = bty_plugin_entry_list_features (self);
  info->reason = get_reason (self);
  info->opened = self->module != NULL;
  info->file = g_strdup (self->opened);
  if (self->manifest != NULL)
    take_manifest (self, info);
  return info;
}
