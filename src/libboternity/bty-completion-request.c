/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-completion-request.h"

const BtyEnumValue bty_roles[] = {
  { BTY_ROLE_USER, "user", N_ ("The person") },
  { BTY_ROLE_ASSISTANT, "assistant", N_ ("The bot") },
  { BTY_ROLE_TOOL, "tool", N_ ("Results of tools") },
  { BTY_ROLE_SYSTEM, "system", N_ ("The platform") },
  { 0 },
};

const BtyEnumValue bty_part_kinds[] = {
  { BTY_PART_TEXT, "text", N_ ("Text") },
  { BTY_PART_REASONING, "reasoning", N_ ("What the model thought") },
  { BTY_PART_TOOL_CALL, "tool_call", N_ ("A call of a tool") },
  { BTY_PART_TOOL_RESULT, "tool_result", N_ ("What a tool gave") },
  { BTY_PART_FILE, "file", N_ ("A file or an image") },
  { 0 },
};

const BtyEnumValue bty_stop_reasons[] = {
  { BTY_STOP_END, "end", N_ ("It said all") },
  { BTY_STOP_LENGTH, "length", N_ ("A limit cut it") },
  { BTY_STOP_TOOLS, "tools", N_ ("It waits for tools") },
  { BTY_STOP_SEQUENCE, "sequence", N_ ("A stop text came") },
  { BTY_STOP_REFUSED, "refused", N_ ("It declined") },
  { BTY_STOP_PAUSED, "paused", N_ ("It wants to go on") },
  { BTY_STOP_CANCELLED, "cancelled", N_ ("The person stopped it") },
  { BTY_STOP_FAILED, "failed", N_ ("It broke off") },
  { 0 },
};

static const BtyField part_fields[] = {
  BTY_FIELD_ENUM (BtyPart, kind, BTY_REQUIRED, N_ ("What it is"), bty_part_kinds),
  BTY_FIELD_TEXT (BtyPart, text, 0, N_ ("Its text")),
  BTY_FIELD_TEXT (BtyPart, signature, 0, N_ ("A mark of the provider's that goes back unchanged")),
  BTY_FIELD_STRING (BtyPart, call_id, 0, N_ ("Which tool call")),
  BTY_FIELD_STRING (BtyPart, name, 0, N_ ("Name of the tool or file")),
  BTY_FIELD_JSON (BtyPart, arguments, 0, N_ ("Arguments of the tool call")),
  BTY_FIELD_BOOL (BtyPart, is_error, 0, N_ ("Whether the tool failed")),
  BTY_FIELD_STRING (BtyPart, media_type, 0, N_ ("Media type of the file")),
  BTY_FIELD_STRING (BtyPart, url, 0, N_ ("Where the file is"), .max = 8192),
  BTY_FIELD_BYTES (BtyPart, data, 0, N_ ("The file itself")),
};

BTY_DEFINE_RECORD (BtyPart, bty_part, "part", N_ ("A part of a message"), part_fields)

static const BtyField prompt_message_fields[] = {
  BTY_FIELD_ENUM (BtyPromptMessage, role, BTY_REQUIRED, N_ ("Who says it"), bty_roles),
  BTY_FIELD_RECORDS (BtyPromptMessage, parts, 0, N_ ("What is said"), bty_part_schema),
  BTY_FIELD_BOOL (BtyPromptMessage, cache_here, 0, N_ ("Whether a prompt cache may end here")),
};

BTY_DEFINE_RECORD (BtyPromptMessage, bty_prompt_message, "prompt_message", N_ ("A message in a prompt"),
                   prompt_message_fields)

BtyPromptMessage *
bty_prompt_message_new_text (BtyRole role, const char *text)
{
  BtyPromptMessage *message = bty_prompt_message_new ();
  BtyPart *part = bty_part_new ();

  part->kind = BTY_PART_TEXT;
  part->text = g_strdup (text);
  message->role = role;
  message->parts = bty_record_list_new ();
  g_ptr_array_add (message->parts, part);
  return message;
}

