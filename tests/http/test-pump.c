/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <unistd.h>

#include <boternity.h>

#include "bty-http-connection-private.h"
#include "bty-http-pump-private.h"

#define N_ALARMS 200
#define N_FLOOD  16

typedef struct
{
  BtyHttpAlarm alarm;
  guint n_rung;
} Bell;

typedef struct
{
  BtyHttpWatch watch;
  BtyHttpPump *pump;
  int ends[2];
  guint n_called;
  guint n_again;
  BtyHttpWatch *victim;
  BtyItemLog *log; /* (nullable): what it says goes in here */
  GString *order;
} Pipe;

static gint64 last_rung;
static guint n_rung;

static void
on_alarm (BtyHttpAlarm *alarm)
{
  Bell *bell = (Bell *) alarm;

  g_assert_cmpint (alarm->at, <=, g_get_monotonic_time ());
  g_assert_cmpint (alarm->at, >=, last_rung);
  last_rung = alarm->at;
  bell->n_rung += 1;
  n_rung += 1;
}

static void
test_alarms (void)
{
  BtyHttpPump *pump = bty_http_pump_get ();
  gint64 now = g_get_monotonic_time ();
  Bell bells[N_ALARMS] = { 0 };

  last_rung = n_rung = 0;
  for (guint i = 0; i < N_ALARMS; i++)
    {
      bells[i].alarm.func = on_alarm;
      bty_http_pump_set_alarm (pump, &bells[i].alarm, now + g_test_rand_int_range (0, 20000));
    }
  for (guint i = 0; i < N_ALARMS; i += 4)
    bty_http_pump_drop_alarm (pump, &bells[i].alarm);
  for (guint i = 1; i < N_ALARMS; i += 4)
    bty_http_pump_set_alarm (pump, &bells[i].alarm, now + g_test_rand_int_range (0, 20000));
  while (n_rung < N_ALARMS * 3 / 4)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_ALARMS; i++)
    g_assert_cmpuint (bells[i].n_rung, ==, i % 4 == 0 ? 0 : 1);
  bty_http_pump_unref (pump);
}

static void
on_pipe (BtyHttpWatch *watch)
{
  Pipe *self = (Pipe *) watch;
  char byte;

  self->n_called += 1;
  if (self->victim != NULL)
    bty_http_pump_unwatch (self->pump, self->victim, TRUE);
  g_assert_cmpint (read (self->ends[0], &byte, 1), ==, 1);
  if (self->log != NULL)
    {
      g_string_append_c (self->order, byte);
      bty_item_log_append_text (self->log, &byte, 1);
    }
  if (self->n_again > 0)
    {
      self->n_again -= 1;
      bty_http_pump_again (self->pump, watch);
    }
}

static void
pipe_open (Pipe *self, BtyHttpPump *pump, guint n_again)
{
  *self = (Pipe){ .watch = { .fd = -1, .func = on_pipe }, .pump = pump, .n_again = n_again };
  g_assert_cmpint (pipe (self->ends), ==, 0);
  g_assert_true (bty_http_pump_watch (pump, &self->watch, self->ends[0]));
}

static void
pipe_close (Pipe *self)
{
  bty_http_pump_unwatch (self->pump, &self->watch, TRUE);
  close (self->ends[0]);
  close (self->ends[1]);
}

