/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-store.h"
#include "bty-test-budget.h"
#include "bty-test-wait.h"
#include "bty-test-warnings.h"
#include "budget/bty-budget-service-private.h"

#define CENT 10000

typedef struct
{
  BtyStore *store;
  BtySettings *settings;
  BtyBudgetService *budgets;
  gint64 now;
} Fixture;

static gint64
get_now (gpointer data)
{
  return ((Fixture *) data)->now;
}

static gint64
moment (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC;
}

static void
begin (Fixture *fixture)
{
  fixture->budgets = bty_budget_service_new (fixture->store, fixture->settings);
  bty_budget_service_set_now (fixture->budgets, get_now, fixture);
}

/* Caps: 1 dollar a day for all, 50 cents for a bot, 30 cents a turn. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = bty_fake_store_new ();
  fixture->settings = bty_test_budget_settings ("day_usd", "1", "month_usd", "3", "bot_day_usd", "0.50", "turn_usd",
                                                "0.30", "timezone", "Europe/Vienna", "reserve_wait_ms", "0", NULL);
  fixture->now = moment ("2026-06-15T12:00:00Z");
  begin (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bty_budget_service_stop (fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->settings);
  g_clear_object (&fixture->store);
}

/* Spends @cost of a turn of its own. */
static gboolean
spend (Fixture *fixture, const char *bot, gint64 cost, char **why)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, bot);
  g_autoptr (GError) error = NULL;
  BtyReservation *reservation = bty_test_reserve (spender, cost, cost, &error);

  if (reservation == NULL)
    {
      g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
      g_assert_nonnull (bty_spender_get_hit (spender));
      if (why != NULL)
        *why = g_strdup (error->message);
      return FALSE;
    }
  g_assert_null (bty_spender_get_hit (spender));
  bty_test_settle_cost (reservation, cost);
  return TRUE;
}

static void
test_tree (Fixture *fixture, gconstpointer data)
{
  g_autofree char *why = NULL;
  g_autofree char *above = NULL;

  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  g_assert_false (spend (fixture, "ada", 30 * CENT, &why));
  g_test_message ("%s", why);
  g_assert_nonnull (strstr (why, "0.50 USD a day for the bot “ada”"));
  g_assert_nonnull (strstr (why, "left: 0.20 USD"));
  g_assert_nonnull (strstr (why, "boternity-ctl budget set ada --day "));
  g_assert_true (spend (fixture, "ada", 20 * CENT, NULL));
  g_assert_true (spend (fixture, "bo", 30 * CENT, NULL));
  /* The child has 20 cents, the parent too; another child has 50, the parent less. */
  g_assert_false (spend (fixture, "cy", 21 * CENT, &above));
  g_test_message ("%s", above);
  g_assert_nonnull (strstr (above, "1.00 USD a day for all bots together"));
  g_assert_true (spend (fixture, "cy", 20 * CENT, NULL));
  g_assert_false (spend (fixture, "cy", 1, NULL));
}

static void
test_turn (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
  const BtySpenderFor sub = { .purpose = "chat", .bot = "bo", .slug = "bo" };
  g_autoptr (BtySpender) child = bty_spender_new (fixture->budgets, spender, &sub);
  g_autoptr (GError) error = NULL;
  BtyReservation *reservation = bty_test_reserve (spender, 1, 100 * CENT, NULL);
  BtyPricing pricing;
  BtyAmounts more = { { 1, 0, 0, 0 } };

  g_assert_cmpint (bty_reservation_get (reservation)->of[BTY_UNIT_USD], ==, 30 * CENT);
  g_assert_false (bty_reservation_grow (reservation, &more));
  bty_test_settle_cost (reservation, 12 * CENT);
  g_assert_cmpint (bty_spender_get_cost (spender, &pricing), ==, 12 * CENT);
  g_assert_cmpint (pricing, ==, BTY_PRICING_CATALOGUE);
  /* What a sub-agent spends is spent by its parent. */
  reservation = bty_test_reserve (child, 1, 10 * CENT, NULL);
  bty_test_settle_cost (reservation, 10 * CENT);
  g_assert_cmpint (bty_spender_get_cost (spender, NULL), ==, 22 * CENT);
  g_assert_null (bty_test_reserve (child, 9 * CENT, 10 * CENT, &error));
  g_assert_cmpint (bty_spender_get_hit (child)->period, ==, BTY_PERIOD_TURN);
  g_assert_nonnull (strstr (error->message, "it does not renew by itself"));
  g_assert_nonnull (strstr (bty_spender_get_hit (child)->command, "budget set --turn "));
  reservation = bty_test_reserve (child, 1, 10 * CENT, NULL);
  g_assert_cmpint (bty_reservation_get (reservation)->of[BTY_UNIT_USD], ==, 8 * CENT);
  g_assert_nonnull (bty_spender_get_hit (child)); /* the last one is kept */
  bty_reservation_drop (reservation);
}

