/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-model.h"

static const BtyField model_fields[] = {
  BTY_FIELD_STRING (BtyModel, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What routes call it: provider/model")),
  BTY_FIELD_STRING (BtyModel, provider, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Name of its provider")),
  BTY_FIELD_STRING (BtyModel, title, BTY_READ_ONLY, N_ ("Name shown to people")),
  BTY_FIELD_INT64 (BtyModel, context_window, BTY_READ_ONLY,
                   N_ ("Tokens it takes in and gives out together; 0 when unknown"), .max = G_MAXINT32),
  BTY_FIELD_INT64 (BtyModel, max_output, BTY_READ_ONLY, N_ ("Tokens it answers with at most; 0 when unknown"),
                   .max = G_MAXINT32),
  BTY_FIELD_STRV (BtyModel, abilities, BTY_READ_ONLY, N_ ("What it can do: text, tools, vision and so on")),
};

BTY_DEFINE_RECORD (BtyModel, bty_model, "model", N_ ("A model"), model_fields)
