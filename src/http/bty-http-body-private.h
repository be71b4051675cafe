/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "bty-http-chunks-private.h"

G_BEGIN_DECLS

/*
 * The body of an answer, as it is read: libsoup's stream, or, for chunks over plain TCP, what lies under it. There its chunks are taken
 * apart here, which costs a tenth; at the last one libsoup goes on, and sees an answer of that chunk alone.
 */
typedef struct
{
  GInputStream *stream; /* (nullable): as libsoup gave it, or decoded */
  GInputStream *under;  /* (nullable): libsoup's lowest stream, until what came with the head is read from it */
  GInputStream *ahead;  /* (nullable): under that, while it is read without libsoup */
  BtyHttpChunks chunks;
} BtyHttpBody;

/*
 * @stream: (transfer full): of libsoup
 * @ahead: (nullable): what its connection is read ahead by
 */
void bty_http_body_init (BtyHttpBody *self, GInputStream *stream, GInputStream *ahead);

/* From now on it is read through @decoder. */
void bty_http_body_decode (BtyHttpBody *self, GConverter *decoder);

/* @count: at least what libsoup may have read with a head, 16 KiB. Returns: bytes, 0 at the end, or -1, with an error if it is not only that nothing has come */
gssize bty_http_body_read (BtyHttpBody *self, char *buffer, gsize count, GError **error);

/* Whether bty_http_body_read() would say that nothing has come: so it need not be called. */
gboolean bty_http_body_is_drained (const BtyHttpBody *self);

void bty_http_body_clear (BtyHttpBody *self);

G_END_DECLS
