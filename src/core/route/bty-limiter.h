/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-route-step.h"

/**
 * BtyLimiter:
 *
 * Keeps one provider's requests under what it allows: requests and tokens in any minute, and how many run at a time. What cannot go at
 * once waits: persons before programs before workflows, of whom one goes after eight that were more urgent; and within these every bot in its
 * turn, however many requests each has.
 * Main context.
 */
#define BTY_TYPE_LIMITER (bty_limiter_get_type ())
G_DECLARE_FINAL_TYPE (BtyLimiter, bty_limiter, BTY, LIMITER, GObject)

/**
 * BtyLimits:
 * @requests: in any minute; @tokens: in any minute; @concurrent: at a time; each 0: no limit
 */
typedef struct
{
  gint64 requests;
  gint64 tokens;
  gint64 concurrent;
} BtyLimits;

/**
 * BtyLimiterTicket:
 *
 * A request's place: in the queue, then among those that run. It ends with bty_limiter_leave().
 */
typedef struct _BtyLimiterTicket BtyLimiterTicket;

/**
 * BtyLimiterGranted:
 * @error: (nullable): why it may not go: it waited too long. The ticket is to be left all the same
 */
typedef void (*BtyLimiterGranted) (gpointer data, const GError *error);

/**
 * BtyLimiterWish:
 * @bot: (nullable): whose request it is
 * @tokens: that it probably uses
 * @max_wait_ms: longest time that it may wait; when it is known to be longer, the request is refused at once
 * @granted: called once it may go, never from within bty_limiter_enter()
 */
typedef struct
{
  const char *bot;
  BtyPriority priority;
  gint64 tokens;
  gint64 max_wait_ms;
  BtyLimiterGranted granted;
  gpointer data;
} BtyLimiterWish;

BtyLimiter *bty_limiter_new (const char *provider);
/** bty_limiter_set_limits: also what waits goes by them from now on */
void bty_limiter_set_limits (BtyLimiter *limiter, const BtyLimits *limits);
/**
 * bty_limiter_enter:
 * @may_go: (out): whether it goes at once; then @granted is never called
 *
 * Returns: (transfer full) (nullable): its place; %NULL with RESOURCE_EXHAUSTED when it would wait too long
 */
BtyLimiterTicket *bty_limiter_enter (BtyLimiter *limiter, const BtyLimiterWish *wish, gboolean *may_go, GError **error);
/** bty_limiter_leave: @ticket: (transfer full): it is over, or given up; @tokens: that it used; below 0: as many as were wished for */
void bty_limiter_leave (BtyLimiterTicket *ticket, gint64 tokens);
/** bty_limiter_pause: nothing more goes for so long: the service asked for it */
void bty_limiter_pause (BtyLimiter *limiter, gint64 pause_ms);

/* For people. */
guint bty_limiter_get_running (BtyLimiter *limiter);
guint bty_limiter_get_waiting (BtyLimiter *limiter);
/** bty_limiter_get_pause_ms: Returns: how long the pause lasts still; 0: there is none */
gint64 bty_limiter_get_pause_ms (BtyLimiter *limiter);
/** bty_limiter_get_left: @left: (out): what may still go within this minute and at a time; -1 where there is no limit */
void bty_limiter_get_left (BtyLimiter *limiter, BtyLimits *left);
