/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An event told to a thousand subscribers: by the bus, and by event.subscribe to readers of calls as doors have them, against a loop
 * over function pointers. Prints one JSON object; fails above the limits.
 */
#define G_LOG_DOMAIN "bty-bench"

#include "config.h"

#include <stdio.h>

#include "bty-dispatcher.h"
#include "bty-fake-store.h"
#include "event/bty-event-service.h"

#define N           1000
#define EVENTS      64 /* a commit */
#define COMMITS     40
#define ROUNDS      7
#define BUS_LIMIT   3.0
#define READ_LIMIT  40.0
#define BYTES_LIMIT 4096

typedef struct
{
  BtyBusFunc func;
  gpointer data;
} Pair;

typedef struct
{
  BtyStore *store;
  BtyBus *bus;
  BtySettings *settings;
  BtyCatalogue *catalogue;
  BtyDispatcher *dispatcher;
  BtyEventService *events;
  BtyPrincipal *principal;
  BtyCallReader *readers[N];
  Pair pairs[N];
  GPtrArray *commit;
  gint64 position;
  guint64 heard;
} Bench;

static void
hear (const BtyEvent *event, gpointer data)
{
  Bench *b = data;

  b->heard += (guint64) (event->position > 0);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  Bench *b = data;
  BtyItem item;

  while (bty_call_reader_next (reader, &item) == BTY_READ_ITEM)
    b->heard += 1;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
set_positions (Bench *b)
{
  for (guint i = 0; i < EVENTS; i++)
    ((BtyEvent *) g_ptr_array_index (b->commit, i))->position = ++b->position;
}

static void
emit (Bench *b)
{
  set_positions (b);
  g_signal_emit_by_name (b->store, "committed", b->commit);
  settle ();
}

static void
call_all (Bench *b)
{
  set_positions (b);
  for (guint i = 0; i < EVENTS; i++)
    for (guint j = 0; j < N; j++)
      b->pairs[j].func (g_ptr_array_index (b->commit, i), b->pairs[j].data);
}

/* Nanoseconds a delivery, the best of some rounds. */
static double
measure (Bench *b, void (*run) (Bench *b))
{
  double best = G_MAXDOUBLE;

  for (guint round = 0; round < ROUNDS; round++)
    {
      gint64 start = g_get_monotonic_time ();

      b->heard = 0;
      for (guint i = 0; i < COMMITS; i++)
        run (b);
      best = MIN (best, (double) (g_get_monotonic_time () - start) * 1000.0 / (COMMITS * EVENTS * N));
      g_assert_cmpuint (b->heard, ==, (guint64) COMMITS * EVENTS * N);
    }
  return best;
}

static void
make (Bench *b)
{
  const char *const scopes[] = { "*", NULL };
  g_autoptr (GError) error = NULL;

  b->store = bty_fake_store_new ();
  b->bus = bty_bus_new ();
  bty_bus_follow (b->bus, b->store);
  b->settings = bty_settings_new ("/nonexistent");
  b->catalogue = bty_catalogue_new ();
  b->dispatcher = bty_dispatcher_new (b->catalogue, b->settings);
  bty_event_add_settings (b->settings);
  b->principal = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", scopes);
  b->commit = bty_record_list_new ();
  for (guint i = 0; i < EVENTS; i++)
    {
      BtyEvent *event = bty_event_new ();

      event->record.id = bty_id_new ();
      event->topic = g_strdup (i % 2 == 0 ? "bot.created" : "turn.finished");
      event->data = g_strdup (
        "{\"id\":\"0190a000-0000-7000-8000-000000000000\",\"revision\":1,\"slug\":\"ada\",\"name\":\"Ada\"}");
      BTY_SET_NULL (event, BtyEvent, position, FALSE);
      g_ptr_array_add (b->commit, event);
    }
}

static double
measure_bus (Bench *b)
{
  guint numbers[N];
  double result;

  for (guint i = 0; i < N; i++)
    numbers[i] = bty_bus_subscribe (b->bus, "*", hear, b);
  result = measure (b, emit);
  for (guint i = 0; i < N; i++)
    bty_bus_unsubscribe (b->bus, numbers[i]);
  return result;
}

static gsize
get_rss (void)
{
  g_autofree char *text = NULL;
  gulong pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) && sscanf (text, "%*u %lu", &pages) != 1)
    pages = 0;
  return (gsize) pages * 4096;
}

static double
measure_readers (Bench *b, double *bytes)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;
  BtyCallSpec spec = {
    .operation = "event.subscribe", .principal = b->principal, .decode = bty_decode_json, .input = body, .door = "bench"
  };
  gsize before;
  double result;

  b->events = bty_event_service_new (b->store, b->bus, b->settings);
  g_assert_true (
    bty_catalogue_add (b->catalogue, bty_event_operations, bty_n_event_operations, b->events, NULL, &error));
  before = get_rss ();
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (BtyCall) call = bty_dispatcher_start (b->dispatcher, &spec);

      b->readers[i] = bty_call_reader_new (call, 0, on_wake, b);
      on_wake (b->readers[i], b);
    }
  settle ();
  *bytes = (double) (get_rss () - before) / N;
  result = measure (b, emit);
  bty_event_service_stop (b->events);
  for (guint i = 0; i < N; i++)
    bty_call_reader_free (b->readers[i]);
  return result;
}

int
main (void)
{
  g_autofree Bench *b = g_new0 (Bench, 1);
  double bare, bus, readers, bytes;

  make (b);
  for (guint i = 0; i < N; i++)
    b->pairs[i] = (Pair){ hear, b };
  bare = measure (b, call_all);
  bus = measure_bus (b);
  readers = measure_readers (b, &bytes);
  printf (
    "{\"bench\":\"events\",\"subscribers\":%d,\"bare_ns\":%.2f,\"bus_ns\":%.2f,\"bus_ratio\":%.2f,\"readers_ns\":%.2f,"
    "\"readers_ratio\":%.2f,\"bytes_a_subscription\":%.0f}\n",
    N, bare, bus, bus / bare, readers, readers / bare, bytes);
  return bus / bare <= BUS_LIMIT && readers / bare <= READ_LIMIT && bytes <= BYTES_LIMIT ? 0 : 1;
}
