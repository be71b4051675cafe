/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-bus.h"
#include "bty-fake-store.h"

typedef struct
{
  BtyBus *bus;
  BtyStore *store;
  GString *heard;
} Fixture;

typedef struct
{
  Fixture *fixture;
  const char *name;
  guint number;
  guint other;
} Ear;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->store = bty_fake_store_new ();
  f->bus = bty_bus_new ();
  f->heard = g_string_new (NULL);
  bty_bus_follow (f->bus, f->store);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->bus);
  g_clear_object (&f->store);
  g_string_free (f->heard, TRUE);
}

/* What a store does after a commit. */
static void
commit (Fixture *f, const char *const *topics)
{
  g_autoptr (GPtrArray) events = bty_record_list_new ();

  for (guint i = 0; topics[i] != NULL; i++)
    {
      BtyEvent *event = bty_event_new ();

      event->topic = g_strdup (topics[i]);
      g_ptr_array_add (events, event);
    }
  g_signal_emit_by_name (f->store, "committed", events);
}

#define COMMIT(f, ...) commit (f, (const char *const[]){ __VA_ARGS__, NULL })

static void
assert_heard (Fixture *f, const char *expected)
{
  g_assert_cmpstr (f->heard->str, ==, expected);
  g_string_truncate (f->heard, 0);
}

static void
hear (const BtyEvent *event, gpointer data)
{
  Ear *ear = data;

  g_string_append_printf (ear->fixture->heard, "%s:%s ", ear->name, event->topic);
}

static void
test_topics (Fixture *f, gconstpointer unused)
{
  Ear exact = { f, "exact", 0, 0 }, prefix = { f, "prefix", 0, 0 }, all = { f, "all", 0, 0 };

  bty_bus_subscribe (f->bus, "bot.created", hear, &exact);
  bty_bus_subscribe (f->bus, "bot.*", hear, &prefix);
  bty_bus_subscribe (f->bus, "*", hear, &all);
  COMMIT (f, "bot.created", "bot.run.ended", "bots.created", "bot", "bot.created.again");
  assert_heard (f, "exact:bot.created prefix:bot.created all:bot.created "
                   "prefix:bot.run.ended all:bot.run.ended "
                   "all:bots.created all:bot "
                   "prefix:bot.created.again all:bot.created.again ");
}

static void
hear_and_leave (const BtyEvent *event, gpointer data)
{
  Ear *ear = data;

  hear (event, data);
  bty_bus_unsubscribe (ear->fixture->bus, ear->number);
  bty_bus_unsubscribe (ear->fixture->bus, ear->other);
}

static void
test_unsubscribe_while_told (Fixture *f, gconstpointer unused)
{
  Ear leaver = { f, "leaver", 0, 0 }, pushed = { f, "pushed", 0, 0 }, stayer = { f, "stayer", 0, 0 };

  leaver.number = bty_bus_subscribe (f->bus, "*", hear_and_leave, &leaver);
  leaver.other = bty_bus_subscribe (f->bus, "*", hear, &pushed);
  bty_bus_subscribe (f->bus, "*", hear, &stayer);
  COMMIT (f, "a", "b");
  assert_heard (f, "leaver:a stayer:a stayer:b ");
  COMMIT (f, "c");
  assert_heard (f, "stayer:c ");
}

static void
hear_and_invite (const BtyEvent *event, gpointer data)
{
  Ear *ear = data;

  hear (event, data);
  if (ear->number == 0)
    ear->number = bty_bus_subscribe (ear->fixture->bus, "*", hear, ear);
}

static void
test_subscribe_while_told (Fixture *f, gconstpointer unused)
{
  Ear host = { f, "host", 0, 0 };

  bty_bus_subscribe (f->bus, "*", hear_and_invite, &host);
  COMMIT (f, "a", "b");
  assert_heard (f, "host:a host:b host:b ");
}

static void
test_store_outlives_bus (Fixture *f, gconstpointer unused)
{
  Ear ear = { f, "ear", 0, 0 };

  bty_bus_subscribe (f->bus, "*", hear, &ear);
  g_clear_object (&f->bus);
  COMMIT (f, "a");
  assert_heard (f, "");
}

static void
hear_and_drop_bus (const BtyEvent *event, gpointer data)
{
  Ear *ear = data;

  hear (event, data);
  g_clear_object (&ear->fixture->bus);
}

static void
test_bus_goes_while_telling (Fixture *f, gconstpointer unused)
{
  Ear ear = { f, "ear", 0, 0 };

  bty_bus_subscribe (f->bus, "*", hear_and_drop_bus, &ear);
  COMMIT (f, "a", "b");
  assert_heard (f, "ear:a ear:b ");
  COMMIT (f, "c");
  assert_heard (f, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bus/topics", Fixture, NULL, set_up, test_topics, tear_down);
  g_test_add ("/bus/unsubscribe-while-told", Fixture, NULL, set_up, test_unsubscribe_while_told, tear_down);
  g_test_add ("/bus/subscribe-while-told", Fixture, NULL, set_up, test_subscribe_while_told, tear_down);
  g_test_add ("/bus/store-outlives-bus", Fixture, NULL, set_up, test_store_outlives_bus, tear_down);
  g_test_add ("/bus/bus-goes-while-telling", Fixture, NULL, set_up, test_bus_goes_while_telling, tear_down);
  return g_test_run ();
}
