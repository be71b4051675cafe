/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* Numbers in files, the lowest byte first, and a cursor over bytes from outside that never reads past them. */
typedef struct
{
  const guint8 *at;
  gsize left;
  gboolean failed; /* once a read went too far; everything after it gives zeros */
} BtySealBytes;

/* (nullable): the next @length bytes; %NULL when there are fewer. */
const guint8 *bty_seal_bytes_take (BtySealBytes *bytes, gsize length);
guint8 bty_seal_bytes_u8 (BtySealBytes *bytes);
guint16 bty_seal_bytes_u16 (BtySealBytes *bytes);
guint32 bty_seal_bytes_u32 (BtySealBytes *bytes);
guint64 bty_seal_bytes_u64 (BtySealBytes *bytes);

/* Appends the lowest @size bytes of @value. */
void bty_seal_bytes_add (GByteArray *array, guint64 value, guint size);

G_END_DECLS
