/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-offer.h"

#include <glib/gi18n-lib.h>

/* An id is taken by what is open, or has promised and may be opened. */
static gboolean
has_id (const BtyPluginEntry *entry, const char *id)
{
  return (entry->module != NULL || entry->is_promised) && g_strcmp0 (bty_plugin_entry_get_id (entry), id) == 0;
}

/* What came with the program is named after its id, known by that before anybody has looked at it, and taken by no one else. */
static gboolean
is_reserved (const BtyPluginEntry *entry, const char *id)
{
  return entry->is_own && entry->refusal == BTY_PLUGIN_REFUSAL_NONE && g_strcmp0 (entry->file_feature, id) == 0;
}

gboolean
bty_plugin_offer_check_id (const BtyPluginEntry *entry, const char *id, GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const BtyPluginEntry *other = g_ptr_array_index (entries, i);

      if (other == entry || (!has_id (other, id) && (entry->is_own || !is_reserved (other, id))))
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("a plugin with the id “%s” is there already, “%s”: remove one of the two"), id, other->path);
      return FALSE;
    }
  return TRUE;
}

static void
note (BtyPluginEntry *entry, const char *problem)
{
  g_autofree char *before = g_steal_pointer (&entry->problem);

  entry->problem = before != NULL ? g_strjoin ("; ", before, problem, NULL) : g_strdup (problem);
  g_warning ("plugin “%s”: %s", entry->manifest->id, problem);
}

/* One by one: what is wrong with one takes nothing from the others. */
static void
promise (const BtyPluginOffers *offers, BtyPluginEntry *entry)
{
  GPtrArray *operations = entry->manifest->operations;

  for (guint i = 0; operations != NULL && i < operations->len; i++)
    {
      const BtyPluginOperation *operation = g_ptr_array_index (operations, i);
      const BtyOperation stub = { .name = operation->name,
                                  .summary = operation->summary,
                                  .http = operation->http,
                                  .scope = operation->scope,
                                  .effect = (guint) operation->effect };
      g_autoptr (GError) error = NULL;

      if (!bty_catalogue_promise (offers->catalogue, &stub, 1, entry->manifest->id, offers->open, offers->data, &error))
        note (entry, error->message);
    }
}

static void
expect (const BtyPluginOffers *offers, BtyPluginEntry *entry)
{
  GPtrArray *settings = entry->manifest->settings;

  for (guint i = 0; settings != NULL && i < settings->len; i++)
    {
      const BtyPluginSetting *setting = g_ptr_array_index (settings, i);
      g_autoptr (BtySettingInfo) taken = bty_settings_describe (offers->settings, setting->name, NULL);
      g_autofree char *problem = NULL;

      if (taken == NULL)
        {
          bty_settings_expect (offers->settings, setting->name);
          continue;
        }
      problem = g_strdup_printf (_ ("the setting %s was not taken: there is one already"), setting->name);
      note (entry, problem);
    }
}

void
bty_plugin_offer (const BtyPluginOffers *offers, BtyPluginEntry *entry, GPtrArray *entries)
{
  GError *error = NULL;

  if (entry->is_promised || entry->manifest->id == NULL || !bty_plugin_entry_waits (entry))
    return;
  if (!bty_plugin_offer_check_id (entry, entry->manifest->id, entries, &error))
    {
      bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_TWIN, error);
      return;
    }
  entry->is_promised = TRUE;
  promise (offers, entry);
  expect (offers, entry);
}

void
bty_plugin_offer_withdraw (const BtyPluginOffers *offers, BtyPluginEntry *entry)
{
  if (!entry->is_promised)
    return;
  entry->is_promised = FALSE;
  g_clear_pointer (&entry->problem, g_free);
  bty_catalogue_withdraw (offers->catalogue, entry->manifest->id);
}
