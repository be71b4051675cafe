/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "bty-seal-head.h"
#include "bty-seal-reader.h"
#include "bty-seal-writer.h"

static const BtySealCost cheap = { .passes = 1, .memory = 8 };

/* Bytes that do not repeat, the same each time. */
static guint8 *
make_plain (gsize size)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint8 *plain = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    plain[i] = (guint8) g_rand_int (random);
  return plain;
}

static BtySealSlots *
make_slots (const BtySecret *key)
{
  g_autoptr (BtySecret) phrase = bty_secret_new ("a passphrase", 12);
  BtySealSlots *slots = bty_seal_slots_new ();

  g_assert_true (bty_seal_slots_add_passphrase (slots, key, phrase, &cheap, NULL));
  return slots;
}

/* In pieces of @step bytes. */
static GBytes *
seal_all (const guint8 *plain, gsize size, gsize step, gboolean finish)
{
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (BtySealSlots) slots = make_slots (key);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (BtySealWriter) writer = bty_seal_writer_new (memory, "test", slots, key);
  g_autoptr (GError) error = NULL;

  for (gsize at = 0; at < size; at += step)
    g_assert_true (
      g_output_stream_write_all (G_OUTPUT_STREAM (writer), plain + at, MIN (step, size - at), NULL, NULL, &error));
  g_assert_true (finish ? bty_seal_writer_finish (writer, NULL, &error)
                        : g_output_stream_close (G_OUTPUT_STREAM (writer), NULL, &error));
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

/* Whether all of it opens, in reads of @step bytes; what came before an error is a beginning of @plain. */
static gboolean
open_all (const guint8 *sealed, gsize length, gsize step, const guint8 *plain, gsize size, GError **error)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_data (g_memdup2 (sealed, length), (gssize) length,
                                                                         g_free);
  g_autoptr (BtySealReader) reader = bty_seal_reader_new (memory);
  g_autoptr (BtySecret) phrase = bty_secret_new ("a passphrase", 12);
  g_autoptr (BtySecret) key = NULL;
  g_autofree guint8 *got = g_malloc (step);
  gsize at = 0;
  gssize n;

  if (!bty_seal_reader_read_head (reader, "test", NULL, error))
    return FALSE;
  key = bty_seal_slots_open_passphrase (bty_seal_reader_get_slots (reader), phrase, error);
  if (key == NULL)
    return FALSE;
  bty_seal_reader_unlock (reader, key);
  while ((n = g_input_stream_read (G_INPUT_STREAM (reader), got, step, NULL, error)) > 0)
    {
      g_assert_cmpuint (at + (gsize) n, <=, size);
      g_assert_cmpmem (got, n, plain + at, n);
      at += (gsize) n;
    }
  g_assert_true (n < 0 || at == size);
  return n == 0;
}

static void
test_round_trip (void)
{
  const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 200001 };
  const gsize steps[] = { 1000, 65536, 300000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (steps); j++)
      {
        g_autofree guint8 *plain = make_plain (sizes[i]);
        g_autoptr (GBytes) sealed = seal_all (plain, sizes[i], steps[j], TRUE);
        g_autoptr (GError) error = NULL;
        gsize length;
        const guint8 *bytes = g_bytes_get_data (sealed, &length);

        g_assert_true (bty_seal_is_stream (bytes, length));
        g_assert_true (open_all (bytes, length, steps[(j + 1) % 3], plain, sizes[i], &error));
        g_assert_no_error (error);
      }
}

