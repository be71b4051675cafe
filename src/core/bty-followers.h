/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyFollowers:
 *
 * The calls that are ended together, with a turn or with an idempotency key. One whose caller gives up leaves by itself; what it
 * asked for goes on.
 */
typedef struct _BtyFollowers BtyFollowers;

BtyFollowers *bty_followers_new (void);
void bty_followers_free (BtyFollowers *followers);
/** bty_followers_add: @only_report: it is answered whatever became of what it follows: a chat.cancel; one cancelled already is ended at once */
void bty_followers_add (BtyFollowers *followers, BtyCall *call, gboolean only_report);
/** bty_followers_is_empty: Returns: whether everyone has left */
gboolean bty_followers_is_empty (const BtyFollowers *followers);
/** bty_followers_end: @response: (nullable): the answer; @error: (nullable): what is told instead of it */
void bty_followers_end (BtyFollowers *followers, gconstpointer response, const GError *error);
