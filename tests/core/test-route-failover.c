/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a route does when providers do not: it tries again, goes on, begins anew, rests keys, hedges, waits its turn. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-provider.h"
#include "bty-fake-store.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "route/bty-route.h"

typedef struct
{
  BtyStore *store;
  BtySecretService *secrets;
  BtyProviderService *service;
  BtySettings *settings;
  BtyRouter *router;
  GHashTable *fakes;
  GPtrArray *made; /* of a pool: one for each key */
  BtyFakeProvider *a, *b;
  GCancellable *cancellable;
  BtyRoute *route;
  BtyRouteDemand demand;
  gboolean is_offline;
  gboolean forbids_restart;
  GString *log; /* what the route told, in order */
  GString *said;
  gboolean done;
} Fixture;

static const char *const from_a[] = { "I ", "am ", "a", NULL };
static const char *const from_b[] = { "I ", "am ", "b", NULL };
static const char *const nothing[] = { NULL };

static BtyProvider *
make_provider (gpointer data, const char *kind, GError **error)
{
  Fixture *f = data;
  BtyFakeProvider *fake;

  if (strcmp (kind, "pool") != 0)
    return bty_fake_provider_make (f->fakes, kind, error);
  fake = bty_fake_provider_new (from_a);
  fake->refuses = f->a->refuses;
  fake->exhausts = f->a->exhausts;
  g_ptr_array_add (f->made, g_object_ref (fake));
  return BTY_PROVIDER (fake);
}

static gboolean
is_online (gpointer data)
{
  return !((Fixture *) data)->is_offline;
}

static void
add (Fixture *f, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyProviderConfig) config = bty_record_from_json (&bty_provider_config_schema, BTY_VIEW_CREATE, json, -1,
                                                               &error);
  g_autoptr (BtyProviderConfig) added = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  g_assert_no_error (error);
  bty_provider_service_add_async (f->service, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  added = bty_provider_service_add_finish (f->service, result, &error);
  g_assert_no_error (error);
}

static BtyFakeProvider *
add_fake (Fixture *f, const char *name, const char *const *words, const char *more)
{
  BtyFakeProvider *fake = bty_fake_provider_new (words);
  g_autofree char *json = g_strdup_printf (
    "{\"name\":\"%s\",\"kind\":\"%s\",\"url\":\"http://127.0.0.1:9/\",\"context_window\":1000%s}", name, name, more);

  g_hash_table_insert (f->fakes, g_strdup (name), fake);
  add (f, json);
  return fake;
}

/* Settings are those of the environment, which counts before every file. */
static void
set_up_with (Fixture *f, const char *retries, const char *hedge_ms)
{
  g_setenv ("BOTERNITY_ROUTE_RETRIES", retries, TRUE);
  g_setenv ("BOTERNITY_ROUTE_RETRY_MS", "1", TRUE);
  g_setenv ("BOTERNITY_ROUTE_HEDGE_MS", hedge_ms, TRUE);
  g_setenv ("BOTERNITY_ROUTE_BREAKER_FAILURES", "3", TRUE);
  f->store = bty_fake_store_new ();
  f->secrets = bty_secret_service_new ();
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  f->settings = bty_test_settings_new ();
  f->router = bty_test_router_new (f->service, f->store, f->settings);
  bty_router_set_network (f->router, is_online, f);
  f->fakes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  f->made = g_ptr_array_new_with_free_func (g_object_unref);
  bty_provider_service_set_maker (f->service, make_provider, f);
  f->a = add_fake (f, "a", from_a, "");
  f->b = add_fake (f, "b", from_b, "");
  f->cancellable = g_cancellable_new ();
  f->log = g_string_new (NULL);
  f->said = g_string_new (NULL);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "2", "0");
}

static void
set_up_hedged (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "0", "1");
}

static void
set_up_quiet (Fixture *f, gconstpointer unused)
{
  g_setenv ("BOTERNITY_ROUTE_TOKEN_MS", "30", TRUE);
  set_up_with (f, "0", "0");
  g_unsetenv ("BOTERNITY_ROUTE_TOKEN_MS");
}