static void
test_free (Fixture *fixture, gconstpointer data)
{
  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  g_assert_true (spend (fixture, "ada", 20 * CENT, NULL));
  for (guint i = 0; i < 10; i++)
    g_assert_true (spend (fixture, "ada", 0, NULL));
}

static void
test_midnight (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
  BtyReservation *reservation;

  fixture->now = moment ("2026-06-15T21:59:59Z"); /* a second to midnight in Vienna */
  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  reservation = bty_test_reserve (spender, 20 * CENT, 20 * CENT, NULL);
  g_assert_nonnull (reservation);
  g_assert_false (spend (fixture, "ada", 1, NULL));
  fixture->now = moment ("2026-06-15T22:00:00Z");
  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  bty_test_settle_cost (reservation, 20 * CENT); /* of yesterday */
  g_assert_true (spend (fixture, "ada", 20 * CENT, NULL));
  g_assert_false (spend (fixture, "ada", 1, NULL));
  fixture->now = moment ("2026-06-15T21:59:59Z"); /* the clock was put right */
  g_assert_false (spend (fixture, "ada", 1, NULL));
}

static void
test_summer_time (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTimeZone) vienna = g_time_zone_new_identifier ("Europe/Vienna");
  g_autoptr (GTimeZone) santiago = g_time_zone_new_identifier ("America/Santiago");
  BtyPeriodSpan span;

  bty_period_span_at (&span, BTY_PERIOD_DAY, vienna, moment ("2026-03-29T12:00:00Z"));
  g_assert_cmpstr (span.label, ==, "2026-03-29");
  g_assert_cmpint (span.until - span.since, ==, 23 * G_TIME_SPAN_HOUR);
  bty_period_span_at (&span, BTY_PERIOD_DAY, vienna, moment ("2026-10-25T00:30:00Z"));
  g_assert_cmpint (span.until - span.since, ==, 25 * G_TIME_SPAN_HOUR);
  bty_period_span_at (&span, BTY_PERIOD_MONTH, vienna, moment ("2026-02-28T23:00:00Z"));
  g_assert_cmpstr (span.label, ==, "2026-03");
  g_assert_cmpint (span.until, ==, moment ("2026-03-31T22:00:00Z"));
  /* Here the clocks are put forward at midnight: that day begins at one. */
  bty_period_span_at (&span, BTY_PERIOD_DAY, santiago, moment ("2026-09-06T12:00:00Z"));
  g_assert_cmpstr (span.label, ==, "2026-09-06");
  g_assert_cmpint (span.since, ==, moment ("2026-09-06T04:00:00Z"));
  g_assert_cmpint (span.until - span.since, ==, 23 * G_TIME_SPAN_HOUR);
}

/* A clean stop leaves nothing unsure; a kill leaves the open slab. */
static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_assert_true (spend (fixture, "ada", 10 * CENT, NULL));
  bty_budget_service_stop (fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  begin (fixture);
  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  g_assert_true (spend (fixture, "ada", 10 * CENT, NULL));
  g_assert_false (spend (fixture, "ada", 1, NULL));
  g_assert_true (spend (fixture, "bo", 10 * CENT, NULL));
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  begin (fixture);
  g_assert_false (spend (fixture, "bo", 39 * CENT, NULL));
}

static void
on_warning (const char *text, gpointer data)
{
  g_string_append_printf (data, "%s;", text);
}

static void
spend_and_warn (Fixture *fixture, gint64 cost, GString *told)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");

  bty_spender_on_warning (spender, on_warning, told);
  bty_test_settle_cost (bty_test_reserve (spender, cost, cost, NULL), cost);
}

static void
on_signal (BtyBudgetService *budgets, const BtyStanding *standing, gpointer data)
{
  if (standing->scope == BTY_SCOPE_BOT)
    g_string_append_printf (data, "%d ", (int) standing->level);
}

