/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyModelEntry:
 * @match: names: exact ones, which also stand for those with a date or `-latest` behind them, or a beginning and `*`
 * @input: dollars for a million tokens, as decimal digits: exact, unlike a JSON number; the others likewise
 * @long_from: beyond so many input tokens the prices are those that begin with `long_`
 * @retired: the vendor serves it no more, or only for few: it is no measure for what unknown models cost
 * @prices: in micro-dollars, by #BtyModelPrice; -1: not given
 * @keys: (array zero-terminated=1): @match as it is compared
 *
 * What a list says of a model. Made by bty_model_file_parse(), which has checked it.
 */
typedef enum
{
  BTY_MODEL_INPUT,
  BTY_MODEL_CACHED,
  BTY_MODEL_CACHE_WRITE,
  BTY_MODEL_OUTPUT,
  BTY_MODEL_LONG_INPUT,
  BTY_MODEL_LONG_CACHED,
  BTY_MODEL_LONG_CACHE_WRITE,
  BTY_MODEL_LONG_OUTPUT,
  BTY_MODEL_N_PRICES,
} BtyModelPrice;

typedef struct
{
  BtyRecord record;
  GStrv match;
  char *title;
  gint64 window;
  gint64 max_output;
  GStrv abilities;
  char *input;
  char *cached;
  char *cache_write;
  char *output;
  gint64 long_from;
  char *long_input;
  char *long_cached;
  char *long_cache_write;
  char *long_output;
  char *tokenizer;
  gboolean retired;

  gint64 prices[BTY_MODEL_N_PRICES];
  GStrv keys;
} BtyModelEntry;
extern const BtySchema bty_model_entry_schema;

/** bty_model_price_parse: @text: such as `0.075`; Returns: micro-dollars, or -1 when it is no price of at most 1000 dollars */
gint64 bty_model_price_parse (const char *text);
/** bty_model_price_text: Returns: (transfer full): the shortest decimal for @price micro-dollars */
char *bty_model_price_text (gint64 price);

/** bty_model_name_key: Returns: (transfer full): @name as it is compared: services write one name with dots or dashes, capitals or not */
char *bty_model_name_key (const char *name);

/** bty_model_entry_check: sets @prices and @keys; Returns: FALSE with INVALID_ARGUMENT */
gboolean bty_model_entry_check (BtyModelEntry *entry, GError **error);
/** bty_model_entry_has_prices: Returns: whether it says what the model costs */
gboolean bty_model_entry_has_prices (const BtyModelEntry *entry);
/** bty_model_entry_match: @key: of bty_model_name_key(); Returns: how well it fits, 0 for not at all */
guint bty_model_entry_match (const BtyModelEntry *entry, const char *key);
/** bty_model_entry_apply: puts what it says into @model, whatever stands there; a cache without a price of its own costs as much as none */
void bty_model_entry_apply (const BtyModelEntry *entry, BtyModel *model);

/** BtyModelFile: @aliases: other words for the vendor, before the slash of a name; @hosts, @kinds: whose prices these are */
typedef struct
{
  BtyRecord record;
  char *vendor;
  GStrv aliases;
  GStrv hosts;
  GStrv kinds;
  char *tokenizer;
  char *source;
  char *date;
  GPtrArray *models; /* BtyModelEntry */
} BtyModelFile;
extern const BtySchema bty_model_file_schema;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyModelFile, bty_record_unref)

/**
 * bty_model_file_parse:
 * @error: INVALID_ARGUMENT with the place
 *
 * Returns: (transfer full) (nullable): a list of models from JSON that anybody may have written, checked wholly
 */
BtyModelFile *bty_model_file_parse (const char *data, gsize length, GError **error);
