/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <boternity.h>

#include "bty-http-pump-private.h"

#define MAX_LOOKS  4 /* in a dispatch: what came meanwhile is taken without a round of the main loop */
#define MAX_EVENTS 128
/* In a flood (so many sockets are ready in each of two looks) the sockets are left alone for so long: what comes meanwhile is taken at
 * once, with fewer calls of the kernel for each token. */
#define FLOOD     8
#define REST_USEC 1000

typedef struct
{
  GSource source;
  BtyHttpPump *pump;
} PumpSource;

/* The events of one dispatch. There may be several, as a callback may run the main loop. */
typedef struct Batch
{
  struct epoll_event events[MAX_EVENTS];
  int n;
  struct Batch *outer;
} Batch;

struct _BtyHttpPump
{
  gatomicrefcount references;
  GMainContext *context;
  int epoll;
  GSource *source;
  gpointer tag;        /* of the epoll descriptor in the source */
  gboolean is_flood;   /* the last look found many sockets ready */
  gboolean is_resting; /* the sockets are not looked at before @rest_until */
  gint64 rest_until;   /* monotonic, us */
  GQueue due;          /* watches that have more to read */
  Batch *batch;        /* (nullable): being dispatched */
  GArray *heap;        /* of alarms, the earliest first; its place 0 is not used */
  gint64 wakeup;       /* when the source is to wake for an alarm; -1: never */
};

/* Of the thread. It is no reference: the pump takes itself out when it goes. */
static GPrivate shared;

static inline BtyHttpAlarm *
alarm_at (BtyHttpPump *self, guint place)
{
  return g_array_index (self->heap, BtyHttpAlarm *, place);
}

static void
put_alarm (BtyHttpPump *self, guint place, BtyHttpAlarm *alarm)
{
  g_array_index (self->heap, BtyHttpAlarm *, place) = alarm;
  alarm->place = place;
}

static void
sift (BtyHttpPump *self, BtyHttpAlarm *alarm, guint place)
{
  for (; place > 1 && alarm_at (self, place / 2)->at > alarm->at; place /= 2)
    put_alarm (self, place, alarm_at (self, place / 2));
  for (guint child; (child = 2 * place) < self->heap->len; place = child)
    {
      if (child + 1 < self->heap->len && alarm_at (self, child + 1)->at < alarm_at (self, child)->at)
        child += 1;
      if (alarm_at (self, child)->at >= alarm->at)
        break;
      put_alarm (self, place, alarm_at (self, child));
    }
  put_alarm (self, place, alarm);
}

/* When the source is to be dispatched without a socket that is ready. */
static void
set_ready_time (BtyHttpPump *self)
{
  if (self->is_resting)
    g_source_set_ready_time (self->source, self->rest_until);
  else
    g_source_set_ready_time (self->source, self->due.length > 0 ? 0 : self->wakeup);
}

/* A wake-up that is too early does no harm; to move it later costs more than it saves. */
static void
set_wakeup (BtyHttpPump *self, gboolean exactly)
{
  gint64 first = self->heap->len > 1 ? alarm_at (self, 1)->at : -1;

  if (first == self->wakeup || (!exactly && self->wakeup != -1 && (first == -1 || first > self->wakeup)))
    return;
  self->wakeup = first;
  if (self->due.length == 0 && !self->is_resting)
    set_ready_time (self);
}

static void
ring_alarms (BtyHttpPump *self)
{
  gint64 now = g_get_monotonic_time ();

  while (self->heap->len > 1 && alarm_at (self, 1)->at <= now)
    {
      BtyHttpAlarm *alarm = alarm_at (self, 1);

      bty_http_pump_drop_alarm (self, alarm);
      alarm->func (alarm);
    }
  set_wakeup (self, TRUE);
}

/* What one socket brought goes on to whoever reads it before the next one is looked at. */
static void
call (BtyHttpWatch *watch)
{
  watch->func (watch);
  bty_item_log_wake_readers ();
}

static void
call_due (BtyHttpPump *self)
{
  for (guint n = self->due.length; n > 0 && self->due.length > 0; n--)
    {
      BtyHttpWatch *watch = g_queue_pop_head_link (&self->due)->data;

      watch->is_due = FALSE;
      call (watch);
    }
  if (self->due.length == 0)
    set_ready_time (self);
}

/* Returns: how many sockets were ready */
static int
call_ready (BtyHttpPump *self)
{
  Batch batch = { .outer = self->batch };

  batch.n = epoll_wait (self->epoll, batch.events, MAX_EVENTS, 0);
  self->batch = &batch;
  for (int i = 0; i < batch.n; i++)
    {
      BtyHttpWatch *watch = batch.events[i].data.ptr;

      if (watch != NULL && !watch->is_due)
        call (watch);
    }
  self->batch = batch.outer;
  return batch.n;
}

