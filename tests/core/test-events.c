/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subscriptions over a store in memory: the past and the present, filters, slow readers, many readers. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>

#include "bty-dispatcher.h"
#include "bty-fake-store.h"
#include "event/bty-event-contract.h"
#include "event/bty-event-service.h"

typedef struct
{
  char *folder;
  BtySettings *settings;
  BtyCatalogue *catalogue;
  BtyDispatcher *dispatcher;
  BtyStore *store;
  BtyBus *bus;
  BtyEventService *events;
  BtyPrincipal *owner;
} Fixture;

/* A reader and what it has read: the cursors of events, with letters for what streams say of themselves. */
typedef struct
{
  BtyCall *call;
  BtyCallReader *reader;
  GString *heard;
  guint n;
} Ear;

/* @settings: (nullable): settings by their names in the environment, by turns with their values; NULL ends them */
static void
set_up (Fixture *f, gconstpointer settings)
{
  const char *const scopes[] = { "events:read", NULL };
  g_autoptr (GError) error = NULL;

  for (const char *const *pair = settings; pair != NULL && *pair != NULL; pair += 2)
    g_setenv (pair[0], pair[1], TRUE);
  f->folder = g_dir_make_tmp ("bty-events-XXXXXX", NULL);
  f->settings = bty_settings_new (f->folder);
  f->catalogue = bty_catalogue_new ();
  f->dispatcher = bty_dispatcher_new (f->catalogue, f->settings);
  f->store = bty_fake_store_new ();
  f->bus = bty_bus_new ();
  bty_bus_follow (f->bus, f->store);
  bty_event_add_settings (f->settings);
  f->events = bty_event_service_new (f->store, f->bus, f->settings);
  f->owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", scopes);
  g_assert_true (
    bty_catalogue_add (f->catalogue, bty_event_operations, bty_n_event_operations, f->events, NULL, &error));
}

static void
tear_down (Fixture *f, gconstpointer settings)
{
  for (const char *const *pair = settings; pair != NULL && *pair != NULL; pair += 2)
    g_unsetenv (pair[0]);
  bty_event_service_stop (f->events);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->events);
  g_object_unref (f->bus);
  g_object_unref (f->store);
  g_object_unref (f->dispatcher);
  g_object_unref (f->catalogue);
  g_object_unref (f->settings);
  bty_principal_unref (f->owner);
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
on_committed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  bty_store_apply_finish (BTY_STORE (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
publish (Fixture *f, const char *topic, guint n)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  gboolean is_done = FALSE;

  for (guint i = 0; i < n; i++)
    bty_batch_publish (batch, topic, NULL);
  bty_store_apply_async (f->store, batch, NULL, on_committed, &is_done);
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
}

static BtyCall *
start (Fixture *f, const char *operation, const char *json)
{
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));
  BtyCallSpec spec = {
    .operation = operation, .principal = f->owner, .decode = bty_decode_json, .input = body, .door = "test"
  };

  return bty_dispatcher_start (f->dispatcher, &spec);
}

static void
take (Ear *ear, const BtyItem *item)
{
  const BtyClientEvent *event = item->record;
  g_autoptr (GString) json = g_string_new (NULL);
  g_autofree char *plain = bty_record_to_json (event, BTY_VIEW_READ);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, json);
  bty_call_reader_write_json (ear->reader, item, &writer);
  g_assert_cmpmem (json->str, json->len, plain, strlen (plain));
  ear->n++;
  if (strcmp (event->type, BTY_EVENT_TYPE_SUBSCRIBED) == 0)
    g_string_append (ear->heard, "S");
  else if (strcmp (event->type, BTY_EVENT_TYPE_MISSED) == 0)
    g_string_append_printf (ear->heard, "M%s", event->data);
  else
    {
      g_assert_cmpuint (g_ascii_strtoull (event->cursor, NULL, 10), ==, item->number);
      g_string_append (ear->heard, event->cursor);
    }
  g_string_append_c (ear->heard, ' ');
}

static void
read_all (Ear *ear)
{
  BtyItem item;

  while (bty_call_reader_next (ear->reader, &item) == BTY_READ_ITEM)
    take (ear, &item);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  read_all (data);
}

