/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_ROLE_USER,
  BTY_ROLE_ASSISTANT,
  BTY_ROLE_TOOL,
  BTY_ROLE_SYSTEM,
} BtyRole;
BTY_EXPORT const BtyEnumValue bty_roles[];

typedef enum
{
  BTY_PART_TEXT,
  BTY_PART_REASONING,   /* text, signature: goes back to the family that made it, unchanged */
  BTY_PART_TOOL_CALL,   /* call_id, name, arguments */
  BTY_PART_TOOL_RESULT, /* call_id, name, text, is_error */
  BTY_PART_FILE,        /* media_type, data or url; an image is a file whose media type says so */
} BtyPartKind;
BTY_EXPORT const BtyEnumValue bty_part_kinds[];

/**
 * BtyPart:
 * @kind: which of the other fields count
 * @signature: (nullable): an opaque mark of the provider's
 * @arguments: (nullable): JSON object
 */
typedef struct
{
  BtyRecord record;
  BtyPartKind kind;
  char *text;
  char *signature;
  char *call_id;
  char *name;
  char *arguments;
  gboolean is_error;
  char *media_type;
  char *url;
  GBytes *data;
} BtyPart;
BTY_DECLARE_RECORD (BtyPart, bty_part)

/** BtyPromptMessage: @parts: (element-type BtyPart): */
typedef struct
{
  BtyRecord record;
  BtyRole role;
  GPtrArray *parts;
  gboolean cache_here; /* a provider that caches by mark may put one after this message */
} BtyPromptMessage;
BTY_DECLARE_RECORD (BtyPromptMessage, bty_prompt_message)

/** bty_prompt_message_new_text: Returns: (transfer full): a message of one text part */
BTY_EXPORT BtyPromptMessage *bty_prompt_message_new_text (BtyRole role, const char *text);

/** BtyToolSpec: @parameters: JSON Schema of the arguments */
typedef struct
{
  BtyRecord record;
  char *name;
  char *description;
  char *parameters;
} BtyToolSpec;
BTY_DECLARE_RECORD (BtyToolSpec, bty_tool_spec)

#define BTY_OUTPUT_ANY_OBJECT "{\"type\":\"object\",\"additionalProperties\":true}"

/**
 * BtyCompletionRequest:
 * @model: for a provider: its own name of the model; for `model.complete`: `bot:SLUG`, `provider/model`, a route's name, or a provider
 * @system: (nullable): the system text
 * @messages: (element-type BtyPromptMessage): oldest first; the last is the one to answer
 * @tools: (element-type BtyToolSpec): what the model may call
 * @tool_choice: `auto`, `none`, `required`, or a tool's name
 * @temperature: nullable
 * @max_output: most tokens to answer with; 0: the model's own
 * @output_schema: (nullable): JSON Schema that the answer must follow; %BTY_OUTPUT_ANY_OBJECT: a JSON object of any kind
 * @effort: (nullable): how long to reason: `none`, `low`, `medium`, `high`, `max`
 * @bot: id of the bot that asks; @session: of the session: for providers that live in the house; never taken from outside
 * @serial_tools: it may call one tool at a time only
 *
 * What to complete, in no family's words.
 */
typedef struct
{
  BtyRecord record;
  char *model;
  char *system;
  GPtrArray *messages;
  GPtrArray *tools;
  char *tool_choice;
  double temperature;
  double top_p;
  gint64 max_output;
  GStrv stop;
  char *output_schema;
  char *effort;
  char *bot;
  char *session;
  gboolean serial_tools;
} BtyCompletionRequest;
BTY_DECLARE_RECORD (BtyCompletionRequest, bty_completion_request)

/**
 * BtyUsage:
 * @input_tokens: all that went in, cached ones included
 * @output_tokens: all that came out, reasoning included
 * @is_estimate: the wire did not say; counted by us
 * @cost: micro-dollars that the service itself says it took; null when it does not say
 */
typedef struct
{
  BtyRecord record;
  gint64 input_tokens;
  gint64 cached_tokens;
  gint64 cache_write_tokens;
  gint64 output_tokens;
  gint64 reasoning_tokens;
  gboolean is_estimate;
  gint64 cost;
} BtyUsage;
BTY_DECLARE_RECORD (BtyUsage, bty_usage)

typedef enum
{
  BTY_STOP_END,       /* it said all */
  BTY_STOP_LENGTH,    /* a limit on the answer or the window cut it */
  BTY_STOP_TOOLS,     /* it waits for results of its tool calls */
  BTY_STOP_SEQUENCE,  /* a stop text came */
  BTY_STOP_REFUSED,   /* a filter or the model declined */
  BTY_STOP_PAUSED,    /* to be sent again as it is, to go on */
  BTY_STOP_CANCELLED, /* the person stopped it */
  BTY_STOP_FAILED,    /* it broke off */
} BtyStopReason;
BTY_EXPORT const BtyEnumValue bty_stop_reasons[];

G_END_DECLS
