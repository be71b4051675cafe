/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bty-soup-answer.h"
#include "bty-soup-connection.h"
#include "bty-soup-streams.h"
#include "bty-soup-websocket.h"

#define COPIED_WRITE (16 * 1024) /* smaller writes are gathered, greater ones go out as they are */
#define PENDING_MAX  (64 * 1024) /* above it libsoup has to wait */
#define LINGER_TIME  (2 * G_USEC_PER_SEC)
#define LINGER_READS 64 /* buffers thrown away in one go */

G_DEFINE_FINAL_TYPE (BtySoupConnection, bty_soup_connection, G_TYPE_IO_STREAM)

void
bty_soup_connection_set_state (BtySoupConnection *self, BtySoupState state)
{
  self->state = state;
  self->since = g_get_monotonic_time ();
  if (state == BTY_SOUP_STREAMING)
    self->lagging = self->sent < self->out->len; /* of an answer before */
}

gsize
bty_soup_connection_get_pending (BtySoupConnection *self)
{
  if (self->state == BTY_SOUP_STREAMING && !self->lagging && !self->ending && self->websocket == NULL)
    return 0; /* without a look at the buffer: one cache line less for each of thousands of streams */
  return self->out->len - self->sent;
}

int
bty_soup_connection_give_up (BtySoupConnection *self)
{
  int fd = g_steal_fd (&self->fd);

  self->state = BTY_SOUP_CLOSED;
  if (self->websocket != NULL)
    bty_soup_websocket_on_closed (self->websocket);
  if (self->on_closed != NULL)
    self->on_closed (self, self->closed_data);
  g_string_truncate (self->out, 0);
  self->sent = 0;
  bty_soup_pump_remove (self->pump, self, fd);
  return fd;
}

void
bty_soup_connection_close (BtySoupConnection *self)
{
  if (self->state != BTY_SOUP_CLOSED)
    close (bty_soup_connection_give_up (self));
}

/* Gives -1 with @blocked or a broken connection, else the bytes that went. */
static gssize
send_some (BtySoupConnection *self, const char *data, gsize length)
{
  gssize n;

  do
    n = send (self->fd, data, length, MSG_NOSIGNAL);
  while (n == -1 && errno == EINTR);
  if (n == -1)
    {
      self->writable = FALSE;
      self->gone = self->gone || !bty_soup_is_blocked (errno);
      return -1;
    }
  self->since = g_get_monotonic_time ();
  return n;
}

static void
write_pending (BtySoupConnection *self)
{
  if (self->gone && !self->writable)
    self->sent = self->out->len;
  while (self->writable && self->sent < self->out->len)
    {
      gssize n = send_some (self, self->out->str + self->sent, self->out->len - self->sent);

      if (n > 0)
        self->sent += n;
    }
  if (self->sent == self->out->len)
    {
      memset (self->out->str, 0, self->out->len); /* a secret that is shown goes through here */
      g_string_truncate (self->out, 0);
      self->sent = 0;
      if (self->out->allocated_len > 2 * PENDING_MAX) /* one big answer must not stay with a quiet connection */
        {
          g_string_free (self->out, TRUE);
          self->out = g_string_new (NULL);
        }
    }
}

static void
drain (BtySoupConnection *self)
{
  char waste[16 * 1024];

  for (int i = 0; i < LINGER_READS; i++)
    {
      gssize n = recv (self->fd, waste, sizeof waste, 0);

      if (n == 0 || (n == -1 && errno != EINTR && !bty_soup_is_blocked (errno)))
        {
          bty_soup_connection_close (self);
          return;
        }
      if (n == -1 && bty_soup_is_blocked (errno))
        return;
    }
}

/* Edge-triggered: what had come before must be taken now, or no event follows. */
static void
begin_linger (BtySoupConnection *self)
{
  self->ending = FALSE;
  shutdown (self->fd, SHUT_WR);
  bty_soup_connection_set_state (self, BTY_SOUP_LINGERING);
  drain (self);
}

void
bty_soup_connection_flush (BtySoupConnection *self)
{
  if (self->state == BTY_SOUP_CLOSED)
    return;
  write_pending (self);
  if (self->ending && bty_soup_connection_get_pending (self) == 0)
    begin_linger (self);
}

void
bty_soup_connection_queue (BtySoupConnection *self, const char *data, gsize length)
{
  g_string_append_len (self->out, data, length);
  self->lagging = TRUE; /* until the last of it is sent */
}

static void
flush_stream (BtySoupConnection *self)
{
  bty_soup_connection_flush (self);
  self->lagging = bty_soup_connection_get_pending (self) > 0;
}