/* @reads: whether it reads by itself, as doors do */
static void
listen_to (Fixture *f, Ear *ear, const char *operation, const char *json, gboolean reads)
{
  ear->heard = g_string_new (NULL);
  ear->n = 0;
  ear->call = start (f, operation, json);
  ear->reader = bty_call_reader_new (ear->call, 0, reads ? on_wake : NULL, ear);
  if (reads)
    read_all (ear);
}

static void
ear_clear (Ear *ear)
{
  bty_call_cancel (ear->call);
  bty_call_reader_free (ear->reader);
  bty_call_unref (ear->call);
  g_string_free (ear->heard, TRUE);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_heard (Ear *ear, const char *expected)
{
  settle ();
  g_assert_cmpstr (ear->heard->str, ==, expected);
  g_string_truncate (ear->heard, 0);
}

static void
test_present (Fixture *f, gconstpointer unused)
{
  Ear all, bots, closed, plugin;

  publish (f, "bot.created", 2);
  listen_to (f, &all, "event.subscribe", "{}", TRUE);
  listen_to (f, &bots, "event.subscribe", "{\"topics\":[\"bot.*\"]}", TRUE);
  listen_to (f, &closed, "event.subscribe", "{\"topics\":[\"session.closed\",\"bot.deleted\"]}", TRUE);
  listen_to (f, &plugin, "event.subscribe", "{\"topics\":[\"weather.*\"]}", TRUE);
  assert_heard (&all, "S ");
  assert_heard (&bots, "S ");
  publish (f, "bot.created", 1);
  publish (f, "session.closed", 1);
  publish (f, "weather.changed", 1);
  publish (f, "bot.deleted", 1);
  publish (f, "bot.pondered", 1); /* the core's, and in no contract: it stays inside */
  assert_heard (&all, "3 4 5 6 ");
  assert_heard (&bots, "3 6 ");
  assert_heard (&closed, "S 4 6 ");
  assert_heard (&plugin, "S 5 ");
  ear_clear (&all);
  ear_clear (&bots);
  ear_clear (&closed);
  ear_clear (&plugin);
}

static void
test_past_then_present (Fixture *f, gconstpointer unused)
{
  Ear known, old, none;

  publish (f, "bot.created", 5);
  publish (f, "turn.started", 2);
  listen_to (f, &known, "event.subscribe", "{\"after\":\"3\"}", TRUE);
  listen_to (f, &old, "event.subscribe", "{\"after\":\"0\",\"topics\":[\"turn.*\"]}", TRUE);
  publish (f, "turn.started", 1); /* while the past is being read */
  listen_to (f, &none, "event.subscribe", "{\"after\":\"8\"}", TRUE);
  assert_heard (&known, "4 5 6 7 8 ");
  assert_heard (&old, "6 7 8 ");
  publish (f, "turn.finished", 2);
  assert_heard (&known, "9 10 ");
  assert_heard (&old, "9 10 ");
  assert_heard (&none, "9 10 ");
  ear_clear (&known);
  ear_clear (&old);
  ear_clear (&none);
}

/* Whoever reads the past reads it page by page; all the while more happens. Nothing is left out, nothing comes twice. */
static void
test_long_past (Fixture *f, gconstpointer unused)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  Ear ear;

  publish (f, "bot.created", 900);
  listen_to (f, &ear, "event.subscribe", "{\"after\":\"0\"}", TRUE);
  while (ear.n < 700)
    {
      publish (f, "bot.updated", 3);
      g_main_context_iteration (NULL, FALSE);
    }
  settle ();
  publish (f, "bot.updated", 1);
  settle ();
  for (guint i = 1; i <= ear.n; i++)
    g_string_append_printf (expected, "%u ", i);
  g_assert_cmpuint (ear.n, ==, bty_event_service_get_position (f->events));
  assert_heard (&ear, expected->str);
  ear_clear (&ear);
}

/* One that does not read the past is not read for: a page is all that is made. */
static void
test_past_waits_for_reader (Fixture *f, gconstpointer unused)
{
  Ear ear;

  publish (f, "bot.created", 900);
  listen_to (f, &ear, "event.subscribe", "{\"after\":\"0\"}", FALSE);
  settle ();
  g_assert_cmpuint (bty_item_log_get_length (bty_call_log (ear.call)), ==, 200);
  read_all (&ear);
  g_assert_cmpuint (ear.n, ==, 200);
  settle ();
  read_all (&ear);
  g_assert_cmpuint (ear.n, ==, 400);
  ear_clear (&ear);
}

