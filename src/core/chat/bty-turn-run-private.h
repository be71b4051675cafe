/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-followers.h"
#include "chat/bty-turn-run.h"

/* The turn's steps, in order. Whatever goes wrong after the question is on disk leads to TURN_STEP_ANSWER, before that to TURN_STEP_OVER. */
typedef enum
{
  TURN_STEP_BOT,      /* find the bot and read its soul */
  TURN_STEP_SESSION,  /* find the session, or think of a new one */
  TURN_STEP_QUESTION, /* put session, question and turn on disk */
  TURN_STEP_QUEUED,   /* wait for the turns before this one */
  TURN_STEP_HISTORY,  /* read what was said before */
  TURN_STEP_ROUTE,    /* let a model answer */
  TURN_STEP_ANSWER,   /* put the answer on disk */
  TURN_STEP_OVER,     /* tell everyone who follows */
} BtyTurnStep;

struct _BtyTurnRun
{
  GObject parent_instance;
  BtyChatParts *parts;
  BtyChatSend *request;
  BtyFollowers *followers;
  BtyItemLog *log;
  GCancellable *cancellable;
  BtyTurnStep step;
  guint tries;

  BtyBot *bot;
  BtySoulPrompt *soul;
  BtySession *session;
  BtyMessage *question;
  BtyTurn *turn;
  GPtrArray *history;
  gsize history_bytes;
  char *history_cursor;

  BtySpender *spender;
  BtyRoute *route;
  GString *answer;
  GString *held; /* what came last and is not said yet: it may be the beginning of a secret */
  BtyDeltaKind held_kind;
  gsize said_bytes; /* of answer and reasoning */
  guint deadline;
  gboolean is_late;
  guint left_out;
  gboolean is_paused;   /* a cap is reached */
  guint paused_at;      /* the raises there had been when it was */
  BtyTurn *paused;      /* as it was found, when it goes on after a pause */
  BtySpenderFor before; /* what it had spent until then */
  gboolean has_said;    /* something of an answer, before the pause */
  BtyTurn *stored;      /* the end of the turn on its way to the disk */
  guint store_tries;
  gboolean is_stopped;
  BtyTurnState stopped_as;
  GError *error;
};

/* Tells everyone who follows; takes @item. */
void bty_turn_run_say (BtyTurnRun *self, BtyChatItem *item);
BtyChatItem *bty_turn_run_item_new (BtyChatItemType type, const char *text);
void bty_turn_run_go_on (BtyTurnRun *self, BtyTurnStep step);
/* Takes @error. Nothing is lost: a question that is on disk gets its turn ended there, too. */
void bty_turn_run_fail (BtyTurnRun *self, GError *error);

/* The steps of the asking, in bty-turn-ask.c. */
void bty_turn_run_find_bot (BtyTurnRun *self);
void bty_turn_run_find_session (BtyTurnRun *self);
void bty_turn_run_store_question (BtyTurnRun *self);
void bty_turn_run_join_queue (BtyTurnRun *self);

/* Instead of storing the question, in bty-turn-resume.c. */
void bty_turn_run_store_resumed (BtyTurnRun *self);

/* The steps of the answering, in bty-turn-answer.c. */
void bty_turn_run_read_history (BtyTurnRun *self);
void bty_turn_run_ask_models (BtyTurnRun *self);
void bty_turn_run_store_answer (BtyTurnRun *self);
