/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include "event/bty-event-subscription.h"

#include <glib/gi18n-lib.h>

#include "event/bty-event-contract.h"

#define PAGE 200

typedef enum
{
  STEP_FIND_START,  /* where in the log the time is that was asked for */
  STEP_FIND_LAST,   /* where so many before the end are */
  STEP_FIND_OLDEST, /* whether what comes after the cursor is still in the log */
  STEP_READ,        /* a page of the past */
  STEP_JOIN,        /* the present */
} Step;

/* Counted: a query that is under way has it as well. */
struct _BtyEventSubscription
{
  BtyEventService *service;
  BtyCall *call;
  gulong handler;
  BtyEventFilter *filter; /* (nullable): without a feed */
  BtyEventFeed *feed;     /* (nullable): without a future */
  BtyItemLog *past;       /* (nullable): what it alone hears */
  Step step;
  gint64 since;
  gint64 position; /* up to which it has heard everything */
  gint64 known;    /* how far the log went when it was last asked */
  gint64 until;
  gint64 left; /* G_MAXINT64: all */
  gint64 last; /* how many more are wanted while looking back from the end */
  gboolean is_asking;
  gboolean has_ended;
};

static void advance (BtyEventSubscription *self);

static void
clear (gpointer data)
{
  BtyEventSubscription *self = data;

  g_clear_pointer (&self->filter, bty_event_filter_free);
  g_clear_pointer (&self->past, bty_item_log_unref);
  bty_call_unref (self->call);
  g_object_unref (self->service);
}

/* @error: (nullable): NULL: it ends well */
static void
finish (BtyEventSubscription *self, const GError *error)
{
  g_autoptr (BtyEventEnd) end = NULL;

  if (self->has_ended)
    return;
  self->has_ended = TRUE;
  g_clear_signal_handler (&self->handler, bty_call_cancellable (self->call));
  bty_call_on_drained (self->call, NULL, NULL);
  bty_event_service_remove (self->service, self);
  if (self->step == STEP_JOIN)
    self->position = bty_event_service_get_position (self->service);
  if (self->feed != NULL)
    bty_event_service_give_feed_back (self->service, g_steal_pointer (&self->feed));
  if (error != NULL)
    bty_call_fail (self->call, error);
  else
    {
      end = bty_event_end_new ();
      end->next_cursor = g_strdup_printf ("%" G_GINT64_FORMAT, self->position);
      bty_call_return (self->call, end);
    }
  g_rc_box_release_full (self, clear);
}

void
bty_event_subscription_end (BtyEventSubscription *self)
{
  finish (self, NULL);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_CANCELLED, _ ("the caller stopped listening"));

  finish (data, error);
}

static void
emit (BtyEventSubscription *self, gint64 number, BtyClientEvent *client)
{
  if (self->past == NULL)
    {
      self->past = bty_item_log_new ();
      bty_item_log_set_window (self->past, 2 * PAGE + 2, G_MAXSIZE, bty_event_feed_make_missed, NULL);
      bty_call_share_log (self->call, self->past);
    }
  bty_item_log_append_numbered (self->past, (guint64) number, client, NULL);
}

static void
emit_subscribed (BtyEventSubscription *self)
{
  g_autofree char *data = g_strdup_printf ("{\"cursor\":\"%" G_GINT64_FORMAT "\"}", self->position);
  g_autoptr (BtyClientEvent) client = bty_event_contract_notice (BTY_EVENT_TYPE_SUBSCRIBED, data, self->position);

  if (self->position > 0)
    emit (self, self->position, client);
}

static gboolean
is_at_feed (BtyEventSubscription *self)
{
  return self->feed != NULL && self->position >= bty_event_feed_get_floor (self->feed);
}

static const BtyEventFilter *
filter_of (BtyEventSubscription *self)
{
  return self->feed != NULL ? self->feed->filter : self->filter;
}

static gboolean
is_wanted (BtyEventSubscription *self, const BtyEvent *event)
{
  const char *name = bty_event_contract_get_name (event->topic);

  return name != NULL && bty_event_filter_matches (filter_of (self), name);
}

