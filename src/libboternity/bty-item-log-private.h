/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-item-log.h"

G_BEGIN_DECLS

/* Has everyone who watches woken in the next turn of the main loop. */
void bty_item_log_announce (BtyItemLog *log);

/* How many items up to @number it has had, if it has a window; a reader counts on from there. */
guint64 bty_item_log_get_place (const BtyItemLog *log, guint64 number);
/*
 * What a reader that has items up to @after, *@place in all, is told of those that were dropped before it came to them; *@place is
 * then where it goes on, and @item's number that of the last one dropped.
 *
 * Returns: (transfer full) (nullable): NULL: nothing to tell
 */
gpointer bty_item_log_make_missed (const BtyItemLog *log, guint64 after, guint64 *place, BtyItem *item);

G_END_DECLS
