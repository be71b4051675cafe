/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-head.h"

#define AT_LENGTH (BTY_SEAL_MAGIC_SIZE + 2)

GByteArray *
bty_seal_head_begin (const char *magic, guint16 version)
{
  GByteArray *head = g_byte_array_new ();

  g_assert (strlen (magic) == BTY_SEAL_MAGIC_SIZE);
  g_byte_array_append (head, (const guint8 *) magic, BTY_SEAL_MAGIC_SIZE);
  bty_seal_bytes_add (head, version, 2);
  bty_seal_bytes_add (head, 0, 4);
  return head;
}

void
bty_seal_head_end (GByteArray *head, guint8 hash[BTY_SEAL_HASH_SIZE])
{
  guint32 length = head->len - BTY_SEAL_PRELUDE_SIZE;

  for (guint i = 0; i < 4; i++)
    head->data[AT_LENGTH + i] = (guint8) (length >> (8 * i));
  bty_seal_hash (hash, head->data, head->len);
  g_byte_array_append (head, hash, BTY_SEAL_HASH_SIZE);
  g_assert (head->len <= BTY_SEAL_MAX_HEAD);
}

static gboolean
fail_damaged (GError **error)
{
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("its beginning is damaged or cut short"));
  return FALSE;
}

gsize
bty_seal_head_get_size (const guint8 *prelude, const char *magic, GError **error)
{
  BtySealBytes bytes = { .at = prelude + AT_LENGTH, .left = 4 };
  guint32 length = bty_seal_bytes_u32 (&bytes);

  if (memcmp (prelude, magic, BTY_SEAL_MAGIC_SIZE) != 0)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS,
                           _ ("it does not begin like a file of this kind: it is another one, or damaged"));
      return 0;
    }
  if (length > BTY_SEAL_MAX_HEAD - BTY_SEAL_PRELUDE_SIZE - BTY_SEAL_HASH_SIZE)
    return fail_damaged (error) ? 1 : 0;
  return BTY_SEAL_PRELUDE_SIZE + length + BTY_SEAL_HASH_SIZE;
}

gboolean
bty_seal_head_open (const guint8 *head, gsize size, const char *magic, guint16 version, BtySealBytes *body,
                    guint8 hash[BTY_SEAL_HASH_SIZE], GError **error)
{
  gsize whole = size < BTY_SEAL_PRELUDE_SIZE ? 0 : bty_seal_head_get_size (head, magic, error);
  guint found;

  if (size < BTY_SEAL_PRELUDE_SIZE)
    return fail_damaged (error);
  if (whole == 0)
    return FALSE;
  if (whole > size)
    return fail_damaged (error);
  bty_seal_hash (hash, head, whole - BTY_SEAL_HASH_SIZE);
  if (memcmp (hash, head + whole - BTY_SEAL_HASH_SIZE, BTY_SEAL_HASH_SIZE) != 0)
    return fail_damaged (error);
  found = (guint) head[BTY_SEAL_MAGIC_SIZE] | (guint) head[BTY_SEAL_MAGIC_SIZE + 1] << 8;
  if (found > version)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("its format is %u, and this program knows up to %u: use a newer Boternity"), found, version);
      return FALSE;
    }
  *body = (BtySealBytes){ .at = head + BTY_SEAL_PRELUDE_SIZE,
                          .left = whole - BTY_SEAL_PRELUDE_SIZE - BTY_SEAL_HASH_SIZE };
  return TRUE;
}
