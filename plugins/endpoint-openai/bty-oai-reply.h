/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-ask.h"

G_BEGIN_DECLS

/**
 * BtyOaiReply:
 * @may: whether the caller may do what was asked: what is refused then is the provider's doing
 * @id: of the answer; @created: when it was begun, in seconds
 * @model: (nullable): `provider/model` that answers
 * @is_capped: a cap of the budget ended it
 * @retry_after_ms: when it is worth asking again; -1 when nobody knows
 *
 * An answer being made: what all kinds of it need.
 */
typedef struct
{
  BtyExchange *exchange;
  BtyOaiAsk *ask;
  gboolean may;
  char *id;
  gint64 created;
  char *model;
  gboolean is_capped;
  gint64 retry_after_ms;
} BtyOaiReply;

/* @prefix: what its id begins with */
void bty_oai_reply_init (BtyOaiReply *reply, BtyExchange *exchange, BtyOaiAsk *ask, gboolean may, const char *prefix);
/* Returns: (transfer full): a new identifier */
char *bty_oai_new_id (const char *prefix);
void bty_oai_reply_clear (BtyOaiReply *reply);

/* Takes what an item says of the answer as a whole. */
void bty_oai_reply_note (BtyOaiReply *reply, const BtyItem *item);
const char *bty_oai_reply_get_model (const BtyOaiReply *reply);

/* Answers with what went wrong. */
void bty_oai_reply_fail (const BtyOaiReply *reply, const GError *error);
/* Writes what goes wrong in the middle of a stream: the members of an error, in an object that has begun. @has_type: with a type
   among them, which in Responses is that of the event */
void bty_oai_reply_write_error (const BtyOaiReply *reply, const GError *error, gboolean has_type,
                                BtyJsonWriter *writer);
/* Answers whole; takes @text. */
void bty_oai_respond (BtyExchange *exchange, GString *text);

/* Answers with an error of HTTP's own. @code: (nullable): */
void bty_oai_respond_error (BtyExchange *exchange, guint status, const char *type, const char *code, const char *param,
                            const char *message);

/* Writes what was used, in the words of Chat Completions or of Responses. */
void bty_oai_write_usage (const BtyCompletionAnswer *answer, gboolean is_response, BtyJsonWriter *writer);
const char *bty_oai_finish_reason (BtyStopReason reason);
/* The arguments of a call as text, whatever they are. */
const char *bty_oai_arguments_of (const BtyPart *part);

/**
 * BtyOaiDone:
 *
 * @call has ended; it may have failed.
 */
typedef void (*BtyOaiDone) (BtyOaiReply *reply, BtyCall *call);

/* Answers by @done once @call has ended; gives it up when the client goes. @reply: moved */
void bty_oai_collect (BtyOaiReply *reply, BtyCall *call, BtyOaiDone done);

/* An error in OpenAI's shape. Returns: (transfer full) */
GBytes *bty_oai_error_new (const char *type, const char *code, const char *param, const char *message);

G_END_DECLS
