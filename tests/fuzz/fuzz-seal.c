/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads and streams on any bytes: never a crash, never a byte of an unproven chunk, no greedy work. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include "bty-seal-head.h"
#include "bty-seal-reader.h"
#include "fuzz.h"

/* Nothing that is not what the corpus holds can be genuine, since nobody has the key of that. */
static void
read_stream (const guint8 *data, gsize size)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autoptr (BtySealReader) reader = bty_seal_reader_new (memory);
  char zeros[BTY_SEAL_KEY_SIZE] = { 0 };
  g_autoptr (BtySecret) key = NULL;
  char got[512];

  if (!bty_seal_reader_read_head (reader, NULL, NULL, NULL))
    return;
  key = bty_secret_new (zeros, sizeof zeros);
  bty_seal_reader_unlock (reader, key);
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (reader), got, sizeof got, NULL, NULL), ==, -1);
}

/* What is read as slots is written as it was read. */
static void
read_slots (const guint8 *data, gsize size)
{
  BtySealBytes bytes = { .at = data, .left = size };
  g_autoptr (BtySealSlots) slots = bty_seal_slots_read (&bytes, NULL);
  g_autoptr (GByteArray) again = g_byte_array_new ();

  if (slots == NULL)
    return;
  bty_seal_slots_write (slots, again);
  g_assert_cmpmem (again->data, again->len, data, size - bytes.left);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) head = bty_seal_head_begin ("BTYSEAL\n", 1);
  guint8 hash[BTY_SEAL_HASH_SIZE];

  read_stream (data, size);
  read_slots (data, size);
  /* Once more with a hash that is right, or hardly anything gets past it. */
  g_byte_array_append (head, data, (guint) MIN (size, 8000));
  bty_seal_head_end (head, hash);
  read_stream (head->data, head->len);
  return 0;
}
