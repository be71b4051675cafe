/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/** BtyPricing: how sure a price is */
typedef enum
{
  BTY_PRICING_UNKNOWN,   /* nobody knows: counted as the dearest that is known */
  BTY_PRICING_CATALOGUE, /* of the list that came with the program */
  BTY_PRICING_USER,      /* the owner gave it */
  BTY_PRICING_PROVIDER,  /* the provider says it itself, in its list of models or with each answer */
  BTY_PRICING_FREE,      /* nothing is paid: it runs on this machine */
} BtyPricing;
BTY_EXPORT const BtyEnumValue bty_pricings[];

/**
 * BtyModel:
 * @name: `provider/model`, as routes write it
 * @provider: name of the provider
 * @context_window: tokens it takes in and gives out together; 0 when unknown
 * @max_output: tokens it gives at most; 0 when unknown
 * @abilities: some of `text`, `tools`, `parallel_tools`, `vision`, `files`, `reasoning`, `json_schema`, `embeddings`, `cache`, `continue`
 *   (it goes on from the beginning of an answer)
 * @pricing: how sure the prices are
 * @input_price: micro-dollars for a million tokens that go in; @cached_price: of those that a cache held; @cache_write_price: of
 *   those that are written to one; @output_price: of those that come out; null when unknown
 * @source: (nullable): where window, abilities and prices are from, and @source_date: of which day
 * @long_from: a request with more input tokens than this costs @long_input_price, @long_cached_price, @long_cache_write_price and
 *   @long_output_price, all of it; 0: there is no such step
 * @tokenizer: (nullable): how it cuts text into tokens: `o200k`, `cl100k`, `claude`, `gemini` and so on
 * @estimate_error: by how much estimates of its tokens before a call were wrong on the average, in percent; null before any call
 * @estimates: how many calls that is from
 * @estimate_factor: what a count of the text alone is multiplied by, as those calls have shown it; 0 or null: by 1
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
  BtyPricing pricing;
  gint64 input_price;
  gint64 cached_price;
  gint64 cache_write_price;
  gint64 output_price;
  char *source;
  char *source_date;
  gint64 long_from;
  gint64 long_input_price;
  gint64 long_cached_price;
  gint64 long_cache_write_price;
  gint64 long_output_price;
  char *tokenizer;
  double estimate_error;
  gint64 estimates;
  double estimate_factor;
} BtyModel;

BTY_DECLARE_RECORD (BtyModel, bty_model)

G_END_DECLS
