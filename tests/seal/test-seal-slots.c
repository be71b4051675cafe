/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "bty-seal-recovery.h"
#include "bty-seal-slots.h"

static const BtySealCost cheap = { .passes = 1, .memory = 8 };

static BtySecret *
make_secret (const char *text)
{
  return bty_secret_new (text, strlen (text));
}

typedef struct
{
  BtySecret *key, *phrase, *other, *recovery;
  BtySealSlots *slots;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->key = bty_seal_key_new ();
  f->phrase = make_secret ("a passphrase");
  f->other = bty_seal_key_new ();
  f->recovery = bty_seal_recovery_new ();
  f->slots = bty_seal_slots_new ();
  g_assert_true (bty_seal_slots_add_passphrase (f->slots, f->key, f->phrase, &cheap, &error));
  g_assert_true (bty_seal_slots_add_key (f->slots, f->key, f->other, "keeper", &error));
  g_assert_true (bty_seal_slots_add_recovery (f->slots, f->key, f->recovery, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_secret_unref (f->key);
  bty_secret_unref (f->phrase);
  bty_secret_unref (f->other);
  bty_secret_unref (f->recovery);
  bty_seal_slots_free (f->slots);
}

static void
assert_key (const BtySecret *expected, BtySecret *opened)
{
  g_assert_nonnull (opened);
  g_assert_true (bty_secret_equal (expected, bty_secret_peek (opened), BTY_SEAL_KEY_SIZE));
  bty_secret_unref (opened);
}

static BtySealSlots *
read_slots (const GByteArray *bytes, gsize length, GError **error)
{
  g_autofree guint8 *copy = g_memdup2 (bytes->data, length);
  BtySealBytes cursor = { .at = copy, .left = length };

  return bty_seal_slots_read (&cursor, error);
}

static void
test_ways (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (BtySealSlots) again = NULL;
  g_autoptr (GError) error = NULL;

  bty_seal_slots_write (f->slots, bytes);
  again = read_slots (bytes, bytes->len, &error);
  g_assert_no_error (error);
  assert_key (f->key, bty_seal_slots_open_passphrase (again, f->phrase, NULL));
  assert_key (f->key, bty_seal_slots_open_recovery (again, f->recovery, NULL));
  assert_key (f->key, bty_seal_slots_open_key (again, f->other, "keeper", NULL));
  assert_key (f->key, bty_seal_slots_open_key (again, f->other, NULL, NULL));
  g_assert_cmpstr (bty_seal_slots_get_id (again, 0), ==, "keeper");
  g_assert_null (bty_seal_slots_get_id (again, 1));
}

static void
test_wrong (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySecret) wrong = make_secret ("a passphrasf");
  g_autoptr (BtySecret) other = bty_seal_recovery_new ();
  g_autoptr (GError) phrase = NULL, key = NULL, name = NULL, recovery = NULL, gone = NULL;

  g_assert_null (bty_seal_slots_open_passphrase (f->slots, wrong, &phrase));
  g_assert_error (phrase, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_assert_null (bty_seal_slots_open_key (f->slots, f->key, "keeper", &key));
  g_assert_error (key, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_assert_null (bty_seal_slots_open_key (f->slots, f->other, "another", &name));
  g_assert_error (name, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_null (bty_seal_slots_open_recovery (f->slots, other, &recovery));
  g_assert_error (recovery, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_assert_cmpuint (bty_seal_slots_remove (f->slots, BTY_SEAL_SLOT_PASSPHRASE), ==, 1);
  g_assert_cmpuint (bty_seal_slots_count (f->slots, BTY_SEAL_SLOT_PASSPHRASE), ==, 0);
  g_assert_null (bty_seal_slots_open_passphrase (f->slots, f->phrase, &gone));
  g_assert_error (gone, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
}

static void
test_most (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 3; i < BTY_SEAL_MAX_SLOTS; i++)
    g_assert_true (bty_seal_slots_add_key (f->slots, f->key, f->other, "more", NULL));
  g_assert_false (bty_seal_slots_add_key (f->slots, f->key, f->other, "more", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
}

/* Never a crash, nor another key than the right one. */
static void
test_damage (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  bty_seal_slots_write (f->slots, bytes);
  for (guint i = 0; i < bytes->len; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_slots (bytes, i, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
    }
  for (guint i = 0; i < bytes->len; i++)
    {
      g_autoptr (BtySealSlots) slots = NULL;
      BtySecret *opened = NULL;

      bytes->data[i] ^= (guint8) (1u << g_test_rand_int_range (0, 8));
      slots = read_slots (bytes, bytes->len, NULL);
      opened = slots != NULL ? bty_seal_slots_open_key (slots, f->other, NULL, NULL) : NULL;
      if (opened != NULL)
        assert_key (f->key, opened);
      g_byte_array_set_size (bytes, 0);
      bty_seal_slots_write (f->slots, bytes);
    }
}

/* A file may not ask for all memory and time of the machine, nor by many small demands. */
static void
test_greedy (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL, much = NULL;

  bty_seal_slots_write (f->slots, bytes);
  g_assert_cmpuint (bytes->data[1], ==, BTY_SEAL_SLOT_PASSPHRASE);
  memset (bytes->data + 6, 0x7f, 4);
  g_assert_null (read_slots (bytes, bytes->len, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);

  bty_seal_slots_remove (f->slots, BTY_SEAL_SLOT_KEY);
  g_assert_true (bty_seal_slots_add_passphrase (f->slots, f->key, f->phrase, &cheap, NULL));
  g_byte_array_set_size (bytes, 0);
  bty_seal_slots_write (f->slots, bytes);
  bytes->data[2] = BTY_SEAL_MAX_PASSES;
  memcpy (bytes->data + 6, "\x00\x00\x10\x00", 4);
  g_assert_null (read_slots (bytes, bytes->len, &much));
  g_assert_error (much, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/seal/slots/ways", Fixture, NULL, set_up, test_ways, tear_down);
  g_test_add ("/seal/slots/wrong", Fixture, NULL, set_up, test_wrong, tear_down);
  g_test_add ("/seal/slots/most", Fixture, NULL, set_up, test_most, tear_down);
  g_test_add ("/seal/slots/damage", Fixture, NULL, set_up, test_damage, tear_down);
  g_test_add ("/seal/slots/greedy", Fixture, NULL, set_up, test_greedy, tear_down);
  return g_test_run ();
}