static void
rest (BtyHttpPump *self)
{
  self->is_resting = TRUE;
  self->rest_until = g_get_monotonic_time () + REST_USEC;
  g_source_modify_unix_fd (self->source, self->tag, 0);
  set_ready_time (self);
}

static void
end_rest (BtyHttpPump *self)
{
  self->is_resting = FALSE;
  g_source_modify_unix_fd (self->source, self->tag, G_IO_IN);
  set_ready_time (self);
}

/* One look with many may come of a delay of our own; two in a row are a flood. */
static void
look (BtyHttpPump *self)
{
  int n = 1;

  for (guint looks = 0; looks < MAX_LOOKS && n > 0 && self->epoll != -1; looks++)
    {
      gboolean was_flood = self->is_flood;

      n = call_ready (self);
      self->is_flood = n >= FLOOD;
      if (was_flood && self->is_flood && self->due.length == 0)
        {
          rest (self);
          return;
        }
    }
}

static gboolean
pump_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  BtyHttpPump *self = bty_http_pump_ref (((PumpSource *) source)->pump);

  if (self->is_resting)
    end_rest (self);
  if (self->due.length > 0)
    call_due (self);
  look (self);
  if (self->wakeup != -1 && self->wakeup <= g_get_monotonic_time ())
    ring_alarms (self);
  bty_http_pump_unref (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pump_funcs = { .dispatch = pump_dispatch };

static BtyHttpPump *
pump_new (GMainContext *context)
{
  BtyHttpPump *self = g_new0 (BtyHttpPump, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->wakeup = -1;
  self->heap = g_array_new (FALSE, TRUE, sizeof (BtyHttpAlarm *));
  g_array_set_size (self->heap, 1);
  self->source = g_source_new (&pump_funcs, sizeof (PumpSource));
  ((PumpSource *) self->source)->pump = self;
  g_source_set_static_name (self->source, "bty-http-pump");
  if (self->epoll != -1)
    self->tag = g_source_add_unix_fd (self->source, self->epoll, G_IO_IN);
  /* Else the context takes the descriptor out and in around each dispatch. */
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, context);
  return self;
}

BtyHttpPump *
bty_http_pump_get (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  BtyHttpPump *self = g_private_get (&shared);

  if (self != NULL && self->context == context)
    return bty_http_pump_ref (self);
  self = pump_new (context);
  if (g_private_get (&shared) == NULL)
    g_private_set (&shared, self);
  return self;
}

BtyHttpPump *
bty_http_pump_ref (BtyHttpPump *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
bty_http_pump_unref (BtyHttpPump *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (g_private_get (&shared) == self)
    g_private_set (&shared, NULL);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  if (self->epoll != -1)
    close (self->epoll);
  g_array_unref (self->heap);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

gboolean
bty_http_pump_watch (BtyHttpPump *self, BtyHttpWatch *watch, int fd)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = watch };

  if (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
    return FALSE;
  watch->fd = fd;
  watch->link.data = watch;
  return TRUE;
}

void
bty_http_pump_again (BtyHttpPump *self, BtyHttpWatch *watch)
{
  if (watch->is_due)
    return;
  watch->is_due = TRUE;
  g_queue_push_tail_link (&self->due, &watch->link);
  if (self->due.length == 1)
    set_ready_time (self);
}

void
bty_http_pump_unwatch (BtyHttpPump *self, BtyHttpWatch *watch, gboolean is_open)
{
  if (watch->fd == -1)
    return;
  if (is_open)
    epoll_ctl (self->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->fd = -1;
  if (watch->is_due)
    g_queue_unlink (&self->due, &watch->link);
  watch->is_due = FALSE;
  for (Batch *batch = self->batch; batch != NULL; batch = batch->outer)
    for (int i = 0; i < batch->n; i++)
      if (batch->events[i].data.ptr == watch)
        batch->events[i].data.ptr = NULL;
}

void
bty_http_pump_set_alarm (BtyHttpPump *self, BtyHttpAlarm *alarm, gint64 at)
{
  guint place = alarm->place;

  if (place == 0)
    {
      place = self->heap->len;
      g_array_set_size (self->heap, place + 1);
    }
  alarm->at = at;
  sift (self, alarm, place);
  set_wakeup (self, FALSE);
}

void
bty_http_pump_drop_alarm (BtyHttpPump *self, BtyHttpAlarm *alarm)
{
  guint place = alarm->place;
  BtyHttpAlarm *last;

  if (place == 0)
    return;
  last = alarm_at (self, self->heap->len - 1);
  alarm->place = 0;
  g_array_set_size (self->heap, self->heap->len - 1);
  if (last != alarm)
    sift (self, last, place);
}
