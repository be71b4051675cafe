/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys, boxes and recovery keys. The vectors were computed with others: hashlib.blake2b, and the program argon2. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "bty-seal-box.h"
#include "bty-seal-recovery.h"

static BtySecret *
make_secret (const char *text)
{
  return bty_secret_new (text, strlen (text));
}

static BtySecret *
make_key (guint8 byte)
{
  char bytes[BTY_SEAL_KEY_SIZE];

  memset (bytes, byte, sizeof bytes);
  return bty_secret_new (bytes, sizeof bytes);
}

static void
assert_hex (const BtySecret *secret, const char *hex)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < bty_secret_get_length (secret); i++)
    g_string_append_printf (text, "%02x", (guint8) bty_secret_peek (secret)[i]);
  g_assert_cmpstr (text->str, ==, hex);
}

static void
test_vectors (void)
{
  g_autoptr (BtySecret) key = make_key (7);
  g_autoptr (BtySecret) sub = bty_seal_subkey (key, "a purpose");
  g_autoptr (BtySecret) phrase = make_secret ("correct horse");
  BtySealCost cost = { .passes = 2, .memory = 64 };
  guint8 salt[BTY_SEAL_SALT_SIZE];
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) derived = NULL;

  memset (salt, 9, sizeof salt);
  assert_hex (sub, "658c105e3ee59b903f58ed75cc2fc170458247408923b1afafa996de69b7efc4");
  derived = bty_seal_key_from_passphrase (phrase, salt, &cost, &error);
  g_assert_no_error (error);
  assert_hex (derived, "b879932ad8c3c933faf0d9250342819b8d8b13b170ae5bbb2682900b6d723ff2");
}

/* What OWASP asks for: 46 MiB in 1 pass, 19 MiB in 2, 12 in 3. */
static void
test_default_cost (void)
{
  g_assert_cmpuint (bty_seal_cost_default.memory, >=, 47104);
  g_assert_cmpuint (bty_seal_cost_default.passes, >=, 1);
  g_assert_true (bty_seal_cost_check (&bty_seal_cost_default, NULL));
}

