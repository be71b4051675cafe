/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a route does when providers do not: it tries again, goes on, begins anew, rests keys. */
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
set_up_quiet (BtyFailover *f, gconstpointer unused)
{
  g_setenv ("BOTERNITY_ROUTE_TOKEN_MS", "30", TRUE);
  bty_failover_set_up (f, "0", "0");
  g_unsetenv ("BOTERNITY_ROUTE_TOKEN_MS");
}

static void
set_up_once (BtyFailover *f, gconstpointer unused)
{
  bty_failover_set_up (f, "0", "0");
}

/* Trying again. */

static void
test_retries (BtyFailover *f, gconstpointer unused)
{
  const BtyErrorCode passing[] = { BTY_ERROR_UNAVAILABLE, BTY_ERROR_RESOURCE_EXHAUSTED, BTY_ERROR_DATA_LOSS };

  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      f->a->words = bty_failover_nothing;
      f->a->is_over = FALSE;
      f->a->n_failing = 2;
      f->a->n_asked = 0;
      bty_fake_provider_fail (f->a, passing[i], "not now");
      bty_failover_ask (f, "a/m b/m");
      bty_failover_assert_answer (f, "a/m", "");
      g_assert_cmpuint (f->a->n_asked, ==, 3);
      g_assert_cmpuint (f->b->n_asked, ==, 0);
    }
}

static void
test_no_retries (BtyFailover *f, gconstpointer unused)
{
  const BtyErrorCode lasting[] = { BTY_ERROR_NOT_FOUND, BTY_ERROR_UNAUTHENTICATED, BTY_ERROR_PERMISSION_DENIED,
                                   BTY_ERROR_FAILED_PRECONDITION, BTY_ERROR_DEADLINE_EXCEEDED };

  f->a->words = bty_failover_nothing;
  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      f->a->n_asked = 0;
      bty_fake_provider_fail (f->a, lasting[i], "never");
      bty_failover_ask (f, "a/m b/m");
      bty_failover_assert_answer (f, "b/m", "I am b");
      g_assert_cmpuint (f->a->n_asked, ==, 1);
      g_assert_cmpstr (f->log->str, ==, "[a/m](a/m: never)[b/m]");
    }
}

/* A wait that is asked for and too long is not waited for; that it was asked for is told when nobody answers. */
static void
test_retry_after (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->a->n_failing = 1;
  f->a->retry_after_ms = 3;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "slowly");
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "a/m", "");
  g_assert_cmpuint (f->a->n_asked, ==, 2);

  f->a->is_over = FALSE;
  f->a->n_failing = 0;
  f->a->retry_after_ms = 3600000;
  f->a->n_asked = 0;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 1);
  /* It is left alone while it asked for it. */
  bty_failover_ask (f, "a/m");
  bty_failover_assert_failure (f, BTY_ERROR_RESOURCE_EXHAUSTED, "asked for a pause");
  g_assert_cmpint (bty_route_get_retry_after_ms (f->route), >, 3000000);
  g_assert_cmpuint (f->a->n_asked, ==, 1);
  /* Its other models are not; and whoever tests it asks all the same. */
  bty_failover_ask (f, "a/other");
  g_assert_cmpuint (f->a->n_asked, ==, 2);
  f->demand.is_probe = TRUE;
  f->a->is_over = TRUE;
  f->a->n_failing = 1;
  bty_failover_ask (f, "a/m");
  g_assert_no_error (bty_route_get_error (f->route));
  f->demand.is_probe = FALSE;
  bty_failover_ask (f, "a/m"); /* it answered, so that is over */
  g_assert_no_error (bty_route_get_error (f->route));
}

/* It shows that it is there, and says nothing. */
static void
test_quiet (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->a->hangs = TRUE;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  bty_failover_ask (f, "a/m");
  bty_failover_assert_failure (f, BTY_ERROR_DEADLINE_EXCEEDED, "route.token_ms");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running, ==, 0);
}

/* One that cannot be opened is not taken for one that refuses to go on from what was said. */
static void
test_no_circle (BtyFailover *f, gconstpointer unused)
{
  BtyFakeProvider *c = bty_failover_add_fake (f, "c", bty_failover_from_a, "");

  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "gone");
  f->b->words = bty_failover_nothing;
  f->b->models = "m";
  f->b->abilities = "text continue";
  bty_fake_provider_fail (f->b, BTY_ERROR_UNAVAILABLE, "down");
  c->refusal = g_error_new_literal (BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "a wrong option");
  bty_failover_ask (f, "a/m b/m c/m");
  bty_failover_assert_failure (f, BTY_ERROR_UNAVAILABLE, "a wrong option");
  g_assert_cmpuint (f->b->n_asked, ==, 1);
}

static void
test_quota (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  f->a->is_quota = TRUE;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "no money is left");
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 1);
}

