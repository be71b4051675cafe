/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include "bty-sqlite-loop.h"

/* How many writes are told before reads get their turn again. */
#define WRITES_A_TURN 16

struct _BtySqliteLoop
{
  GSource source;
  GMutex lock;
  GQueue waiting[BTY_SQLITE_N_TURNS];
  gboolean is_ended;
};

static BtySqliteDone *
pop (BtySqliteLoop *self, guint *n_writes)
{
  GList *link;

  g_mutex_lock (&self->lock);
  link = g_queue_pop_head_link (&self->waiting[BTY_SQLITE_FIRST]);
  if (link == NULL && *n_writes < WRITES_A_TURN)
    {
      link = g_queue_pop_head_link (&self->waiting[BTY_SQLITE_THEN]);
      *n_writes += 1;
    }
  g_mutex_unlock (&self->lock);
  return link != NULL ? link->data : NULL;
}

static gboolean
settle (BtySqliteLoop *self)
{
  gboolean is_empty;
  gboolean is_ended;

  g_mutex_lock (&self->lock);
  is_empty = self->waiting[BTY_SQLITE_FIRST].length + self->waiting[BTY_SQLITE_THEN].length == 0;
  is_ended = self->is_ended;
  if (!is_empty)
    g_source_set_ready_time (&self->source, 0);
  g_mutex_unlock (&self->lock);
  return is_empty && is_ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/*
 * One at a time, since a callback may run the context again; no more than were there in the beginning, since a callback may
 * ask for more.
 */
static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  BtySqliteLoop *self = (BtySqliteLoop *) source;
  guint n_writes = 0;
  guint n;
  BtySqliteDone *done;

  g_source_set_ready_time (source, -1);
  g_mutex_lock (&self->lock);
  n = self->waiting[BTY_SQLITE_FIRST].length + self->waiting[BTY_SQLITE_THEN].length;
  g_mutex_unlock (&self->lock);
  for (; n > 0 && (done = pop (self, &n_writes)) != NULL; n--)
    done->run (done);
  return settle (self);
}

static void
finalize (GSource *source)
{
  BtySqliteLoop *self = (BtySqliteLoop *) source;

  g_mutex_clear (&self->lock);
}

static GSourceFuncs functions = { .dispatch = dispatch, .finalize = finalize };

BtySqliteLoop *
bty_sqlite_loop_new (void)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GSource *source = g_source_new (&functions, sizeof (BtySqliteLoop));
  BtySqliteLoop *self = (BtySqliteLoop *) source;

  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting[BTY_SQLITE_FIRST]);
  g_queue_init (&self->waiting[BTY_SQLITE_THEN]);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_static_name (source, "[boternity] store");
  g_source_attach (source, context);
  return self;
}

void
bty_sqlite_loop_end (BtySqliteLoop *self)
{
  g_mutex_lock (&self->lock);
  self->is_ended = TRUE;
  g_source_set_ready_time (&self->source, 0);
  g_mutex_unlock (&self->lock);
  g_source_unref (&self->source);
}

void
bty_sqlite_loop_push (BtySqliteLoop *self, BtySqliteTurn turn, BtySqliteDone *done)
{
  done->link = (GList){ .data = done };
  g_mutex_lock (&self->lock);
  g_queue_push_tail_link (&self->waiting[turn], &done->link);
  g_source_set_ready_time (&self->source, 0);
  g_mutex_unlock (&self->lock);
}

void
bty_sqlite_loop_push_all (BtySqliteLoop *self, BtySqliteTurn turn, GQueue *done)
{
  GList *link;

  g_mutex_lock (&self->lock);
  while ((link = g_queue_pop_head_link (done)) != NULL)
    g_queue_push_tail_link (&self->waiting[turn], link);
  g_source_set_ready_time (&self->source, 0);
  g_mutex_unlock (&self->lock);
}
