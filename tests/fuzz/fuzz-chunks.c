/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body in chunks, on any bytes: the same body and the same rest however it is cut, and both as a plain reading of it from the beginning
 * has them. The first byte of an input says how it is cut. */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include <string.h>

#include "bty-http-chunks-private.h"

#include "fuzz.h"

typedef struct
{
  GByteArray *body;
  GByteArray *rest; /* what is handed over, from its beginning on */
  gboolean is_handed;
  gboolean is_broken;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_byte_array_unref (outcome->body);
  g_byte_array_unref (outcome->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static Outcome
take (const guint8 *bytes, gsize size, gsize step)
{
  Outcome outcome = { .body = g_byte_array_new (), .rest = g_byte_array_new () };
  BtyHttpChunks chunks = { 0 };
  gsize offset = 0;
  gssize at = -1;

  while (offset < size && at == -1)
    {
      gsize n = MIN (step, size - offset);
      g_autofree char *piece = g_memdup2 (bytes + offset, n);
      gsize n_body = bty_http_chunks_take (&chunks, piece, n, &at);

      g_assert_cmpuint (n_body, <=, n);
      g_byte_array_append (outcome.body, (guint8 *) piece, (guint) n_body);
      offset += at == -1 ? n : (gsize) at;
    }
  outcome.is_broken = bty_http_chunks_is_broken (&chunks);
  outcome.is_handed = at != -1;
  if (outcome.is_handed)
    {
      g_assert_true (bty_http_chunks_is_between (&chunks));
      bty_http_chunks_hand_over (&chunks, outcome.rest);
      g_byte_array_append (outcome.rest, bytes + offset, (guint) (size - offset));
    }
  return outcome;
}

/* How many bytes the line with a plain length has at @bytes; 0: it is none. */
static gsize
read_line (const guint8 *bytes, gsize size, gsize *length)
{
  gsize n = 0;

  for (*length = 0; n < size && g_ascii_isxdigit (bytes[n]) && n < BTY_HTTP_CHUNK_DIGITS; n++)
    *length = *length * 16 + (gsize) g_ascii_xdigit_value ((char) bytes[n]);
  return n > 0 && *length > 0 && n + 1 < size && bytes[n] == '\r' && bytes[n + 1] == '\n' ? n + 2 : 0;
}

/* Chunks that end as most do, one after the other, and what there is of the next one. */
static void
check_plainly (const guint8 *bytes, gsize size, const Outcome *outcome)
{
  gsize offset = 0, body = 0, length, n;

  while ((n = read_line (bytes + offset, size - offset, &length)) > 0 && length + 2 <= size - offset - n &&
         memcmp (bytes + offset + n + length, "\r\n", 2) == 0)
    {
      g_assert_cmpuint (body + length, <=, outcome->body->len);
      g_assert_cmpmem (outcome->body->data + body, length, bytes + offset + n, length);
      body += length;
      offset += n + length + 2;
    }
  if (n == 0)
    length = 0;
  if (n > 0 && length <= size - offset - n)
    return; /* it ends otherwise */
  length = MIN (length, size - offset - n);
  g_assert_cmpuint (body + length, ==, outcome->body->len);
  if (length > 0)
    g_assert_cmpmem (outcome->body->data + body, length, bytes + offset + n, length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (Outcome) whole = { 0 };
  gsize steps[] = { 1, 0 };

  if (size < 2)
    return 0;
  steps[1] = 1 + data[0] % 32;
  whole = take (data + 1, size - 1, size - 1);
  check_plainly (data + 1, size - 1, &whole);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_auto (Outcome) cut = take (data + 1, size - 1, steps[i]);

      g_assert_cmpmem (cut.body->data, cut.body->len, whole.body->data, whole.body->len);
      g_assert_cmpmem (cut.rest->data, cut.rest->len, whole.rest->data, whole.rest->len);
      g_assert_true (cut.is_handed == whole.is_handed && cut.is_broken == whole.is_broken);
    }
  return 0;
}
