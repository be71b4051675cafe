/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-model.h"

const BtyEnumValue bty_pricings[] = {
  { BTY_PRICING_UNKNOWN, "unknown", N_ ("Nobody knows: counted as the dearest that is known") },
  { BTY_PRICING_CATALOGUE, "catalogue", N_ ("Of the list that came with the program") },
  { BTY_PRICING_USER, "user", N_ ("Given by the owner") },
  { BTY_PRICING_PROVIDER, "provider", N_ ("Told by the provider") },
  { BTY_PRICING_FREE, "free", N_ ("Nothing is paid") },
  { 0 },
};

static const BtyField model_fields[] = {
  BTY_FIELD_STRING (BtyModel, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What routes call it: provider/model")),
  BTY_FIELD_STRING (BtyModel, provider, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Name of its provider")),
  BTY_FIELD_STRING (BtyModel, title, BTY_READ_ONLY, N_ ("Name shown to people")),
  BTY_FIELD_INT64 (BtyModel, context_window, BTY_READ_ONLY,
                   N_ ("Tokens it takes in and gives out together; 0 when unknown"), .max = G_MAXINT32),
  BTY_FIELD_INT64 (BtyModel, max_output, BTY_READ_ONLY, N_ ("Tokens it answers with at most; 0 when unknown"),
                   .max = G_MAXINT32),
  BTY_FIELD_STRV (BtyModel, abilities, BTY_READ_ONLY, N_ ("What it can do: text, tools, vision and so on")),
  BTY_FIELD_ENUM (BtyModel, pricing, BTY_READ_ONLY, N_ ("How sure its prices are"), bty_pricings),
  BTY_FIELD_INT64 (BtyModel, input_price, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Micro-dollars for a million tokens that go in")),
  BTY_FIELD_INT64 (BtyModel, cached_price, BTY_READ_ONLY | BTY_NULLABLE, N_ ("The same, when a cache held them")),
  BTY_FIELD_INT64 (BtyModel, cache_write_price, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("The same, when they are written to a cache")),
  BTY_FIELD_INT64 (BtyModel, output_price, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Micro-dollars for a million tokens that come out")),
  BTY_FIELD_STRING (BtyModel, source, BTY_READ_ONLY, N_ ("Where this is from")),
  BTY_FIELD_STRING (BtyModel, source_date, BTY_READ_ONLY, N_ ("Of which day it is"), .max = 32),
  BTY_FIELD_INT64 (BtyModel, long_from, BTY_READ_ONLY,
                   N_ ("Input tokens beyond which the whole request has the prices of long ones; 0: never")),
  BTY_FIELD_INT64 (BtyModel, long_input_price, BTY_READ_ONLY | BTY_NULLABLE, N_ ("The input price of a long request")),
  BTY_FIELD_INT64 (BtyModel, long_cached_price, BTY_READ_ONLY | BTY_NULLABLE, N_ ("Its price from a cache")),
  BTY_FIELD_INT64 (BtyModel, long_cache_write_price, BTY_READ_ONLY | BTY_NULLABLE, N_ ("Its price into a cache")),
  BTY_FIELD_INT64 (BtyModel, long_output_price, BTY_READ_ONLY | BTY_NULLABLE, N_ ("Its output price")),
  BTY_FIELD_STRING (BtyModel, tokenizer, BTY_READ_ONLY, N_ ("How it cuts text into tokens"), .max = 32),
  BTY_FIELD_DOUBLE (BtyModel, estimate_error, BTY_READ_ONLY | BTY_NULLABLE,
                    N_ ("By how many percent estimates of its tokens were wrong, on the average")),
  BTY_FIELD_INT64 (BtyModel, estimates, BTY_READ_ONLY, N_ ("Calls that this is from")),
  BTY_FIELD_DOUBLE (BtyModel, estimate_factor, BTY_READ_ONLY | BTY_NULLABLE,
                    N_ ("What a count of the text alone is multiplied by, as those calls have shown it")),
};

BTY_DEFINE_RECORD (BtyModel, bty_model, "model", N_ ("A model"), model_fields)
