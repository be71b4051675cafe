/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_SESSION_OPEN,
  BTY_SESSION_CLOSED,
} BtySessionState;
BTY_EXPORT const BtyEnumValue bty_session_states[];

/**
 * BtySession:
 * @bot: id of its bot
 * @slug: slug of its bot
 * @title: the beginning of its first message
 * @active_at: when something was last said
 * @turns: how many turns it has had
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  char *title;
  BtySessionState state;
  gint64 active_at;
  gint64 turns;
} BtySession;
BTY_DECLARE_RECORD (BtySession, bty_session)

/** BtySessionList: @slug: (nullable): only sessions of this bot; the most recently active first */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *cursor;
  gint64 limit;
} BtySessionList;
BTY_DECLARE_RECORD (BtySessionList, bty_session_list)

/**
 * BtyMessage:
 * @session: id; @bot: id; @turn: id of the turn it belongs to
 * @role: who says it
 * @model: (nullable): `provider/model` that wrote it
 * @usage: (nullable): what it used
 * @stop_reason: why an answer ended
 */
typedef struct
{
  BtyRecord record;
  char *session;
  char *bot;
  char *turn;
  BtyRole role;
  char *text;
  char *model;
  BtyStopReason stop_reason;
  BtyUsage *usage;
} BtyMessage;
BTY_DECLARE_RECORD (BtyMessage, bty_message)

/** BtyMessageList: the messages of a session, oldest first unless @newest_first */
typedef struct
{
  BtyRecord record;
  char *session;
  gboolean newest_first;
  char *cursor;
  gint64 limit;
} BtyMessageList;
BTY_DECLARE_RECORD (BtyMessageList, bty_message_list)

/** BtyMessageSearch: messages that hold words of @words, best first; @slug: (nullable): only of this bot */
typedef struct
{
  BtyRecord record;
  char *words;
  char *slug;
  gint64 limit;
} BtyMessageSearch;
BTY_DECLARE_RECORD (BtyMessageSearch, bty_message_search)

G_END_DECLS
