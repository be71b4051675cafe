/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyProviderPreset:
 * @name: what it is called where a kind is asked for, and the name that `provider.add` fills in by itself
 * @title: what people call the service
 * @kind: the kind of provider that speaks to it
 * @url: its base URL
 * @key: (nullable): variable of the environment that holds its key by custom; %NULL: it needs none
 * @is_local: whether it runs on this machine
 * @options: (nullable): JSON object: what this service likes otherwise than the kind does by itself
 * @abilities: what it can do beside conversing: `embeddings`, `continue`, `cache`, `cost` (it says what a call cost)
 * @documentation: (nullable): where this is from, and @date: of which day
 *
 * A service that is known in advance: data, which comes with the program and which the owner may change.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *title;
  char *kind;
  char *url;
  char *key;
  gboolean is_local;
  char *options;
  GStrv abilities;
  char *documentation;
  char *date;
} BtyProviderPreset;
BTY_DECLARE_RECORD (BtyProviderPreset, bty_provider_preset)

G_END_DECLS
