/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

#include "bty-soup-connection.h"

/* libsoup 3.2 never lets go of a connection that ends between two requests, before it has told of the next one: it has no
   callback for that message yet. A line makes it begin the message, and then the error makes it end it. The line must not be an
   empty one, which would end a head that was cut short. */
static gssize
end_input (BtySoupConnection *self, char *buffer, gsize count, GError **error)
{
  self->gone = self->gone || self->state < BTY_SOUP_STREAMING;
  if (!self->begun && count >= 2)
    {
      self->begun = TRUE;
      memcpy (buffer, ".\n", 2);
      return 2;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, _ ("the connection is closed"));
  return -1;
}

static gssize
fail_blocked (BtySoupConnection *self, GError **error)
{
  self->readable = FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, g_strerror (EAGAIN));
  return -1;
}

/* Gives how much of @data is libsoup's for now: what comes after the head is kept until libsoup asks again. Only the head of a
   request that is sent before the answer to one with a chunked body may slip by, as libsoup reads those by lines. */
static gsize
take_head (BtySoupConnection *self, const char *data, gsize n)
{
  gsize taken;

  if (self->state == BTY_SOUP_IDLE)
    {
      self->received = 0;
      bty_soup_head_begin (&self->head);
      bty_soup_connection_set_state (self, BTY_SOUP_HEADERS);
    }
  if (self->state != BTY_SOUP_HEADERS || self->head.is_over)
    return n;
  taken = bty_soup_head_take (&self->head, data, n);
  self->received += taken;
  if (taken == n)
    return n;
  if (self->ahead == NULL)
    self->ahead = g_byte_array_new ();
  g_byte_array_prepend (self->ahead, (const guint8 *) data + taken, (guint) (n - taken));
  return taken;
}

static gssize
take_ahead (BtySoupConnection *self, void *buffer, gsize count)
{
  guint n = (guint) MIN (count, self->ahead->len);

  memcpy (buffer, self->ahead->data, n);
  g_byte_array_remove_range (self->ahead, 0, n);
  if (self->ahead->len == 0)
    g_clear_pointer (&self->ahead, g_byte_array_unref);
  return n;
}

static gssize
receive_some (BtySoupConnection *self, void *buffer, gsize count)
{
  gssize n;

  if (self->ahead != NULL && count > 0)
    return take_ahead (self, buffer, count);
  do
    n = recv (self->fd, buffer, count, 0);
  while (n == -1 && errno == EINTR);
  return n;
}

/* An end inside a head or a body is an error: libsoup would take a head that was cut short for a whole one. */
gssize
bty_soup_connection_receive (BtySoupConnection *self, void *buffer, gsize count, GError **error)
{
  gssize n;

  if (self->state == BTY_SOUP_HEADERS && self->received >= self->limits->max_headers)
    bty_soup_connection_refuse (self, 431, _ ("the head of the request is too large"));
  if (self->state >= BTY_SOUP_STREAMING)
    return end_input (self, buffer, count, error);
  if (self->state <= BTY_SOUP_HEADERS) /* a head may have its limit, and not a buffer more */
    count = MIN (count, self->limits->max_headers - (self->state == BTY_SOUP_HEADERS ? self->received : 0));
  n = receive_some (self, buffer, count);
  if (n == -1 && bty_soup_is_blocked (errno))
    return fail_blocked (self, error);
  if (n <= 0)
    return end_input (self, buffer, count, error);
  n = (gssize) take_head (self, buffer, (gsize) n);
  if (self->head.is_dotted && self->state == BTY_SOUP_HEADERS)
    {
      bty_soup_connection_refuse (
        self, 400, _ ("the path has an empty or dotted segment, a control character or a broken escape"));
      return end_input (self, buffer, count, error);
    }
  return n;
}
