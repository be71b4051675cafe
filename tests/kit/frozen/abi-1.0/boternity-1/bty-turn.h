/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"
#include "bty-model.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_TURN_QUEUED,
  BTY_TURN_RUNNING,
  BTY_TURN_DONE,
  BTY_TURN_FAILED,
  BTY_TURN_CANCELLED,
  BTY_TURN_INTERRUPTED, /* the daemon stopped in its middle */
  BTY_TURN_PAUSED,      /* a cap of the budget is reached: it goes on when the cap is raised or renewed */
} BtyTurnState;
BTY_EXPORT const BtyEnumValue bty_turn_states[];

/**
 * BtyTurn:
 * @question: id of the message that asks
 * @answer: (nullable): id of the message that answers
 * @error_code: (nullable): name of the code of what went wrong; @error: the words
 * @items: its item log, packed, kept once it is over so that a client can re-join it
 * @soul_version: (nullable): id of the version of the soul that the prompt was put together of
 * @cost: micro-dollars that it cost, all tries together; @pricing: how sure the price is
 *
 * One question and its answer.
 */
typedef struct
{
  BtyRecord record;
  char *session;
  char *bot;
  BtyTurnState state;
  char *question;
  char *answer;
  char *model;
  BtyStopReason stop_reason;
  BtyUsage *usage;
  char *error_code;
  char *error;
  GBytes *items;
  char *items_text;
  char *soul_version;
  gint64 cost;
  BtyPricing pricing;
} BtyTurn;
BTY_DECLARE_RECORD (BtyTurn, bty_turn)

typedef enum
{
  BTY_CHAT_TEXT,      /* a piece of the answer */
  BTY_CHAT_REASONING, /* a piece of what the model thinks */
  BTY_CHAT_START,     /* first of all: session, turn */
  BTY_CHAT_QUEUED,    /* it waits for another turn of the session */
  BTY_CHAT_MODEL,     /* model: who answers now */
  BTY_CHAT_NOTICE,    /* text: something the person should know, such as history left out */
  BTY_CHAT_USAGE,     /* usage, cost, pricing */
  BTY_CHAT_RESTARTED, /* the answer broke off: all that came of it is void, and it is given anew; text: why */
  BTY_CHAT_PAUSED,    /* a cap is reached: text: which, how much is left, when it renews, and what raises it */
} BtyChatItemType;
BTY_EXPORT const BtyEnumValue bty_chat_item_types[];

/** BtyChatItem: one item of a turn's stream; @command: (nullable): of a `paused`: what raises the cap */
typedef struct
{
  BtyRecord record;
  BtyChatItemType type;
  char *text;
  char *session;
  char *turn;
  char *model;
  BtyUsage *usage;
  gint64 cost;
  BtyPricing pricing;
  char *command;
} BtyChatItem;
BTY_DECLARE_RECORD (BtyChatItem, bty_chat_item)

/**
 * BtyChatSend:
 * @slug: which bot
 * @message: what to say
 * @session: (nullable): in which session; without it a new one is begun
 * @interrupt: stop the answer that is being given, instead of waiting for it
 * @cassette: keep a recording of what is asked of providers and what they answer
 */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *message;
  char *session;
  gboolean interrupt;
  gboolean cassette;
} BtyChatSend;
BTY_DECLARE_RECORD (BtyChatSend, bty_chat_send)

/** BtyChatAttach: @turn: id of a turn; @after: number of the last item that the client has */
typedef struct
{
  BtyRecord record;
  char *turn;
  gint64 after;
} BtyChatAttach;
BTY_DECLARE_RECORD (BtyChatAttach, bty_chat_attach)

/** BtyTurnKey: @turn: id of a turn */
typedef struct
{
  BtyRecord record;
  char *turn;
} BtyTurnKey;
BTY_DECLARE_RECORD (BtyTurnKey, bty_turn_key)

G_END_DECLS
