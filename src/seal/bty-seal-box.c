/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <sodium.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-box.h"

#define MAX_SECRET (64 * 1024)

G_STATIC_ASSERT (BTY_SEAL_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
G_STATIC_ASSERT (BTY_SEAL_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES);

/* The length stands first, so that no other pair of purpose and name gives the same bytes. */
static GByteArray *
make_context (const char *purpose, const char *name)
{
  GByteArray *context = g_byte_array_new ();
  gsize n = strlen (purpose);
  guint8 length = (guint8) n;

  g_assert (n <= G_MAXUINT8);
  g_byte_array_append (context, &length, 1);
  g_byte_array_append (context, (const guint8 *) purpose, (guint) n);
  g_byte_array_append (context, (const guint8 *) name, (guint) strlen (name));
  return context;
}

GBytes *
bty_seal_box (const BtySecret *key, const char *purpose, const char *name, gconstpointer plain, gsize length)
{
  g_autoptr (GByteArray) context = make_context (purpose, name);
  guint8 *box = g_malloc (length + BTY_SEAL_BOX_EXTRA);

  g_assert (bty_secret_get_length (key) == BTY_SEAL_KEY_SIZE);
  bty_seal_random (box, BTY_SEAL_NONCE_SIZE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (box + BTY_SEAL_NONCE_SIZE, NULL, plain, length, context->data,
                                              context->len, NULL, box, (const guint8 *) bty_secret_peek (key));
  return g_bytes_new_take (box, length + BTY_SEAL_BOX_EXTRA);
}

guint8 *
bty_seal_open_plain (const BtySecret *key, const char *purpose, const char *name, gconstpointer box, gsize length,
                     gsize *plain_length, GError **error)
{
  g_autoptr (GByteArray) context = make_context (purpose, name);
  const guint8 *bytes = box;
  guint8 *plain;
  unsigned long long got = 0;

  g_assert (bty_secret_get_length (key) == BTY_SEAL_KEY_SIZE);
  bty_seal_init ();
  plain = length < BTY_SEAL_BOX_EXTRA ? NULL : g_malloc0 (length - BTY_SEAL_BOX_EXTRA + 1);
  if (plain != NULL && crypto_aead_xchacha20poly1305_ietf_decrypt (
                         plain, &got, NULL, bytes + BTY_SEAL_NONCE_SIZE, length - BTY_SEAL_NONCE_SIZE, context->data,
                         context->len, bytes, (const guint8 *) bty_secret_peek (key)) == 0)
    {
      *plain_length = (gsize) got;
      return plain;
    }
  g_free (plain);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                       _ ("what is sealed was changed or is damaged, or another key sealed it"));
  return NULL;
}

BtySecret *
bty_seal_open (const BtySecret *key, const char *purpose, const char *name, gconstpointer box, gsize length,
               GError **error)
{
  guint8 *plain;
  gsize plain_length = 0;
  BtySecret *secret;

  if (length > MAX_SECRET + BTY_SEAL_BOX_EXTRA)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("a sealed secret has %zu bytes, which is too many"),
                   length);
      return NULL;
    }
  plain = bty_seal_open_plain (key, purpose, name, box, length, &plain_length, error);
  if (plain == NULL)
    return NULL;
  secret = bty_secret_new ((const char *) plain, plain_length);
  sodium_memzero (plain, plain_length);
  g_free (plain);
  return secret;
}

void
bty_seal_hash (guint8 hash[BTY_SEAL_HASH_SIZE], gconstpointer bytes, gsize length)
{
  bty_seal_init ();
  crypto_generichash (hash, BTY_SEAL_HASH_SIZE, bytes, length, NULL, 0);
}
