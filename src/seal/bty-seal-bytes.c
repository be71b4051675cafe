/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include "bty-seal-bytes.h"

const guint8 *
bty_seal_bytes_take (BtySealBytes *bytes, gsize length)
{
  const guint8 *taken = bytes->at;

  if (bytes->failed || length > bytes->left)
    {
      bytes->failed = TRUE;
      return NULL;
    }
  bytes->at += length;
  bytes->left -= length;
  return taken;
}

static guint64
take_number (BtySealBytes *bytes, guint size)
{
  const guint8 *taken = bty_seal_bytes_take (bytes, size);
  guint64 value = 0;

  for (guint i = size; taken != NULL && i > 0; i--)
    value = value << 8 | taken[i - 1];
  return value;
}

guint8
bty_seal_bytes_u8 (BtySealBytes *bytes)
{
  return (guint8) take_number (bytes, 1);
}

guint16
bty_seal_bytes_u16 (BtySealBytes *bytes)
{
  return (guint16) take_number (bytes, 2);
}

guint32
bty_seal_bytes_u32 (BtySealBytes *bytes)
{
  return (guint32) take_number (bytes, 4);
}

guint64
bty_seal_bytes_u64 (BtySealBytes *bytes)
{
  return take_number (bytes, 8);
}

void
bty_seal_bytes_add (GByteArray *array, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (array, &byte, 1);
    }
}
