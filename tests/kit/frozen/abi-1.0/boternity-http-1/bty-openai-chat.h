/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/** BtyOpenaiSchema: how a schema for the answer is put: `response_format` with the schema; JSON alone, and the schema in words */
typedef enum
{
  BTY_OPENAI_SCHEMA_FORMAT,
  BTY_OPENAI_SCHEMA_WORDS,
} BtyOpenaiSchema;

/**
 * BtyOpenaiEffort:
 * @BTY_OPENAI_EFFORT_MEMBER: `reasoning_effort`
 * @BTY_OPENAI_EFFORT_REASONING: an object `reasoning`
 * @BTY_OPENAI_EFFORT_THINKING: `thinking` switches it, `reasoning_effort` bounds it
 * @BTY_OPENAI_EFFORT_NONE: not said at all
 *
 * How a server is told for how long to reason.
 */
typedef enum
{
  BTY_OPENAI_EFFORT_MEMBER,
  BTY_OPENAI_EFFORT_REASONING,
  BTY_OPENAI_EFFORT_THINKING,
  BTY_OPENAI_EFFORT_NONE,
} BtyOpenaiEffort;

/**
 * BtyOpenaiContinue:
 * @BTY_OPENAI_CONTINUE_NOT: an answer in the last place is not gone on with
 * @BTY_OPENAI_CONTINUE_PLAIN: it is
 * @BTY_OPENAI_CONTINUE_PREFIX: it is when it is marked as a `prefix`
 * @BTY_OPENAI_CONTINUE_FINAL: it is with `continue_final_message`
 */
typedef enum
{
  BTY_OPENAI_CONTINUE_NOT,
  BTY_OPENAI_CONTINUE_PLAIN,
  BTY_OPENAI_CONTINUE_PREFIX,
  BTY_OPENAI_CONTINUE_FINAL,
} BtyOpenaiContinue;

/**
 * BtyOpenaiStyle:
 * @max_tokens_field: (nullable): member that bounds the answer, such as `max_completion_tokens`; %NULL to leave the bound out
 * @asks_usage: whether to send `stream_options`, which some servers refuse
 * @strict_schema: whether a schema for the answer is to be kept to by force
 * @schema: how a schema for the answer is put
 * @effort: how the effort is put
 * @going_on: how a beginning of an answer is gone on with
 * @cache_marks: whether messages that say so are marked for the cache, as Anthropic's models want it
 * @reasoning_field: (nullable): member in which what was thought goes back beside tool calls, such as `reasoning_content`;
 *   `reasoning_details` takes what was signed or sealed
 * @system_role: (nullable): role of the system text when it is not `system`
 *
 * In what servers of the OpenAI Chat Completions family differ.
 */
typedef struct
{
  const char *max_tokens_field;
  gboolean asks_usage;
  gboolean strict_schema;
  BtyOpenaiSchema schema;
  BtyOpenaiEffort effort;
  BtyOpenaiContinue going_on;
  gboolean cache_marks;
  const char *reasoning_field;
  const char *system_role;
} BtyOpenaiStyle;

/**
 * bty_openai_chat_write:
 * @request: what to complete
 * @style: how the server likes it
 * @error: %BTY_ERROR_INVALID_ARGUMENT when a JSON member of @request is not JSON, or a file is of a kind that cannot be sent
 *
 * Returns: (transfer full) (nullable): the body of a streaming request to `chat/completions`
 */
BTY_EXPORT GString *bty_openai_chat_write (const BtyCompletionRequest *request, const BtyOpenaiStyle *style,
                                           GError **error);

G_END_DECLS
