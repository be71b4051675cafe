/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>

#include "bty-soup-frame-reader.h"
#include "bty-soup-server-private.h"
#include "bty-soup-websocket.h"

#define READ_SIZE   (32 * 1024)
#define READS       16          /* buffers read of one socket before the others have their turn */
#define MAX_REASON  123         /* bytes that a close frame has for it */
#define GATHERED    (16 * 1024) /* bytes above which what is sent is no longer gathered */
#define PONGS_BELOW (64 * 1024) /* bytes waiting above which a ping is not answered */

typedef enum
{
  WEBSOCKET_OPEN,
  WEBSOCKET_CLOSING, /* we have said goodbye and wait for the answer; nobody is told anything more */
  WEBSOCKET_OVER,    /* the connection is no longer ours */
} WebsocketState;

struct _BtySoupWebsocket
{
  GObject parent;
  BtySoupConnection *connection; /* owns us; NULL once it is over */
  const BtySoupWebsocketLimits *limits;
  const BtySocketEvents *events; /* NULL: nobody watches yet */
  gpointer data;
  GByteArray *unread; /* what had come when reading was stopped */
  guint resume;
  WebsocketState state;
  gboolean reading;
  gboolean busy; /* reading now: what is sent is gathered */
  gboolean pinged;
  gint64 heard;         /* when anything last came, or when it was asked whether it is there */
  gint64 message_since; /* when the present message began; 0: none */
  gint64 closing_since;
  gint64 second; /* when the second that is counted began */
  guint n_messages;
  guint n_controls;
  BtySoupFrameReader reader;
};

static void bty_soup_websocket_iface_init (BtySocketInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtySoupWebsocket, bty_soup_websocket, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SOCKET, bty_soup_websocket_iface_init))

/* The frame lies in the connection's buffer until it is flushed, so that many go out in one write. */
static void
queue_frame (BtySoupWebsocket *self, BtySoupOpcode opcode, const char *data, gsize length)
{
  guint8 head[BTY_SOUP_FRAME_MAX_HEAD];
  gsize head_length = bty_soup_frame_write_head (head, opcode, length);

  bty_soup_connection_queue (self->connection, (const char *) head, head_length);
  bty_soup_connection_queue (self->connection, data, length);
}

static void
flush_frames (BtySoupWebsocket *self)
{
  if (self->connection != NULL && bty_soup_connection_get_pending (self->connection) > 0)
    bty_soup_connection_send (self->connection, "", 0);
}

static void
leave (BtySoupWebsocket *self)
{
  BtySoupConnection *connection = g_steal_pointer (&self->connection);

  self->state = WEBSOCKET_OVER;
  self->events = NULL;
  g_clear_handle_id (&self->resume, g_source_remove);
  g_clear_pointer (&self->unread, g_byte_array_unref);
  bty_soup_frame_reader_clear (&self->reader);
  if (connection != NULL)
    {
      connection->websocket = NULL;
      bty_soup_server_hold (connection, 0);
      g_object_unref (self); /* the connection's reference */
    }
}

static void
tell_closed (BtySoupWebsocket *self, guint code, const char *reason)
{
  const BtySocketEvents *events = g_steal_pointer (&self->events);

  if (events != NULL && self->state == WEBSOCKET_OPEN)
    events->closed (BTY_SOCKET (self), code, reason, self->data);
}

static void
queue_close (BtySoupWebsocket *self, guint code, const char *reason)
{
  char payload[2 + MAX_REASON];
  gsize length = reason != NULL ? strlen (reason) : 0;

  if (length > MAX_REASON)
    length = g_utf8_find_prev_char (reason, reason + MAX_REASON + 1) - reason;
  payload[0] = (char) (code >> 8);
  payload[1] = (char) code;
  if (length > 0)
    memcpy (payload + 2, reason, length);
  queue_frame (self, BTY_SOUP_OPCODE_CLOSE, payload, 2 + length);
}

/* Both have said goodbye, or nothing sensible can come any more. */
static void
finish (BtySoupWebsocket *self)
{
  BtySoupConnection *connection = self->connection;

  leave (self);
  bty_soup_connection_send (connection, "", 0);
  bty_soup_connection_end (connection);
}

