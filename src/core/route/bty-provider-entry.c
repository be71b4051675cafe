/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "model/bty-model-book.h"
#include "route/bty-provider-entry.h"
#include "route/bty-provider-presets.h"

BtyProviderEntry *
bty_provider_entry_new (BtyProviderConfig *config)
{
  BtyProviderEntry *entry = g_new0 (BtyProviderEntry, 1);

  entry->config = config;
  entry->n_keys = 1 + (config->more_keys != NULL ? g_strv_length (config->more_keys) : 0);
  entry->keys = g_new0 (BtyProviderKey, entry->n_keys);
  entry->keys[0].reference = config->key_ref != NULL && config->key_ref[0] != '\0' ? g_strdup (config->key_ref) : NULL;
  for (guint i = 1; i < entry->n_keys; i++)
    entry->keys[i].reference = g_strdup (config->more_keys[i - 1]);
  return entry;
}

void
bty_provider_entry_free (BtyProviderEntry *entry)
{
  for (guint i = 0; i < entry->n_keys; i++)
    {
      g_clear_object (&entry->keys[i].provider);
      g_free (entry->keys[i].reference);
      g_free (entry->keys[i].reason);
    }
  g_free (entry->keys);
  g_clear_pointer (&entry->models, g_ptr_array_unref);
  bty_provider_config_unref (entry->config);
  g_free (entry);
}

gboolean
bty_provider_entry_needs_key (const BtyProviderEntry *entry)
{
  return entry->config->key_ref != NULL && entry->config->key_ref[0] != '\0';
}

/* The pool of keys. */

BtyProviderKey *
bty_provider_entry_find_key (const BtyProviderEntry *entry, const char *reference)
{
  for (guint i = 0; i < entry->n_keys; i++)
    if (g_strcmp0 (entry->keys[i].reference, reference) == 0)
      return &entry->keys[i];
  return NULL;
}

static gboolean
is_awake (const BtyProviderEntry *entry, const BtyProviderKey *key, gint64 now)
{
  return entry->n_keys == 1 || key->rests_until <= now;
}

static GError *
all_rest (const BtyProviderEntry *entry, gint64 now)
{
  const BtyProviderKey *first = &entry->keys[0];
  GError *error;

  for (guint i = 1; i < entry->n_keys; i++)
    if (entry->keys[i].rests_until < first->rests_until)
      first = &entry->keys[i];
  error = g_error_new (BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                       _ ("all %u keys of the provider “%s” rest, the first for %lld s more (%s): give it another with "
                          "boternity-ctl provider update %s --more-keys"),
                       entry->n_keys, entry->config->name,
                       (long long) ((first->rests_until - now + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC),
                       first->reason != NULL ? first->reason : "", entry->config->name);
  bty_error_set_retry_after (error, (first->rests_until - now) / 1000);
  return error;
}

BtyProviderKey *
bty_provider_entry_take_turn (BtyProviderEntry *entry, GError **error)
{
  gint64 now = entry->n_keys > 1 ? g_get_monotonic_time () : 0;

  for (guint i = 0; i < entry->n_keys; i++)
    {
      BtyProviderKey *key = &entry->keys[(entry->next + i) % entry->n_keys];

      if (!is_awake (entry, key, now))
        continue;
      entry->next = (entry->next + i + 1) % entry->n_keys;
      return key;
    }
  g_propagate_error (error, all_rest (entry, now));
  return NULL;
}

gboolean
bty_provider_entry_rest (BtyProviderEntry *entry, const char *reference, gint64 rest_ms, const char *reason)
{
  BtyProviderKey *key = bty_provider_entry_find_key (entry, reference);
  gint64 now = g_get_monotonic_time ();

  if (entry->n_keys == 1)
    return FALSE;
  if (key != NULL)
    {
      key->rests_until = now + rest_ms * 1000;
      bty_record_take_string (&key->reason, g_strdup (reason));
    }
  for (guint i = 0; i < entry->n_keys; i++)
    if (entry->keys[i].rests_until <= now)
      return TRUE;
  return FALSE;
}

guint
bty_provider_entry_get_resting (const BtyProviderEntry *entry)
{
  gint64 now = g_get_monotonic_time ();
  guint n = 0;

  for (guint i = 0; i < entry->n_keys; i++)
    n += !is_awake (entry, &entry->keys[i], now);
  return n;
}

gboolean
bty_provider_entry_is_open (const BtyProviderEntry *entry, gconstpointer provider)
{
  for (guint i = 0; i < entry->n_keys; i++)
    if ((gconstpointer) entry->keys[i].provider == provider)
      return TRUE;
  return FALSE;
}

gboolean
bty_provider_entry_is_local (const BtyProviderConfig *config)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GInetAddress) address = NULL;
  const char *host;

  if (config->url == NULL || config->url[0] == '\0')
    return g_strcmp0 (config->kind, BTY_BUILTIN_PROVIDER) == 0 || g_strcmp0 (config->kind, "ollama") == 0;
  uri = g_uri_parse (config->url, G_URI_FLAGS_NONE, NULL);
  host = uri != NULL && g_uri_get_host (uri) != NULL ? g_uri_get_host (uri) : "";
  if (g_str_equal (host, "localhost") || g_str_has_suffix (host, ".localhost") || g_str_has_suffix (host, ".local") ||
      (host[0] != '\0' && strpbrk (host, ".:") == NULL))
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address) ||
                             g_inet_address_get_is_site_local (address));
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

const BtyModel *
bty_provider_entry_find_model (const BtyProviderEntry *entry, const char *name)
{
  gsize prefix = strlen (entry->config->name) + 1;

  for (guint i = 0; entry->models != NULL && i < entry->models->len; i++)
    {
      const BtyModel *model = entry->models->pdata[i];

      if (name != NULL ? strcmp (model->name + prefix, name) == 0 : bty_model_can (model, "text"))
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
