/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyModel:
 * @name: `provider/model`, as routes write it
 * @provider: name of the provider
 * @context_window: tokens it takes in and gives out together; 0 when unknown
 * @max_output: tokens it gives at most; 0 when unknown
 * @abilities: some of `text`, `tools`, `parallel_tools`, `vision`, `files`, `reasoning`, `json_schema`, `embeddings`, `cache`
 *
 * A model that a provider offers. What a model cannot do is known here, before it is asked.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *provider;
  char *title;
  gint64 context_window;
  gint64 max_output;
  GStrv abilities;
} BtyModel;

BTY_DECLARE_RECORD (BtyModel, bty_model)

G_END_DECLS
