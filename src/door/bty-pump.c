/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-door"

#include "config.h"

#include "bty-pump.h"

#define WRITE_SIZE   (64 * 1024)      /* bytes handed to the exchange in one go */
#define SCRATCH_SIZE (4 * WRITE_SIZE) /* bytes kept for the next stream */
#define TURN_WRITES  4                /* of WRITE_SIZE by one stream before the others have their turn */

struct _BtyPump
{
  const BtyPumpFuncs *funcs;
  BtyPumpLimits limits;
  gpointer owner;
  GQueue open;
  GQueue waiting; /* those that have not begun, in the order of their coming */
  GQueue sated;   /* those that have more to say, and go on in the next turn of the main loop */
  guint turn;
  GString *scratch; /* what one stream is about to write: none holds a buffer of its own */
  gboolean spoke;   /* any of them, since the last heartbeat */
  guint timer;
  guint begin_timer;
};

typedef struct
{
  BtyPump *pump;
  BtyExchange *exchange;
  BtyCallReader *reader;
  gpointer data;
  gint64 begin_at; /* until it has begun */
  gboolean begun;
  gboolean is_held; /* until the first flush */
  gboolean spoke;   /* since the last heartbeat */
  gboolean is_sated;
  GList link;
  GList waiting_link;
  GList sated_link;
} Stream;

static void
stream_free (Stream *self)
{
  g_queue_unlink (&self->pump->open, &self->link);
  if (!self->begun)
    g_queue_unlink (&self->pump->waiting, &self->waiting_link);
  if (self->is_sated)
    g_queue_unlink (&self->pump->sated, &self->sated_link);
  bty_exchange_watch (self->exchange, NULL, NULL, NULL);
  bty_call_reader_free (self->reader);
  self->pump->funcs->free (self->data);
  g_object_unref (self->exchange);
  g_free (self);
}

static void
begin (Stream *self)
{
  if (self->begun)
    return;
  self->begun = TRUE;
  g_queue_unlink (&self->pump->waiting, &self->waiting_link);
  bty_exchange_set_header (self->exchange, "Cache-Control", "no-store");
  bty_exchange_set_header (self->exchange, "X-Accel-Buffering", "no");
  self->is_held = TRUE;
  bty_exchange_hold (self->exchange, TRUE);
  bty_exchange_begin (self->exchange, 200, "text/event-stream");
  if (self->pump->funcs->begin != NULL)
    self->pump->funcs->begin (self->data, self->pump->scratch);
}

static void
write_scratch (Stream *self)
{
  BtyPump *pump = self->pump;

  if (pump->scratch->len == 0)
    return;
  self->spoke = TRUE;
  pump->spoke = TRUE;
  bty_exchange_write (self->exchange, pump->scratch->str, pump->scratch->len);
  g_string_truncate (pump->scratch, 0);
  if (pump->scratch->allocated_len <= SCRATCH_SIZE)
    return;
  g_string_free (pump->scratch, TRUE);
  pump->scratch = g_string_new (NULL);
}

static void
flush (Stream *self)
{
  write_scratch (self);
  if (!self->is_held)
    return;
  self->is_held = FALSE;
  bty_exchange_hold (self->exchange, FALSE);
}

static gboolean
append_item (Stream *self, const BtyItem *item)
{
  const BtyPumpFuncs *funcs = self->pump->funcs;

  if (!self->begun && (funcs->begins == NULL || funcs->begins (self->data, item)))
    begin (self);
  return funcs->item (self->data, self->reader, item, self->pump->scratch);
}

/* The end stands in the scratch. */
static void
end_here (Stream *self, gboolean gives_up)
{
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  bty_exchange_hold (self->exchange, TRUE);
  write_scratch (self);
  bty_exchange_end (self->exchange);
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  stream_free (self);
  if (gives_up)
    bty_call_cancel (call);
}

static void
finish (Stream *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);

  if (!self->begun && bty_call_state (call) == BTY_CALL_FAILED)
    {
      self->pump->funcs->refuse (self->data, call);
      stream_free (self);
      return;
    }
  begin (self);
  self->pump->funcs->end (self->data, call, self->pump->scratch);
  end_here (self, FALSE);
}

static gboolean
is_ready (Stream *self)
{
  return bty_exchange_get_pending (self->exchange) <= self->pump->limits.max_pending;
}

static gboolean on_turn (gpointer data);

/* No less urgent than what comes from the network, or a busy daemon would never go on with it. */
static void
await_turn (Stream *self)
{
  BtyPump *pump = self->pump;

  self->is_sated = TRUE;
  g_queue_push_tail_link (&pump->sated, &self->sated_link);
  if (pump->turn == 0)
    pump->turn = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, pump, NULL);
}

/* A slow reader only lags: its cursor stands still until what was made for it is sent. One that reads as fast as we write has its
   turn like the others. */
