/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-http-connection-private.h"

#define AHEAD       (16 * 1024)
#define LARGE_COUNT 4096         /* from here on a read goes to where it is wanted at once */
#define OPEN_USEC   5000         /* how long a look at an idle connection holds */
#define TURN        (256 * 1024) /* how much is surely given in one turn of the main loop, and twice that never */

#define BTY_TYPE_HTTP_INPUT (bty_http_input_get_type ())
G_DECLARE_FINAL_TYPE (BtyHttpInput, bty_http_input, BTY, HTTP_INPUT, GInputStream)

struct _BtyHttpInput
{
  GInputStream parent;
  GSocket *socket;
  char *ahead; /* (nullable): what was read and is not asked for yet */
  gsize offset;
  gsize length;
  gboolean is_drained; /* the last read found less than it had room for: the next would find nothing */
  gboolean is_idle;    /* an answer is over, and nobody waits for another */
  gint64 open_until;   /* that long it is taken for open without a look (monotonic, us) */
  gsize taken;         /* since @turn was noted */
  gint64 turn;         /* of the main loop: when it began */
};

static void bty_http_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyHttpInput, bty_http_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, bty_http_input_pollable_init))
static G_DEFINE_QUARK (bty - http - read - ahead, read_ahead);

static gsize
take_ahead (BtyHttpInput *self, void *buffer, gsize count)
{
  gsize n = MIN (count, self->length - self->offset);

  memcpy (buffer, self->ahead + self->offset, n);
  self->offset += n;
  if (self->offset == self->length)
    g_clear_pointer (&self->ahead, g_free);
  return n;
}

static void
put_back (BtyHttpInput *self, const char *bytes, gsize length)
{
  gsize left = self->ahead != NULL ? self->length - self->offset : 0;
  char *joined;

  if (length == 0)
    return;
  joined = g_malloc (length + left);
  memcpy (joined, bytes, length);
  if (left > 0)
    memcpy (joined + length, self->ahead + self->offset, left);
  g_free (self->ahead);
  self->ahead = joined;
  self->offset = 0;
  self->length = length + left;
}

/* libsoup reads an HTTP/2 connection for as long as it has anything: a service that floods would have the thread to itself, and what it
 * sent lies in a list that is walked along for each frame. */
static gboolean
had_its_turn (BtyHttpInput *self)
{
  GSource *source = self->taken < TURN ? NULL : g_main_current_source ();
  gint64 turn;

  if (source == NULL)
    return FALSE;
  turn = g_source_get_time (source);
  if (turn == self->turn)
    return TRUE;
  self->turn = turn;
  self->taken = 0;
  return FALSE;
}

/* For each request libsoup tries to read from all connections that wait for one, to learn which the other side has closed. One that
 * closes in between is found out by the request, and that is sent again. */
static gboolean
was_open_just_now (BtyHttpInput *self)
{
  return self->is_idle && g_get_monotonic_time () < self->open_until;
}

static gssize
receive (BtyHttpInput *self, void *buffer, gsize count, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gssize n = g_socket_receive_with_blocking (self->socket, buffer, count, FALSE, NULL, &failure);

  self->is_drained = n > 0 && n < (gssize) count;
  self->taken += (gsize) MAX (n, 0);
  if (self->is_idle && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->open_until = g_get_monotonic_time () + OPEN_USEC;
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return n;
}

static gssize
read_some_ahead (BtyHttpInput *self, void *buffer, gsize count, GError **error)
{
  char room[AHEAD];
  gssize n = receive (self, room, sizeof room, error);
  gsize taken;

  if (n <= 0)
    return n;
  taken = MIN (count, (gsize) n);
  memcpy (buffer, room, taken);
  put_back (self, room + taken, (gsize) n - taken);
  return (gssize) taken;
}

/* Whoever is told that there is nothing waits until the socket has something: so it may be said once without asking the socket. */
static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (stream);

  if (self->ahead != NULL)
    return (gssize) take_ahead (self, buffer, count);
  if (self->is_drained || was_open_just_now (self) || had_its_turn (self))
    {
      self->is_drained = FALSE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing has come");
      return -1;
    }
  if (count < LARGE_COUNT)
    return read_some_ahead (self, buffer, count, error);
  return receive (self, buffer, count, error);
}