static void
test_watches (void)
{
  BtyHttpPump *pump = bty_http_pump_get ();
  Pipe one, other;

  pipe_open (&one, pump, 2);
  pipe_open (&other, pump, 0);
  g_assert_cmpint (write (one.ends[1], "abc", 3), ==, 3);
  while (one.n_called < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (other.n_called, ==, 0);
  g_assert_cmpint (write (other.ends[1], "d", 1), ==, 1);
  while (other.n_called < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (one.n_called, ==, 3);
  pipe_close (&one);
  pipe_close (&other);
  bty_http_pump_unref (pump);
}

/* Of two that are ready at once, each takes the other out: only one is called. */
static void
test_taken_out (void)
{
  BtyHttpPump *pump = bty_http_pump_get ();
  Pipe one, other;

  pipe_open (&one, pump, 0);
  pipe_open (&other, pump, 0);
  one.victim = &other.watch;
  other.victim = &one.watch;
  g_assert_cmpint (write (one.ends[1], "a", 1), ==, 1);
  g_assert_cmpint (write (other.ends[1], "b", 1), ==, 1);
  while (one.n_called + other.n_called == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 3; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (one.n_called + other.n_called, ==, 1);
  pipe_close (&one);
  pipe_close (&other);
  bty_http_pump_unref (pump);
}

static void
on_crowd (BtyHttpWatch *watch)
{
  ((Pipe *) watch)->n_called += 1;
}

/* Sockets that always have more are taken in turns with rests; alarms ring all the same. */
static void
test_flood (void)
{
  BtyHttpPump *pump = bty_http_pump_get ();
  gint64 end = g_get_monotonic_time () + 50 * 1000;
  Bell bell = { .alarm.func = on_alarm };
  Pipe pipes[N_FLOOD];

  last_rung = 0;
  for (guint i = 0; i < N_FLOOD; i++)
    {
      pipe_open (&pipes[i], pump, 0);
      pipes[i].watch.func = on_crowd;
      g_assert_cmpint (write (pipes[i].ends[1], "a", 1), ==, 1);
    }
  bty_http_pump_set_alarm (pump, &bell.alarm, end - 25 * 1000);
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (bell.n_rung, ==, 1);
  for (guint i = 0; i < N_FLOOD; i++)
    {
      g_assert_cmpuint (pipes[i].n_called, >, 5);
      g_assert_cmpuint (pipes[i].n_called, <=, 60); /* without a rest: many thousands */
      pipes[i].watch.func = on_pipe;
      pipes[i].n_called = 0;
    }
  for (guint i = 0; i < N_FLOOD; i++)
    while (pipes[i].n_called == 0)
      g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_FLOOD; i++) /* one after the other, when the flood is over */
    {
      g_assert_cmpint (write (pipes[i].ends[1], "b", 1), ==, 1);
      while (pipes[i].n_called == 1)
        g_main_context_iteration (NULL, TRUE);
      pipe_close (&pipes[i]);
    }
  bty_http_pump_unref (pump);
}

static void
on_item (BtyItemLog *log, gpointer data)
{
  g_string_append_c (data, '!');
}

/* Of two that are ready at once, what the first one brought is read before the second one is looked at. */
static void
test_read_at_once (void)
{
  BtyHttpPump *pump = bty_http_pump_get ();
  g_autoptr (BtyItemLog) log = bty_item_log_new ();
  g_autoptr (GString) order = g_string_new (NULL);
  Pipe one, other;

  pipe_open (&one, pump, 1);
  pipe_open (&other, pump, 0);
  one.log = other.log = log;
  one.order = other.order = order;
  bty_item_log_watch (log, on_item, order);
  g_assert_cmpint (write (one.ends[1], "aa", 2), ==, 2);
  g_assert_cmpint (write (other.ends[1], "b", 1), ==, 1);
  while (one.n_called + other.n_called < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (order->len, ==, 6);
  for (guint i = 0; i < order->len; i++)
    g_assert_true ((order->str[i] == '!') == (i % 2 == 1));
  pipe_close (&one);
  pipe_close (&other);
  bty_http_pump_unref (pump);
}

/* Two ends of a TCP connection, the first one made by GIO as libsoup has it made. */
static void
connect_pair (GSocketConnection **client, GSocket **server)
{
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                               NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketClient) maker = g_socket_client_new ();
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (listener, address, TRUE, NULL) && g_socket_listen (listener, NULL));
  bound = g_socket_get_local_address (listener, NULL);
  *client = g_socket_client_connect (maker, G_SOCKET_CONNECTABLE (bound), NULL, NULL);
  g_assert_nonnull (*client);
  *server = g_socket_accept (listener, NULL, NULL);
  g_assert_nonnull (*server);
}

static gssize
read_now (GSocketConnection *connection, char *buffer, gsize count)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), buffer, count, NULL, &error);

  if (n < 0)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return n;
}

