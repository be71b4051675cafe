/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

/*
 * What the wire families share when they put a request into their words.
 */

/** bty_http_prompt_count: Returns: how many parts of a message are of @kind */
BTY_EXPORT guint bty_http_prompt_count (const BtyPromptMessage *message, BtyPartKind kind);

/** bty_http_prompt_text: Returns: (transfer full): the text parts of a message, one paragraph each; empty without any */
BTY_EXPORT char *bty_http_prompt_text (const BtyPromptMessage *message);

/**
 * bty_http_prompt_tool_name:
 * @part: a tool's result
 *
 * Returns: (transfer none) (nullable): the tool's name: of the result itself, else of the call in @request that it answers
 */
BTY_EXPORT const char *bty_http_prompt_tool_name (const BtyCompletionRequest *request, const BtyPart *part);

/**
 * bty_http_prompt_write_json:
 * @what: name of the member, for the message
 * @json: text that has to be JSON
 * @error: %BTY_ERROR_INVALID_ARGUMENT when it is not, with the place
 *
 * Returns: whether it was written
 */
BTY_EXPORT gboolean bty_http_prompt_write_json (BtyJsonWriter *writer, const char *what, const char *json,
                                                GError **error);

/**
 * bty_http_prompt_write_function:
 * @error: %BTY_ERROR_INVALID_ARGUMENT when its parameters are not JSON, with the place
 *
 * Writes a tool as most wires have it: `{"type": "function", "function": {…}}`.
 *
 * Returns: whether it was written
 */
BTY_EXPORT gboolean bty_http_prompt_write_function (BtyJsonWriter *writer, const BtyToolSpec *tool, GError **error);

/**
 * bty_http_prompt_new_call_id:
 * @seed: (nullable): what tells one answer from others, such as the id or the time that the service gave to it
 * @index: which call of the answer
 *
 * An id for a tool call to which its service gave none. The same bytes give the same id.
 *
 * Returns: (transfer full): the id; bty_http_prompt_is_own_call_id() knows it again
 */
BTY_EXPORT char *bty_http_prompt_new_call_id (const char *seed, guint index, const char *name, const char *arguments,
                                              gsize length);
/** bty_http_prompt_is_own_call_id: Returns: whether an id was made by bty_http_prompt_new_call_id(): the service never saw it */
BTY_EXPORT gboolean bty_http_prompt_is_own_call_id (const char *call_id);

/**
 * bty_http_prompt_refuse_file:
 * @error: names the file: %BTY_ERROR_INVALID_ARGUMENT when there is nothing in it, %BTY_ERROR_FAILED_PRECONDITION when it lies at an
 *   address, which other services may take
 *
 * Returns: always %FALSE
 */
BTY_EXPORT gboolean bty_http_prompt_refuse_file (const BtyPart *part, GError **error);

G_END_DECLS
