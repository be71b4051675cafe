/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "event/bty-event-filter.h"

/*
 * BtyEventFeed:
 * @since: position after which it has everything that its filter lets through, but for what its log dropped
 *
 * The present, as all who have the same filter hear it: one log, into which an event is put once however many read it.
 */
typedef struct
{
  grefcount references;
  BtyEventFilter *filter;
  BtyItemLog *log;
  gint64 since;
} BtyEventFeed;

/* @filter: (transfer full) */
BtyEventFeed *bty_event_feed_new (BtyEventFilter *filter, gint64 since, guint max_items, gsize max_bytes);
BtyEventFeed *bty_event_feed_ref (BtyEventFeed *feed);
/* Returns: whether nobody has it any more */
gboolean bty_event_feed_unref (BtyEventFeed *feed);
/* The position after which nothing is missing in it. */
gint64 bty_event_feed_get_floor (const BtyEventFeed *feed);
/* (transfer full): what is told instead of @count events after the one at @after; for bty_item_log_set_window() */
gpointer bty_event_feed_make_missed (guint64 count, guint64 after, gpointer unused);