/* Each level is told once, also over a restart. */
static void
test_warnings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GString) levels = g_string_new (NULL);

  g_signal_connect (fixture->budgets, "warning", G_CALLBACK (on_signal), levels);
  spend_and_warn (fixture, 24 * CENT, told);
  g_assert_cmpstr (told->str, ==, "");
  spend_and_warn (fixture, 1 * CENT, told);
  g_assert_nonnull (strstr (told->str, "50 % of the cap of 0.50 USD for “ada” is spent"));
  g_string_truncate (told, 0);
  spend_and_warn (fixture, 1 * CENT, told);
  g_assert_cmpstr (told->str, ==, "");
  bty_budget_service_stop (fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  begin (fixture);
  g_signal_connect (fixture->budgets, "warning", G_CALLBACK (on_signal), levels);
  spend_and_warn (fixture, 1 * CENT, told);
  g_assert_cmpstr (told->str, ==, "");
  spend_and_warn (fixture, 15 * CENT, told);
  spend_and_warn (fixture, 8 * CENT, told);
  g_assert_cmpstr (levels->str, ==, "50 80 100 ");
}

static BtySpender *
spender_in (Fixture *fixture, const char *session)
{
  const BtySpenderFor what = { .purpose = "chat", .bot = "ada", .slug = "ada", .session = session };

  return bty_spender_new (fixture->budgets, NULL, &what);
}

/* As budget.set does it, without its bot and session. */
static void
cap_sessions (Fixture *fixture, gint64 amount)
{
  BtyCap *cap = bty_cap_new ();

  cap->scope = BTY_SCOPE_INSTALLATION;
  cap->period = BTY_PERIOD_SESSION;
  cap->amount = amount;
  cap->key = bty_budget_key (cap->scope, NULL, cap->period, "usd");
  g_hash_table_replace (fixture->budgets->caps, cap->key, cap);
  bty_budget_raised (fixture->budgets, NULL);
}

/* What a session spent before it had a cap counts, also what was on its way then. */
static void
test_session_cap_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) one = spender_in (fixture, "one");
  g_autoptr (BtySpender) next = spender_in (fixture, "one");
  g_autoptr (BtySpender) other = spender_in (fixture, "other");
  g_autoptr (GError) error = NULL;
  BtyReservation *late;
  BtyReservation *later;

  bty_test_settle_cost (bty_test_reserve (one, 7 * CENT, 7 * CENT, NULL), 7 * CENT);
  late = bty_test_reserve (one, 2 * CENT, 2 * CENT, NULL);
  later = bty_test_reserve (other, 2 * CENT, 2 * CENT, NULL);
  cap_sessions (fixture, 10 * CENT);
  bty_test_settle_cost (late, 2 * CENT);
  g_assert_null (bty_test_reserve (next, 2 * CENT, 2 * CENT, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_cmpint (bty_spender_get_hit (next)->period, ==, BTY_PERIOD_SESSION);
  g_assert_cmpint (bty_spender_get_hit (next)->left, ==, 1 * CENT);
  bty_test_settle_cost (bty_test_reserve (next, 1 * CENT, 1 * CENT, NULL), 1 * CENT);
  g_assert_null (bty_test_reserve (next, 1, 1, NULL));
  bty_test_settle_cost (bty_test_reserve (other, 8 * CENT, 8 * CENT, NULL), 8 * CENT);
  bty_test_settle_cost (later, 2 * CENT); /* after its session was looked up */
  g_assert_null (bty_test_reserve (other, 1, 1, NULL));
}

/* A cap that is hit is told at 100 percent when it is spent, and once, however often it is hit. */
static void
test_warnings_do_not_flap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) levels = g_string_new (NULL);

  g_signal_connect (fixture->budgets, "warning", G_CALLBACK (on_signal), levels);
  g_assert_true (spend (fixture, "ada", 30 * CENT, NULL));
  g_assert_true (spend (fixture, "ada", 15 * CENT, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (spend (fixture, "ada", 10 * CENT, NULL));
      g_assert_true (spend (fixture, "ada", 1 * CENT, NULL));
    }
  g_assert_cmpstr (levels->str, ==, "50 80 ");
  g_assert_true (spend (fixture, "ada", 2 * CENT, NULL));
  for (guint i = 0; i < 3; i++)
    g_assert_false (spend (fixture, "ada", 10 * CENT, NULL));
  g_assert_cmpstr (levels->str, ==, "50 80 100 ");
}

