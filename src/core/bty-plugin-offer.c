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

gboolean
bty_plugin_offer_check_id (const BtyPluginEntry *entry, const char *id, GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const BtyPluginEntry *other = g_ptr_array_index (entries, i);

      if (other == entry || !has_id (other, id))
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("a plugin with the id “%s” is there already, “%s”: remove one of the two"), id, other->path);
      return FALSE;
    }
  return TRUE;
}

/* The program's own words are not for plugins of others: `bot.dance` would look like one of its operations. */
static gboolean
check_word (const BtyPluginOffers *offers, const BtyPluginEntry *entry, GError **error)
{
  g_autoptr (GPtrArray) known = bty_catalogue_list_known (offers->catalogue);
  g_autofree char *prefix = g_strconcat (entry->manifest->id, ".", NULL);

  for (guint i = 0; !entry->is_own && i < known->len; i++)
    {
      const char *name = ((const BtyOperation *) g_ptr_array_index (known, i))->name;

      if (!g_str_has_prefix (name, prefix))
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("its id “%s” is taken: there is an operation “%s” already; its author must choose another"),
                   entry->manifest->id, name);
      return FALSE;
    }
  return TRUE;
}

static void
promise (const BtyPluginOffers *offers, BtyPluginEntry *entry)
{
  GPtrArray *operations = entry->manifest->operations;
  guint n = operations != NULL ? operations->len : 0;
  g_autofree BtyOperation *stubs = g_new0 (BtyOperation, MAX (n, 1));
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      const BtyPluginOperation *operation = g_ptr_array_index (operations, i);

      stubs[i] = (BtyOperation){ .name = operation->name,
                                 .summary = operation->summary,
                                 .http = operation->http,
                                 .scope = operation->scope,
                                 .effect = (guint) operation->effect };
    }
  if (bty_catalogue_promise (offers->catalogue, stubs, n, entry->manifest->id, offers->open, offers->data, &error))
    return;
  entry->problem = g_strdup (error->message);
  g_warning ("plugin “%s”: %s", entry->manifest->id, error->message);
}

void
bty_plugin_offer (const BtyPluginOffers *offers, BtyPluginEntry *entry, GPtrArray *entries)
{
  GPtrArray *settings = entry->manifest->settings;
  GError *error = NULL;

  if (entry->is_promised || entry->manifest->id == NULL || !bty_plugin_entry_waits (entry))
    return;
  if (!bty_plugin_offer_check_id (entry, entry->manifest->id, entries, &error) || !check_word (offers, entry, &error))
    {
      bty_plugin_entry_refuse (entry, BTY_PLUGIN_REFUSAL_TWIN, error);
      return;
    }
  entry->is_promised = TRUE;
  promise (offers, entry);
  for (guint i = 0; settings != NULL && i < settings->len; i++)
    bty_settings_expect (offers->settings, ((const BtyPluginSetting *) g_ptr_array_index (settings, i))->name);
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