/* What was sent is moved away only when it is most of the buffer, so that a slow reader does not cost a move a write. */
void
bty_soup_connection_send (BtySoupConnection *self, const char *data, gsize length)
{
  if (self->state == BTY_SOUP_CLOSED || self->gone)
    return;
  if (!self->held && bty_soup_connection_get_pending (self) == 0 && self->writable)
    {
      gssize n = send_some (self, data, length);

      data += MAX (n, 0);
      length -= MAX (n, 0);
      if (length == 0)
        return;
    }
  if (self->sent > PENDING_MAX && self->sent > self->out->len / 2)
    {
      g_string_erase (self->out, 0, self->sent);
      self->sent = 0;
    }
  bty_soup_connection_queue (self, data, length);
  if (!self->held || self->out->len - self->sent > COPIED_WRITE)
    flush_stream (self);
}

void
bty_soup_connection_hold (BtySoupConnection *self, gboolean held)
{
  self->held = held;
  if (!held && bty_soup_connection_get_pending (self) > 0)
    flush_stream (self);
}

void
bty_soup_connection_end (BtySoupConnection *self)
{
  if (self->state == BTY_SOUP_CLOSED)
    return;
  self->ending = TRUE;
  self->on_drained = NULL;
  self->on_gone = NULL;
  if (self->state < BTY_SOUP_STREAMING)
    bty_soup_connection_set_state (self, BTY_SOUP_STREAMING);
  if (self->gone && !self->writable)
    bty_soup_connection_close (self);
  else
    bty_soup_connection_flush (self);
}

void
bty_soup_connection_refuse (BtySoupConnection *self, guint status, const char *detail)
{
  bty_soup_connection_refuse_with (self, status, detail, NULL);
}

void
bty_soup_connection_refuse_with (BtySoupConnection *self, guint status, const char *detail, GBytes *own)
{
  g_autoptr (GString) refusal = NULL;

  if (self->state >= BTY_SOUP_STREAMING)
    return;
  refusal = bty_soup_refusal_new (status, detail, own);
  g_debug ("refused a request: %u, %s", status, detail);
  g_clear_pointer (&self->body, g_byte_array_unref);
  bty_soup_connection_set_state (self, BTY_SOUP_STREAMING);
  bty_soup_connection_send (self, refusal->str, refusal->len);
  bty_soup_connection_end (self);
}

static void
on_stream_event (BtySoupConnection *self)
{
  if (self->gone)
    {
      if (self->on_gone != NULL)
        self->on_gone (self, self->watch_data);
      bty_soup_connection_close (self);
      return;
    }
  /* Told again until nothing waits: how much is little to the endpoint is not known here. */
  if (self->lagging && bty_soup_connection_get_pending (self) <= BTY_SOUP_LAGGING_BELOW)
    {
      self->lagging = bty_soup_connection_get_pending (self) > 0;
      if (self->on_drained != NULL)
        self->on_drained (self, self->watch_data);
    }
}

/* A reader that has closed only its own side (a FIN, then nothing) counts as gone: nobody who waits for a stream does that. */
void
bty_soup_connection_on_events (BtySoupConnection *self, guint32 events)
{
  if (self->state == BTY_SOUP_CLOSED)
    return;
  self->readable = self->readable || (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  self->writable = self->writable || (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  self->gone = self->gone || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (bty_soup_connection_get_pending (self) > 0)
    bty_soup_connection_flush (self);
  if (self->state == BTY_SOUP_LINGERING)
    drain (self);
  else if (self->websocket != NULL)
    bty_soup_websocket_on_events (self->websocket);
  else if (self->state == BTY_SOUP_STREAMING && !self->ending)
    on_stream_event (self);
  else if (self->state == BTY_SOUP_STREAMING && (events & (EPOLLHUP | EPOLLERR)) != 0)
    bty_soup_connection_close (self);
  else if (self->state == BTY_SOUP_ANSWERING && self->gone && self->on_gone != NULL)
    self->on_gone (self, self->watch_data);
}

/* libsoup has let go of a connection whose time is over as soon as it sees it at its end. */
void
bty_soup_connection_drop (BtySoupConnection *self)
{
  self->gone = TRUE;
  self->readable = TRUE;
  self->writable = TRUE;
  shutdown (self->fd, SHUT_RDWR);
}

void
bty_soup_connection_check_time (BtySoupConnection *self, gint64 now)
{
  gint64 age = now - self->since;

  if (self->websocket != NULL)
    bty_soup_websocket_check_time (self->websocket, now);
  else if (self->state <= BTY_SOUP_ANSWERING && (bty_soup_connection_get_pending (self) > 0 || !self->writable))
    {
      if (age > self->limits->idle_timeout) /* an answer that is not read */
        bty_soup_connection_drop (self);
    }
  else if (self->state == BTY_SOUP_IDLE && age > self->limits->idle_timeout)
    bty_soup_connection_drop (self);
  else if (self->state == BTY_SOUP_HEADERS && age > self->limits->header_timeout)
    {
      if (self->received == 0)
        bty_soup_connection_drop (self);
      else
        bty_soup_connection_refuse (self, 408, _ ("the head of the request took too long"));
    }
  else if (self->state == BTY_SOUP_BODY && age > self->limits->body_timeout)
    bty_soup_connection_refuse (self, 408, _ ("the body of the request took too long"));
  else if (self->state == BTY_SOUP_STREAMING && self->ending && age > self->limits->idle_timeout)
    bty_soup_connection_close (self);
  else if (self->state == BTY_SOUP_LINGERING && age > LINGER_TIME)
    bty_soup_connection_close (self);
}

gboolean
bty_soup_connection_can_write (BtySoupConnection *self)
{
  return self->gone || (self->writable && bty_soup_connection_get_pending (self) < PENDING_MAX);
}

static gssize
write_large (BtySoupConnection *self, const void *buffer, gsize count, GError **error)
{
  gssize n = -1;

  if (bty_soup_connection_get_pending (self) > 0)
    write_pending (self);
  if (bty_soup_connection_get_pending (self) == 0 && self->writable)
    n = send_some (self, buffer, count);
  if (n > 0)
    return n;
  if (self->gone)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, _ ("the connection is closed"));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, _ ("the connection is busy"));
  return -1;
}