/* Each unit whose worst case did not fit names the cap that cut it. */
static void
test_limits_are_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
  BtyReservation *reservation = bty_test_reserve (spender, 1, 20 * CENT, NULL);
  g_autofree char *turn = NULL;
  g_autofree char *day = NULL;

  g_assert_null (bty_reservation_tell_limit (reservation, BTY_UNIT_USD));
  bty_test_settle_cost (reservation, 20 * CENT);
  reservation = bty_test_reserve (spender, 1, 20 * CENT, NULL);
  turn = bty_reservation_tell_limit (reservation, BTY_UNIT_USD);
  g_assert_nonnull (strstr (turn, "0.30 USD for each turn"));
  g_assert_nonnull (strstr (turn, "boternity-ctl budget set --turn "));
  g_assert_null (bty_reservation_tell_limit (reservation, BTY_UNIT_CALLS));
  bty_test_settle_cost (reservation, 10 * CENT);
  g_assert_true (spend (fixture, "ada", 10 * CENT, NULL));
  {
    g_autoptr (BtySpender) next = bty_test_spender_of (fixture->budgets, "ada");

    reservation = bty_test_reserve (next, 1, 20 * CENT, NULL);
    day = bty_reservation_tell_limit (reservation, BTY_UNIT_USD);
    g_assert_nonnull (strstr (day, "0.50 USD a day for the bot “ada”"));
    bty_reservation_drop (reservation);
  }
}

/* What was written down before, by whatever accident. */
static void
put_absurd_row (Fixture *fixture)
{
  g_autoptr (BtySpend) row = bty_spend_new ();
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  row->key = bty_budget_key (BTY_SCOPE_INSTALLATION, NULL, BTY_PERIOD_TOTAL, "");
  row->period = BTY_PERIOD_TOTAL;
  row->tokens = row->slab_tokens = row->time_ms = row->slab_time_ms = G_GINT64_CONSTANT (9000000000000000000);
  bty_batch_put (batch, row);
  bty_store_apply_async (fixture->store, batch, NULL, NULL, NULL);
  bty_test_settle ();
}

/* One number that nobody could believe does not lock the caps. */
static void
test_absurd_usage (Fixture *fixture, gconstpointer data)
{
  put_absurd_row (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
      BtyAmounts amounts = { { 0, 100, 1, 1000 } };
      g_autoptr (BtyUsageEntry) entry = bty_usage_entry_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      GAsyncResult *place = NULL;
      BtyReservation *reservation;

      bty_spender_reserve_async (spender, &amounts, &amounts, NULL, bty_test_keep_result, &place);
      result = bty_test_wait (&place);
      reservation = bty_spender_reserve_finish (spender, result, &error);
      g_assert_no_error (error);
      entry->provider = g_strdup ("fake");
      entry->model = g_strdup ("one");
      entry->outcome = g_strdup ("end");
      entry->input_tokens = G_GINT64_CONSTANT (9000000000000000000);
      entry->output_tokens = G_MAXINT64;
      entry->time_ms = G_MAXINT64;
      entry->cached_tokens = -1;
      bty_reservation_settle (reservation, entry);
      g_assert_cmpint (entry->input_tokens, ==, G_MAXINT32);
      g_assert_cmpint (entry->cached_tokens, ==, 0);
    }
}

static void
on_billed (BtyBudgetService *budgets, const BtyUsageEntry *entry, gpointer data)
{
  g_string_append_printf (data, "%s/%s %d ", entry->provider, entry->model, (int) entry->cost);
}

static void
test_billed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) bills = g_string_new (NULL);
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");

  g_signal_connect (fixture->budgets, "billed", G_CALLBACK (on_billed), bills);
  bty_test_settle_cost (bty_test_reserve (spender, 1, 10, NULL), 20);
  bty_test_settle_cost (bty_test_reserve (spender, 0, 0, NULL), 0);
  g_assert_cmpstr (bills->str, ==, "");
  bty_test_settle_cost (bty_test_reserve (spender, 0, 0, NULL), 777);
  g_assert_cmpstr (bills->str, ==, "fake/one 777 ");
}

static void
cap_bot (Fixture *fixture, BtyBudgetPeriod period, gint64 amount)
{
  BtyCap *cap = bty_cap_new ();

  cap->scope = BTY_SCOPE_BOT;
  cap->subject = g_strdup ("ada");
  cap->period = period;
  cap->amount = amount;
  cap->key = bty_budget_key (cap->scope, cap->subject, cap->period, "usd");
  g_hash_table_replace (fixture->budgets->caps, cap->key, cap);
  bty_budget_raised (fixture->budgets, NULL);
}

