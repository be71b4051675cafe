/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * The services that are known in advance: those of data/providers/presets.json, and the owner's own in `providers.json` in the folder
 * of the settings, which take the place of shipped ones of the same name. Read when they are first needed; main context.
 */

/**
 * bty_provider_presets_list:
 *
 * Reads them anew when a file has changed since.
 *
 * Returns: (transfer none) (element-type BtyProviderPreset) (nullable): FAILED_PRECONDITION when a file cannot be used, naming it
 */
GPtrArray *bty_provider_presets_list (GError **error);
/** bty_provider_presets_find: Returns: (transfer none) (nullable): the one of this name; good until the next call of any of these */
const BtyProviderPreset *bty_provider_presets_find (const char *name);
/**
 * bty_provider_presets_apply:
 * @config: (transfer none): what somebody wants to add
 *
 * A kind that is the name of a preset, or a name that is one when neither kind nor URL were given: its kind, its URL and its options
 * are filled in; what was given counts for more.
 *
 * Returns: %FALSE with INVALID_ARGUMENT when the options of @config are no object
 */
gboolean bty_provider_presets_apply (BtyProviderConfig *config, GError **error);
/** bty_provider_presets_url: Returns: (transfer none) (nullable): the URL that a kind has by itself, when it is known; never freed */
const char *bty_provider_presets_url (const char *kind);
/**
 * bty_provider_presets_key:
 * @url: (nullable): %NULL: the kind's own
 *
 * Returns: (transfer none) (nullable): the variable that holds the key of the service by custom. Only for hosts whose variable is
 *   known, and only by https: a key is never sent to any other
 */
const char *bty_provider_presets_key (const char *kind, const char *url);
