/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-completion-answer.h"

const BtyEnumValue bty_completion_item_types[] = {
  { BTY_COMPLETION_TEXT, "text", N_ ("A piece of the answer") },
  { BTY_COMPLETION_REASONING, "reasoning", N_ ("A piece of what the model thinks") },
  { BTY_COMPLETION_SIGNATURE, "signature", N_ ("A mark of the provider's that ends the reasoning") },
  { BTY_COMPLETION_TOOL_CALL, "tool_call", N_ ("A piece of a call of a tool") },
  { BTY_COMPLETION_MODEL, "model", N_ ("Who answers now") },
  { BTY_COMPLETION_RESTARTED, "restarted", N_ ("The answer broke off and is given anew") },
  { BTY_COMPLETION_LIMITED, "limited", N_ ("A limit ends it") },
  { 0 },
};

static const BtyField completion_item_fields[] = {
  BTY_FIELD_ENUM (BtyCompletionItem, type, BTY_READ_ONLY | BTY_REQUIRED, N_ ("What it is"), bty_completion_item_types),
  BTY_FIELD_TEXT (BtyCompletionItem, text, BTY_READ_ONLY, N_ ("Its text")),
  BTY_FIELD_INT64 (BtyCompletionItem, index, BTY_READ_ONLY | BTY_NULLABLE, N_ ("Which of several tool calls")),
  BTY_FIELD_STRING (BtyCompletionItem, call_id, BTY_READ_ONLY, N_ ("What the result of the tool call will name")),
  BTY_FIELD_STRING (BtyCompletionItem, name, BTY_READ_ONLY, N_ ("Name of the tool, the model or the limit")),
  BTY_FIELD_INT64 (BtyCompletionItem, retry_after_ms, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Milliseconds after which it is worth asking again")),
};
BTY_DEFINE_RECORD (BtyCompletionItem, bty_completion_item, "completion_item", N_ ("An item of a completion's stream"),
                   completion_item_fields)

static const BtyField completion_answer_fields[] = {
  BTY_FIELD_STRING (BtyCompletionAnswer, model, BTY_READ_ONLY, N_ ("The model that answered")),
  BTY_FIELD_ENUM (BtyCompletionAnswer, stop_reason, BTY_READ_ONLY, N_ ("Why the answer ended"), bty_stop_reasons),
  BTY_FIELD_RECORD (BtyCompletionAnswer, usage, BTY_READ_ONLY, N_ ("What it used"), bty_usage_schema),
  BTY_FIELD_INT64 (BtyCompletionAnswer, cost, BTY_READ_ONLY, N_ ("Micro-dollars that it cost")),
  BTY_FIELD_ENUM (BtyCompletionAnswer, pricing, BTY_READ_ONLY, N_ ("How sure the price is"), bty_pricings),
  BTY_FIELD_RECORDS (BtyCompletionAnswer, parts, BTY_READ_ONLY, N_ ("The whole answer, in order"), bty_part_schema),
};
BTY_DEFINE_RECORD (BtyCompletionAnswer, bty_completion_answer, "completion_answer", N_ ("The answer of a model"),
                   completion_answer_fields)

static const BtyField embedding_request_fields[] = {
  BTY_FIELD_STRING (BtyEmbeddingRequest, model, BTY_REQUIRED, N_ ("The model, as provider/model"), .min = 1,
                    .max = 512),
  BTY_FIELD_RECORDS (BtyEmbeddingRequest, inputs, BTY_REQUIRED, N_ ("Texts to make vectors of"), bty_part_schema,
                     .min = 1, .max = 2048),
  BTY_FIELD_INT64 (BtyEmbeddingRequest, dimensions, 0, N_ ("Numbers in a vector; 0: the model's own"), .max = 65536),
};
BTY_DEFINE_RECORD (BtyEmbeddingRequest, bty_embedding_request, "embedding_request", N_ ("What to make vectors of"),
                   embedding_request_fields)

const BtyEnumValue bty_completion_target_kinds[] = {
  { BTY_COMPLETION_TARGET_BOT, "bot", N_ ("A bot, with its soul") },
  { BTY_COMPLETION_TARGET_ROUTE, "route", N_ ("A route along several models") },
  { BTY_COMPLETION_TARGET_MODEL, "model", N_ ("A model of a provider") },
  { 0 },
};

static const BtyField completion_target_fields[] = {
  BTY_FIELD_STRING (BtyCompletionTarget, name, BTY_READ_ONLY | BTY_REQUIRED, N_ ("What a request names")),
  BTY_FIELD_ENUM (BtyCompletionTarget, kind, BTY_READ_ONLY | BTY_REQUIRED, N_ ("What it is"),
                  bty_completion_target_kinds),
  BTY_FIELD_STRING (BtyCompletionTarget, owner, BTY_READ_ONLY, N_ ("The provider of a model")),
  BTY_FIELD_STRING (BtyCompletionTarget, title, BTY_READ_ONLY, N_ ("What people call it")),
  BTY_FIELD_TIME (BtyCompletionTarget, since, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When it was made")),
};
BTY_DEFINE_RECORD (BtyCompletionTarget, bty_completion_target, "completion_target",
                   N_ ("What a completion may be asked of"), completion_target_fields)