static gssize
input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (stream);

  self->is_drained = FALSE;
  if (self->ahead != NULL)
    return (gssize) take_ahead (self, buffer, count);
  return g_socket_receive_with_blocking (self->socket, buffer, count, TRUE, cancellable, error);
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (stream);

  return self->ahead != NULL || (g_socket_condition_check (self->socket, G_IO_IN) & G_IO_IN) != 0;
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (stream);
  g_autoptr (GSource) child = self->ahead != NULL ? g_timeout_source_new (0)
                                                  : g_socket_create_source (self->socket, G_IO_IN, cancellable);
  GSource *source = g_pollable_source_new (G_OBJECT (stream));

  self->is_idle = FALSE;
  g_source_set_dummy_callback (child);
  g_source_add_child_source (source, child);
  return source;
}

static gboolean
input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return TRUE; /* the connection closes */
}

static void
bty_http_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
bty_http_input_finalize (GObject *object)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (object);

  g_clear_pointer (&self->ahead, g_free);
  g_object_unref (self->socket);
  G_OBJECT_CLASS (bty_http_input_parent_class)->finalize (object);
}

static void
bty_http_input_class_init (BtyHttpInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_http_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = input_close;
}

static void
bty_http_input_init (BtyHttpInput *self)
{
}

static GInputStream *(*get_plain_input) (GIOStream *stream);

static GInputStream *
get_input (GIOStream *stream)
{
  GInputStream *input = g_object_get_qdata (G_OBJECT (stream), read_ahead_quark ());

  return input != NULL ? input : get_plain_input (stream);
}

/* A connection that libsoup makes is a GTcpConnection of GSocketClient's, and there is no asking for another class: the factory of GIO 2.74
 * frees a type that is registered in the place of one of its own. So that class asks here what its connections are read by. */
static void
ask_here (void)
{
  static gsize once;
  GIOStreamClass *klass;

  if (!g_once_init_enter (&once))
    return;
  klass = g_type_class_ref (G_TYPE_TCP_CONNECTION); /* for ever */
  get_plain_input = klass->get_input_stream;
  klass->get_input_stream = get_input;
  g_once_init_leave (&once, 1);
}

void
bty_http_connection_read_ahead (GIOStream *connection)
{
  BtyHttpInput *input;

  if (!G_IS_TCP_CONNECTION (connection) || g_object_get_qdata (G_OBJECT (connection), read_ahead_quark ()) != NULL)
    return;
  ask_here ();
  input = g_object_new (BTY_TYPE_HTTP_INPUT, NULL);
  input->socket = g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  g_object_set_qdata_full (G_OBJECT (connection), read_ahead_quark (), input, g_object_unref);
}

GInputStream *
bty_http_connection_get_ahead (GIOStream *connection)
{
  return g_object_get_qdata (G_OBJECT (connection), read_ahead_quark ());
}

gssize
bty_http_connection_receive (GInputStream *ahead, void *buffer, gsize count, GError **error)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (ahead);

  self->is_idle = FALSE;
  if (self->ahead != NULL)
    return (gssize) take_ahead (self, buffer, count);
  return receive (self, buffer, count, error);
}

gboolean
bty_http_connection_is_drained (GInputStream *ahead)
{
  BtyHttpInput *self = BTY_HTTP_INPUT (ahead);

  return self->ahead == NULL && self->is_drained;
}

void
bty_http_connection_put_back (GInputStream *ahead, const void *bytes, gsize length)
{
  put_back (BTY_HTTP_INPUT (ahead), bytes, length);
}

void
bty_http_connection_end_answer (GIOStream *connection)
{
  BtyHttpInput *input = g_object_get_qdata (G_OBJECT (connection), read_ahead_quark ());

  if (input == NULL)
    return;
  input->is_drained = FALSE;
  input->is_idle = TRUE;
  input->open_until = 0;
}
