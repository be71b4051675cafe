/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-chunks-private.h"

enum
{
  CHUNK_LENGTH, /* the line that says it */
  CHUNK_DATA,
  CHUNK_END,    /* the end of the line after the data */
  CHUNK_RETURN, /* its line feed is still to come */
  CHUNK_BROKEN,
};

/* Whether @c may stand where it does in a line of digits, a carriage return and a line feed. */
static gboolean
fits (const BtyHttpChunks *self, char c)
{
  gboolean is_closed = self->n_held > 0 && self->held[self->n_held - 1] == '\r';

  if (c == '\n')
    return is_closed && self->n_held > 1;
  if (c == '\r')
    return !is_closed && self->n_held > 0;
  return !is_closed && g_ascii_isxdigit (c) && self->n_held < BTY_HTTP_CHUNK_DIGITS;
}

static gsize
read_length (const BtyHttpChunks *self)
{
  gsize length = 0;

  for (guint i = 0; i + 1 < self->n_held; i++)
    length = length << 4 | (gsize) g_ascii_xdigit_value (self->held[i]);
  return length;
}

/* Returns: whether it is a line with the length of a plain chunk, as far as one can tell */
static gboolean
take_length (BtyHttpChunks *self, const char *bytes, gsize length, gsize *offset)
{
  for (; *offset < length; *offset += 1)
    {
      char c = bytes[*offset];

      if (!fits (self, c))
        return FALSE;
      if (c == '\n')
        {
          self->left = read_length (self);
          if (self->left == 0)
            return FALSE;
          self->n_held = 0;
          self->state = CHUNK_DATA;
          *offset += 1;
          return TRUE;
        }
      self->held[self->n_held++] = c;
    }
  return TRUE;
}

static gsize
take_data (BtyHttpChunks *self, char *bytes, gsize length, gsize *offset, gsize n_body)
{
  gsize n = MIN (self->left, length - *offset);

  memmove (bytes + n_body, bytes + *offset, n);
  *offset += n;
  self->left -= n;
  if (self->left == 0)
    self->state = CHUNK_END;
  return n_body + n;
}

static void
take_end (BtyHttpChunks *self, char c)
{
  if (c == '\n')
    self->state = CHUNK_LENGTH;
  else if (c == '\r' && self->state == CHUNK_END)
    self->state = CHUNK_RETURN;
  else
    self->state = CHUNK_BROKEN;
}

gsize
bty_http_chunks_take (BtyHttpChunks *self, char *bytes, gsize length, gssize *rest)
{
  gsize n_body = 0, offset = 0;

  *rest = -1;
  while (offset < length)
    {
      if (self->state == CHUNK_DATA)
        n_body = take_data (self, bytes, length, &offset, n_body);
      else if (self->state == CHUNK_END || self->state == CHUNK_RETURN)
        take_end (self, bytes[offset++]);
      else if (self->state == CHUNK_BROKEN)
        break;
      else if (!take_length (self, bytes, length, &offset))
        {
          *rest = (gssize) offset;
          break;
        }
    }
  return n_body;
}

gboolean
bty_http_chunks_is_between (const BtyHttpChunks *self)
{
  return self->state == CHUNK_LENGTH;
}

gboolean
bty_http_chunks_is_broken (const BtyHttpChunks *self)
{
  return self->state == CHUNK_BROKEN;
}

void
bty_http_chunks_hand_over (BtyHttpChunks *self, GByteArray *into)
{
  g_byte_array_append (into, (const guint8 *) self->held, self->n_held);
  self->n_held = 0;
}
