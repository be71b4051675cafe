/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-provider-config.h"

const BtyEnumValue bty_key_states[] = {
  { BTY_KEY_NOT_NEEDED, "not_needed", N_ ("No key is named") },
  { BTY_KEY_READY, "ready", N_ ("The key is at hand") },
  { BTY_KEY_MISSING, "missing", N_ ("The key is named but nobody has it") },
  { 0 },
};

static const BtyField provider_config_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyProviderConfig, name, BTY_REQUIRED | BTY_CREATE_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("What routes call it"), .min = 1, .max = 64),
  BTY_FIELD_STRING (BtyProviderConfig, kind, BTY_CREATE_ONLY, N_ ("What it speaks, such as openai"), .max = 64,
                    .fallback = "\"openai\""),
  BTY_FIELD_STRING (BtyProviderConfig, url, 0, N_ ("Base URL; without it, the kind's own"), .max = 2048),
  BTY_FIELD_SECRET (BtyProviderConfig, key, 0, N_ ("Its key: kept as a secret of its own, for the host of url alone")),
  BTY_FIELD_STRING (BtyProviderConfig, key_ref, 0, N_ ("Where the key is found: secret:NAME, env:NAME, cmd:NAME"),
                    .max = 256),
  BTY_FIELD_ENUM (BtyProviderConfig, key_state, BTY_READ_ONLY, N_ ("Whether the key is at hand"), bty_key_states),
  BTY_FIELD_STRING (BtyProviderConfig, default_model, 0, N_ ("Model taken when a route names the provider alone"),
                    .max = 256),
  BTY_FIELD_INT64 (BtyProviderConfig, context_window, 0,
                   N_ ("Tokens to count on when a model does not say; 0: the setting chat.context_window"),
                   .max = 100000000),
  BTY_FIELD_JSON (BtyProviderConfig, options, 0, N_ ("What only its kind understands, as an object")),
  BTY_FIELD_BOOL (BtyProviderConfig, enabled, 0, N_ ("Whether routes may use it"), .fallback = "true"),
  BTY_FIELD_STRV (BtyProviderConfig, more_keys, 0, N_ ("Further keys to take turns with, each as key_ref"), .max = 32),
  BTY_FIELD_INT64 (BtyProviderConfig, requests_per_minute, 0, N_ ("Most requests a minute; 0: no limit"),
                   .max = 1000000),
  BTY_FIELD_INT64 (BtyProviderConfig, tokens_per_minute, 0, N_ ("Most tokens a minute; 0: no limit"),
                   .max = 1000000000000),
  BTY_FIELD_INT64 (BtyProviderConfig, max_concurrent, 0, N_ ("Most requests at a time; 0: no limit"), .max = 100000),
};

BTY_DEFINE_RECORD (BtyProviderConfig, bty_provider_config, "provider", N_ ("A provider of models"),
                   provider_config_fields)
