/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-item-log"

#include "config.h"

#include <string.h>

#include "bty-item-window-private.h"

#define FIRST_SIZE 4U
/* What an item costs besides its JSON, roughly (bytes). */
#define ITEM_COST 512

/* A ring: @size is a power of two, and grows only until @max_items fit. */
struct _BtyItemWindow
{
  BtyWindowItem *items;
  guint size;
  guint first;
  guint n;
  guint max_items;
  gsize max_bytes;
  gsize bytes;
  guint64 last;
  guint64 dropped;
  guint64 last_dropped;
};

static inline BtyWindowItem *
item_at (const BtyItemWindow *self, guint index)
{
  return &self->items[(self->first + index) & (self->size - 1)];
}

BtyItemWindow *
bty_item_window_new (guint max_items, gsize max_bytes)
{
  BtyItemWindow *self = g_new0 (BtyItemWindow, 1);

  self->max_items = MAX (max_items, 1);
  self->max_bytes = max_bytes;
  return self;
}

static gsize
cost_of (const BtyWindowItem *item)
{
  return g_bytes_get_size (item->json) + ITEM_COST;
}

static void
drop_first (BtyItemWindow *self)
{
  BtyWindowItem *item = item_at (self, 0);

  self->bytes -= cost_of (item);
  self->last_dropped = item->number;
  self->dropped += 1;
  self->first = (self->first + 1) & (self->size - 1);
  self->n -= 1;
  g_bytes_unref (item->json);
  bty_record_unref (item->record);
}

void
bty_item_window_free (BtyItemWindow *self)
{
  while (self->n > 0)
    drop_first (self);
  g_free (self->items);
  g_free (self);
}

static void
grow (BtyItemWindow *self)
{
  guint size = self->size > 0 ? 2 * self->size : FIRST_SIZE;
  BtyWindowItem *items = g_new (BtyWindowItem, size);

  for (guint i = 0; i < self->n; i++)
    items[i] = *item_at (self, i);
  g_free (self->items);
  self->items = items;
  self->size = size;
  self->first = 0;
}

static GBytes *
encode (gconstpointer record)
{
  char *json = bty_record_to_json (record, BTY_VIEW_READ);

  return g_bytes_new_take (json, strlen (json));
}

/* The newest item stays, however large it is. */
void
bty_item_window_append (BtyItemWindow *self, guint64 number, gconstpointer record, GBytes *json)
{
  BtyWindowItem item = { .number = number, .record = bty_record_ref (record) };

  item.json = json != NULL ? g_bytes_ref (json) : encode (record);
  while (self->n > 0 && (self->n >= self->max_items || self->bytes + cost_of (&item) > self->max_bytes))
    drop_first (self);
  if (self->n == self->size)
    grow (self);
  *item_at (self, self->n) = item;
  self->n += 1;
  self->bytes += cost_of (&item);
  self->last = number;
}

/* Index of the first item numbered above @number. */
static guint
search (const BtyItemWindow *self, guint64 number)
{
  guint low = 0;
  guint high = self->n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (item_at (self, middle)->number > number)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

const BtyWindowItem *
bty_item_window_find (const BtyItemWindow *self, guint64 number)
{
  guint index;

  if (self->n == 0 || number > self->last)
    return NULL;
  index = number > 0 ? search (self, number - 1) : 0;
  return item_at (self, index);
}

guint64
bty_item_window_get_last (const BtyItemWindow *self)
{
  return self->last;
}

guint64
bty_item_window_get_dropped (const BtyItemWindow *self, guint64 *number)
{
  *number = self->last_dropped;
  return self->dropped;
}

guint64
bty_item_window_get_place (const BtyItemWindow *self, guint64 number)
{
  return self->dropped + search (self, number);
}

gsize
bty_item_window_get_bytes (const BtyItemWindow *self)
{
  return self->bytes;
}
