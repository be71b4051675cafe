/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-model.h"

G_BEGIN_DECLS

/** BtyModelKey: @name: `provider/model` */
typedef struct
{
  BtyRecord record;
  char *name;
} BtyModelKey;
BTY_DECLARE_RECORD (BtyModelKey, bty_model_key)

/**
 * BtyModelSet:
 * @name: `provider/model`, or `provider/BEGINNING*` for all models whose names begin so
 * @input_price: micro-dollars for a million tokens, as the others; input and output are given together, or neither
 *
 * What the owner knows better than anyone: what is not given is left to the others.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  gint64 context_window;
  gint64 max_output;
  GStrv abilities;
  gint64 input_price;
  gint64 cached_price;
  gint64 cache_write_price;
  gint64 output_price;
  char *tokenizer;
} BtyModelSet;
BTY_DECLARE_RECORD (BtyModelSet, bty_model_set)

/**
 * BtyModelUpdate:
 * @text: a list of a vendor's models, as those that come with the program
 * @dry_run: only says what it would change
 */
typedef struct
{
  BtyRecord record;
  char *text;
  gboolean dry_run;
} BtyModelUpdate;
BTY_DECLARE_RECORD (BtyModelUpdate, bty_model_update)

/** BtyModelChange: @before: (nullable): %NULL for what was not known; @after: (nullable): %NULL for what is known no more */
typedef struct
{
  BtyRecord record;
  char *model;
  char *field;
  char *before;
  char *after;
} BtyModelChange;
BTY_DECLARE_RECORD (BtyModelChange, bty_model_change)

G_END_DECLS
