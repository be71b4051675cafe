/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-model-request.h"

#define MAX_PRICE    (G_GINT64_CONSTANT (1000000000)) /* a thousand dollars for a million tokens */
#define MAX_DOCUMENT (1024 * 1024)

static const BtyField model_key_fields[] = {
  BTY_FIELD_STRING (BtyModelKey, name, BTY_REQUIRED, N_ ("The model, as provider/model"), .min = 3, .max = 400),
};
BTY_DEFINE_RECORD (BtyModelKey, bty_model_key, "model_key", N_ ("Which model"), model_key_fields)

static const BtyField model_set_fields[] = {
  BTY_FIELD_STRING (BtyModelSet, name, BTY_REQUIRED,
                    N_ ("The model, as provider/model; a * at its end stands for any ending"), .min = 3, .max = 400),
  BTY_FIELD_INT64 (BtyModelSet, context_window, BTY_NULLABLE, N_ ("Tokens it takes in and gives out together"),
                   .min = 1, .max = G_MAXINT32),
  BTY_FIELD_INT64 (BtyModelSet, max_output, BTY_NULLABLE, N_ ("Tokens it answers with at most"), .min = 1,
                   .max = G_MAXINT32),
  BTY_FIELD_STRV (BtyModelSet, abilities, BTY_NULLABLE, N_ ("What it can do: text, tools, vision and so on"),
                  .max = 16),
  BTY_FIELD_INT64 (BtyModelSet, input_price, BTY_NULLABLE, N_ ("Micro-dollars for a million tokens that go in"),
                   .min = 0, .max = MAX_PRICE),
  BTY_FIELD_INT64 (BtyModelSet, cached_price, BTY_NULLABLE, N_ ("The same, when a cache held them"), .min = 0,
                   .max = MAX_PRICE),
  BTY_FIELD_INT64 (BtyModelSet, cache_write_price, BTY_NULLABLE, N_ ("The same, when they are written to a cache"),
                   .min = 0, .max = MAX_PRICE),
  BTY_FIELD_INT64 (BtyModelSet, output_price, BTY_NULLABLE, N_ ("Micro-dollars for a million tokens that come out"),
                   .min = 0, .max = MAX_PRICE),
  BTY_FIELD_STRING (BtyModelSet, tokenizer, BTY_NULLABLE, N_ ("How it cuts text into tokens"), .max = 32),
};
BTY_DEFINE_RECORD (BtyModelSet, bty_model_set, "model_set", N_ ("What the owner knows of a model"), model_set_fields)

static const BtyField model_update_fields[] = {
  BTY_FIELD_TEXT (BtyModelUpdate, text, BTY_REQUIRED, N_ ("A list of a vendor's models, as JSON"), .min = 2,
                  .max = MAX_DOCUMENT),
  BTY_FIELD_BOOL (BtyModelUpdate, dry_run, 0, N_ ("Only says what it would change")),
};
BTY_DEFINE_RECORD (BtyModelUpdate, bty_model_update, "model_update", N_ ("A newer list of models"), model_update_fields)

static const BtyField model_change_fields[] = {
  BTY_FIELD_STRING (BtyModelChange, model, BTY_REQUIRED | BTY_READ_ONLY, N_ ("The model")),
  BTY_FIELD_STRING (BtyModelChange, field, BTY_READ_ONLY, N_ ("What of it changes")),
  BTY_FIELD_STRING (BtyModelChange, before, BTY_READ_ONLY, N_ ("What it was"), .max = 4096),
  BTY_FIELD_STRING (BtyModelChange, after, BTY_READ_ONLY, N_ ("What it becomes"), .max = 4096),
};
BTY_DEFINE_RECORD (BtyModelChange, bty_model_change, "model_change", N_ ("A change of the list of models"),
                   model_change_fields)
