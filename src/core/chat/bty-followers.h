/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyFollowers:
 *
 * The calls that are ended with a turn. One whose caller gives up leaves by itself; the turn goes on.
 */
typedef struct _BtyFollowers BtyFollowers;

BtyFollowers *bty_followers_new (void);
void          bty_followers_free (BtyFollowers *followers);
/** bty_followers_add: @only_report: it is answered with the turn whatever became of it: a chat.cancel */
void          bty_followers_add (BtyFollowers *followers, BtyCall *call, gboolean only_report);
/** bty_followers_end: @turn: (nullable): the answer; @error: (nullable): what is told instead of it */
void          bty_followers_end (BtyFollowers *followers, const BtyTurn *turn, const GError *error);
