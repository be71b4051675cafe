/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "chat/bty-chat-service.h"
#include "chat/bty-complete-run.h"

static void
model_complete (BtyCall *call)
{
  bty_complete_run_start (bty_chat_service_get_parts (bty_call_service (call)), call);
}

const BtyOperation bty_complete_operations[] = {
  { .name = "model.complete",
    .summary = N_ ("Let a bot, a route or a model answer the messages that are given, as a gateway"),
    .request = &bty_completion_request_schema,
    .item = &bty_completion_item_schema,
    .response = &bty_completion_answer_schema,
    .http = "POST /completions",
    .scope = "models:use",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND, OUT_OF_RANGE, ABORTED),
    .run = model_complete },
  { .name = "model.embed",
    .summary = N_ ("Make vectors of texts"),
    .request = &bty_embedding_request_schema,
    .response = &bty_embedding_schema,
    .http = "POST /embeddings",
    .scope = "models:use",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND, OUT_OF_RANGE, UNIMPLEMENTED),
    .run = bty_complete_embed },
  { .name = "model.targets",
    .summary = N_ ("List what a completion may be asked of: bots, routes and models"),
    .item = &bty_completion_target_schema,
    .response = &bty_page_schema,
    .http = "GET /completions/targets",
    .scope = "models:use",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (DATA_LOSS),
    .run = bty_complete_targets },
};

const guint bty_n_complete_operations = G_N_ELEMENTS (bty_complete_operations);