static gboolean
on_source (GObject *stream, gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for (GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), cancellable);
  gboolean is_called = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (on_source), &is_called, NULL);
  g_source_attach (source, NULL);
  while (!is_called)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_read_ahead (void)
{
  g_autoptr (GSocketConnection) client = NULL;
  g_autoptr (GSocket) server = NULL;
  char buffer[8192];

  connect_pair (&client, &server);
  bty_http_connection_read_ahead (G_IO_STREAM (client));
  g_assert_cmpint (read_now (client, buffer, sizeof buffer), ==, -1);
  g_assert_cmpint (g_socket_send (server, "0123456789", 10, NULL, NULL), ==, 10);
  wait_for (client);
  g_assert_cmpint (read_now (client, buffer, 4), ==, 4);
  wait_for (client); /* what was read ahead counts as readable */
  g_assert_cmpint (read_now (client, buffer + 4, sizeof buffer - 4), ==, 6);
  g_assert_cmpmem (buffer, 10, "0123456789", 10);
  g_assert_cmpint (g_socket_send (server, "more", 4, NULL, NULL), ==, 4);
  g_assert_cmpint (read_now (client, buffer, 100), ==, -1); /* it was drained: said without a look */
  wait_for (client);
  g_assert_cmpint (read_now (client, buffer, 100), ==, 4);
  bty_http_connection_end_answer (G_IO_STREAM (client));
  g_assert_cmpint (read_now (client, buffer, 1), ==, -1);
  g_assert_cmpint (g_socket_send (server, "next", 4, NULL, NULL), ==, 4);
  wait_for (client); /* whoever waits is not told of the last look */
  g_assert_cmpint (read_now (client, buffer, 4), ==, 4);
  bty_http_connection_end_answer (G_IO_STREAM (client));
  g_assert_true (g_socket_close (server, NULL));
  wait_for (client);
  g_assert_cmpint (read_now (client, buffer, 1), ==, 0); /* whoever asks for the end is told of it */
  g_assert_cmpint (read_now (client, buffer, 1), ==, 0);
}

#define FLOOD     (8 * 1024 * 1024)
#define MOST_TURN (2 * 256 * 1024 + 8192)

typedef struct
{
  GSocketConnection *client;
  gsize taken;
} Flooded;

static gpointer
flood (gpointer socket)
{
  static const char bytes[65536];

  for (gsize sent = 0; sent < FLOOD;)
    {
      gssize n = g_socket_send (socket, bytes, MIN (sizeof bytes, FLOOD - sent), NULL, NULL);

      g_assert_cmpint (n, >, 0);
      sent += (gsize) n;
    }
  return NULL;
}

/* As libsoup does over HTTP/2: for as long as there is anything. */
static gboolean
on_flood (GObject *stream, gpointer data)
{
  Flooded *flooded = data;
  gsize turn = 0;
  char buffer[8192];
  gssize n;

  while ((n = read_now (flooded->client, buffer, sizeof buffer)) > 0)
    turn += (gsize) n;
  g_assert_cmpuint (turn, <=, MOST_TURN);
  flooded->taken += turn;
  return G_SOURCE_CONTINUE;
}

/* Whoever floods gets a turn as others do, and loses nothing. */
static void
test_turns (void)
{
  g_autoptr (GSocketConnection) client = NULL;
  g_autoptr (GSocket) server = NULL;
  g_autoptr (GSource) source = NULL;
  Flooded flooded = { 0 };
  GThread *thread;

  connect_pair (&client, &server);
  bty_http_connection_read_ahead (G_IO_STREAM (client));
  flooded.client = client;
  source = g_pollable_input_stream_create_source (
    G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (client))), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_flood), &flooded, NULL);
  g_source_attach (source, NULL);
  thread = g_thread_new ("flood", flood, server);
  while (flooded.taken < FLOOD)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (flooded.taken, ==, FLOOD);
  g_source_destroy (source);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pump/alarms", test_alarms);
  g_test_add_func ("/pump/watches", test_watches);
  g_test_add_func ("/pump/taken-out", test_taken_out);
  g_test_add_func ("/pump/read-at-once", test_read_at_once);
  g_test_add_func ("/pump/flood", test_flood);
  g_test_add_func ("/connection/read-ahead", test_read_ahead);
  g_test_add_func ("/connection/turns", test_turns);
  return g_test_run ();
}
