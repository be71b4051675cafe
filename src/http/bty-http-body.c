/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "bty-http-body-private.h"
#include "bty-http-connection-private.h"

/* (nullable) */
static GInputStream *
get_base (GInputStream *stream)
{
  return G_IS_FILTER_INPUT_STREAM (stream) ? g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream))
                                           : NULL;
}

/* Whether libsoup itself takes chunks apart there: what the head says is not always so, as for a 204. */
static gboolean
is_chunked (GInputStream *stream)
{
  int encoding = SOUP_ENCODING_UNRECOGNIZED;

  if (stream != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "encoding") != NULL)
    g_object_get (stream, "encoding", &encoding, NULL);
  return encoding == SOUP_ENCODING_CHUNKED;
}

void
bty_http_body_init (BtyHttpBody *self, GInputStream *stream, GInputStream *ahead)
{
  GInputStream *chunked = get_base (stream);
  GInputStream *under = is_chunked (chunked) ? get_base (chunked) : NULL;

  *self = (BtyHttpBody){ .stream = stream };
  if (ahead == NULL || under == NULL || get_base (under) != ahead || !G_IS_POLLABLE_INPUT_STREAM (under))
    return; /* not what libsoup 3 has there */
  self->under = g_object_ref (under);
  self->ahead = g_object_ref (ahead);
}

static void
leave_to_libsoup (BtyHttpBody *self)
{
  g_clear_object (&self->under);
  g_clear_object (&self->ahead);
}

void
bty_http_body_decode (BtyHttpBody *self, GConverter *decoder)
{
  GInputStream *decoded = g_converter_input_stream_new (self->stream, decoder);

  g_object_unref (self->stream);
  self->stream = decoded;
  leave_to_libsoup (self);
}

/* What libsoup read together with the head comes first. */
static gssize
receive (BtyHttpBody *self, char *buffer, gsize count, GError **error)
{
  gssize n;

  if (self->under == NULL)
    return bty_http_connection_receive (self->ahead, buffer, count, error);
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->under), buffer, count, NULL, error);
  if (n < (gssize) count)
    g_clear_object (&self->under); /* nothing is left of it */
  return n;
}

static void
hand_over (BtyHttpBody *self, const char *rest, gsize length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  bty_http_chunks_hand_over (&self->chunks, bytes);
  g_byte_array_append (bytes, (const guint8 *) rest, length);
  bty_http_connection_put_back (self->ahead, bytes->data, bytes->len);
  leave_to_libsoup (self);
}

static gssize
fail (GError **error, GIOErrorEnum code, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, code, message);
  return -1;
}

/* Returns: bytes, -1 with an error, or 0 when there was nothing but framing */
static gssize
read_chunks (BtyHttpBody *self, char *buffer, gsize count, GError **error)
{
  gssize n, rest;
  gsize n_body;

  if (bty_http_chunks_is_broken (&self->chunks))
    return fail (error, G_IO_ERROR_INVALID_DATA, _ ("a chunk is longer than it says"));
  n = receive (self, buffer, count, error);
  if (n < 0)
    return n;
  n_body = bty_http_chunks_take (&self->chunks, buffer, (gsize) n, &rest);
  if (rest != -1)
    hand_over (self, buffer + rest, (gsize) (n - rest));
  else if (n == 0 && bty_http_chunks_is_between (&self->chunks))
    hand_over (self, buffer, 0); /* that this is the end, libsoup finds by itself */
  else if (n == 0)
    return fail (error, G_IO_ERROR_PARTIAL_INPUT, "the connection ended within a chunk"); /* told in other words */
  return (gssize) n_body;
}

gssize
bty_http_body_read (BtyHttpBody *self, char *buffer, gsize count, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gssize n = 0;

  while (n == 0 && self->ahead != NULL)
    n = read_chunks (self, buffer, count, &failure);
  if (n == 0)
    n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), buffer, count, NULL,
                                                  &failure);
  if (failure != NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    g_propagate_error (error, g_steal_pointer (&failure));
  return n;
}

gboolean
bty_http_body_is_drained (const BtyHttpBody *self)
{
  return self->ahead != NULL && !bty_http_chunks_is_broken (&self->chunks) &&
         bty_http_connection_is_drained (self->ahead);
}

void
bty_http_body_clear (BtyHttpBody *self)
{
  leave_to_libsoup (self);
  g_clear_object (&self->stream);
}
