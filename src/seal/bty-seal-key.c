/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-key.h"

G_STATIC_ASSERT (BTY_SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
G_STATIC_ASSERT (BTY_SEAL_KEY_SIZE == crypto_secretstream_xchacha20poly1305_KEYBYTES);
G_STATIC_ASSERT (BTY_SEAL_SALT_SIZE == crypto_pwhash_SALTBYTES);

#define KIB 1024

const BtySealCost bty_seal_cost_default = { .passes = 3, .memory = 64 * KIB };

void
bty_seal_init (void)
{
  static gsize done;

  if (!g_once_init_enter (&done))
    return;
  /* As with memory: there is nothing sensible to do without random numbers. */
  if (sodium_init () < 0)
    {
      g_critical ("the cryptography library cannot be started");
      abort ();
    }
  g_once_init_leave (&done, 1);
}

void
bty_seal_random (gpointer bytes, gsize length)
{
  bty_seal_init ();
  randombytes_buf (bytes, length);
}

static BtySecret *
take_key (guint8 bytes[BTY_SEAL_KEY_SIZE])
{
  BtySecret *key = bty_secret_new ((const char *) bytes, BTY_SEAL_KEY_SIZE);

  sodium_memzero (bytes, BTY_SEAL_KEY_SIZE);
  return key;
}

BtySecret *
bty_seal_key_new (void)
{
  guint8 bytes[BTY_SEAL_KEY_SIZE];

  bty_seal_random (bytes, sizeof bytes);
  return take_key (bytes);
}

gboolean
bty_seal_cost_check (const BtySealCost *cost, GError **error)
{
  if (cost->passes >= 1 && cost->passes <= BTY_SEAL_MAX_PASSES && cost->memory >= BTY_SEAL_MIN_MEMORY &&
      cost->memory <= BTY_SEAL_MAX_MEMORY)
    return TRUE;
  g_set_error (
    error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
    _ ("making a key from a passphrase with %u KiB in %u passes is out of range: %u to %u KiB, 1 to %u passes"),
    cost->memory, cost->passes, BTY_SEAL_MIN_MEMORY, BTY_SEAL_MAX_MEMORY, BTY_SEAL_MAX_PASSES);
  return FALSE;
}

BtySecret *
bty_seal_key_from_passphrase (const BtySecret *passphrase, const guint8 salt[BTY_SEAL_SALT_SIZE],
                              const BtySealCost *cost, GError **error)
{
  guint8 bytes[BTY_SEAL_KEY_SIZE];

  bty_seal_init ();
  if (!bty_seal_cost_check (cost, error))
    return NULL;
  if (bty_secret_get_length (passphrase) == 0)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("the passphrase is empty: give one of at least one character"));
      return NULL;
    }
  if (crypto_pwhash (bytes, sizeof bytes, bty_secret_peek (passphrase), bty_secret_get_length (passphrase), salt,
                     cost->passes, (gsize) cost->memory * KIB, crypto_pwhash_ALG_ARGON2ID13) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("there is no memory for making a key from the passphrase: %u KiB are needed"), cost->memory);
      return NULL;
    }
  return take_key (bytes);
}

BtySecret *
bty_seal_subkey (const BtySecret *key, const char *purpose)
{
  guint8 bytes[BTY_SEAL_KEY_SIZE];

  g_return_val_if_fail (bty_secret_get_length (key) == BTY_SEAL_KEY_SIZE, NULL);

  bty_seal_init ();
  crypto_generichash (bytes, sizeof bytes, (const guint8 *) purpose, strlen (purpose),
                      (const guint8 *) bty_secret_peek (key), BTY_SEAL_KEY_SIZE);
  return take_key (bytes);
}
