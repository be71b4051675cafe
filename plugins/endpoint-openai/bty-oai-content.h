/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-reader.h"

G_BEGIN_DECLS

/**
 * BtyOaiContent:
 * @parts: (element-type BtyPart): text and files, in order
 * @is_given: whether there was content at all
 * @cache_here: a part asks for a mark of a prompt cache
 *
 * The content of a message, of Chat Completions or of Responses.
 */
typedef struct
{
  GPtrArray *parts;
  gboolean is_given;
  gboolean cache_here;
} BtyOaiContent;

void bty_oai_content_init (BtyOaiContent *content);
void bty_oai_content_clear (BtyOaiContent *content);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyOaiContent, bty_oai_content_clear)

/* A string, an array of parts, or null. */
gboolean bty_oai_read_content (BtyOaiReader *reader, BtyOaiContent *content);
/* Returns: (transfer full): the texts of all parts, one after the other */
char *bty_oai_content_get_text (const BtyOaiContent *content);

/**
 * BtyOaiPrompt:
 *
 * A request being put together, message by message.
 */
typedef struct
{
  BtyCompletionRequest *request;
  GString *system;   /* what stands before everything */
  GHashTable *names; /* id of a tool call -> name of the tool */
} BtyOaiPrompt;

void bty_oai_prompt_init (BtyOaiPrompt *prompt);
void bty_oai_prompt_clear (BtyOaiPrompt *prompt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyOaiPrompt, bty_oai_prompt_clear)
/* Returns: (transfer full): the request, complete */
BtyCompletionRequest *bty_oai_prompt_steal (BtyOaiPrompt *prompt);

/* Instructions: before everything as long as nothing else was said. */
void bty_oai_prompt_add_system (BtyOaiPrompt *prompt, const char *text);
/* Begins a message; one of the assistant or of tools goes on with the one before, if that is of the same role. */
BtyPromptMessage *bty_oai_prompt_begin (BtyOaiPrompt *prompt, BtyRole role);
void bty_oai_prompt_add_content (BtyOaiPrompt *prompt, BtyRole role, const BtyOaiContent *content);
/* @arguments: (nullable): JSON, or what a model took for it */
void bty_oai_prompt_add_call (BtyOaiPrompt *prompt, const char *id, const char *name, const char *arguments);
/* Its text, and its files beside it. */
void bty_oai_prompt_add_result (BtyOaiPrompt *prompt, const char *id, const BtyOaiContent *content);
void bty_oai_prompt_add_reasoning (BtyOaiPrompt *prompt, const char *text, const char *signature);

G_END_DECLS
