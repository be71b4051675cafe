/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_KEY_NOT_NEEDED, /* none is named: a local server, say */
  BTY_KEY_READY,
  BTY_KEY_MISSING, /* named, but nobody has it */
} BtyKeyState;
BTY_EXPORT const BtyEnumValue bty_key_states[];

/**
 * BtyProviderConfig:
 * @name: what routes call it: the part before the slash
 * @kind: which plugin feature speaks to it, such as `openai`
 * @url: (nullable): base URL; %NULL: the kind's own
 * @key: written only: its key, kept in a store of secrets; in the record there is never more than @key_ref
 * @key_ref: (nullable): where the key is found, such as `secret:NAME` or `env:NAME`
 * @key_state: told in answers
 * @default_model: (nullable): the model taken when a route names the provider alone
 * @context_window: tokens to count on for models that do not say; 0: the setting's
 * @options: JSON object that the kind understands: extra headers, an organisation
 * @more_keys: (nullable): further references like @key_ref: the pool that requests take turns in; one that is refused or exhausted
 *   rests
 * @requests_per_minute: @tokens_per_minute, @max_concurrent: what the service allows; more waits in a fair queue; 0: no limit
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *kind;
  char *url;
  BtySecret *key;
  char *key_ref;
  BtyKeyState key_state;
  char *default_model;
  gint64 context_window;
  char *options;
  gboolean enabled;
  GStrv more_keys;
  gint64 requests_per_minute;
  gint64 tokens_per_minute;
  gint64 max_concurrent;
} BtyProviderConfig;

BTY_DECLARE_RECORD (BtyProviderConfig, bty_provider_config)

G_END_DECLS