/* A cap that is lowered while a stream is under way lets it have no more than it has. */
static void
test_growth_is_stopped (Fixture *fixture, gconstpointer data)
{
  static const BtyBudgetPeriod periods[] = { BTY_PERIOD_TURN, BTY_PERIOD_CALL, BTY_PERIOD_DAY };
  BtyAmounts more = { { 10, 0, 0, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    {
      g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
      BtyReservation *reservation = bty_test_reserve (spender, CENT, CENT, NULL);

      g_assert_true (bty_reservation_grow (reservation, &more));
      cap_bot (fixture, periods[i], 0);
      g_assert_false (bty_reservation_grow (reservation, &more));
      cap_bot (fixture, periods[i], 40 * CENT);
      g_assert_true (bty_reservation_grow (reservation, &more));
      bty_reservation_drop (reservation);
    }
}

static guint
count_rows (Fixture *fixture)
{
  return bty_fake_store_count (BTY_FAKE_STORE (fixture->store), &bty_spend_schema);
}

static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  *(BtyPage **) data = bty_store_query_finish (BTY_STORE (source), result, NULL);
  g_assert_nonnull (*(BtyPage **) data);
}

/* As a purge does it: behind the back of the budget. */
static void
delete_rows_of (Fixture *fixture, const char *bot)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_spend_schema);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyPage) page = NULL;

  bty_query_where (query, "bot", BTY_MATCH_EQUAL, bot);
  bty_store_query_async (fixture->store, query, NULL, on_rows, &page);
  bty_test_settle ();
  g_assert_cmpuint (page->items->len, ==, 3);
  for (guint i = 0; i < page->items->len; i++)
    bty_batch_delete (batch, page->items->pdata[i]);
  bty_store_apply_async (fixture->store, batch, NULL, NULL, NULL);
  bty_test_settle ();
}

static void
stop_and_begin (Fixture *fixture)
{
  bty_budget_service_stop (fixture->budgets);
  bty_test_settle ();
  g_clear_object (&fixture->budgets);
  begin (fixture);
}

/* After a purge a clean stop writes down exactly what all others spent, and nothing of the bot that is gone. */
static void
test_purged (Fixture *fixture, gconstpointer data)
{
  g_assert_true (spend (fixture, "ada", 10 * CENT, NULL));
  g_assert_true (spend (fixture, "bo", 10 * CENT, NULL));
  bty_test_settle ();
  cap_bot (fixture, BTY_PERIOD_DAY, 40 * CENT);
  delete_rows_of (fixture, "ada");
  bty_budget_service_forget (fixture->budgets, "ada");
  g_assert_cmpuint (g_hash_table_size (fixture->budgets->caps), ==, 0);
  g_assert_cmpuint (count_rows (fixture), ==, 6);
  stop_and_begin (fixture);
  g_assert_cmpuint (count_rows (fixture), ==, 6);
  g_assert_true (spend (fixture, "bo", 30 * CENT, NULL));
  g_assert_true (spend (fixture, "bo", 10 * CENT, NULL));
  g_assert_false (spend (fixture, "bo", 1, NULL));
}

/* A row that cannot be written leaves the others exact. */
static void
test_bad_row (Fixture *fixture, gconstpointer data)
{
  g_autofree char *warnings = NULL;

  g_assert_true (spend (fixture, "ada", 10 * CENT, NULL));
  g_assert_true (spend (fixture, "bo", 10 * CENT, NULL));
  bty_test_settle ();
  delete_rows_of (fixture, "ada");
  bty_test_warnings_keep ();
  stop_and_begin (fixture);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "could not be written down exactly"));
  g_assert_true (spend (fixture, "bo", 30 * CENT, NULL));
  g_assert_true (spend (fixture, "bo", 10 * CENT, NULL));
  g_assert_false (spend (fixture, "bo", 1, NULL));
}

/* What a session spent while its cap was taken away counts when it has one again, also after a restart. */
static void
test_session_cap_again (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (BtySpender) one = spender_in (fixture, "one");
      g_autoptr (BtySpender) next = spender_in (fixture, "one");

      cap_sessions (fixture, 20 * CENT);
      bty_test_settle_cost (bty_test_reserve (one, 2 * CENT, 2 * CENT, NULL), 2 * CENT);
      g_hash_table_remove_all (fixture->budgets->caps);
      bty_budget_raised (fixture->budgets, NULL);
      bty_test_settle_cost (bty_test_reserve (one, 5 * CENT, 5 * CENT, NULL), 5 * CENT);
      if (round == 1)
        stop_and_begin (fixture);
      cap_sessions (fixture, 20 * CENT);
      g_clear_object (&next);
      next = spender_in (fixture, "one");
      g_assert_null (bty_test_reserve (next, 15 * CENT, 15 * CENT, NULL));
      g_assert_cmpint (bty_spender_get_hit (next)->left, ==, (round == 0 ? 13 : 6) * CENT);
    }
}