/* Returns: whether @event was let through */
static gboolean
take_event (BtyEventSubscription *self, const BtyEvent *event)
{
  g_autoptr (BtyClientEvent) client = NULL;

  self->position = event->position;
  if (!is_wanted (self, event))
    return FALSE;
  client = bty_event_contract_translate (event);
  emit (self, event->position, client);
  if (self->left != G_MAXINT64)
    self->left -= 1;
  return TRUE;
}

static void
take_page (BtyEventSubscription *self, const BtyPage *page)
{
  guint n = 0;

  for (guint i = 0; i < page->items->len && self->left > 0; i++)
    {
      const BtyEvent *event = g_ptr_array_index (page->items, i);

      if (event->position > self->until)
        break;
      n += take_event (self, event);
    }
  if (page->next_cursor == NULL && self->left > 0)
    self->position = MAX (self->position, MIN (self->known, self->until));
  if (self->left == 0 || self->position >= self->until)
    {
      finish (self, NULL);
      return;
    }
  if (is_at_feed (self))
    self->step = STEP_JOIN;
  /* What was let through is read first; then on_drained() goes on. */
  if (n == 0 || self->step == STEP_JOIN)
    advance (self);
}

static void
take_start (BtyEventSubscription *self, const BtyPage *page)
{
  const BtyEvent *event = page->items->len > 0 ? g_ptr_array_index (page->items, 0) : NULL;

  self->position = event != NULL ? event->position - 1 : self->known;
  self->step = is_at_feed (self) ? STEP_JOIN : STEP_READ;
  advance (self);
}

/* @page: from the newest to the oldest */
static void
take_last (BtyEventSubscription *self, const BtyPage *page)
{
  for (guint i = 0; i < page->items->len && self->last > 0; i++)
    {
      const BtyEvent *event = g_ptr_array_index (page->items, i);

      self->position = event->position - 1;
      self->last -= is_wanted (self, event);
    }
  if (page->next_cursor == NULL || self->last == 0)
    self->step = STEP_READ;
  advance (self);
}

static void
take_oldest (BtyEventSubscription *self, const BtyPage *page)
{
  const BtyEvent *oldest = page->items->len > 0 ? g_ptr_array_index (page->items, 0) : NULL;

  if (oldest != NULL && oldest->position > self->position + 1)
    {
      gint64 last = oldest->position - 1;
      g_autoptr (BtyClientEvent) client = bty_event_feed_make_missed ((guint64) (last - self->position),
                                                                      (guint64) self->position, NULL);

      emit (self, last, client);
      self->position = last;
    }
  self->step = is_at_feed (self) ? STEP_JOIN : STEP_READ;
  advance (self);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyEventSubscription *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  self->is_asking = FALSE;
  if (self->has_ended)
    g_clear_pointer (&page, bty_page_unref);
  else if (page == NULL)
    finish (self, error);
  else if (self->step == STEP_FIND_START)
    take_start (self, page);
  else if (self->step == STEP_FIND_LAST)
    take_last (self, page);
  else if (self->step == STEP_FIND_OLDEST)
    take_oldest (self, page);
  else
    take_page (self, page);
  g_rc_box_release_full (self, clear);
}

/* @query: (transfer full) */
static void
ask (BtyEventSubscription *self, BtyQuery *query)
{
  self->is_asking = TRUE;
  self->known = bty_event_service_get_position (self->service);
  bty_store_query_async (bty_event_service_get_store (self->service), query, bty_call_cancellable (self->call),
                         on_answer, g_rc_box_acquire (self));
  bty_query_unref (query);
}

/* Identifiers begin with the time of their making, in milliseconds. */
static void
find_start (BtyEventSubscription *self)
{
  BtyQuery *query = bty_query_new (&bty_event_schema);
  guint64 ms = (guint64) (MAX (self->since, 0) / 1000);
  g_autofree char *id = g_strdup_printf ("%08x-%04x-7000-8000-000000000000", (guint) ((ms >> 16) & 0xffffffffU),
                                         (guint) (ms & 0xffff));

  bty_query_where (query, "id", BTY_MATCH_GREATER_OR_EQUAL, id);
  bty_query_limit (query, 1);
  ask (self, query);
}

static void
find_oldest (BtyEventSubscription *self)
{
  BtyQuery *query = bty_query_new (&bty_event_schema);

  bty_query_order (query, "position", FALSE);
  bty_query_limit (query, 1);
  ask (self, query);
}

