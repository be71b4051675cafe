/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-fake-store.h"
#include "bty-test-budget.h"
#include "bty-test-wait.h"
#include "budget/bty-budget-service-private.h"

/* Many calls at once: those that find that others hold what is left wait for it. */

#define CENT 10000

typedef struct
{
  BtyStore *store;
  BtySettings *settings;
  BtyBudgetService *budgets;
} Fixture;

static gint64
get_now (gpointer data)
{
  return G_GINT64_CONSTANT (1781524800) * G_USEC_PER_SEC;
}

/* Caps: 1 dollar a day for all, 50 cents for a bot. */
static void
set_up (Fixture *fixture, gconstpointer patience)
{
  fixture->store = bty_fake_store_new ();
  fixture->settings = bty_test_budget_settings ("day_usd", "1", "month_usd", "", "bot_day_usd", "0.50", "turn_usd", "",
                                                "timezone", "Europe/Vienna", "reserve_wait_ms", patience, NULL);
  fixture->budgets = bty_budget_service_new (fixture->store, fixture->settings);
  bty_budget_service_set_now (fixture->budgets, get_now, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer patience)
{
  bty_budget_service_stop (fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->settings);
  g_clear_object (&fixture->store);
}

static void
on_signal (BtyBudgetService *budgets, const BtyStanding *standing, gpointer data)
{
  g_string_append_printf (data, "%d ", (int) standing->level);
}

typedef struct
{
  guint granted;
  guint refused;
  guint cancelled;
  GPtrArray *reservations;
} Crowd;

static void
on_reserved (GObject *source, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  BtyReservation *reservation = bty_spender_reserve_finish (BTY_SPENDER (source), result, &error);

  if (reservation != NULL)
    g_ptr_array_add (crowd->reservations, reservation);
  crowd->granted += reservation != NULL;
  crowd->cancelled += g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  crowd->refused += g_error_matches (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_cmpuint (crowd->granted + crowd->cancelled + crowd->refused, >, 0);
}

static void
ask (Fixture *fixture, const char *bot, gint64 cost, GCancellable *cancellable, Crowd *crowd)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, bot);
  BtyAmounts amounts = { { cost, 100, 1, 1000 } };

  bty_spender_reserve_async (spender, &amounts, &amounts, cancellable, on_reserved, crowd);
}

static gint64
used_by_all (Fixture *fixture)
{
  g_autofree char *key = bty_budget_key (BTY_SCOPE_INSTALLATION, NULL, BTY_PERIOD_DAY, fixture->budgets->day.label);

  return bty_budget_node_used (g_hash_table_lookup (fixture->budgets->nodes, key), BTY_UNIT_USD);
}

/* Ends what was granted, each with @cost, until all have their answer. */
static void
end_all (Fixture *fixture, Crowd *crowd, guint n, gint64 cost)
{
  while (crowd->granted + crowd->refused + crowd->cancelled < n || crowd->reservations->len > 0)
    {
      if (crowd->reservations->len > 0)
        bty_test_settle_cost (g_ptr_array_steal_index (crowd->reservations, 0), cost);
      g_assert_cmpint (used_by_all (fixture), <=, 100 * CENT);
      g_main_context_iteration (NULL, FALSE);
    }
  g_ptr_array_unref (crowd->reservations);
}

static void
ask_a_thousand (Fixture *fixture, Crowd *crowd)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *bot = g_strdup_printf ("bot-%u", i % 7);

      ask (fixture, bot, 7777, NULL, crowd);
    }
  bty_test_settle ();
  g_assert_cmpuint (crowd->granted, ==, 1000000 / 7777);
  g_assert_cmpuint (crowd->refused, ==, 0); /* there is money, others hold it for now */
  g_assert_cmpuint (fixture->budgets->n_waiting, ==, 1000 - 1000000 / 7777);
}

/* Of a thousand at once all go that the money allows, some later; none waits once it is spent. */
static void
test_crowd (Fixture *fixture, gconstpointer data)
{
  Crowd crowd = { .reservations = g_ptr_array_new () };

  ask_a_thousand (fixture, &crowd);
  end_all (fixture, &crowd, 1000, 777);
  g_assert_cmpuint (crowd.granted, ==, 1000);
  g_assert_cmpint (used_by_all (fixture), ==, 777000);
  g_assert_cmpuint (fixture->budgets->reserving->len, ==, 0);
}

static void
test_crowd_without_money (Fixture *fixture, gconstpointer data)
{
  Crowd crowd = { .reservations = g_ptr_array_new () };

  ask_a_thousand (fixture, &crowd);
  end_all (fixture, &crowd, 1000, 7777);
  g_assert_cmpuint (crowd.granted, ==, 1000000 / 7777);
  g_assert_cmpuint (crowd.refused, ==, 1000 - crowd.granted);
  g_assert_cmpuint (fixture->budgets->n_waiting, ==, 0);
}

