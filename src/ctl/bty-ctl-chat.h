/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * BtyCtlChat:
 * @slug: the bot
 * @session: (nullable): the session; NULL: the next message begins one
 * @model: (nullable): the model that answered last
 * @stopped_at: (monotonic): when an answer was last stopped; 0: not since something was typed
 *
 * A conversation with one bot, as long as the program runs.
 */
typedef struct
{
  BtyCtl *ctl;
  char *slug;
  char *session;
  char *model;
  gboolean shows_reasoning;
  gint64 stopped_at;
} BtyCtlChat;

void bty_ctl_chat_clear (BtyCtlChat *chat);
/* Says one message and shows its answer. */
gboolean bty_ctl_chat_say (BtyCtlChat *chat, const char *message, GError **error);
/* Talks until the person leaves. */
gboolean bty_ctl_chat_interact (BtyCtlChat *chat, GError **error);
/* Carries out a line that begins with a slash. Returns: FALSE to leave */
gboolean bty_ctl_chat_command (BtyCtlChat *chat, const char *line);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyCtlChat, bty_ctl_chat_clear)
