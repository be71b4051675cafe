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
 * BtyProviderKey:
 * @reference: (nullable): where it is found; %NULL: the service takes none
 * @provider: (nullable): made and configured with it on first use
 * @rests_until: of the monotonic clock: it was refused or is used up, and is not taken before; @reason: (nullable): what was said of it
 *
 * One key of a provider's pool.
 */
typedef struct
{
  char *reference;
  BtyProvider *provider;
  gint64 rests_until;
  char *reason;
} BtyProviderKey;

/**
 * BtyProviderEntry:
 * @config: the record in force
 * @keys: (array length=n_keys): that requests take turns in: one at least; @next: whose turn it is
 * @models: (nullable) (element-type BtyModel): what it offered when it was last asked
 * @models_at: when that was, of the monotonic clock
 * @asked_at: when it was last asked, with whatever result; 0: never
 *
 * One provider in memory. A changed record or key gets a new entry, so that nothing of the old one lives on.
 */
typedef struct
{
  BtyProviderConfig *config;
  BtyProviderKey *keys;
  guint n_keys;
  guint next;
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
/** bty_provider_entry_find_key: @reference: (nullable): Returns: (nullable): the key that is found there */
BtyProviderKey *bty_provider_entry_find_key (const BtyProviderEntry *entry, const char *reference);
/** bty_provider_entry_take_turn: Returns: (nullable): the key whose turn it is; %NULL with RESOURCE_EXHAUSTED when all rest */
BtyProviderKey *bty_provider_entry_take_turn (BtyProviderEntry *entry, GError **error);
/** bty_provider_entry_rest: lets a key of several rest; a single one never does. Returns: whether another can be taken now */
gboolean bty_provider_entry_rest (BtyProviderEntry *entry, const char *reference, gint64 rest_ms, const char *reason);
/** bty_provider_entry_get_resting: Returns: how many keys rest now */
guint bty_provider_entry_get_resting (const BtyProviderEntry *entry);
/** bty_provider_entry_is_open: whether @provider (any pointer) is one of its objects */
gboolean bty_provider_entry_is_open (const BtyProviderEntry *entry, gconstpointer provider);
/** bty_provider_entry_is_local: whether it runs on this machine or in the local network: it is there without the Internet */
gboolean bty_provider_entry_is_local (const BtyProviderConfig *config);
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
