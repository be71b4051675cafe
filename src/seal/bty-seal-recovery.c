/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-recovery.h"

#define N_BYTES    20 /* that count */
#define N_PACKED   22 /* with the checksum, 175 bits of them */
#define N_SIGNS    35
#define GROUP      5
#define TEXT_SIZE  (N_SIGNS + N_SIGNS / GROUP)
#define MAX_LENGTH 256

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The first 15 bits of a hash, in the 15 bits after the 160. */
static void
add_checksum (guint8 packed[N_PACKED])
{
  guint8 hash[crypto_generichash_BYTES];

  bty_seal_init ();
  crypto_generichash (hash, sizeof hash, packed, N_BYTES, (const guint8 *) "bty recovery key", 16);
  packed[N_BYTES] = hash[0];
  packed[N_BYTES + 1] = hash[1] & 0xfe;
  sodium_memzero (hash, sizeof hash);
}

BtySecret *
bty_seal_recovery_new (void)
{
  guint8 packed[N_PACKED + 1] = { 0 };
  char text[TEXT_SIZE];
  guint n = 0;
  BtySecret *secret;

  bty_seal_random (packed, N_BYTES);
  add_checksum (packed);
  for (guint i = 0; i < N_SIGNS; i++)
    {
      guint at = i * 5;
      guint two = (guint) packed[at / 8] << 8 | packed[at / 8 + 1];

      if (i > 0 && i % GROUP == 0)
        text[n++] = '-';
      text[n++] = alphabet[two >> (11 - at % 8) & 31];
    }
  secret = bty_secret_new (text, n);
  sodium_memzero (packed, sizeof packed);
  sodium_memzero (text, sizeof text);
  return secret;
}

static int
value_of (char sign)
{
  char upper = g_ascii_toupper (sign);
  const char *found;

  if (upper == 'O')
    return 0;
  if (upper == 'I' || upper == 'L')
    return 1;
  found = upper != '\0' ? strchr (alphabet, upper) : NULL;
  return found != NULL ? (int) (found - alphabet) : -1;
}

static gboolean
is_gap (char sign)
{
  return sign == '-' || sign == ' ' || sign == '\t' || sign == '\r' || sign == '\n';
}

/* FALSE when there are too many signs, or others. */
static gboolean
unpack (const BtySecret *text, guint8 packed[N_PACKED + 1])
{
  const char *signs = bty_secret_peek (text);
  gsize length = bty_secret_get_length (text);
  guint n = 0;

  memset (packed, 0, N_PACKED + 1);
  for (gsize i = 0; i < length && length <= MAX_LENGTH; i++)
    {
      int value = value_of (signs[i]);
      guint at = n * 5;
      guint two = (guint) MAX (value, 0) << (11 - at % 8);

      if (is_gap (signs[i]))
        continue;
      if (value < 0 || n == N_SIGNS)
        return FALSE;
      packed[at / 8] |= (guint8) (two >> 8);
      packed[at / 8 + 1] |= (guint8) two;
      n++;
    }
  return n == N_SIGNS;
}

/* Into @packed, which the caller clears. */
static gboolean
read_text (const BtySecret *text, guint8 packed[N_PACKED + 1])
{
  guint8 check[N_PACKED];
  gboolean is_right = unpack (text, packed);

  memcpy (check, packed, N_BYTES);
  add_checksum (check);
  is_right = is_right && sodium_memcmp (check, packed, N_PACKED) == 0;
  sodium_memzero (check, sizeof check);
  return is_right;
}

gboolean
bty_seal_recovery_is_one (const BtySecret *text)
{
  guint8 packed[N_PACKED + 1];
  gboolean is_one = read_text (text, packed);

  sodium_memzero (packed, sizeof packed);
  return is_one;
}

BtySecret *
bty_seal_recovery_key (const BtySecret *text, GError **error)
{
  guint8 packed[N_PACKED + 1];
  guint8 bytes[BTY_SEAL_KEY_SIZE];
  BtySecret *key = NULL;

  if (read_text (text, packed))
    {
      /* No slow hash: 160 random bits are beyond guessing. */
      crypto_generichash (bytes, sizeof bytes, packed, N_BYTES, (const guint8 *) "bty recovery slot", 17);
      key = bty_secret_new ((const char *) bytes, sizeof bytes);
      sodium_memzero (bytes, sizeof bytes);
    }
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("this is no recovery key, or it was mistyped: it has %d letters and digits in groups of %d"),
                 N_SIGNS, GROUP);
  sodium_memzero (packed, sizeof packed);
  return key;
}