/* libsoup refuses what it cannot parse with a bare status line: give it a body as all other refusals have. */
static gssize
replace_refusal (BtySoupConnection *self, const char *buffer, gsize count)
{
  guint status = count > 12 ? g_ascii_digit_value (buffer[9]) * 100 + g_ascii_digit_value (buffer[10]) * 10 +
                                g_ascii_digit_value (buffer[11])
                            : 400;

  bty_soup_connection_refuse (self, status, _ ("this is not a well-formed request"));
  return count;
}

gssize
bty_soup_connection_write (BtySoupConnection *self, const void *buffer, gsize count, GError **error)
{
  if (self->state == BTY_SOUP_IDLE || self->state == BTY_SOUP_HEADERS)
    return replace_refusal (self, buffer, count);
  if (self->state >= BTY_SOUP_STREAMING)
    return count;
  if (self->gone && self->fd == -1)
    return write_large (self, buffer, count, error);
  if (self->state == BTY_SOUP_BODY || count > COPIED_WRITE || bty_soup_connection_get_pending (self) > PENDING_MAX)
    return write_large (self, buffer, count, error);
  g_string_append_len (self->out, buffer, count); /* flushed when libsoup has finished the answer */
  return count;
}

static GInputStream *
get_input_stream (GIOStream *stream)
{
  return BTY_SOUP_CONNECTION (stream)->input;
}

static GOutputStream *
get_output_stream (GIOStream *stream)
{
  return BTY_SOUP_CONNECTION (stream)->output;
}

static gboolean
close_stream (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  BtySoupConnection *self = BTY_SOUP_CONNECTION (stream);

  if (self->state >= BTY_SOUP_STREAMING)
    return TRUE;
  if (bty_soup_connection_get_pending (self) > 0 && !self->gone)
    bty_soup_connection_end (self);
  else
    bty_soup_connection_close (self);
  return TRUE;
}

void
bty_soup_connection_detach (BtySoupConnection *self)
{
  bty_soup_input_detach (self->input);
  bty_soup_output_detach (self->output);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_pointer (&self->ahead, g_byte_array_unref);
  if (bty_soup_connection_get_pending (self) == 0)
    {
      g_string_free (self->out, TRUE);
      self->out = g_string_new (NULL);
    }
}

static void
bty_soup_connection_dispose (GObject *object)
{
  BtySoupConnection *self = BTY_SOUP_CONNECTION (object);

  if (self->input != NULL)
    {
      bty_soup_input_detach (self->input);
      bty_soup_output_detach (self->output);
    }
  G_OBJECT_CLASS (bty_soup_connection_parent_class)->dispose (object);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
}

static void
bty_soup_connection_finalize (GObject *object)
{
  BtySoupConnection *self = BTY_SOUP_CONNECTION (object);

  g_clear_pointer (&self->body, g_byte_array_unref);
  g_clear_pointer (&self->ahead, g_byte_array_unref);
  g_string_free (self->out, TRUE);
  G_OBJECT_CLASS (bty_soup_connection_parent_class)->finalize (object);
}

static void
bty_soup_connection_class_init (BtySoupConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_soup_connection_dispose;
  G_OBJECT_CLASS (klass)->finalize = bty_soup_connection_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = close_stream;
}

static void
bty_soup_connection_init (BtySoupConnection *self)
{
  self->out = g_string_new (NULL);
  self->link.data = self;
  self->readable = TRUE;
  self->writable = TRUE;
  bty_soup_connection_set_state (self, BTY_SOUP_HEADERS);
}

BtySoupConnection *
bty_soup_connection_new (int fd, gint64 peer_uid, BtySoupPump *pump, const BtySoupLimits *limits)
{
  BtySoupConnection *self = g_object_new (BTY_TYPE_SOUP_CONNECTION, NULL);

  self->fd = fd;
  self->peer_uid = peer_uid;
  self->pump = pump;
  self->limits = limits;
  self->input = bty_soup_input_new (self);
  self->output = bty_soup_output_new (self);
  return self;
}
