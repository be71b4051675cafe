/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl-wrap.h"
#include "bty-ctl.h"

/*
 * BtyCtlTurn:
 * @session: the session it belongs to, once known
 * @model: (inout): the model that was named last, so that it is told once only
 * @text: the answer so far
 * @record: (nullable): JSON of the turn as it ended
 * @was_stopped: whether a person stopped it
 *
 * One question and its answer: sent, shown as it comes, joined again when the connection breaks, stopped by Ctrl-C.
 */
typedef struct
{
  BtyCtl *ctl;
  char *session;
  char **model;
  GString *text;
  char *record;
  gboolean was_stopped;

  /*< private >*/
  char *turn;
  GBytes *request;
  char *key;           /* of the message: it is taken once however often it is sent */
  BtyChatItem *usage;  /* (nullable): what it cost */
  BtyChatItem *paused; /* (nullable): the cap that it waits for */
  guint64 last;
  guint presses;
  gboolean shows_reasoning;
  gboolean ends_with_newline;
  BtyCtlWrap *wrap;
  guint pause_source; /* shows the unfinished word */
  GCancellable *cancellable;
} BtyCtlTurn;

BtyCtlTurn *bty_ctl_turn_new (BtyCtl *ctl, char **model, gboolean shows_reasoning);
void bty_ctl_turn_free (BtyCtlTurn *turn);

/*
 * Says @message and shows the answer on standard output (not with --json), remarks on standard error.
 *
 * Returns: whether it was answered; an answer that was stopped is an error CANCELLED
 */
gboolean bty_ctl_turn_run (BtyCtlTurn *turn, const char *slug, const char *session, const char *message,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtlTurn, bty_ctl_turn_free)