static void
say_goodbye (BtySoupWebsocket *self, guint code, const char *reason)
{
  queue_close (self, code, reason);
  self->state = WEBSOCKET_CLOSING;
  self->closing_since = g_get_monotonic_time ();
  self->reading = TRUE; /* to see the answer */
  g_clear_pointer (&self->unread, g_byte_array_unref);
  if (!self->busy)
    flush_frames (self);
}

/* A rule was broken; the other side may still answer the goodbye. */
static void
refuse (BtySoupWebsocket *self, guint code, const char *reason)
{
  g_debug ("closed a WebSocket: %u, %s", code, reason);
  tell_closed (self, code, reason);
  if (self->state == WEBSOCKET_OPEN)
    say_goodbye (self, code, reason);
}

static void
lose (BtySoupWebsocket *self)
{
  BtySoupConnection *connection = self->connection;

  tell_closed (self, BTY_SOCKET_LOST, "");
  leave (self);
  bty_soup_connection_close (connection);
}

/* FALSE: too many in this second. */
static gboolean
count (BtySoupWebsocket *self, guint *n, guint most)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->second >= G_USEC_PER_SEC)
    {
      self->second = now;
      self->n_messages = 0;
      self->n_controls = 0;
    }
  return ++*n <= most;
}

static void
take_control (BtySoupWebsocket *self, BtySoupFrameEvent event)
{
  if (!count (self, &self->n_controls, self->limits->pings))
    refuse (self, BTY_SOCKET_POLICY, "more pings than http.websocket_pings allows");
  else if (event == BTY_SOUP_FRAME_PING && bty_soup_connection_get_pending (self->connection) <= PONGS_BELOW)
    queue_frame (self, BTY_SOUP_OPCODE_PONG, self->reader.data, self->reader.length);
}

static void
take_message (BtySoupWebsocket *self, BtySoupFrameEvent event)
{
  self->message_since = 0;
  if (!count (self, &self->n_messages, self->limits->messages))
    refuse (self, BTY_SOCKET_POLICY, "more messages than http.websocket_messages allows");
  else if (event == BTY_SOUP_FRAME_TEXT)
    self->events->text (BTY_SOCKET (self), self->reader.data, self->reader.length, self->data);
  else
    self->events->binary (BTY_SOCKET (self), (const guint8 *) self->reader.data, self->reader.length, self->data);
}

static void
take_close (BtySoupWebsocket *self)
{
  g_autofree char *reason = g_strndup (self->reader.data, self->reader.length);
  guint code = self->reader.code;

  if (self->state == WEBSOCKET_OPEN)
    {
      tell_closed (self, code, reason);
      queue_close (self, code == BTY_SOCKET_NO_CODE ? BTY_SOCKET_NORMAL : code, NULL);
    }
  finish (self);
}

/* After a goodbye what comes is only looked through for the answer to it. */
static void
take_event (BtySoupWebsocket *self, BtySoupFrameEvent event)
{
  if (event == BTY_SOUP_FRAME_CLOSE)
    take_close (self);
  else if (event == BTY_SOUP_FRAME_BROKEN)
    {
      refuse (self, self->reader.code, self->reader.reason);
      finish (self);
    }
  else if (self->state != WEBSOCKET_OPEN)
    return;
  else if (event == BTY_SOUP_FRAME_PING || event == BTY_SOUP_FRAME_PONG)
    take_control (self, event);
  else
    take_message (self, event);
}

static void
keep_unread (BtySoupWebsocket *self, const guint8 *bytes, gsize length)
{
  if (self->unread == NULL)
    self->unread = g_byte_array_new ();
  g_byte_array_append (self->unread, bytes, length);
}

static void
note_unfinished (BtySoupWebsocket *self)
{
  gboolean amid = bty_soup_frame_reader_is_amid (&self->reader);

  if (!amid)
    self->message_since = 0;
  else if (self->message_since == 0)
    self->message_since = g_get_monotonic_time ();
  if (!bty_soup_server_hold (self->connection, bty_soup_frame_reader_get_held (&self->reader)))
    {
      refuse (self, BTY_SOCKET_TRY_LATER, "more unfinished messages than http.max_bodies allows");
      finish (self);
    }
}

