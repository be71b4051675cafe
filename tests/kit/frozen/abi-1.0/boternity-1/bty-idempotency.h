/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"

G_BEGIN_DECLS

/**
 * BtyIdempotency:
 * @key: who and which key, as one word
 * @operation: the operation's name
 * @digest: SHA-256 of the request
 * @ended: whether the answer is known
 * @response: (nullable): the answer's JSON; @error_code and @error: (nullable): the failure
 *
 * What was answered to a request that came with an idempotency key. Written once before the operation runs and once after.
 */
typedef struct
{
  BtyRecord record;
  char *key;
  char *operation;
  char *digest;
  gboolean ended;
  char *response;
  char *error_code;
  char *error;
  GBytes *items;
  char *items_text;
} BtyIdempotency;
BTY_DECLARE_RECORD (BtyIdempotency, bty_idempotency)

G_END_DECLS
