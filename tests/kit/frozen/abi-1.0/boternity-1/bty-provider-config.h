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
} BtyProviderConfig;

BTY_DECLARE_RECORD (BtyProviderConfig, bty_provider_config)

G_END_DECLS
