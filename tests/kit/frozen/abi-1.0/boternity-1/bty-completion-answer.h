/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"
#include "bty-model.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_COMPLETION_TEXT,      /* a piece of the answer */
  BTY_COMPLETION_REASONING, /* a piece of what the model thinks */
  BTY_COMPLETION_SIGNATURE, /* text: ends the reasoning: an opaque mark of the provider's that goes back with it */
  BTY_COMPLETION_TOOL_CALL, /* index; call_id and name with the first piece; text: a piece of the arguments */
  BTY_COMPLETION_MODEL,     /* name: `provider/model` that answers now */
  BTY_COMPLETION_RESTARTED, /* the answer broke off: what came since the last `model` is void, and is given anew; text: why */
  BTY_COMPLETION_LIMITED, /* a limit ends it: name: `budget` (text: which cap) or `provider`; retry_after_ms */
} BtyCompletionItemType;
BTY_EXPORT const BtyEnumValue bty_completion_item_types[];

/**
 * BtyCompletionItem:
 * @type: which of the other fields count
 * @text: (nullable): a piece
 * @index: which of several tool calls at once, from 0; else null
 * @call_id: (nullable): what the result of the tool call will name
 * @name: (nullable): of the tool, of the model, of the limit
 * @retry_after_ms: when it is worth asking again; null when nobody knows
 *
 * One item of the stream of `model.complete`.
 */
typedef struct
{
  BtyRecord record;
  BtyCompletionItemType type;
  char *text;
  gint64 index;
  char *call_id;
  char *name;
  gint64 retry_after_ms;
} BtyCompletionItem;
BTY_DECLARE_RECORD (BtyCompletionItem, bty_completion_item)

/**
 * BtyCompletionAnswer:
 * @model: `provider/model` that answered
 * @usage: (nullable): tokens that it used
 * @cost: micro-dollars, all tries together; @pricing: how sure the price is
 * @parts: (element-type BtyPart): the whole answer in order: text, reasoning with its signature, tool calls. The arguments of a tool
 *   call that are not JSON, as some models write them, stand in its text
 *
 * The answer of `model.complete`.
 */
typedef struct
{
  BtyRecord record;
  char *model;
  BtyStopReason stop_reason;
  BtyUsage *usage;
  gint64 cost;
  BtyPricing pricing;
  GPtrArray *parts;
} BtyCompletionAnswer;
BTY_DECLARE_RECORD (BtyCompletionAnswer, bty_completion_answer)

/**
 * BtyEmbeddingRequest:
 * @model: `provider/model`, or a provider, whose default model is meant
 * @inputs: (element-type BtyPart): texts, at least one
 * @dimensions: wished-for length of a vector; 0: the model's own
 *
 * What to make vectors of.
 */
typedef struct
{
  BtyRecord record;
  char *model;
  GPtrArray *inputs;
  gint64 dimensions;
} BtyEmbeddingRequest;
BTY_DECLARE_RECORD (BtyEmbeddingRequest, bty_embedding_request)

typedef enum
{
  BTY_COMPLETION_TARGET_BOT,
  BTY_COMPLETION_TARGET_ROUTE,
  BTY_COMPLETION_TARGET_MODEL,
} BtyCompletionTargetKind;
BTY_EXPORT const BtyEnumValue bty_completion_target_kinds[];

/**
 * BtyCompletionTarget:
 * @name: what stands in the `model` of a request: `bot:SLUG`, a route's name, `provider/model`
 * @owner: (nullable): the provider of a model
 * @title: (nullable): what people call it
 * @since: when it was made; null when nobody knows
 *
 * What `model.complete` may be asked for.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  BtyCompletionTargetKind kind;
  char *owner;
  char *title;
  gint64 since;
} BtyCompletionTarget;
BTY_DECLARE_RECORD (BtyCompletionTarget, bty_completion_target)

G_END_DECLS