/* Who gives up leaves the queue; who has waited long enough is refused, and nobody is told that money is spent which is not. */
static void
test_wait_ends (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) levels = g_string_new (NULL);
  Crowd crowd = { .reservations = g_ptr_array_new () };

  g_signal_connect (fixture->budgets, "warning", G_CALLBACK (on_signal), levels);
  ask (fixture, "ada", 30 * CENT, NULL, &crowd);
  ask (fixture, "ada", 30 * CENT, cancellable, &crowd);
  bty_test_settle ();
  g_assert_cmpuint (crowd.granted, ==, 1);
  g_assert_cmpuint (fixture->budgets->n_waiting, ==, 1);
  g_cancellable_cancel (cancellable);
  bty_test_settle ();
  g_assert_cmpuint (crowd.cancelled, ==, 1);
  g_assert_cmpuint (fixture->budgets->reserving->len, ==, 0);
  g_assert_cmpuint (fixture->budgets->n_waiting, ==, 0);
  ask (fixture, "ada", 30 * CENT, NULL, &crowd);
  while (crowd.refused == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->budgets->reserving->len, ==, 0);
  g_assert_cmpstr (levels->str, ==, "");
  end_all (fixture, &crowd, 3, 1);
}

/* A stop does not wait for them. */
static void
test_stop_while_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
  BtyReservation *held = bty_test_reserve (spender, 30 * CENT, 30 * CENT, NULL);
  g_autoptr (BtySpender) other = bty_test_spender_of (fixture->budgets, "ada");
  BtyAmounts amounts = { { 30 * CENT, 0, 1, 0 } };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;

  bty_spender_reserve_async (other, &amounts, &amounts, NULL, bty_test_keep_result, &place);
  bty_test_settle ();
  g_assert_null (place);
  bty_budget_service_stop (fixture->budgets);
  result = bty_test_wait (&place);
  g_assert_null (bty_spender_reserve_finish (other, result, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  bty_reservation_drop (held);
}

static gboolean
is_granted (Crowd *crowd)
{
  return crowd->granted > 0;
}

/* One who needs much is passed over a few times by those who need little, not for ever; nor do they wait for that one when there is room. */
static void
test_fair (Fixture *fixture, gconstpointer data)
{
  Crowd large = { .reservations = g_ptr_array_new () };
  Crowd small = { .reservations = g_ptr_array_new () };
  guint n_passed = 0;
  guint n_asked = 2;

  ask (fixture, "ada", 12 * CENT, NULL, &small);
  ask (fixture, "ada", 12 * CENT, NULL, &small);
  bty_test_settle ();
  ask (fixture, "ada", 30 * CENT, NULL, &large); /* 26 are there */
  bty_test_settle ();
  g_assert_false (is_granted (&large));
  /* There are always two small ones on their way, so that its money is never there by chance. */
  for (; !is_granted (&large) && n_passed < 100; n_passed++)
    {
      ask (fixture, "ada", 12 * CENT, NULL, &small);
      n_asked += 1;
      bty_test_settle ();
      if (n_passed == 0)
        g_assert_cmpuint (small.granted, ==, 3);
      g_assert_cmpuint (small.reservations->len, >, 0);
      bty_test_settle_cost (g_ptr_array_steal_index (small.reservations, 0), 1);
      bty_test_settle ();
    }
  g_assert_cmpuint (n_passed, >=, 8);
  g_assert_cmpuint (n_passed, <, 16);
  end_all (fixture, &large, 1, 1);
  end_all (fixture, &small, n_asked, 1);
  g_assert_cmpuint (small.refused, ==, 0);
  g_assert_cmpuint (small.granted, ==, n_asked);
}

/* More money for it wakes up who waits. */
static void
test_raised (Fixture *fixture, gconstpointer data)
{
  Crowd crowd = { .reservations = g_ptr_array_new () };
  BtyCap *cap = bty_cap_new ();

  ask (fixture, "ada", 30 * CENT, NULL, &crowd);
  ask (fixture, "ada", 30 * CENT, NULL, &crowd);
  bty_test_settle ();
  g_assert_cmpuint (crowd.granted, ==, 1);
  cap->scope = BTY_SCOPE_BOT;
  cap->subject = g_strdup ("ada");
  cap->amount = 60 * CENT;
  cap->period = BTY_PERIOD_DAY;
  cap->key = bty_budget_key (cap->scope, cap->subject, cap->period, "usd");
  g_hash_table_replace (fixture->budgets->caps, cap->key, cap);
  bty_budget_raised (fixture->budgets, "ada");
  bty_test_settle ();
  g_assert_cmpuint (crowd.granted, ==, 2);
  end_all (fixture, &crowd, 2, 1);
}

#define ADD(path, func, ms) g_test_add ("/budget-wait/" path, Fixture, ms, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("crowd", test_crowd, "600000");
  ADD ("crowd-without-money", test_crowd_without_money, "600000");
  ADD ("wait-ends", test_wait_ends, "100");
  ADD ("stop-while-waiting", test_stop_while_waiting, "600000");
  ADD ("fair", test_fair, "600000");
  ADD ("raised", test_raised, "600000");
  return g_test_run ();
}