static void
test_late_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtyStore) lossy = bty_lossy_store_new (fixture->store);
  g_autoptr (BtyBudgetService) budgets = bty_budget_service_new (lossy, fixture->settings);
  const BtySpenderFor what = { .purpose = "chat", .bot = "ada", .slug = "ada" };
  g_autoptr (BtySpender) spender = bty_spender_new (budgets, NULL, &what);
  BtyAmounts amounts = { { 2 * CENT, 0, 1, 0 } };
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_spender_reserve_async (spender, &amounts, &amounts, NULL, bty_test_keep_result, &place);
  bty_test_settle ();
  g_assert_null (place); /* nothing is sent before the disk has it */
  g_assert_cmpuint (bty_lossy_store_count_waiting (BTY_LOSSY_STORE (lossy)), ==, 1);
  bty_lossy_store_sync (BTY_LOSSY_STORE (lossy), 1, TRUE);
  result = bty_test_wait (&place);
  bty_test_settle_cost (bty_spender_reserve_finish (spender, result, NULL), CENT);
  bty_lossy_store_set_auto (BTY_LOSSY_STORE (lossy), TRUE);
  bty_test_settle ();
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BtySpender) spender = bty_test_spender_of (fixture->budgets, "ada");
  g_autoptr (GError) error = NULL;
  g_autofree char *warnings = NULL;

  g_assert_true (spend (fixture, "ada", CENT, NULL));
  bty_test_settle ();
  bty_fake_store_fail_next (BTY_FAKE_STORE (fixture->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  bty_test_warnings_keep ();
  g_assert_null (bty_test_reserve (spender, 29 * CENT, 29 * CENT, &error));
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "could not be written down"));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_null (bty_spender_get_hit (spender));
  g_assert_true (spend (fixture, "ada", 29 * CENT, NULL));
  g_assert_true (spend (fixture, "ada", 20 * CENT, NULL));
  g_assert_false (spend (fixture, "ada", 1, NULL));
}

static void
test_amounts (void)
{
  static const struct
  {
    const char *text;
    gint64 amount;
  } good[] = { { "0", 0 }, { "2", 2000000 }, { "2.50", 2500000 }, { "0.000001", 1 }, { "1000000", 1000000000000 } };
  static const char *const bad[] = {
    "", ".5", "2.", "-1", "1e3", "2,50", "0.0000001", " 1", "99999999999999999999", "2.5.1", "NaN",
  };
  gint64 amount;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (bty_usd_parse (good[i].text, &amount, NULL));
      g_assert_cmpint (amount, ==, good[i].amount);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (bty_usd_parse (bad[i], &amount, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
  {
    g_autofree char *a = bty_usd_format (2500000);
    g_autofree char *b = bty_usd_format (12345);
    g_autofree char *c = bty_usd_format (-1);

    g_assert_cmpstr (a, ==, "2.50");
    g_assert_cmpstr (b, ==, "0.012345");
    g_assert_cmpstr (c, ==, "-0.000001");
  }
}

#define ADD(path, func) g_test_add ("/budget/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("tree", test_tree);
  ADD ("turn", test_turn);
  ADD ("free", test_free);
  ADD ("absurd-usage", test_absurd_usage);
  ADD ("billed", test_billed);
  ADD ("growth-is-stopped", test_growth_is_stopped);
  ADD ("purged", test_purged);
  ADD ("bad-row", test_bad_row);
  ADD ("session-cap-again", test_session_cap_again);
  ADD ("midnight", test_midnight);
  ADD ("summer-time", test_summer_time);
  ADD ("restart", test_restart);
  ADD ("warnings", test_warnings);
  ADD ("warnings-do-not-flap", test_warnings_do_not_flap);
  ADD ("session-cap-later", test_session_cap_later);
  ADD ("limits-are-told", test_limits_are_told);
  ADD ("late-disk", test_late_disk);
  ADD ("full-disk", test_full_disk);
  g_test_add_func ("/budget/amounts", test_amounts);
  return g_test_run ();
}
