/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "chat/bty-turn-run.h"

/**
 * BtyChatService:
 *
 * Sessions, their messages, and the turns that are going on. Settings group `chat`.
 */
#define BTY_TYPE_CHAT_SERVICE (bty_chat_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyChatService, bty_chat_service, BTY, CHAT_SERVICE, GObject)

BtyChatService *bty_chat_service_new (BtyStore *store, BtyBotService *bots, BtyRouter *router, BtySettings *settings);
BtyChatParts *bty_chat_service_get_parts (BtyChatService *service);
/** bty_chat_service_mend: marks turns that an earlier process left in their middle as interrupted; in the background */
void bty_chat_service_mend (BtyChatService *service);
/** bty_chat_service_stop: interrupts every turn, keeping what was said, and begins no more; returns at once */
void bty_chat_service_stop (BtyChatService *service);
/** bty_chat_service_is_idle: Returns: whether no turn is going on */
gboolean bty_chat_service_is_idle (BtyChatService *service);

/** bty_turn_prompt_run: the operation turn.prompt */
void bty_turn_prompt_run (BtyCall *call);

/** bty_chat_add_settings: declares the settings of the group `chat` */
void bty_chat_add_settings (BtySettings *settings);

extern const BtyOperation bty_chat_operations[];
extern const guint bty_n_chat_operations;
extern const BtyOperation bty_session_operations[];
extern const guint bty_n_session_operations;