static void
assert_damaged (const guint8 *bytes, gsize length, const guint8 *plain, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (open_all (bytes, length, 65536, plain, size, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

/* At every place of a small one, and at many of a large one, the ends of its chunks among them. */
static void
test_cut_short (void)
{
  const gsize sizes[] = { 300, 200000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *plain = make_plain (sizes[i]);
      g_autoptr (GBytes) sealed = seal_all (plain, sizes[i], 4096, TRUE);
      gsize length;
      const guint8 *bytes = g_bytes_get_data (sealed, &length);
      gsize body = length - sizes[i] - 17 * (1 + sizes[i] / 65536);

      for (gsize at = 0; at < length; at += i == 0 ? 1 : 1801)
        assert_damaged (bytes, at, plain, sizes[i]);
      for (gsize chunk = 0; i == 1 && chunk < 4; chunk++)
        for (gsize around = 0; around < 3; around++)
          assert_damaged (bytes, body + chunk * 65553 + around - 1, plain, sizes[i]);
    }
}

static void
test_flipped_bits (void)
{
  const gsize sizes[] = { 300, 140000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *plain = make_plain (sizes[i]);
      g_autoptr (GBytes) sealed = seal_all (plain, sizes[i], 4096, TRUE);
      gsize length = g_bytes_get_size (sealed);
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (sealed, NULL), length);

      for (gsize bit = 0; bit < length * 8; bit += i == 0 ? 1 : 9973)
        {
          bytes[bit / 8] ^= (guint8) (1u << bit % 8);
          assert_damaged (bytes, length, plain, sizes[i]);
          bytes[bit / 8] ^= (guint8) (1u << bit % 8);
        }
    }
}

static void
test_moved_chunks (void)
{
  gsize size = 4 * 65536 + 9, step = 65553;
  g_autofree guint8 *plain = make_plain (size);
  g_autoptr (GBytes) sealed = seal_all (plain, size, 65536, TRUE);
  gsize length = g_bytes_get_size (sealed), body = length - (4 * step + 9 + 17);
  g_autofree guint8 *swapped = g_memdup2 (g_bytes_get_data (sealed, NULL), length);
  g_autofree guint8 *longer = g_malloc0 (length + 1);
  g_autofree guint8 *chunk = g_memdup2 (swapped + body, step);

  memcpy (longer, swapped, length);
  memcpy (swapped + body, swapped + body + step, step);
  memcpy (swapped + body + step, chunk, step);
  assert_damaged (swapped, length, plain, size);
  assert_damaged (longer, length + 1, plain, size); /* something after the end */
  memmove (longer + body + step, longer + body + 2 * step, length - body - 2 * step);
  assert_damaged (longer, length - step, plain, size); /* one left out */
}

static void
test_not_finished (void)
{
  g_autofree guint8 *plain = make_plain (70000);
  g_autoptr (GBytes) sealed = seal_all (plain, 70000, 1000, FALSE);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (sealed, &length);

  assert_damaged (bytes, length, plain, 70000);
}

static void
test_newer (void)
{
  g_autoptr (GByteArray) head = bty_seal_head_begin ("BTYSEAL\n", 9);
  guint8 hash[BTY_SEAL_HASH_SIZE];
  g_autoptr (GError) error = NULL;

  g_byte_array_append (head, (const guint8 *) "of another make", 15);
  bty_seal_head_end (head, hash);
  g_assert_false (open_all (head->data, head->len, 100, NULL, 0, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "9"));
  g_assert_nonnull (strstr (error->message, "1"));
}

static void
test_purpose_and_order (void)
{
  g_autoptr (GBytes) sealed = seal_all ((const guint8 *) "x", 1, 1, TRUE);
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_bytes (sealed);
  g_autoptr (GInputStream) second = g_memory_input_stream_new_from_bytes (sealed);
  g_autoptr (BtySealReader) reader = bty_seal_reader_new (memory);
  g_autoptr (BtySealReader) locked = bty_seal_reader_new (second);
  g_autoptr (GError) error = NULL, early = NULL;
  char byte;

  g_assert_false (bty_seal_reader_read_head (reader, "backup", NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_true (bty_seal_reader_read_head (locked, NULL, NULL, NULL));
  g_assert_cmpstr (bty_seal_reader_get_purpose (locked), ==, "test");
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (locked), &byte, 1, NULL, &early), ==, -1);
  g_assert_error (early, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
}

/* With another key than that of the stream: an error, and no byte. */
static void
test_other_key (void)
{
  g_autofree guint8 *plain = make_plain (100);
  g_autoptr (GBytes) sealed = seal_all (plain, 100, 100, TRUE);
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_bytes (sealed);
  g_autoptr (BtySealReader) reader = bty_seal_reader_new (memory);
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (GError) error = NULL;
  guint8 got[100];

  g_assert_true (bty_seal_reader_read_head (reader, "test", NULL, NULL));
  bty_seal_reader_unlock (reader, key);
  g_assert_cmpint (g_input_stream_read (G_INPUT_STREAM (reader), got, 100, NULL, &error), ==, -1);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

/* Under other filters, as capsules and backups use it. */
static void
test_under_gzip (void)
{
  g_autofree guint8 *plain = make_plain (300000);
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (BtySealSlots) slots = make_slots (key);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (BtySealWriter) writer = bty_seal_writer_new (memory, "test", slots, key);
  g_autoptr (GConverter) zip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  g_autoptr (GConverter) unzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GOutputStream) top = g_converter_output_stream_new (G_OUTPUT_STREAM (writer), zip);
  g_autoptr (GInputStream) source = NULL, bottom = NULL;
  g_autoptr (BtySealReader) reader = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *got = g_malloc (300001);
  gsize n = 0;

  g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (top), FALSE);
  g_assert_true (g_output_stream_write_all (top, plain, 300000, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (top, NULL, NULL));
  g_assert_true (bty_seal_writer_finish (writer, NULL, NULL));
  sealed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  source = g_memory_input_stream_new_from_bytes (sealed);
  reader = bty_seal_reader_new (source);
  g_assert_true (bty_seal_reader_read_head (reader, "test", NULL, NULL));
  bty_seal_reader_unlock (reader, key);
  bottom = g_converter_input_stream_new (G_INPUT_STREAM (reader), unzip);
  g_assert_true (g_input_stream_read_all (bottom, got, 300001, &n, NULL, NULL));
  g_assert_cmpmem (got, n, plain, 300000);
}

/* A disk that is full in the middle: the error comes through, and nothing after it is taken for whole. */
static void
test_full_disk (void)
{
  guint8 small[70000];
  g_autofree guint8 *plain = make_plain (200000);
  g_autoptr (BtySecret) key = bty_seal_key_new ();
  g_autoptr (BtySealSlots) slots = make_slots (key);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new (small, sizeof small, NULL, NULL);
  g_autoptr (BtySealWriter) writer = bty_seal_writer_new (memory, "test", slots, key);
  g_autoptr (GError) error = NULL, after = NULL;

  g_assert_false (g_output_stream_write_all (G_OUTPUT_STREAM (writer), plain, 200000, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (bty_seal_writer_finish (writer, NULL, &after));
  g_assert_error (after, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seal/stream/round-trip", test_round_trip);
  g_test_add_func ("/seal/stream/cut-short", test_cut_short);
  g_test_add_func ("/seal/stream/flipped-bits", test_flipped_bits);
  g_test_add_func ("/seal/stream/moved-chunks", test_moved_chunks);
  g_test_add_func ("/seal/stream/not-finished", test_not_finished);
  g_test_add_func ("/seal/stream/newer", test_newer);
  g_test_add_func ("/seal/stream/purpose-and-order", test_purpose_and_order);
  g_test_add_func ("/seal/stream/other-key", test_other_key);
  g_test_add_func ("/seal/stream/under-gzip", test_under_gzip);
  g_test_add_func ("/seal/stream/full-disk", test_full_disk);
  return g_test_run ();
}
