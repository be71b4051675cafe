/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include "chat/bty-session-queue.h"

struct _BtySessionQueue
{
  BtySessionQueueGo go;
  GHashTable *sessions; /* session -> GPtrArray of runs, the first being the one that goes */
  GHashTable *turns;    /* turn -> run */
};

BtySessionQueue *
bty_session_queue_new (BtySessionQueueGo go)
{
  BtySessionQueue *self = g_new0 (BtySessionQueue, 1);

  self->go = go;
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->turns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return self;
}

void
bty_session_queue_free (BtySessionQueue *self)
{
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->turns);
  g_free (self);
}

guint
bty_session_queue_join (BtySessionQueue *self, const char *session, const char *turn, GObject *run)
{
  GPtrArray *runs = g_hash_table_lookup (self->sessions, session);

  if (runs == NULL)
    {
      runs = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->sessions, g_strdup (session), runs);
    }
  g_ptr_array_add (runs, g_object_ref (run));
  g_hash_table_insert (self->turns, g_strdup (turn), g_object_ref (run));
  if (runs->len > 1)
    return runs->len - 1;
  self->go (run);
  return 0;
}

void
bty_session_queue_leave (BtySessionQueue *self, const char *session, const char *turn)
{
  GPtrArray *runs = g_hash_table_lookup (self->sessions, session);
  g_autoptr (GObject) run = NULL;
  gboolean was_first;

  if (runs == NULL || g_hash_table_lookup (self->turns, turn) == NULL)
    return;
  run = g_object_ref (g_hash_table_lookup (self->turns, turn));
  was_first = g_ptr_array_index (runs, 0) == run;
  g_hash_table_remove (self->turns, turn);
  g_ptr_array_remove (runs, run);
  if (runs->len == 0)
    g_hash_table_remove (self->sessions, session);
  else if (was_first)
    self->go (g_ptr_array_index (runs, 0));
}

GObject *
bty_session_queue_find (BtySessionQueue *self, const char *turn)
{
  return g_hash_table_lookup (self->turns, turn);
}

GPtrArray *
bty_session_queue_list (BtySessionQueue *self, const char *session)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *runs = session != NULL ? g_hash_table_lookup (self->sessions, session) : NULL;
  GHashTableIter iter;
  gpointer run;

  for (guint i = 0; runs != NULL && i < runs->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (runs, i)));
  if (session != NULL)
    return all;
  g_hash_table_iter_init (&iter, self->turns);
  while (g_hash_table_iter_next (&iter, NULL, &run))
    g_ptr_array_add (all, g_object_ref (run));
  return all;
}
