/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "secret/bty-secret-service.h"

#define BTY_BUILTIN_PROVIDER "builtin"

/**
 * BtyProviderMaker:
 *
 * Returns: (transfer full) (nullable): a new object that speaks @kind
 */
typedef BtyProvider *(*BtyProviderMaker) (gpointer data, const char *kind, GError **error);

/**
 * BtyProviderEntry:
 * @config: the record in force
 * @provider: (nullable): made and configured on first use
 * @models: (nullable) (element-type BtyModel): what it offered when it was last asked
 * @models_at: when that was, of the monotonic clock
 * @asked_at: when it was last asked, with whatever result; 0: never
 *
 * One provider in memory. A changed record or key gets a new entry, so that nothing of the old one lives on.
 */
typedef struct
{
  BtyProviderConfig *config;
  BtyProvider *provider;
  GPtrArray *models;
  gint64 models_at;
  gint64 asked_at;
} BtyProviderEntry;

/** bty_provider_entry_new: @config: (transfer full): */
BtyProviderEntry *bty_provider_entry_new (BtyProviderConfig *config);
void bty_provider_entry_free (BtyProviderEntry *entry);

/** bty_provider_entry_show: Returns: (transfer full): its record for an answer, with the state of the key */
BtyProviderConfig *bty_provider_entry_show (const BtyProviderEntry *entry, BtySecretService *secrets);
/** bty_provider_entry_needs_key: whether a key is named */
gboolean bty_provider_entry_needs_key (const BtyProviderEntry *entry);
/** bty_provider_entry_get_use: what a key of it is used for: @bot: (nullable): borrowed, as long as the entry */
BtySecretUse bty_provider_entry_get_use (const BtyProviderEntry *entry, const char *bot);
/** bty_provider_entry_check: whether it may be used at all: it is switched on */
gboolean bty_provider_entry_check (const BtyProviderEntry *entry, GError **error);
/** bty_provider_entry_no_key: Returns: (transfer full): why there is no key, with what to do; takes @error */
GError *bty_provider_entry_no_key (const BtyProviderEntry *entry, GError *error);
/** bty_provider_entry_make: Returns: (transfer full) (nullable): a new provider, configured with @key (nullable) */
BtyProvider *bty_provider_entry_make (BtyProviderEntry *entry, BtySecret *key, BtyProviderMaker make, gpointer data,
                                      GError **error);
/** bty_provider_entry_set_models: @models: (transfer full) (nullable): as the provider gave them; names are completed */
void bty_provider_entry_set_models (BtyProviderEntry *entry, GPtrArray *models);
/** bty_provider_entry_find_model: @name: (nullable): its own name, without the provider; %NULL: the one to take when none is named */
const BtyModel *bty_provider_entry_find_model (const BtyProviderEntry *entry, const char *name);

/* What a configuration may be. */

/** bty_provider_check_name: a name stands in paths and before the slash of a route */
gboolean bty_provider_check_name (const char *name, GError **error);
/** bty_provider_key_name: Returns: (transfer full): under which name a key that was handed over is kept */
char *bty_provider_key_name (const char *provider);
/**
 * bty_provider_usual_key_ref:
 *
 * Where the key of a service is by custom. Only for hosts whose variable is known: a key is never sent to any other.
 *
 * Returns: (nullable): such as `env:OPENAI_API_KEY`
 */
const char *bty_provider_usual_key_ref (const char *kind, const char *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyProviderEntry, bty_provider_entry_free)
