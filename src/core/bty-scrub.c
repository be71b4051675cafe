/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include <string.h>

#include "bty-scrub.h"

#define DEPTH (64 * 1024) /* deeper than the way from the main loop to a read buffer; a microsecond or two */

static guint pending;

__attribute__ ((noinline)) static void
scrub (void)
{
  char below[DEPTH];

  explicit_bzero (below, sizeof below);
}

static gboolean
on_turn (gpointer unused)
{
  pending = 0;
  scrub ();
  return G_SOURCE_REMOVE;
}

void
bty_scrub_stack_later (void)
{
  if (pending == 0)
    pending = g_idle_add_full (G_PRIORITY_DEFAULT, on_turn, NULL, NULL);
}