/* Forwards from the position, or back from it. */
static void
read_page (BtyEventSubscription *self, gboolean is_back)
{
  BtyQuery *query = bty_query_new (&bty_event_schema);
  const char *topic = bty_event_filter_get_topic (filter_of (self));
  char position[24];

  g_snprintf (position, sizeof position, "%" G_GINT64_FORMAT, self->position);
  bty_query_where (query, "position", is_back ? BTY_MATCH_LESS_OR_EQUAL : BTY_MATCH_GREATER, position);
  if (topic != NULL)
    bty_query_where (query, "topic", BTY_MATCH_EQUAL, topic);
  bty_query_order (query, "position", is_back);
  bty_query_limit (query, PAGE);
  ask (self, query);
}

static void
advance (BtyEventSubscription *self)
{
  switch (self->step)
    {
    case STEP_FIND_START:
      find_start (self);
      break;
    case STEP_FIND_OLDEST:
      find_oldest (self);
      break;
    case STEP_FIND_LAST:
      read_page (self, TRUE);
      break;
    case STEP_READ:
      read_page (self, FALSE);
      break;
    case STEP_JOIN:
    default:
      bty_call_on_drained (self->call, NULL, NULL);
      bty_call_continue_log (self->call, self->feed->log, (guint64) self->position);
      g_clear_pointer (&self->past, bty_item_log_unref);
      break;
    }
}

static void
on_drained (BtyCall *call, gpointer data)
{
  BtyEventSubscription *self = data;

  if (!self->is_asking && self->step == STEP_READ)
    advance (self);
}

static gboolean
read_cursor (const char *text, gint64 *position, GError **error)
{
  if (g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, position, NULL))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%.80s” is no cursor: give the one of an event, or none"), text);
  return FALSE;
}

static gboolean
find_step (BtyEventSubscription *self, const BtyEventWish *wish, GError **error)
{
  gint64 now = bty_event_service_get_position (self->service);

  self->step = STEP_READ;
  if (wish->after != NULL)
    {
      if (!read_cursor (wish->after, &self->position, error))
        return FALSE;
      if (self->position > now)
        {
          g_set_error (
            error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE,
            _ ("the cursor “%.80s” is beyond the end of the event log, which may have been restored from a copy: begin "
               "without one"),
            wish->after);
          return FALSE;
        }
      self->step = is_at_feed (self) ? STEP_JOIN : STEP_FIND_OLDEST;
    }
  else if (wish->since != NULL)
    {
      self->since = *wish->since;
      self->step = STEP_FIND_START;
    }
  else if (wish->last > 0)
    {
      self->last = wish->last;
      self->position = now;
      self->step = STEP_FIND_LAST;
    }
  else if (!wish->is_past)
    {
      self->position = now;
      self->step = STEP_JOIN;
      emit_subscribed (self);
    }
  self->until = wish->is_past ? now : G_MAXINT64;
  return TRUE;
}

void
bty_event_subscription_start (BtyEventService *service, BtyCall *call, const BtyEventWish *wish)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEventFilter) filter = bty_event_filter_new (wish->topics, &error);
  BtyEventSubscription *self;

  if (filter == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  self = g_rc_box_new0 (BtyEventSubscription);
  self->service = g_object_ref (service);
  self->call = bty_call_ref (call);
  self->left = wish->limit > 0 ? wish->limit : G_MAXINT64;
  bty_event_service_add (service, self);
  if (wish->is_past)
    self->filter = g_steal_pointer (&filter);
  else
    self->feed = bty_event_service_take_feed (service, g_steal_pointer (&filter));
  if (g_cancellable_is_cancelled (bty_call_cancellable (call)))
    on_cancelled (NULL, self);
  else if (!find_step (self, wish, &error))
    finish (self, error);
  else
    {
      /* Not g_cancellable_connect(): its handler must not disconnect itself. */
      self->handler = g_signal_connect (bty_call_cancellable (call), "cancelled", G_CALLBACK (on_cancelled), self);
      bty_call_on_drained (call, on_drained, self);
      if (self->position >= self->until && self->step != STEP_FIND_LAST)
        finish (self, NULL);
      else
        advance (self);
    }
}
