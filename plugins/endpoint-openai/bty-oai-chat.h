/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-reply.h"
#include "bty-pump.h"

G_BEGIN_DECLS

/* Chat Completions: as a stream of chunks (data: bty_oai_chat_stream_new()), or whole. */
extern const BtyPumpFuncs bty_oai_chat_funcs;
/* Returns: (transfer full): @reply: moved */
gpointer bty_oai_chat_stream_new (BtyOaiReply *reply);
void bty_oai_chat_done (BtyOaiReply *reply, BtyCall *call);

/* Responses: as a stream of events, or whole. */
extern const BtyPumpFuncs bty_oai_response_funcs;
gpointer bty_oai_response_stream_new (BtyOaiReply *reply, BtyCall *call);
void bty_oai_response_done (BtyOaiReply *reply, BtyCall *call);

/* Vectors, and what there is to ask. */
void bty_oai_embedding_done (BtyOaiReply *reply, BtyCall *call);
/* @name: (nullable): one of them; %NULL: all */
void bty_oai_models_answer (BtyExchange *exchange, BtyCall *call, gboolean may, const char *name);

G_END_DECLS