static void
test_slow_reader (Fixture *f, gconstpointer unused)
{
  BtyItemLog *log;
  gsize size;
  Ear slow, quick;

  publish (f, "bot.created", 1);
  listen_to (f, &slow, "event.subscribe", "{}", FALSE);
  listen_to (f, &quick, "event.subscribe", "{}", TRUE);
  settle ();
  read_all (&slow);
  assert_heard (&slow, "S ");
  publish (f, "bot.created", 10);
  log = bty_call_log (slow.call);
  size = bty_item_log_get_size (log);
  for (guint i = 0; i < 500; i++)
    publish (f, "bot.created", 2);
  g_assert_cmpuint (bty_item_log_get_size (log), <=, size + 200); /* cursors have grown by some digits */
  read_all (&slow);
  g_assert_true (g_str_has_prefix (slow.heard->str, "M{\"count\":1000,\"after\":\"1\"} 1002 1003 "));
  g_assert_cmpuint (slow.n, ==, 12);
  g_string_truncate (slow.heard, 0);
  publish (f, "bot.created", 1);
  read_all (&slow);
  assert_heard (&slow, "1012 ");
  g_assert_cmpuint (quick.n, ==, 1012);
  ear_clear (&slow);
  ear_clear (&quick);
}

static void
test_replay (Fixture *f, gconstpointer unused)
{
  const BtyEventEnd *end;
  Ear some, last, all;

  publish (f, "bot.created", 300);
  publish (f, "turn.started", 3);
  listen_to (f, &some, "event.replay", "{\"after\":\"7\",\"limit\":2}", TRUE);
  listen_to (f, &last, "event.replay", "{\"topics\":[\"bot.*\"],\"last\":3}", TRUE);
  listen_to (f, &all, "event.replay", "{\"limit\":0}", TRUE);
  publish (f, "bot.created", 5);
  assert_heard (&some, "8 9 ");
  assert_heard (&last, "298 299 300 ");
  end = bty_call_response (some.call);
  g_assert_cmpstr (end->next_cursor, ==, "9");
  g_assert_cmpuint (all.n, >=, 303);
  g_assert_cmpint (bty_call_state (all.call), ==, BTY_CALL_RETURNED);
  ear_clear (&some);
  ear_clear (&last);
  ear_clear (&all);
}