/* Too long for one model: only a larger one is tried. */
static void
test_larger (BtyFailover *f, gconstpointer unused)
{
  BtyFakeProvider *large = bty_failover_add_fake (f, "large", bty_failover_from_b, "");

  large->models = "m";
  f->a->words = bty_failover_nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_OUT_OF_RANGE, "too long");
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_failure (f, BTY_ERROR_OUT_OF_RANGE, "b/m: its window of 1000 tokens is no larger");
  g_assert_cmpuint (f->b->n_asked, ==, 0);

  bty_failover_add_provider (
    f, "{\"name\":\"larger\",\"kind\":\"large\",\"url\":\"http://127.0.0.1/\",\"context_window\":1001}");
  bty_failover_ask (f, "a/m b/m larger/m");
  bty_failover_assert_answer (f, "larger/m", "I am b");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

/* Breaking off. */

static void
test_restarts (BtyFailover *f, gconstpointer unused)
{
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[a/m]{a/m: cut off}[b/m]");

  /* Where there is no other, the same is asked again. */
  f->a->n_failing = 1;
  f->a->n_asked = 0;
  bty_failover_ask (f, "a/m");
  bty_failover_assert_answer (f, "a/m", "I am a");
  g_assert_cmpuint (f->a->n_asked, ==, 2);
  g_assert_cmpstr (f->log->str, ==, "[a/m]{a/m: cut off}[a/m]");
}

static void
test_stays_broken (BtyFailover *f, gconstpointer unused)
{
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  bty_failover_ask (f, "a/m");
  bty_failover_assert_failure (f, BTY_ERROR_UNAVAILABLE, "cut off");
  g_assert_cmpstr (f->said->str, ==, "I am a"); /* what was said is kept */
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_FAILED);
  g_assert_cmpint (bty_route_get_usage (f->route)->output_tokens, >, 0);
  g_assert_true (bty_route_get_usage (f->route)->is_estimate);

  f->forbids_restart = TRUE;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_failure (f, BTY_ERROR_UNAVAILABLE, "cut off");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
test_goes_on (BtyFailover *f, gconstpointer unused)
{
  static const char *const begins[] = { "One, ", "two ", NULL };
  static const char *const ends[] = { " ", "three", NULL };
  BtyFakeProvider *c = bty_failover_add_fake (f, "c", ends, ",\"default_model\":\"m\"");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  GAsyncResult *place = NULL;
  const BtyPromptMessage *last;

  c->models = "m";
  c->window = 1000;
  c->abilities = "text continue";
  bty_provider_service_list_models_async (f->service, "c", TRUE, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  models = bty_provider_service_list_models_finish (f->service, result, NULL);
  f->a->words = begins;
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  bty_failover_ask (f, "a/m c/m");
  bty_failover_assert_answer (f, "c/m", "One, two three");
  g_assert_cmpstr (f->log->str, ==, "[a/m][c/m]");
  g_assert_cmpuint (c->request->messages->len, ==, 2);
  last = c->request->messages->pdata[1];
  g_assert_cmpint (last->role, ==, BTY_ROLE_ASSISTANT);
  g_assert_cmpstr (((const BtyPart *) last->parts->pdata[0])->text, ==, "One, two");

  /* One that takes no beginning of an answer after all is asked from the start. */
  c->n_failing = 1;
  c->words = bty_failover_nothing;
  bty_fake_provider_fail (c, BTY_ERROR_INVALID_ARGUMENT, "the last message must be a question");
  bty_failover_ask (f, "a/m c/m");
  bty_failover_assert_answer (f, "c/m", "");
  g_assert_nonnull (strstr (f->log->str, "[c/m]{a/m: cut off}[c/m]"));
  g_assert_cmpuint (c->request->messages->len, ==, 1);
  c->words = ends;

  /* Reasoning is not gone on from. */
  f->a->reasons = TRUE;
  bty_failover_ask (f, "a/m c/m");
  g_assert_cmpstr (f->said->str, ==, " three");
  g_assert_nonnull (strstr (f->log->str, "{a/m: cut off}"));
}

/* The breaker. */

static void
test_breaker (BtyFailover *f, gconstpointer unused)
{
  f->a->words = bty_failover_nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "down");
  for (guint i = 0; i < 3; i++)
    bty_failover_ask (f, "a/m b/m");
  g_assert_cmpuint (f->a->n_asked, ==, 3);
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 3); /* not asked any more */
  g_assert_nonnull (strstr (f->log->str, "failed 3 times in a row"));
  bty_failover_ask (f, "a/other");
  g_assert_cmpuint (f->a->n_asked, ==, 4); /* but its other models */
  bty_failover_ask (f, "a/m");
  bty_failover_assert_failure (f, BTY_ERROR_UNAVAILABLE, "(down)");

  /* A test asks all the same, and when it goes well the model is back. */
  g_clear_error (&f->a->failure);
  f->demand.is_probe = TRUE;
  bty_failover_ask (f, "a/m");
  bty_failover_assert_answer (f, "a/m", "");
  f->demand.is_probe = FALSE;
  bty_failover_ask (f, "a/m b/m");
  bty_failover_assert_answer (f, "a/m", "");
}

