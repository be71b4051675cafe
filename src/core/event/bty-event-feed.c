/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include "event/bty-event-feed.h"

#include "event/bty-event-contract.h"

gpointer
bty_event_feed_make_missed (guint64 count, guint64 after, gpointer unused)
{
  g_autofree char *data = g_strdup_printf ("{\"count\":%" G_GUINT64_FORMAT ",\"after\":\"%" G_GUINT64_FORMAT "\"}",
                                           count, after);

  return bty_event_contract_notice (BTY_EVENT_TYPE_MISSED, data, 0);
}

BtyEventFeed *
bty_event_feed_new (BtyEventFilter *filter, gint64 since, guint max_items, gsize max_bytes)
{
  BtyEventFeed *self = g_new0 (BtyEventFeed, 1);

  g_ref_count_init (&self->references);
  self->filter = filter;
  self->since = since;
  self->log = bty_item_log_new ();
  bty_item_log_set_window (self->log, max_items, max_bytes, bty_event_feed_make_missed, NULL);
  return self;
}

BtyEventFeed *
bty_event_feed_ref (BtyEventFeed *self)
{
  g_ref_count_inc (&self->references);
  return self;
}

gboolean
bty_event_feed_unref (BtyEventFeed *self)
{
  if (!g_ref_count_dec (&self->references))
    return FALSE;
  bty_event_filter_free (self->filter);
  bty_item_log_unref (self->log);
  g_free (self);
  return TRUE;
}

gint64
bty_event_feed_get_floor (const BtyEventFeed *self)
{
  return MAX (self->since, (gint64) bty_item_log_get_floor (self->log));
}