static void
test_stop (Fixture *f, gconstpointer unused)
{
  const BtyEventEnd *end;
  Ear ear, late;

  publish (f, "bot.created", 2);
  listen_to (f, &ear, "event.subscribe", "{}", TRUE);
  settle ();
  bty_event_service_stop (f->events);
  g_assert_cmpint (bty_call_state (ear.call), ==, BTY_CALL_RETURNED);
  end = bty_call_response (ear.call);
  g_assert_cmpstr (end->next_cursor, ==, "2");
  listen_to (f, &late, "event.subscribe", "{}", TRUE);
  g_assert_error (bty_call_error (late.call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  ear_clear (&ear);
  ear_clear (&late);
}

/* One that the store has not answered yet ends as well. */
static void
test_stop_while_waiting (Fixture *f, gconstpointer unused)
{
  Ear ear;

  listen_to (f, &ear, "event.subscribe", "{}", TRUE);
  bty_event_service_stop (f->events);
  g_assert_error (bty_call_error (ear.call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  settle ();
  ear_clear (&ear);
}

static void
test_refused (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *json;
    BtyErrorCode code;
  } rows[] = {
    { "{\"after\":\"1\"}", BTY_ERROR_OUT_OF_RANGE },           { "{\"after\":\"-1\"}", BTY_ERROR_INVALID_ARGUMENT },
    { "{\"after\":\"x\"}", BTY_ERROR_INVALID_ARGUMENT },       { "{\"topics\":[\"\"]}", BTY_ERROR_INVALID_ARGUMENT },
    { "{\"topics\":[\"a..b\"]}", BTY_ERROR_INVALID_ARGUMENT }, { "{\"topics\":[\"*.a\"]}", BTY_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Ear ear;

      listen_to (f, &ear, "event.subscribe", rows[i].json, TRUE);
      settle ();
      g_assert_error (bty_call_error (ear.call), BTY_ERROR, (int) rows[i].code);
      ear_clear (&ear);
    }
}

static void
test_store_fails (Fixture *f, gconstpointer unused)
{
  Ear first, again, paging;

  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_UNAVAILABLE, "locked");
  listen_to (f, &first, "event.subscribe", "{}", TRUE);
  settle ();
  g_assert_error (bty_call_error (first.call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  listen_to (f, &again, "event.subscribe", "{}", TRUE);
  publish (f, "bot.created", 1);
  settle ();
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_UNAVAILABLE, "locked");
  listen_to (f, &paging, "event.replay", "{}", TRUE);
  settle ();
  g_assert_error (bty_call_error (paging.call), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  publish (f, "bot.created", 1);
  settle ();
  g_assert_cmpuint (again.n, >=, 1);
  ear_clear (&first);
  ear_clear (&again);
  ear_clear (&paging);
}

/* A thousand who want the same share one log and one encoding. */
static void
test_many (Fixture *f, gconstpointer unused)
{
  enum
  {
    N = 1000
  };
  g_autofree Ear *ears = g_new0 (Ear, N);

  publish (f, "bot.created", 1);
  for (guint i = 0; i < N; i++)
    listen_to (f, &ears[i], "event.subscribe", i % 2 == 0 ? "{\"topics\":[\"bot.*\"]}" : "{\"after\":\"1\"}", TRUE);
  settle ();
  for (guint i = 2; i < N; i++)
    g_assert_true (bty_call_log (ears[i].call) == bty_call_log (ears[i % 2].call));
  publish (f, "bot.created", 20);
  settle ();
  for (guint i = 0; i < N; i++)
    g_assert_cmpuint (ears[i].n, ==, i % 2 == 0 ? 21 : 20);
  g_assert_true (bty_item_log_get_json (bty_call_log (ears[0].call), 5) ==
                 bty_item_log_get_json (bty_call_log (ears[1].call), 5));
  for (guint i = 0; i < N; i++)
    ear_clear (&ears[i]);
}

/* They are no work that anyone waits for: neither the limit of calls nor a deadline touches them. */
static void
test_no_work (Fixture *f, gconstpointer unused)
{
  Ear one, two;
  g_autoptr (BtyCall) replay = NULL;

  listen_to (f, &one, "event.subscribe", "{}", TRUE);
  listen_to (f, &two, "event.subscribe", "{}", TRUE);
  replay = start (f, "event.replay", "{}");
  while (bty_call_state (replay) == BTY_CALL_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (bty_call_state (replay), ==, BTY_CALL_RETURNED);
  g_assert_cmpint (bty_call_state (one.call), ==, BTY_CALL_RUNNING);
  g_assert_cmpint (bty_call_state (two.call), ==, BTY_CALL_RUNNING);
  bty_dispatcher_cancel_all (f->dispatcher);
  g_assert_error (bty_call_error (one.call), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_error (bty_call_error (two.call), BTY_ERROR, BTY_ERROR_CANCELLED);
  ear_clear (&one);
  ear_clear (&two);
}

static void
test_gone_while_asking (Fixture *f, gconstpointer unused)
{
  Ear ear;

  publish (f, "bot.created", 3);
  listen_to (f, &ear, "event.subscribe", "{\"after\":\"1\"}", TRUE);
  ear_clear (&ear);
  settle ();
  listen_to (f, &ear, "event.subscribe", "{\"after\":\"1\"}", TRUE);
  ear_clear (&ear);
  settle ();
}

static const char *const small_window[] = { "BOTERNITY_EVENTS_WINDOW_EVENTS", "10", NULL };
static const char *const little_time[] = { "BOTERNITY_CALLS_LIMIT", "1", "BOTERNITY_CALLS_TIMEOUT", "1", NULL };

#define ADD_WITH(path, function, settings) g_test_add ("/events/" path, Fixture, settings, set_up, function, tear_down)
#define ADD(path, function)                ADD_WITH (path, function, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("present", test_present);
  ADD ("past-then-present", test_past_then_present);
  ADD ("long-past", test_long_past);
  ADD ("past-waits-for-reader", test_past_waits_for_reader);
  ADD_WITH ("slow-reader", test_slow_reader, small_window);
  ADD ("replay", test_replay);
  ADD ("stop", test_stop);
  ADD ("stop-while-waiting", test_stop_while_waiting);
  ADD ("refused", test_refused);
  ADD ("store-fails", test_store_fails);
  ADD ("many", test_many);
  ADD_WITH ("no-work", test_no_work, little_time);
  ADD ("gone-while-asking", test_gone_while_asking);
  return g_test_run ();
}
