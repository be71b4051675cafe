/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "route/bty-provider-entry.h"
#include "route/bty-provider-presets.h"

BtyProviderEntry *
bty_provider_entry_new (BtyProviderConfig *config)
{
  BtyProviderEntry *entry = g_new0 (BtyProviderEntry, 1);

  entry->config = config;
  return entry;
}

void
bty_provider_entry_free (BtyProviderEntry *entry)
{
  g_clear_object (&entry->provider);
  g_clear_pointer (&entry->models, g_ptr_array_unref);
  bty_provider_config_unref (entry->config);
  g_free (entry);
}

gboolean
bty_provider_entry_needs_key (const BtyProviderEntry *entry)
{
  return entry->config->key_ref != NULL && entry->config->key_ref[0] != '\0';
}

BtyProviderConfig *
bty_provider_entry_show (const BtyProviderEntry *entry, BtySecretService *secrets)
{
  BtyProviderConfig *shown = bty_provider_config_edit (entry->config);

  if (!bty_provider_entry_needs_key (entry))
    shown->key_state = BTY_KEY_NOT_NEEDED;
  else
    shown->key_state = bty_secret_service_knows (secrets, shown->key_ref) ? BTY_KEY_READY : BTY_KEY_MISSING;
  return shown;
}

BtySecretUse
bty_provider_entry_get_use (const BtyProviderEntry *entry, const char *bot)
{
  const BtyProviderConfig *config = entry->config;
  const char *url = config->url;

  if (url == NULL || url[0] == '\0')
    url = bty_provider_presets_url (config->kind); /* the kind's own */
  return (BtySecretUse){ .bot = bot, .url = url, .plugin = config->kind };
}

GError *
bty_provider_entry_no_key (const BtyProviderEntry *entry, GError *error)
{
  const BtyProviderConfig *config = entry->config;
  GError *why;

  if (error->code != BTY_ERROR_NOT_FOUND && error->code != BTY_ERROR_INVALID_ARGUMENT)
    return error;
  why = g_error_new (
    BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
    _ ("the provider “%s” has no key (%s); or hand it over: boternity-ctl provider update %s --key-stdin"),
    config->name, error->message, config->name);
  g_error_free (error);
  return why;
}

gboolean
bty_provider_entry_check (const BtyProviderEntry *entry, GError **error)
{
  const BtyProviderConfig *config = entry->config;

  if (config->enabled)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the provider “%s” is switched off: boternity-ctl provider update %s --enabled true"), config->name,
               config->name);
  return FALSE;
}

BtyProvider *
bty_provider_entry_make (BtyProviderEntry *entry, BtySecret *key, BtyProviderMaker make, gpointer data, GError **error)
{
  g_autoptr (BtyProvider) provider = make (data, entry->config->kind, error);

  if (provider == NULL || !bty_provider_configure (provider, entry->config, key, error))
    return NULL;
  return g_steal_pointer (&provider);
}

/* A provider that does not know what it is called here gives the service's own names. */
static BtyModel *
complete_model (const BtyModel *model, const char *provider)
{
  g_autofree char *prefix = g_strconcat (provider, "/", NULL);
  BtyModel *complete;

  if (g_strcmp0 (model->provider, provider) == 0 && g_str_has_prefix (model->name, prefix))
    return bty_model_ref (model);
  complete = bty_model_edit (model);
  bty_record_take_string (&complete->provider, g_strdup (provider));
  bty_record_take_string (&complete->name, g_strconcat (prefix, model->name, NULL));
  return complete;
}

void
bty_provider_entry_set_models (BtyProviderEntry *entry, GPtrArray *models)
{
  entry->asked_at = g_get_monotonic_time ();
  if (models == NULL)
    return;
  g_clear_pointer (&entry->models, g_ptr_array_unref);
  entry->models = bty_record_list_new ();
  for (guint i = 0; i < models->len; i++)
    g_ptr_array_add (entry->models, complete_model (models->pdata[i], entry->config->name));
  entry->models_at = entry->asked_at;
  g_ptr_array_unref (models);
}

static gboolean
gives_text (const BtyModel *model)
{
  return model->abilities == NULL || model->abilities[0] == NULL ||
         g_strv_contains ((const char *const *) model->abilities, "text");
}

const BtyModel *
bty_provider_entry_find_model (const BtyProviderEntry *entry, const char *name)
{
  gsize prefix = strlen (entry->config->name) + 1;

  for (guint i = 0; entry->models != NULL && i < entry->models->len; i++)
    {
      const BtyModel *model = entry->models->pdata[i];

      if (name != NULL ? strcmp (model->name + prefix, name) == 0 : gives_text (model))
        return model;
    }
  return NULL;
}

gboolean
bty_provider_check_name (const char *name, GError **error)
{
  gboolean good = name != NULL && g_ascii_isalnum (name[0]) && strlen (name) <= 64;

  for (const char *c = name; good && *c != '\0'; c++)
    good = g_ascii_isalnum (*c) || strchr ("-_.", *c) != NULL;
  if (!good)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
      _ ("“%.64s” cannot name a provider: begin with a letter or digit and use only letters, digits, “-”, “_” and “.”"),
      name != NULL ? name : "");
  return good;
}

char *
bty_provider_key_name (const char *provider)
{
  return g_strconcat ("provider-", provider, NULL);
}

const char *
bty_provider_usual_key_ref (const char *kind, const char *url)
{
  const char *variable = bty_provider_presets_key (kind, url);
  g_autofree char *reference = variable != NULL ? g_strconcat ("env:", variable, NULL) : NULL;

  return reference != NULL ? g_intern_string (reference) : NULL;
}