static void
set_up_once (Fixture *f, gconstpointer unused)
{
  set_up_with (f, "0", "0");
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_settle ();
  if (f->route != NULL)
    g_assert_finalize_object (f->route); /* nothing keeps a route that has ended */
  g_object_unref (f->cancellable);
  g_assert_finalize_object (f->router);
  g_object_unref (f->settings);
  g_assert_finalize_object (f->service);
  g_object_unref (f->secrets);
  g_ptr_array_unref (f->made);
  g_hash_table_unref (f->fakes);
  g_assert_finalize_object (f->store);
  g_string_free (f->log, TRUE);
  g_string_free (f->said, TRUE);
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  Fixture *f = data;
  BtyCompletionRequest *request = bty_completion_request_new ();

  g_string_append_printf (f->log, "[%s]", model->name);
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
  return request;
}

static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->log, "(%s: %s)", model, error->message);
}

static void
on_restarted (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  Fixture *f = data;

  g_string_append_printf (f->log, "{%s: %s}", model, error->message);
  g_string_truncate (f->said, 0);
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  g_string_append_len (((Fixture *) data)->said, delta->text, (gssize) delta->length);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  g_assert_false (((Fixture *) data)->done);
  ((Fixture *) data)->done = TRUE;
}

static void
on_chosen (BtyRoute *route, const char *model, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->log, "<%s>", model);
}

static const BtyRouteEvents events = { .on_model = on_model,
                                       .on_skipped = on_skipped,
                                       .on_restarted = on_restarted,
                                       .on_delta = on_delta,
                                       .on_done = on_done,
                                       .on_chosen = on_chosen };
static const BtyRouteEvents events_without_restart = {
  .on_model = on_model, .on_skipped = on_skipped, .on_delta = on_delta, .on_done = on_done
};

static void
begin (Fixture *f, const char *models)
{
  g_auto (GStrv) list = g_strsplit (models, " ", -1);
  g_autoptr (BtySpender) spender = bty_spender_new (bty_router_get_budgets (f->router), NULL,
                                                    &(BtySpenderFor){ .purpose = "test", .slug = "ada" });

  g_clear_object (&f->route);
  f->done = FALSE;
  g_string_truncate (f->log, 0);
  g_string_truncate (f->said, 0);
  f->route = bty_route_new (f->router, (const char *const *) list, spender, f->cancellable,
                            f->forbids_restart ? &events_without_restart : &events, f);
  bty_route_set_demand (f->route, &f->demand);
  bty_route_start (f->route);
}

static void
ask (Fixture *f, const char *models)
{
  begin (f, models);
  bty_test_wait_for (&f->done);
}

static void
assert_answer (Fixture *f, const char *model, const char *text)
{
  g_assert_no_error (bty_route_get_error (f->route));
  g_assert_cmpstr (bty_route_get_model (f->route), ==, model);
  g_assert_cmpstr (f->said->str, ==, text);
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_END);
}

static void
assert_failure (Fixture *f, BtyErrorCode code, const char *says)
{
  g_assert_error (bty_route_get_error (f->route), BTY_ERROR, (gint) code);
  if (strstr (bty_route_get_error (f->route)->message, says) == NULL)
    g_error ("“%s” does not say “%s”", bty_route_get_error (f->route)->message, says);
}

/* Trying again. */

static void
test_retries (Fixture *f, gconstpointer unused)
{
  const BtyErrorCode passing[] = { BTY_ERROR_UNAVAILABLE, BTY_ERROR_RESOURCE_EXHAUSTED, BTY_ERROR_DATA_LOSS };

  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    {
      f->a->words = nothing;
      f->a->is_over = FALSE;
      f->a->n_failing = 2;
      f->a->n_asked = 0;
      bty_fake_provider_fail (f->a, passing[i], "not now");
      ask (f, "a/m b/m");
      assert_answer (f, "a/m", "");
      g_assert_cmpuint (f->a->n_asked, ==, 3);
      g_assert_cmpuint (f->b->n_asked, ==, 0);
    }
}

static void
test_no_retries (Fixture *f, gconstpointer unused)
{
  const BtyErrorCode lasting[] = { BTY_ERROR_NOT_FOUND, BTY_ERROR_UNAUTHENTICATED, BTY_ERROR_PERMISSION_DENIED,
                                   BTY_ERROR_FAILED_PRECONDITION, BTY_ERROR_DEADLINE_EXCEEDED };

  f->a->words = nothing;
  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      f->a->n_asked = 0;
      bty_fake_provider_fail (f->a, lasting[i], "never");
      ask (f, "a/m b/m");
      assert_answer (f, "b/m", "I am b");
      g_assert_cmpuint (f->a->n_asked, ==, 1);
      g_assert_cmpstr (f->log->str, ==, "[a/m](a/m: never)[b/m]");
    }
}