static void
consume (BtySoupWebsocket *self, guint8 *bytes, gsize length)
{
  BtySoupFrameEvent event = BTY_SOUP_FRAME_TEXT;

  while (self->state != WEBSOCKET_OVER && event != BTY_SOUP_FRAME_WAIT)
    {
      if (!self->reading && length > 0)
        {
          keep_unread (self, bytes, length);
          return;
        }
      event = bty_soup_frame_reader_next (&self->reader, &bytes, &length);
      if (event != BTY_SOUP_FRAME_WAIT)
        take_event (self, event);
    }
  if (self->state != WEBSOCKET_OVER)
    note_unfinished (self);
}

static gboolean
may_read (BtySoupWebsocket *self)
{
  return self->state == WEBSOCKET_CLOSING || (self->state == WEBSOCKET_OPEN && self->reading && self->events != NULL);
}

/* FALSE: there is nothing now. */
static gboolean
read_once (BtySoupWebsocket *self)
{
  BtySoupConnection *connection = self->connection;
  guint8 buffer[READ_SIZE];
  gssize n;

  if (self->unread != NULL)
    {
      g_autoptr (GByteArray) unread = g_steal_pointer (&self->unread);

      consume (self, unread->data, unread->len);
      return TRUE;
    }
  do
    n = recv (connection->fd, buffer, sizeof buffer, 0);
  while (n == -1 && errno == EINTR);
  if (n <= 0)
    {
      connection->readable = FALSE;
      connection->gone = connection->gone || n == 0 || !bty_soup_is_blocked (errno);
      return FALSE;
    }
  self->heard = g_get_monotonic_time ();
  self->pinged = FALSE;
  consume (self, buffer, n);
  return TRUE;
}

static gboolean
on_resume (gpointer data)
{
  BtySoupWebsocket *self = data;

  self->resume = 0;
  bty_soup_websocket_on_events (self);
  return G_SOURCE_REMOVE;
}

static void
resume_later (BtySoupWebsocket *self)
{
  if (self->resume == 0 && may_read (self) && (self->unread != NULL || self->connection->readable))
    self->resume = g_idle_add_full (G_PRIORITY_DEFAULT, on_resume, self, NULL);
}

static void
read_some (BtySoupWebsocket *self)
{
  self->busy = TRUE;
  for (guint i = 0; i < READS && may_read (self) && (self->unread != NULL || self->connection->readable); i++)
    if (!read_once (self))
      break;
  self->busy = FALSE;
  if (self->state == WEBSOCKET_OVER)
    return;
  flush_frames (self);
  resume_later (self);
}

static void
tell_drained (BtySoupWebsocket *self)
{
  BtySoupConnection *connection = self->connection;

  if (!connection->lagging || bty_soup_connection_get_pending (connection) > BTY_SOUP_LAGGING_BELOW)
    return;
  connection->lagging = bty_soup_connection_get_pending (connection) > 0;
  if (self->events == NULL || self->events->drained == NULL)
    return;
  self->busy = TRUE;
  self->events->drained (BTY_SOCKET (self), self->data);
  self->busy = FALSE;
  flush_frames (self);
}

/* What came before the other side left is read before that is noticed. */
void
bty_soup_websocket_on_events (BtySoupWebsocket *self)
{
  g_autoptr (BtySoupWebsocket) alive = g_object_ref (self);

  if (self->busy)
    return;
  read_some (self);
  if (self->state != WEBSOCKET_OVER && self->connection->gone && self->resume == 0)
    lose (self);
  if (self->state != WEBSOCKET_OVER)
    tell_drained (self);
}

void
bty_soup_websocket_on_closed (BtySoupWebsocket *self)
{
  g_autoptr (BtySoupWebsocket) alive = g_object_ref (self);

  tell_closed (self, BTY_SOCKET_LOST, "");
  leave (self);
}

void
bty_soup_websocket_stop (BtySoupWebsocket *self)
{
  if (self->state == WEBSOCKET_OPEN)
    refuse (self, BTY_SOCKET_GOING_AWAY, "the daemon stops");
}

