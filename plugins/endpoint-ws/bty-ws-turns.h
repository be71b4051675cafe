/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BtyWsTurns:
 *
 * Whoever has sent all that it may in one turn of the main loop and has more: each goes on in the next one, so that a client that
 * reads as fast as we write does not hold up the others. One source for all of them.
 */
typedef struct
{
  GQueue queue;
  guint source;
  void (*run) (gpointer data);
} BtyWsTurns;

/* @run: called in the next turn with the data of each link that was added; it may add it again. */
void bty_ws_turns_init (BtyWsTurns *turns, void (*run) (gpointer data));
/* @link: of nobody else, alone, and not added yet. */
void bty_ws_turns_add (BtyWsTurns *turns, GList *link);
void bty_ws_turns_remove (BtyWsTurns *turns, GList *link);
/* @turns: with nobody in it. */
void bty_ws_turns_clear (BtyWsTurns *turns);

G_END_DECLS
