/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bot/bty-bot-service.h"
#include "bty-settings.h"
#include "chat/bty-session-queue.h"
#include "route/bty-route.h"

/**
 * BtyChatParts:
 *
 * What a turn works with. Borrowed from the chat service, which outlives every run.
 */
typedef struct
{
  BtyStore *store;
  BtyBotService *bots;
  BtyRouter *router;
  BtySettings *settings;
  BtySessionQueue *queue;
  GQueue completions;   /* BtyCompleteRun: those that are going on */
  GQueue embeddings;    /* those that are going on */
  GHashTable *resuming; /* turn -> run: paused turns that are about to go on */
  guint raises;         /* how often there came to be more room in the budget */
  guint n_runs;         /* turns, completions and embeddings from their beginning to their end, queued or not */
  gboolean is_stopping; /* no new turn begins */
} BtyChatParts;

/**
 * BtyTurnRun:
 *
 * One turn being carried out. It belongs to the daemon: the calls that follow it may come and go. What it does, in order, is the
 * list of its states in bty-turn-run.c.
 */
#define BTY_TYPE_TURN_RUN (bty_turn_run_get_type ())
G_DECLARE_FINAL_TYPE (BtyTurnRun, bty_turn_run, BTY, TURN_RUN, GObject)

/** bty_turn_run_start: begins the turn that @call (a chat.send) asks for; it keeps itself alive until it is over */
void bty_turn_run_start (BtyChatParts *parts, BtyCall *call);
/** bty_turn_run_go: it is its turn in the session */
void bty_turn_run_go (GObject *run);
/** bty_turn_run_follow: @call hears the rest and is ended with the turn */
void bty_turn_run_follow (BtyTurnRun *run, BtyCall *call);
/** bty_turn_run_stop: @state: BTY_TURN_CANCELLED by a person, BTY_TURN_INTERRUPTED at the daemon's end; what was said so far is kept */
void bty_turn_run_stop (BtyTurnRun *run, BtyTurnState state);
/** bty_turn_run_get_bot: Returns: (transfer none) (nullable): id of the bot that answers, once it is found */
const char *bty_turn_run_get_bot (BtyTurnRun *run);
/** bty_turn_run_on_over: @call (a chat.cancel) is answered with the turn once it is over */
void bty_turn_run_on_over (BtyTurnRun *run, BtyCall *call);