/* Whether the other side is there: silence, then a ping, then silence again. */
static void
check_alive (BtySoupWebsocket *self, gint64 now)
{
  gint64 silence = now - self->heard;

  if (!self->reading)
    return;
  if (self->pinged && silence > self->limits->pong_time)
    {
      refuse (self, BTY_SOCKET_INTERNAL, "no answer to a ping");
    }
  else if (!self->pinged && silence > self->limits->ping_interval)
    {
      self->pinged = TRUE;
      self->heard = now;
      queue_frame (self, BTY_SOUP_OPCODE_PING, "", 0);
      flush_frames (self);
    }
}

void
bty_soup_websocket_check_time (BtySoupWebsocket *self, gint64 now)
{
  BtySoupConnection *connection = self->connection;
  g_autoptr (BtySoupWebsocket) alive = g_object_ref (self);

  if (bty_soup_connection_get_pending (connection) > 0 && now - connection->since > connection->limits->idle_timeout)
    lose (self);
  else if (self->state == WEBSOCKET_CLOSING && now - self->closing_since > self->limits->close_time)
    finish (self);
  else if (self->state != WEBSOCKET_OPEN)
    return;
  else if (self->message_since != 0 && self->reading && now - self->message_since > self->limits->message_time)
    refuse (self, BTY_SOCKET_POLICY, "a message took longer than http.websocket_message_time allows");
  else
    check_alive (self, now);
}

static void
send_text (BtySocket *socket, const char *text, gsize length)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  if (self->state == WEBSOCKET_OPEN && !self->connection->gone)
    queue_frame (self, BTY_SOUP_OPCODE_TEXT, text, length);
}

static gsize
get_pending (BtySocket *socket)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  return self->connection != NULL ? bty_soup_connection_get_pending (self->connection) : 0;
}

static void
flush (BtySocket *socket)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  if (!self->busy || get_pending (socket) > GATHERED)
    flush_frames (self);
}

static void
set_reading (BtySocket *socket, gboolean reading)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  if (self->state != WEBSOCKET_OPEN || self->reading == reading)
    return;
  self->reading = reading;
  self->heard = g_get_monotonic_time ();
  self->message_since = 0;
  if (reading)
    resume_later (self);
}

static void
close_socket (BtySocket *socket, guint code, const char *reason)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  self->events = NULL;
  if (self->state == WEBSOCKET_OPEN)
    say_goodbye (self, code, reason);
}

static void
watch (BtySocket *socket, const BtySocketEvents *events, gpointer data)
{
  BtySoupWebsocket *self = BTY_SOUP_WEBSOCKET (socket);

  if (self->state != WEBSOCKET_OPEN)
    return;
  self->events = events;
  self->data = data;
  self->reader.takes_binary = events->binary != NULL;
  resume_later (self);
}

static void
bty_soup_websocket_iface_init (BtySocketInterface *iface)
{
  iface->send_text = send_text;
  iface->flush = flush;
  iface->get_pending = get_pending;
  iface->set_reading = set_reading;
  iface->close = close_socket;
  iface->watch = watch;
}

static void
bty_soup_websocket_finalize (GObject *object)
{
  leave (BTY_SOUP_WEBSOCKET (object));
  G_OBJECT_CLASS (bty_soup_websocket_parent_class)->finalize (object);
}

static void
bty_soup_websocket_class_init (BtySoupWebsocketClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_soup_websocket_finalize;
}

static void
bty_soup_websocket_init (BtySoupWebsocket *self)
{
  self->reading = TRUE;
  self->heard = g_get_monotonic_time ();
}

BtySoupWebsocket *
bty_soup_websocket_new (BtySoupConnection *connection, GByteArray *early)
{
  BtySoupWebsocket *self = g_object_new (BTY_TYPE_SOUP_WEBSOCKET, NULL);

  self->connection = connection;
  self->limits = &connection->limits->websocket;
  self->unread = early;
  bty_soup_frame_reader_init (&self->reader, self->limits->max_message, self->limits->max_fragments, FALSE);
  connection->websocket = g_object_ref (self);
  return self;
}
