/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-redact-private.h"

#define MARK     "[secret]" /* what the core puts in the place of a secret, too */
#define FRAGMENT 8          /* bytes of a secret that are no accident; no less than MARK, so that text never grows */
#define N_PAIRS  65536

/* One secret, and the first two bytes of each of its fragments as a set of bits: nearly all text is passed over by these. */
typedef struct
{
  const char *bytes;
  gsize length;
  guint8 pairs[N_PAIRS / 8];
} Needle;

static gsize
pair_of (const char *text)
{
  return ((gsize) (guchar) text[0] << 8) | (guchar) text[1];
}

static void
needle_init (Needle *self, const char *bytes, gsize length)
{
  self->bytes = bytes;
  self->length = length;
  memset (self->pairs, 0, sizeof self->pairs);
  for (gsize i = 0; i + FRAGMENT <= length; i++)
    {
      gsize pair = pair_of (bytes + i);

      self->pairs[pair / 8] = (guint8) (self->pairs[pair / 8] | (1u << (pair % 8)));
    }
}

/* Returns: how many bytes at the beginning of @text are a fragment of the secret; 0: none */
static gsize
match (const Needle *self, const char *text, gsize length)
{
  gsize longest = 0;
  gsize pair;

  if (length < FRAGMENT)
    return 0;
  pair = pair_of (text);
  if ((self->pairs[pair / 8] & (1u << (pair % 8))) == 0)
    return 0;
  for (gsize i = 0; i + FRAGMENT <= self->length; i++)
    {
      gsize n = 0;

      while (n < length && i + n < self->length && self->bytes[i + n] == text[n])
        n += 1;
      longest = MAX (longest, n);
    }
  return longest >= FRAGMENT ? longest : 0;
}

static void
take_out (GString *text, const char *secret, gsize length, gboolean is_whole)
{
  Needle needle;
  gsize out = 0;
  gsize in = 0;

  if (length < FRAGMENT)
    return;
  needle_init (&needle, secret, length);
  while (in < text->len)
    {
      gsize found = match (&needle, text->str + in, text->len - in);

      if (found > 0 && (!is_whole || found == length))
        {
          memcpy (text->str + out, MARK, strlen (MARK));
          out += strlen (MARK);
          in += found;
        }
      else
        text->str[out++] = text->str[in++];
    }
  if (out < text->len)
    bty_secret_clear_memory (text->str + out, text->len - out);
  g_string_truncate (text, out);
}

void
bty_http_redact_body (GString *text, const BtySecret *key, const char *const *headers)
{
  if (key != NULL)
    take_out (text, bty_secret_peek (key), bty_secret_get_length (key), FALSE);
  for (const char *const *header = headers; header != NULL && *header != NULL; header += 2)
    take_out (text, header[1], strlen (header[1]), TRUE);
}