static void
advance (Stream *self)
{
  BtyReadResult result = BTY_READ_WAIT;
  gboolean has_room = !self->is_sated && is_ready (self);
  guint writes = 0;
  BtyItem item;

  while (has_room && (result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    {
      if (!append_item (self, &item))
        {
          end_here (self, TRUE);
          return;
        }
      if (self->pump->scratch->len < WRITE_SIZE)
        continue;
      flush (self);
      has_room = is_ready (self);
      if (!has_room || ++writes < TURN_WRITES)
        continue;
      await_turn (self);
      return;
    }
  if (result == BTY_READ_END)
    finish (self);
  else
    flush (self);
}

static gboolean
on_turn (gpointer data)
{
  BtyPump *pump = data;

  for (guint n = pump->sated.length; n > 0 && pump->sated.length > 0; n--)
    {
      Stream *self = g_queue_pop_head_link (&pump->sated)->data;

      self->is_sated = FALSE;
      advance (self);
    }
  if (pump->sated.length > 0)
    return G_SOURCE_CONTINUE;
  pump->turn = 0;
  return G_SOURCE_REMOVE;
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
on_drained (BtyExchange *exchange, gpointer data)
{
  advance (data);
}

/* The client has gone, so that nothing of what is written reaches it; or the daemon stops, and it is told so. A call that has ended
 * meanwhile has its own end, but may have more to say than a slow reader takes now. */
static void
on_closed (BtyExchange *exchange, gpointer data)
{
  Stream *self = data;
  g_autoptr (BtyCall) call = NULL;

  if (self->begun)
    {
      self->pump->funcs->stopping (self->data, self->pump->scratch);
      end_here (self, TRUE);
      return;
    }
  call = bty_call_ref (bty_call_reader_call (self->reader));
  stream_free (self);
  bty_call_cancel (call);
}

static gboolean on_begin_wait_over (gpointer data);

static void
await_begin (BtyPump *pump)
{
  Stream *first = g_queue_peek_head (&pump->waiting);
  gint64 left;

  if (first == NULL || pump->begin_timer != 0)
    return;
  left = MAX (first->begin_at - g_get_monotonic_time (), 0);
  pump->begin_timer = g_timeout_add ((guint) (left / 1000) + 1, on_begin_wait_over, pump);
}

/* One timer for all: each waits equally long, so the first to come is the first to begin. */
static gboolean
on_begin_wait_over (gpointer data)
{
  BtyPump *pump = data;
  gint64 now = g_get_monotonic_time ();
  Stream *first;

  pump->begin_timer = 0;
  while ((first = g_queue_peek_head (&pump->waiting)) != NULL && first->begin_at <= now)
    {
      begin (first);
      flush (first);
    }
  await_begin (pump);
  return G_SOURCE_REMOVE;
}

static void
be_idle (BtyPump *pump)
{
  if (pump->funcs->idle != NULL)
    pump->funcs->idle (pump->owner);
}

static gboolean
on_heartbeat (gpointer data)
{
  BtyPump *pump = data;

  for (GList *link = pump->open.head; link != NULL; link = link->next)
    {
      Stream *self = link->data;

      if (self->begun && !self->spoke && bty_exchange_get_pending (self->exchange) == 0)
        bty_exchange_write (self->exchange, ":\n\n", 3);
      self->spoke = FALSE;
    }
  if (!pump->spoke)
    be_idle (pump);
  pump->spoke = FALSE;
  if (pump->open.length > 0)
    return G_SOURCE_CONTINUE;
  pump->timer = 0;
  be_idle (pump);
  return G_SOURCE_REMOVE;
}

void
bty_pump_add (BtyPump *pump, BtyExchange *exchange, BtyCall *call, guint64 after, gpointer data)
{
  Stream *self = g_new0 (Stream, 1);

  self->pump = pump;
  self->data = data;
  self->link.data = self;
  self->waiting_link.data = self;
  self->sated_link.data = self;
  self->begin_at = g_get_monotonic_time () + 1000 * (gint64) pump->limits.begin_wait;
  self->exchange = g_object_ref (exchange);
  g_queue_push_tail_link (&pump->open, &self->link);
  self->reader = bty_call_reader_new (call, after, on_wake, self);
  g_queue_push_tail_link (&pump->waiting, &self->waiting_link);
  bty_exchange_watch (exchange, on_drained, on_closed, self);
  if (pump->timer == 0)
    pump->timer = g_timeout_add (pump->limits.heartbeat, on_heartbeat, pump);
  advance (self);
  await_begin (pump);
}

BtyPump *
bty_pump_new (const BtyPumpFuncs *funcs, const BtyPumpLimits *limits, gpointer owner)
{
  BtyPump *pump = g_new0 (BtyPump, 1);

  pump->funcs = funcs;
  pump->limits = *limits;
  pump->owner = owner;
  g_queue_init (&pump->open);
  g_queue_init (&pump->waiting);
  g_queue_init (&pump->sated);
  pump->scratch = g_string_new (NULL);
  return pump;
}

void
bty_pump_free (BtyPump *pump)
{
  while (pump->open.head != NULL)
    stream_free (pump->open.head->data);
  g_clear_handle_id (&pump->timer, g_source_remove);
  g_clear_handle_id (&pump->begin_timer, g_source_remove);
  g_clear_handle_id (&pump->turn, g_source_remove);
  g_string_free (pump->scratch, TRUE);
  g_free (pump);
}
