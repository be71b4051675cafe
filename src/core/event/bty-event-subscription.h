/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "event/bty-event-service.h"

/*
 * BtyEventSubscription:
 *
 * A call that hears of events: first of those that the log has after some position, a page at a time and no faster than they are
 * read; then, unless it asks for the past only, of those to come, together with all who have the same filter. Nothing is left
 * out and nothing comes twice where one goes over into the other.
 */

/*
 * BtyEventWish:
 * @after: (nullable), @since: (nullable): microseconds since 1970; one of them at most counts
 * @is_past: ends with what has happened by now; without @after and @since it begins with the oldest
 * @limit: how many events at most; 0: all
 * @last: begin so many before the end, if there is neither @after nor @since; 0: not so
 */
typedef struct
{
  const char *const *topics;
  const char *after;
  const gint64 *since;
  gboolean is_past;
  gint64 limit;
  gint64 last;
} BtyEventWish;

/* Goes on by itself until @call ends. */
void bty_event_subscription_start (BtyEventService *service, BtyCall *call, const BtyEventWish *wish);
/* Ends it well. */
void bty_event_subscription_end (BtyEventSubscription *subscription);
