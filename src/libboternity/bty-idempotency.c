/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-idempotency.h"

static const BtyField idempotency_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyIdempotency, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Who and which key")),
  BTY_FIELD_STRING (BtyIdempotency, operation, BTY_REQUIRED | BTY_READ_ONLY, N_ ("Name of the operation")),
  BTY_FIELD_STRING (BtyIdempotency, digest, BTY_REQUIRED | BTY_READ_ONLY, N_ ("SHA-256 of the request")),
  BTY_FIELD_BOOL (BtyIdempotency, ended, BTY_READ_ONLY, N_ ("Whether the answer is known")),
  BTY_FIELD_JSON (BtyIdempotency, response, BTY_READ_ONLY, N_ ("The answer")),
  BTY_FIELD_STRING (BtyIdempotency, error_code, BTY_READ_ONLY, N_ ("Code of the failure"), .max = 64),
  BTY_FIELD_TEXT (BtyIdempotency, error, BTY_READ_ONLY, N_ ("The failure")),
  BTY_FIELD_BYTES (BtyIdempotency, items, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("Its items, packed")),
  BTY_FIELD_TEXT (BtyIdempotency, items_text, BTY_READ_ONLY | BTY_WRITE_ONLY, N_ ("The text of its items")),
};
BTY_DEFINE_RECORD (BtyIdempotency, bty_idempotency, "idempotency", N_ ("What was answered to a key"),
                   idempotency_fields)
