/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BTY_HTTP_CHUNK_DIGITS 8 /* a length that has more is not for us */

/*
 * Takes the chunks of a body apart (RFC 9112, section 7.1), in place: what a token costs is mostly this, where a library does it with
 * a few small reads a chunk. It knows plain chunks only. What else there is, above all the last chunk with its trailers, it hands over
 * from the beginning of that chunk on. All zero is the beginning.
 */
typedef struct
{
  guint8 state;
  guint8 n_held;
  char held[BTY_HTTP_CHUNK_DIGITS + 2]; /* of a line with a length that has not come wholly */
  gsize left;                           /* of the chunk */
} BtyHttpChunks;

/*
 * @bytes: (inout) (array length=length): as they came; holds the body that was in them, from its beginning on
 * @rest: (out): where among @bytes that begins which is not for us; -1 when all is taken
 *
 * When there is a rest, bty_http_chunks_hand_over() says what belongs before it.
 *
 * Returns: how many bytes of body there are
 */
gsize bty_http_chunks_take (BtyHttpChunks *self, char *bytes, gsize length, gssize *rest);

/* Whether it is at the beginning of a chunk: the only place where somebody else can go on. */
gboolean bty_http_chunks_is_between (const BtyHttpChunks *self);

/* Whether a chunk was longer than it said. Nothing is taken any more. */
gboolean bty_http_chunks_is_broken (const BtyHttpChunks *self);

/* Adds to @into what was held back of the line at which it is. */
void bty_http_chunks_hand_over (BtyHttpChunks *self, GByteArray *into);

G_END_DECLS
