/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_OAI_MOUNT      "/v1"
#define BTY_OAI_JSON_TYPE  "application/json"
#define BTY_OAI_BOT_PREFIX "bot:"

/**
 * BtyOaiAsk:
 * @param: (nullable): the member that is wrong, as OpenAI writes it: `messages[0].content`
 * @model: (nullable): as it was asked for
 * @stream: whether the answer is to come as it is made
 * @include_usage: whether the stream ends with what was used
 * @base64: whether vectors go out as base64
 * @echo: (nullable): of a Response: the metadata, which it says again: a JSON object, or empty
 *
 * A request as it was read: what of it is the door's own matter, and not in the record that the operation is given. Counted, since the
 * answer needs it until its end.
 */
typedef struct
{
  grefcount references;
  char *param;
  char *model;
  gboolean stream;
  gboolean include_usage;
  gboolean base64;
  GString *echo;
} BtyOaiAsk;

BtyOaiAsk *bty_oai_ask_new (void);
BtyOaiAsk *bty_oai_ask_ref (BtyOaiAsk *ask);
void bty_oai_ask_unref (BtyOaiAsk *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyOaiAsk, bty_oai_ask_unref)

/* What the name of the model in an answer is: a bot is a bot, whatever model speaks for it. @model: (nullable): who answered */
const char *bty_oai_ask_get_model (const BtyOaiAsk *ask, const char *model);

/* Each reads the body of one kind of request; NULL with an error, and then @ask->param may name the place. */
BtyCompletionRequest *bty_oai_read_chat (BtyOaiAsk *ask, const char *data, gsize length, GError **error);
BtyCompletionRequest *bty_oai_read_response (BtyOaiAsk *ask, const char *data, gsize length, GError **error);
BtyEmbeddingRequest *bty_oai_read_embedding (BtyOaiAsk *ask, const char *data, gsize length, GError **error);

G_END_DECLS
