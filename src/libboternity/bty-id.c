/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-id"

#include "config.h"

#include <stdatomic.h>
#include <sys/random.h>

#include "bty-id.h"

#define COUNTER_BITS 12

/* Milliseconds and a 12-bit counter as one number that only grows: more than 4096 ids in a millisecond, or a clock set
 * back, borrow from the time to come instead of breaking the order. */
static guint64
next_stamp (void)
{
  static _Atomic guint64 last;
  guint64 now = (guint64) (g_get_real_time () / 1000) << COUNTER_BITS;
  guint64 seen = atomic_load (&last);
  guint64 next;

  do
    next = MAX (now, seen + 1);
  while (!atomic_compare_exchange_weak (&last, &seen, next));

  return next;
}

static guint64
random_bits (void)
{
  guint64 bits;

  if (getrandom (&bits, sizeof bits, 0) != sizeof bits)
    bits = (guint64) g_random_int () << 32 | g_random_int ();
  return bits;
}

static void
put_hex (char *text, guint64 value, guint digits)
{
  for (guint i = 0; i < digits; i++)
    text[i] = "0123456789abcdef"[value >> (4 * (digits - 1 - i)) & 15];
}

char *
bty_id_new (void)
{
  guint64 stamp = next_stamp ();
  guint64 random = random_bits ();
  guint64 milliseconds = stamp >> COUNTER_BITS;
  char *id = g_malloc (37);

  put_hex (id, milliseconds >> 16, 8);
  id[8] = '-';
  put_hex (id + 9, milliseconds, 4);
  id[13] = '-';
  put_hex (id + 14, 0x7000 | (stamp & 0xfff), 4);
  id[18] = '-';
  put_hex (id + 19, 0x8000 | (random >> 48 & 0x3fff), 4);
  id[23] = '-';
  put_hex (id + 24, random, 12);
  id[36] = '\0';
  return id;
}

gboolean
bty_id_is_valid (const char *text)
{
  if (text == NULL)
    return FALSE;

  for (guint i = 0; i < 36; i++)
    {
      gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      gboolean hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');

      if (dash ? text[i] != '-' : !hex)
        return FALSE;
    }
  return text[36] == '\0';
}
