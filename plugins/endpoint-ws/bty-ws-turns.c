/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ws"

#include "config.h"

#include "bty-ws-turns.h"

void
bty_ws_turns_init (BtyWsTurns *turns, void (*run) (gpointer data))
{
  *turns = (BtyWsTurns){ .run = run };
  g_queue_init (&turns->queue);
}

/* Those that come while it runs wait for the next turn. */
static gboolean
on_turn (gpointer data)
{
  BtyWsTurns *turns = data;

  for (guint n = turns->queue.length; n > 0 && turns->queue.length > 0; n--)
    turns->run (g_queue_pop_head_link (&turns->queue)->data);
  if (turns->queue.length > 0)
    return G_SOURCE_CONTINUE;
  turns->source = 0;
  return G_SOURCE_REMOVE;
}

/* No less urgent than what comes from the network, or a busy daemon would never go on with it. */
void
bty_ws_turns_add (BtyWsTurns *turns, GList *link)
{
  g_queue_push_tail_link (&turns->queue, link);
  if (turns->source == 0)
    turns->source = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, turns, NULL);
}

void
bty_ws_turns_remove (BtyWsTurns *turns, GList *link)
{
  g_queue_unlink (&turns->queue, link);
}

void
bty_ws_turns_clear (BtyWsTurns *turns)
{
  g_clear_handle_id (&turns->source, g_source_remove);
}