/* A wait that is asked for and too long is not waited for; that it was asked for is told when nobody answers. */
static void
test_retry_after (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->a->n_failing = 1;
  f->a->retry_after_ms = 3;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "slowly");
  ask (f, "a/m b/m");
  assert_answer (f, "a/m", "");
  g_assert_cmpuint (f->a->n_asked, ==, 2);

  f->a->is_over = FALSE;
  f->a->n_failing = 0;
  f->a->retry_after_ms = 3600000;
  f->a->n_asked = 0;
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 1);
  /* It is left alone while it asked for it. */
  ask (f, "a/m");
  assert_failure (f, BTY_ERROR_RESOURCE_EXHAUSTED, "asked for a pause");
  g_assert_cmpint (bty_route_get_retry_after_ms (f->route), >, 3000000);
  g_assert_cmpuint (f->a->n_asked, ==, 1);
  /* Its other models are not; and whoever tests it asks all the same. */
  ask (f, "a/other");
  g_assert_cmpuint (f->a->n_asked, ==, 2);
  f->demand.is_probe = TRUE;
  f->a->is_over = TRUE;
  f->a->n_failing = 1;
  ask (f, "a/m");
  g_assert_no_error (bty_route_get_error (f->route));
  f->demand.is_probe = FALSE;
  ask (f, "a/m"); /* it answered, so that is over */
  g_assert_no_error (bty_route_get_error (f->route));
}

/* It shows that it is there, and says nothing. */
static void
test_quiet (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->a->hangs = TRUE;
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  ask (f, "a/m");
  assert_failure (f, BTY_ERROR_DEADLINE_EXCEEDED, "route.token_ms");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running, ==, 0);
}

/* One that cannot be opened is not taken for one that refuses to go on from what was said. */
static void
test_no_circle (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *c = add_fake (f, "c", from_a, "");

  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "gone");
  f->b->words = nothing;
  f->b->models = "m";
  f->b->abilities = "text continue";
  bty_fake_provider_fail (f->b, BTY_ERROR_UNAVAILABLE, "down");
  c->refusal = g_error_new_literal (BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "a wrong option");
  ask (f, "a/m b/m c/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "a wrong option");
  g_assert_cmpuint (f->b->n_asked, ==, 1);
}

static void
test_quota (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->a->is_quota = TRUE;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "no money is left");
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 1);
}

/* Too long for one model: only a larger one is tried. */
static void
test_larger (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *large = add_fake (f, "large", from_b, "");

  large->models = "m";
  f->a->words = nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_OUT_OF_RANGE, "too long");
  ask (f, "a/m b/m");
  assert_failure (f, BTY_ERROR_OUT_OF_RANGE, "b/m: its window of 1000 tokens is no larger");
  g_assert_cmpuint (f->b->n_asked, ==, 0);

  add (f, "{\"name\":\"larger\",\"kind\":\"large\",\"url\":\"http://127.0.0.1/\",\"context_window\":1001}");
  ask (f, "a/m b/m larger/m");
  assert_answer (f, "larger/m", "I am b");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

/* Breaking off. */

static void
test_restarts (Fixture *f, gconstpointer unused)
{
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[a/m]{a/m: cut off}[b/m]");

  /* Where there is no other, the same is asked again. */
  f->a->n_failing = 1;
  f->a->n_asked = 0;
  ask (f, "a/m");
  assert_answer (f, "a/m", "I am a");
  g_assert_cmpuint (f->a->n_asked, ==, 2);
  g_assert_cmpstr (f->log->str, ==, "[a/m]{a/m: cut off}[a/m]");
}

