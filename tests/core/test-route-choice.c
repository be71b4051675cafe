/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a route asks: one beside another that is slow, those that can do it, many at once, nobody any more. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-test-failover.h"
#include "bty-test-wait.h"

static void
set_up (BtyFailover *f, gconstpointer unused)
{
  bty_failover_set_up (f, "2", "0");
}

static void
set_up_hedged (BtyFailover *f, gconstpointer unused)
{
  bty_failover_set_up (f, "0", "1");
}

static void
set_up_once (BtyFailover *f, gconstpointer unused)
{
  bty_failover_set_up (f, "0", "0");
}

/* Hedging. */

static void
test_hedged (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->a->hangs = TRUE;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[a/m][b/m]");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running, ==, 0); /* it was called off */
}

static void
test_hedge_loses (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->b->words = bty_failover_nothing;
  f->a->hangs = TRUE;
  f->b->hangs = TRUE;
  bty_failover_begin (f, "a/m b/m");
  while (f->b->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  bty_failover_assert_failure (f, BTY_ERROR_CANCELLED, "");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running + f->b->n_running, ==, 0);
}

/* The one that was begun first fails while the other is silent: that one is waited for. */
static void
test_hedge_is_left (BtyFailover *f, gconstpointer unused)
{
  f->b->hangs = TRUE;
  f->b->words = bty_failover_nothing;
  f->a->hangs = TRUE;
  f->a->words = bty_failover_nothing;
  bty_failover_begin (f, "b/m a/m");
  while (f->a->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  bty_failover_assert_failure (f, BTY_ERROR_CANCELLED, "");
}

/* Conditions and abilities. */

static void
test_conditions (BtyFailover *f, gconstpointer unused)
{
  static const char *const needs[] = { "tools", NULL };

  bty_failover_ask (f, "a/m?tools b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[b/m]"); /* bty_failover_nothing went wrong */
  f->demand.needs = needs;
  bty_failover_ask (f, "a/m?tools b/m");
  bty_failover_assert_answer (f, "a/m", "I am a");
  f->demand.needs = NULL;
  f->demand.tokens = 500;
  bty_failover_ask (f, "a/m?context>500 b/m?context>600");
  bty_failover_assert_failure (f, BTY_ERROR_FAILED_PRECONDITION,
                               "a/m: its condition “context>500” does not hold; b/m:");
  bty_failover_ask (f, "a/m?tool");
  bty_failover_assert_failure (f, BTY_ERROR_INVALID_ARGUMENT, "no such condition");
}

static void
test_abilities (BtyFailover *f, gconstpointer unused)
{
  static const char *const needs[] = { "vision", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  GAsyncResult *place = NULL;

  f->a->models = "m";
  f->a->abilities = "text tools";
  bty_provider_service_list_models_async (f->service, "a", TRUE, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  models = bty_provider_service_list_models_finish (f->service, result, NULL);
  f->demand.needs = needs;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_nonnull (strstr (f->log->str, "needs “vision”"));
  g_assert_cmpuint (f->a->n_asked, ==, 0);
}

static void
test_offline (BtyFailover *f, gconstpointer unused)
{
  bty_failover_add_provider (
    f, "{\"name\":\"far\",\"kind\":\"a\",\"url\":\"https://api.example/v1\",\"context_window\":9}");
  f->is_offline = TRUE;
  bty_failover_ask (f, "far/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_nonnull (strstr (f->log->str, "there is no network to the provider “far”"));
  g_assert_cmpuint (f->a->n_asked, ==, 0);
  f->is_offline = FALSE;
  bty_failover_ask (f, "far/m b/m");
  bty_failover_assert_answer (f, "far/m", "I am a");
}

/* Many at once. */

#define N_ROUTES 1000

typedef struct
{
  BtyFailover *f;
  guint n_done;
  guint n_answers;
  gboolean is_over;
} Crowd;

static BtyCompletionRequest *
on_crowd_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
  return request;
}

static void
on_crowd_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
}

static void
on_crowd_done (BtyRoute *route, gpointer data)
{
  Crowd *crowd = data;

  crowd->n_done += 1;
  crowd->n_answers += bty_route_get_error (route) == NULL;
  crowd->is_over = crowd->n_done == N_ROUTES;
}

static const BtyRouteEvents crowd_events = { .on_model = on_crowd_model,
                                             .on_delta = on_crowd_delta,
                                             .on_done = on_crowd_done };

static GPtrArray *
begin_crowd (BtyFailover *f, Crowd *crowd, const char *step)
{
  const char *const steps[] = { step, "b/m", NULL };
  GPtrArray *routes = g_ptr_array_new_with_free_func (g_object_unref);

  crowd->f = f;
  for (guint i = 0; i < N_ROUTES; i++)
    {
      g_autofree char *bot = g_strdup_printf ("bot-%u", i % 7);
      g_autoptr (BtySpender) spender = bty_spender_new (bty_router_get_budgets (f->router), NULL,
                                                        &(BtySpenderFor){ .purpose = "test", .slug = bot });
      BtyRoute *route = bty_route_new (f->router, steps, spender, f->cancellable, &crowd_events, crowd);

      g_ptr_array_add (routes, route);
      bty_route_start (route);
    }
  return routes;
}

static void
end_crowd (GPtrArray *routes)
{
  bty_test_settle ();
  while (routes->len > 0)
    {
      BtyRoute *route = g_ptr_array_steal_index_fast (routes, 0);

      g_assert_finalize_object (route);
    }
  g_ptr_array_unref (routes);
}

static void
test_crowd (BtyFailover *f, gconstpointer unused)
{
  Crowd crowd = { 0 };
  BtyFakeProvider *narrow = bty_failover_add_fake (f, "narrow", bty_failover_from_a, ",\"max_concurrent\":3");
  GPtrArray *routes = begin_crowd (f, &crowd, "narrow/m");

  bty_test_wait_for (&crowd.is_over);
  g_assert_cmpuint (crowd.n_answers, ==, N_ROUTES);
  g_assert_cmpuint (narrow->n_asked, ==, N_ROUTES);
  g_assert_cmpuint (narrow->most_running, <=, 4); /* one that has ended may still be let go of */
  end_crowd (routes);
}

/* All of them given up at once, after @iterations of the main loop: in whatever state each is then. */
static void
test_crowd_cancelled (BtyFailover *f, gconstpointer unused)
{
  BtyFakeProvider *narrow = bty_failover_add_fake (f, "narrow", bty_failover_from_a, ",\"max_concurrent\":5");

  narrow->hangs = TRUE;
  for (guint iterations = 0; iterations < 40; iterations++)
    {
      Crowd crowd = { 0 };
      GPtrArray *routes = begin_crowd (f, &crowd, "narrow/m");

      for (guint i = 0; i < iterations; i++)
        g_main_context_iteration (NULL, FALSE);
      g_cancellable_cancel (f->cancellable);
      bty_test_wait_for (&crowd.is_over);
      g_assert_cmpuint (crowd.n_answers, ==, 0);
      end_crowd (routes);
      g_assert_cmpuint (narrow->n_running, ==, 0);
      g_clear_object (&f->cancellable);
      f->cancellable = g_cancellable_new ();
    }
}

static void
test_cancelled_in_wait (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->a->retry_after_ms = 4000;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "slowly");
  bty_failover_begin (f, "a/m b/m");
  while (f->a->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  bty_failover_assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
add_test (const char *path, void (*prepare) (BtyFailover *, gconstpointer), void (*test) (BtyFailover *, gconstpointer))
{
  g_test_add (path, BtyFailover, NULL, prepare, test, bty_failover_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/choice/hedged", set_up_hedged, test_hedged);
  add_test ("/choice/hedge-loses", set_up_hedged, test_hedge_loses);
  add_test ("/choice/hedge-is-left", set_up_hedged, test_hedge_is_left);
  add_test ("/choice/conditions", set_up, test_conditions);
  add_test ("/choice/abilities", set_up, test_abilities);
  add_test ("/choice/offline", set_up, test_offline);
  add_test ("/choice/crowd", set_up_once, test_crowd);
  add_test ("/choice/crowd-cancelled", set_up_once, test_crowd_cancelled);
  add_test ("/choice/cancelled-in-wait", set_up, test_cancelled_in_wait);
  return g_test_run ();
}
