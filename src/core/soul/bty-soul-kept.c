/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-kept.h"

#include <string.h>

#define MAX_BYTES (1024 * 1024)

struct _BtySoulKept
{
  GHashTable *texts; /* key -> BtySoulText */
  GQueue order;      /* the same, borrowed; the oldest first */
  gsize bytes;
};

BtySoulKept *
bty_soul_kept_new (void)
{
  BtySoulKept *self = g_new0 (BtySoulKept, 1);

  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bty_record_unref);
  g_queue_init (&self->order);
  return self;
}

void
bty_soul_kept_free (BtySoulKept *self)
{
  g_queue_clear (&self->order);
  g_hash_table_unref (self->texts);
  g_free (self);
}

const BtySoulText *
bty_soul_kept_get (BtySoulKept *self, const char *key)
{
  return g_hash_table_lookup (self->texts, key);
}

void
bty_soul_kept_add (BtySoulKept *self, const BtySoulText *text)
{
  gsize length = strlen (text->text);

  if (length > MAX_BYTES || g_hash_table_contains (self->texts, text->key))
    return;
  while (self->bytes + length > MAX_BYTES)
    {
      BtySoulText *oldest = g_queue_pop_head (&self->order);

      self->bytes -= strlen (oldest->text);
      g_hash_table_remove (self->texts, oldest->key);
    }
  self->bytes += length;
  g_hash_table_insert (self->texts, text->key, bty_soul_text_ref (text));
  g_queue_push_tail (&self->order, (gpointer) text);
}
