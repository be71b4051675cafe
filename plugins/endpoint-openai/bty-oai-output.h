/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-reply.h"

G_BEGIN_DECLS

/**
 * BtyOaiOutput:
 * @kind: text is a message, reasoning and tool calls are items of their own
 * @index: of a tool call, as the model counts them; else -1
 * @is_open: more of it may come
 * @before: (nullable): of a stream: what stands before the number of an event that brings more of its text
 *
 * An item of a Response's output.
 */
typedef struct
{
  BtyPartKind kind;
  gint64 index;
  gboolean is_open;
  char *id;
  GString *text;
  char *signature;
  char *call_id;
  char *name;
  GString *before;
} BtyOaiOutput;

/* Returns: (transfer full) (element-type BtyOaiOutput): an empty list */
GPtrArray *bty_oai_outputs_new (void);
/* Returns: (transfer none): a new one at its end, open */
BtyOaiOutput *bty_oai_outputs_add (GPtrArray *outputs, BtyPartKind kind);
/* @is_done: as it is in the end, else as it begins */
void bty_oai_output_write (const BtyOaiOutput *output, gboolean is_done, BtyJsonWriter *writer);
/* The inner part of a message, or the summary of what was thought. */
void bty_oai_output_write_part (const BtyOaiOutput *output, gboolean is_done, BtyJsonWriter *writer);

/**
 * bty_oai_response_write:
 * @request: whose answer it is
 * @answer: (nullable): once it is over
 * @error: (nullable): why it failed
 *
 * Writes a whole Response; without @answer and @error one that is being made.
 */
void bty_oai_response_write (const BtyOaiReply *reply, const BtyCompletionRequest *request, const GPtrArray *outputs,
                             const BtyCompletionAnswer *answer, const GError *error, BtyJsonWriter *writer);

G_END_DECLS
