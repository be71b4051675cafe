/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/*
 * BtyItemWindow:
 *
 * The newest records of a stream that has no end: numbered by whoever appends them, upwards, with gaps or without. What no longer
 * fits is dropped from the old end. The place of an item counts all items before it, also those that were dropped.
 */
typedef struct _BtyItemWindow BtyItemWindow;

/* BtyWindowItem: @json: the record as JSON, made once for all who send it */
typedef struct
{
  guint64 number;
  BtyRecord *record;
  GBytes *json;
} BtyWindowItem;

BtyItemWindow *bty_item_window_new (guint max_items, gsize max_bytes);
void bty_item_window_free (BtyItemWindow *window);
/* @json: (nullable): made here without it */
void bty_item_window_append (BtyItemWindow *window, guint64 number, gconstpointer record, GBytes *json);
/* (nullable): the first item numbered @number or above */
const BtyWindowItem *bty_item_window_find (const BtyItemWindow *window, guint64 number);
/* Number of the last item; 0 before the first. */
guint64 bty_item_window_get_last (const BtyItemWindow *window);
/* How many items were dropped; *@number is the number of the last of them. */
guint64 bty_item_window_get_dropped (const BtyItemWindow *window, guint64 *number);
/* How many items up to @number there have been, dropped ones included. */
guint64 bty_item_window_get_place (const BtyItemWindow *window, guint64 number);
gsize bty_item_window_get_bytes (const BtyItemWindow *window);

G_END_DECLS
