/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-time-limit"

#include "config.h"

#include "bty-time-limit.h"

typedef struct
{
  guint id;
  gint64 at; /* monotonic, in microseconds */
  GSourceFunc func;
  gpointer data;
  GList link;
} Limit;

static GQueue limits; /* in the order of their ends: most are equally long, so that a new one comes last */
static GHashTable *by_id;
static guint last_id;
static guint timer;
static gint64 timer_at;

static void await_first (void);

static void
take_out (Limit *limit)
{
  g_queue_unlink (&limits, &limit->link);
  g_hash_table_remove (by_id, GUINT_TO_POINTER (limit->id));
  if (limits.length > 0)
    return;
  g_clear_pointer (&by_id, g_hash_table_unref);
  g_clear_handle_id (&timer, g_source_remove);
}

static gboolean
on_timer (gpointer data)
{
  gint64 now = g_get_monotonic_time ();

  timer = 0;
  while (limits.head != NULL && ((Limit *) limits.head->data)->at <= now)
    {
      g_autofree Limit *limit = limits.head->data;

      take_out (limit);
      limit->func (limit->data);
    }
  await_first ();
  return G_SOURCE_REMOVE;
}

/* A timer that is too early does no harm. */
static void
await_first (void)
{
  Limit *first = limits.head != NULL ? limits.head->data : NULL;
  gint64 left;

  if (first == NULL || (timer != 0 && timer_at <= first->at))
    return;
  g_clear_handle_id (&timer, g_source_remove);
  left = MAX (first->at - g_get_monotonic_time (), 0);
  timer_at = first->at;
  timer = g_timeout_add ((guint) MIN (left / 1000 + 1, G_MAXINT), on_timer, NULL);
}

guint
bty_time_limit_add (gint64 ms, GSourceFunc func, gpointer data)
{
  Limit *limit = g_new0 (Limit, 1);
  GList *before = limits.tail;

  if (by_id == NULL)
    by_id = g_hash_table_new (NULL, NULL);
  do
    last_id += 1;
  while (last_id == 0 || g_hash_table_contains (by_id, GUINT_TO_POINTER (last_id)));
  *limit = (Limit){ .id = last_id, .at = g_get_monotonic_time () + ms * 1000, .func = func, .data = data };
  limit->link.data = limit;
  while (before != NULL && ((Limit *) before->data)->at > limit->at)
    before = before->prev;
  if (before != NULL)
    g_queue_insert_after_link (&limits, before, &limit->link);
  else
    g_queue_push_head_link (&limits, &limit->link);
  g_hash_table_insert (by_id, GUINT_TO_POINTER (limit->id), limit);
  await_first ();
  return limit->id;
}

void
bty_time_limit_remove (guint id)
{
  Limit *limit = by_id != NULL ? g_hash_table_lookup (by_id, GUINT_TO_POINTER (id)) : NULL;

  g_return_if_fail (limit != NULL);

  take_out (limit);
  g_free (limit);
}