/* The pool of keys. */

#define POOL                                                                                                           \
  "{\"name\":\"p\",\"kind\":\"pool\",\"url\":\"http://127.0.0.1/\",\"context_window\":9,"                              \
  "\"key_ref\":\"env:TEST_KEY_ONE\",\"more_keys\":[\"env:TEST_KEY_TWO\",\"env:TEST_KEY_THREE\"]}"

static guint
asked_with (BtyFailover *f, const char *key)
{
  guint n = 0;

  for (guint i = 0; i < f->made->len; i++)
    {
      BtyFakeProvider *fake = f->made->pdata[i];

      if (fake->key != NULL && strcmp (bty_secret_peek (fake->key), key) == 0)
        n += fake->n_asked;
    }
  return n;
}

static void
test_keys_take_turns (BtyFailover *f, gconstpointer unused)
{
  bty_failover_add_provider (f, POOL);
  for (guint i = 0; i < 6; i++)
    {
      bty_failover_ask (f, "p/m");
      bty_failover_assert_answer (f, "p/m", "I am a");
    }
  g_assert_cmpuint (f->made->len, ==, 3);
  g_assert_cmpuint (asked_with (f, "one"), ==, 2);
  g_assert_cmpuint (asked_with (f, "two"), ==, 2);
  g_assert_cmpuint (asked_with (f, "three"), ==, 2);
}

static void
test_keys_rest (BtyFailover *f, gconstpointer unused)
{
  f->a->refuses = "t"; /* two and three */
  bty_failover_add_provider (f, POOL);
  for (guint i = 0; i < 6; i++)
    {
      bty_failover_ask (f, "p/m");
      bty_failover_assert_answer (f, "p/m", "I am a");
    }
  g_assert_cmpuint (asked_with (f, "one"), ==, 6);
  g_assert_cmpuint (asked_with (f, "two"), ==, 1);
  g_assert_cmpuint (asked_with (f, "three"), ==, 1);
}

static void
test_keys_are_used_up (BtyFailover *f, gconstpointer unused)
{
  f->a->exhausts = "";
  bty_failover_add_provider (f, POOL);
  bty_failover_ask (f, "p/m b/m");
  bty_failover_assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (asked_with (f, "one") + asked_with (f, "two") + asked_with (f, "three"), ==, 3);
  bty_failover_ask (f, "p/m");
  bty_failover_assert_failure (f, BTY_ERROR_RESOURCE_EXHAUSTED, "all 3 keys of the provider “p” rest");
  g_assert_nonnull (strstr (bty_route_get_error (f->route)->message, "no money is left"));
}

/* One key that nobody has does not keep the others from being used. */
static void
test_keys_missing (BtyFailover *f, gconstpointer unused)
{
  bty_failover_add_provider (f, "{\"name\":\"p\",\"kind\":\"pool\",\"url\":\"http://127.0.0.1/\",\"context_window\":9,"
                                "\"key_ref\":\"env:TEST_KEY_NOBODY\",\"more_keys\":[\"env:TEST_KEY_TWO\"]}");
  bty_failover_ask (f, "p/m");
  bty_failover_assert_answer (f, "p/m", "I am a");
  bty_failover_ask (f, "p/m");
  bty_failover_assert_answer (f, "p/m", "I am a");
  g_assert_cmpuint (asked_with (f, "two"), ==, 2);
}

static void
add_test (const char *path, void (*prepare) (BtyFailover *, gconstpointer), void (*test) (BtyFailover *, gconstpointer))
{
  g_test_add (path, BtyFailover, NULL, prepare, test, bty_failover_tear_down);
}

int
main (int argc, char **argv)
{
  g_setenv ("TEST_KEY_ONE", "one", TRUE);
  g_setenv ("TEST_KEY_TWO", "two", TRUE);
  g_setenv ("TEST_KEY_THREE", "three", TRUE);
  g_test_init (&argc, &argv, NULL);
  add_test ("/failover/retries", set_up, test_retries);
  add_test ("/failover/no-retries", set_up, test_no_retries);
  add_test ("/failover/retry-after", set_up, test_retry_after);
  add_test ("/failover/quiet", set_up_quiet, test_quiet);
  add_test ("/failover/no-circle", set_up_once, test_no_circle);
  add_test ("/failover/quota", set_up, test_quota);
  add_test ("/failover/larger", set_up, test_larger);
  add_test ("/failover/restarts", set_up, test_restarts);
  add_test ("/failover/stays-broken", set_up_once, test_stays_broken);
  add_test ("/failover/goes-on", set_up_once, test_goes_on);
  add_test ("/failover/breaker", set_up_once, test_breaker);
  add_test ("/failover/keys-take-turns", set_up, test_keys_take_turns);
  add_test ("/failover/keys-rest", set_up, test_keys_rest);
  add_test ("/failover/keys-are-used-up", set_up, test_keys_are_used_up);
  add_test ("/failover/keys-missing", set_up, test_keys_missing);
  return g_test_run ();
}