static void
test_costs (void)
{
  const BtySealCost bad[] = { { 0, 64 }, { 1, 7 }, { 17, 64 }, { 1, 1024 * 1024 + 1 }, { G_MAXUINT32, G_MAXUINT32 } };
  g_autoptr (BtySecret) phrase = make_secret ("x");
  g_autoptr (BtySecret) empty = make_secret ("");
  guint8 salt[BTY_SEAL_SALT_SIZE] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_seal_key_from_passphrase (phrase, salt, &bad[i], &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  g_assert_null (bty_seal_key_from_passphrase (empty, salt, &(BtySealCost){ 1, 64 }, NULL));
}

static void
test_keys (void)
{
  g_autoptr (BtySecret) a = bty_seal_key_new ();
  g_autoptr (BtySecret) b = bty_seal_key_new ();
  g_autoptr (BtySecret) sub = bty_seal_subkey (a, "one");
  g_autoptr (BtySecret) other = bty_seal_subkey (a, "other");

  g_assert_cmpuint (bty_secret_get_length (a), ==, BTY_SEAL_KEY_SIZE);
  g_assert_false (bty_secret_equal (a, bty_secret_peek (b), BTY_SEAL_KEY_SIZE));
  g_assert_false (bty_secret_equal (sub, bty_secret_peek (other), BTY_SEAL_KEY_SIZE));
}

static void
assert_closed (const BtySecret *key, const char *purpose, const char *name, gconstpointer box, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) opened = bty_seal_open (key, purpose, name, box, length, &error);

  g_assert_null (opened);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

static void
test_box (void)
{
  g_autoptr (BtySecret) key = make_key (1);
  g_autoptr (BtySecret) other = make_key (2);
  g_autoptr (GBytes) box = bty_seal_box (key, "entry", "openai", "sk-123", 6);
  g_autoptr (GBytes) again = bty_seal_box (key, "entry", "openai", "sk-123", 6);
  g_autoptr (BtySecret) opened = NULL;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (box, &length);
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  g_assert_cmpuint (length, ==, 6 + BTY_SEAL_BOX_EXTRA);
  g_assert_false (g_bytes_equal (box, again));
  opened = bty_seal_open (key, "entry", "openai", bytes, length, NULL);
  g_assert_true (bty_secret_equal (opened, "sk-123", 6));
  assert_closed (other, "entry", "openai", bytes, length);
  assert_closed (key, "entry", "openaj", bytes, length);
  assert_closed (key, "entryo", "penai", bytes, length);
  for (gsize i = 0; i < length; i++)
    assert_closed (key, "entry", "openai", bytes, i);
  for (gsize i = 0; i < length * 8; i++)
    {
      copy[i / 8] ^= (guint8) (1u << i % 8);
      assert_closed (key, "entry", "openai", copy, length);
      copy[i / 8] ^= (guint8) (1u << i % 8);
    }
}

static void
test_box_edges (void)
{
  g_autoptr (BtySecret) key = make_key (1);
  g_autofree char *much = g_malloc0 (64 * 1024 + 1);
  g_autoptr (GBytes) empty = bty_seal_box (key, "p", "n", NULL, 0);
  g_autoptr (GBytes) most = bty_seal_box (key, "p", "n", much, 64 * 1024);
  g_autoptr (GBytes) more = bty_seal_box (key, "p", "n", much, 64 * 1024 + 1);
  g_autoptr (BtySecret) a = bty_seal_open (key, "p", "n", g_bytes_get_data (empty, NULL), g_bytes_get_size (empty),
                                           NULL);
  g_autoptr (BtySecret) b = bty_seal_open (key, "p", "n", g_bytes_get_data (most, NULL), g_bytes_get_size (most), NULL);
  g_autofree guint8 *plain = NULL;
  gsize length = 0;

  g_assert_cmpuint (bty_secret_get_length (a), ==, 0);
  g_assert_cmpuint (bty_secret_get_length (b), ==, 64 * 1024);
  assert_closed (key, "p", "n", g_bytes_get_data (more, NULL), g_bytes_get_size (more));
  plain = bty_seal_open_plain (key, "p", "n", g_bytes_get_data (more, NULL), g_bytes_get_size (more), &length, NULL);
  g_assert_cmpmem (plain, length, much, 64 * 1024 + 1);
}

static void
test_recovery (void)
{
  g_autoptr (BtySecret) text = bty_seal_recovery_new ();
  g_autoptr (BtySecret) key = bty_seal_recovery_key (text, NULL);
  g_autofree char *sloppy = g_ascii_strdown (bty_secret_peek (text), -1);
  g_autoptr (BtySecret) typed = NULL, same = NULL;

  g_assert_true (
    g_regex_match_simple ("^([0-9A-HJKMNP-TV-Z]{5}-){6}[0-9A-HJKMNP-TV-Z]{5}$", bty_secret_peek (text), 0, 0));
  g_strdelimit (g_strdelimit (g_strdelimit (sloppy, "-", ' '), "0", 'o'), "1", 'l');
  typed = make_secret (sloppy);
  g_assert_true (bty_seal_recovery_is_one (typed));
  same = bty_seal_recovery_key (typed, NULL);
  g_assert_true (bty_secret_equal (key, bty_secret_peek (same), BTY_SEAL_KEY_SIZE));
}

/* Each slip of one sign or a swap of two neighbours is noticed, but for one of 32,768 by chance. */
static void
test_recovery_slips (void)
{
  static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  g_autoptr (BtySecret) text = make_secret ("2GAHC-5RR34-D1P70-X3RFJ-08924-CJ2A9-H78P1");
  const char *bad[] = {
    "",    "-", "2GAHC-5RR34-D1P70-X3RFJ-08924-CJ2A9-H78P10", "a password", "00000-00000-00000-00000-00000-00000-00000",
    "\xff"
  };
  guint missed = 0, tried = 0;

  g_assert_true (bty_seal_recovery_is_one (text));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (BtySecret) one = make_secret (bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_seal_recovery_key (one, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  for (guint i = 0; i < bty_secret_get_length (text); i++)
    for (guint j = 0; j < 32; j++)
      {
        g_autofree char *slip = g_strdup (bty_secret_peek (text));
        g_autoptr (BtySecret) one = NULL;

        if (slip[i] == '-' || slip[i] == signs[j])
          continue;
        slip[i] = signs[j];
        one = make_secret (slip);
        missed += bty_seal_recovery_is_one (one);
        tried++;
      }
  g_assert_cmpuint (tried, ==, 35 * 31);
  g_assert_cmpuint (missed, <=, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seal/vectors", test_vectors);
  g_test_add_func ("/seal/default-cost", test_default_cost);
  g_test_add_func ("/seal/costs", test_costs);
  g_test_add_func ("/seal/keys", test_keys);
  g_test_add_func ("/seal/box", test_box);
  g_test_add_func ("/seal/box-edges", test_box_edges);
  g_test_add_func ("/seal/recovery", test_recovery);
  g_test_add_func ("/seal/recovery-slips", test_recovery_slips);
  return g_test_run ();
}