static const BtyField tool_spec_fields[] = {
  BTY_FIELD_STRING (BtyToolSpec, name, BTY_REQUIRED, N_ ("What the model calls it"), .max = 128),
  BTY_FIELD_TEXT (BtyToolSpec, description, 0, N_ ("What the model is told of it")),
  BTY_FIELD_JSON (BtyToolSpec, parameters, 0, N_ ("JSON Schema of its arguments")),
};

BTY_DEFINE_RECORD (BtyToolSpec, bty_tool_spec, "tool_spec", N_ ("A tool that a model may call"), tool_spec_fields)

static const BtyField completion_request_fields[] = {
  BTY_FIELD_STRING (BtyCompletionRequest, model, BTY_REQUIRED, N_ ("The model"), .min = 1, .max = 512),
  BTY_FIELD_TEXT (BtyCompletionRequest, system, 0, N_ ("The system text")),
  BTY_FIELD_RECORDS (BtyCompletionRequest, messages, 0, N_ ("The conversation, oldest first"),
                     bty_prompt_message_schema),
  BTY_FIELD_RECORDS (BtyCompletionRequest, tools, 0, N_ ("Tools it may call"), bty_tool_spec_schema),
  BTY_FIELD_STRING (BtyCompletionRequest, tool_choice, 0, N_ ("auto, none, required, or a tool's name")),
  BTY_FIELD_DOUBLE (BtyCompletionRequest, temperature, BTY_NULLABLE, N_ ("Randomness"), .max = 2),
  BTY_FIELD_DOUBLE (BtyCompletionRequest, top_p, BTY_NULLABLE, N_ ("Share of the likeliest tokens to choose from"),
                    .max = 1),
  BTY_FIELD_INT64 (BtyCompletionRequest, max_output, 0, N_ ("Most tokens to answer with; 0: the model's own"),
                   .max = G_MAXINT32),
  BTY_FIELD_STRV (BtyCompletionRequest, stop, 0, N_ ("Texts at which to stop")),
  BTY_FIELD_JSON (BtyCompletionRequest, output_schema, 0, N_ ("JSON Schema of the answer")),
  BTY_FIELD_STRING (BtyCompletionRequest, effort, 0, N_ ("How long to reason: none, low, medium, high, max")),
  BTY_FIELD_STRING (BtyCompletionRequest, bot, BTY_READ_ONLY, N_ ("Identifier of the bot that asks")),
  BTY_FIELD_STRING (BtyCompletionRequest, session, BTY_READ_ONLY, N_ ("Identifier of the session")),
  BTY_FIELD_BOOL (BtyCompletionRequest, serial_tools, 0, N_ ("Whether it may call one tool at a time only")),
};

BTY_DEFINE_RECORD (BtyCompletionRequest, bty_completion_request, "completion_request", N_ ("What to complete"),
                   completion_request_fields)

static const BtyField usage_fields[] = {
  BTY_FIELD_INT64 (BtyUsage, input_tokens, BTY_READ_ONLY, N_ ("Tokens that went in, cached ones included")),
  BTY_FIELD_INT64 (BtyUsage, cached_tokens, BTY_READ_ONLY, N_ ("Of these, read from the provider's cache")),
  BTY_FIELD_INT64 (BtyUsage, cache_write_tokens, BTY_READ_ONLY, N_ ("Of these, written to the provider's cache")),
  BTY_FIELD_INT64 (BtyUsage, output_tokens, BTY_READ_ONLY, N_ ("Tokens that came out, reasoning included")),
  BTY_FIELD_INT64 (BtyUsage, reasoning_tokens, BTY_READ_ONLY, N_ ("Of these, reasoning")),
  BTY_FIELD_BOOL (BtyUsage, is_estimate, BTY_READ_ONLY,
                  N_ ("Whether it was counted by us, since the provider did not say")),
  BTY_FIELD_INT64 (BtyUsage, cost, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("Micro-dollars that the service itself says it took")),
};

BTY_DEFINE_RECORD (BtyUsage, bty_usage, "usage", N_ ("What an answer used"), usage_fields)