static void
test_stays_broken (Fixture *f, gconstpointer unused)
{
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  ask (f, "a/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "cut off");
  g_assert_cmpstr (f->said->str, ==, "I am a"); /* what was said is kept */
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_FAILED);
  g_assert_cmpint (bty_route_get_usage (f->route)->output_tokens, >, 0);
  g_assert_true (bty_route_get_usage (f->route)->is_estimate);

  f->forbids_restart = TRUE;
  ask (f, "a/m b/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "cut off");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
test_goes_on (Fixture *f, gconstpointer unused)
{
  static const char *const begins[] = { "One, ", "two ", NULL };
  static const char *const ends[] = { " ", "three", NULL };
  BtyFakeProvider *c = add_fake (f, "c", ends, ",\"default_model\":\"m\"");
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
  ask (f, "a/m c/m");
  assert_answer (f, "c/m", "One, two three");
  g_assert_cmpstr (f->log->str, ==, "[a/m][c/m]");
  g_assert_cmpuint (c->request->messages->len, ==, 2);
  last = c->request->messages->pdata[1];
  g_assert_cmpint (last->role, ==, BTY_ROLE_ASSISTANT);
  g_assert_cmpstr (((const BtyPart *) last->parts->pdata[0])->text, ==, "One, two");

  /* One that takes no beginning of an answer after all is asked from the start. */
  c->n_failing = 1;
  c->words = nothing;
  bty_fake_provider_fail (c, BTY_ERROR_INVALID_ARGUMENT, "the last message must be a question");
  ask (f, "a/m c/m");
  assert_answer (f, "c/m", "");
  g_assert_nonnull (strstr (f->log->str, "[c/m]{a/m: cut off}[c/m]"));
  g_assert_cmpuint (c->request->messages->len, ==, 1);
  c->words = ends;

  /* Reasoning is not gone on from. */
  f->a->reasons = TRUE;
  ask (f, "a/m c/m");
  g_assert_cmpstr (f->said->str, ==, " three");
  g_assert_nonnull (strstr (f->log->str, "{a/m: cut off}"));
}

/* The breaker. */

static void
test_breaker (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "down");
  for (guint i = 0; i < 3; i++)
    ask (f, "a/m b/m");
  g_assert_cmpuint (f->a->n_asked, ==, 3);
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (f->a->n_asked, ==, 3); /* not asked any more */
  g_assert_nonnull (strstr (f->log->str, "failed 3 times in a row"));
  ask (f, "a/other");
  g_assert_cmpuint (f->a->n_asked, ==, 4); /* but its other models */
  ask (f, "a/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "(down)");

  /* A test asks all the same, and when it goes well the model is back. */
  g_clear_error (&f->a->failure);
  f->demand.is_probe = TRUE;
  ask (f, "a/m");
  assert_answer (f, "a/m", "");
  f->demand.is_probe = FALSE;
  ask (f, "a/m b/m");
  assert_answer (f, "a/m", "");
}

/* The pool of keys. */

#define POOL                                                                                                           \
  "{\"name\":\"p\",\"kind\":\"pool\",\"url\":\"http://127.0.0.1/\",\"context_window\":9,"                              \
  "\"key_ref\":\"env:TEST_KEY_ONE\",\"more_keys\":[\"env:TEST_KEY_TWO\",\"env:TEST_KEY_THREE\"]}"

static guint
asked_with (Fixture *f, const char *key)
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
test_keys_take_turns (Fixture *f, gconstpointer unused)
{
  add (f, POOL);
  for (guint i = 0; i < 6; i++)
    {
      ask (f, "p/m");
      assert_answer (f, "p/m", "I am a");
    }
  g_assert_cmpuint (f->made->len, ==, 3);
  g_assert_cmpuint (asked_with (f, "one"), ==, 2);
  g_assert_cmpuint (asked_with (f, "two"), ==, 2);
  g_assert_cmpuint (asked_with (f, "three"), ==, 2);
}

static void
test_keys_rest (Fixture *f, gconstpointer unused)
{
  f->a->refuses = "t"; /* two and three */
  add (f, POOL);
  for (guint i = 0; i < 6; i++)
    {
      ask (f, "p/m");
      assert_answer (f, "p/m", "I am a");
    }
  g_assert_cmpuint (asked_with (f, "one"), ==, 6);
  g_assert_cmpuint (asked_with (f, "two"), ==, 1);
  g_assert_cmpuint (asked_with (f, "three"), ==, 1);
}

static void
test_keys_are_used_up (Fixture *f, gconstpointer unused)
{
  f->a->exhausts = "";
  add (f, POOL);
  ask (f, "p/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpuint (asked_with (f, "one") + asked_with (f, "two") + asked_with (f, "three"), ==, 3);
  ask (f, "p/m");
  assert_failure (f, BTY_ERROR_RESOURCE_EXHAUSTED, "all 3 keys of the provider “p” rest");
  g_assert_nonnull (strstr (bty_route_get_error (f->route)->message, "no money is left"));
}

/* One key that nobody has does not keep the others from being used. */
static void
test_keys_missing (Fixture *f, gconstpointer unused)
{
  add (f, "{\"name\":\"p\",\"kind\":\"pool\",\"url\":\"http://127.0.0.1/\",\"context_window\":9,"
          "\"key_ref\":\"env:TEST_KEY_NOBODY\",\"more_keys\":[\"env:TEST_KEY_TWO\"]}");
  ask (f, "p/m");
  assert_answer (f, "p/m", "I am a");
  ask (f, "p/m");
  assert_answer (f, "p/m", "I am a");
  g_assert_cmpuint (asked_with (f, "two"), ==, 2);
}

/* Hedging. */

static void
test_hedged (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->a->hangs = TRUE;
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[a/m][b/m]");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running, ==, 0); /* it was called off */
}

static void
test_hedge_loses (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->b->words = nothing;
  f->a->hangs = TRUE;
  f->b->hangs = TRUE;
  begin (f, "a/m b/m");
  while (f->b->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_running + f->b->n_running, ==, 0);
}

/* The one that was begun first fails while the other is silent: that one is waited for. */
static void
test_hedge_is_left (Fixture *f, gconstpointer unused)
{
  f->b->hangs = TRUE;
  f->b->words = nothing;
  f->a->hangs = TRUE;
  f->a->words = nothing;
  begin (f, "b/m a/m");
  while (f->a->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
}

/* Conditions and abilities. */

static void
test_conditions (Fixture *f, gconstpointer unused)
{
  static const char *const needs[] = { "tools", NULL };

  ask (f, "a/m?tools b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[b/m]"); /* nothing went wrong */
  f->demand.needs = needs;
  ask (f, "a/m?tools b/m");
  assert_answer (f, "a/m", "I am a");
  f->demand.needs = NULL;
  f->demand.tokens = 500;
  ask (f, "a/m?context>500 b/m?context>600");
  assert_failure (f, BTY_ERROR_FAILED_PRECONDITION, "a/m: its condition “context>500” does not hold; b/m:");
  ask (f, "a/m?tool");
  assert_failure (f, BTY_ERROR_INVALID_ARGUMENT, "no such condition");
}

static void
test_abilities (Fixture *f, gconstpointer unused)
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
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_nonnull (strstr (f->log->str, "needs “vision”"));
  g_assert_cmpuint (f->a->n_asked, ==, 0);
}

static void
test_offline (Fixture *f, gconstpointer unused)
{
  add (f, "{\"name\":\"far\",\"kind\":\"a\",\"url\":\"https://api.example/v1\",\"context_window\":9}");
  f->is_offline = TRUE;
  ask (f, "far/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_nonnull (strstr (f->log->str, "there is no network to the provider “far”"));
  g_assert_cmpuint (f->a->n_asked, ==, 0);
  f->is_offline = FALSE;
  ask (f, "far/m b/m");
  assert_answer (f, "far/m", "I am a");
}

/* Many at once. */

#define N_ROUTES 1000

typedef struct
{
  Fixture *f;
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
begin_crowd (Fixture *f, Crowd *crowd, const char *step)
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
test_crowd (Fixture *f, gconstpointer unused)
{
  Crowd crowd = { 0 };
  BtyFakeProvider *narrow = add_fake (f, "narrow", from_a, ",\"max_concurrent\":3");
  GPtrArray *routes = begin_crowd (f, &crowd, "narrow/m");

  bty_test_wait_for (&crowd.is_over);
  g_assert_cmpuint (crowd.n_answers, ==, N_ROUTES);
  g_assert_cmpuint (narrow->n_asked, ==, N_ROUTES);
  g_assert_cmpuint (narrow->most_running, <=, 4); /* one that has ended may still be let go of */
  end_crowd (routes);
}

/* All of them given up at once, after @iterations of the main loop: in whatever state each is then. */
static void
test_crowd_cancelled (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *narrow = add_fake (f, "narrow", from_a, ",\"max_concurrent\":5");

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
test_cancelled_in_wait (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->a->retry_after_ms = 4000;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "slowly");
  begin (f, "a/m b/m");
  while (f->a->n_asked == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
add_test (const char *path, void (*prepare) (Fixture *, gconstpointer), void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, prepare, test, tear_down);
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
  add_test ("/failover/hedged", set_up_hedged, test_hedged);
  add_test ("/failover/hedge-loses", set_up_hedged, test_hedge_loses);
  add_test ("/failover/hedge-is-left", set_up_hedged, test_hedge_is_left);
  add_test ("/failover/conditions", set_up, test_conditions);
  add_test ("/failover/abilities", set_up, test_abilities);
  add_test ("/failover/offline", set_up, test_offline);
  add_test ("/failover/crowd", set_up_once, test_crowd);
  add_test ("/failover/crowd-cancelled", set_up_once, test_crowd_cancelled);
  add_test ("/failover/cancelled-in-wait", set_up, test_cancelled_in_wait);
  return g_test_run ();
}
