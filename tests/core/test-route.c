/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-provider.h"
#include "bty-fake-store.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "route/bty-route.h"

#define FALLBACK_WINDOW "4321"

typedef struct
{
  BtyStore *store;
  BtySecretService *secrets;
  BtyProviderService *service;
  BtySettings *settings;
  BtyRouter *router;
  GHashTable *fakes;
  BtyFakeProvider *a, *b, *c;
  GCancellable *cancellable;
  BtyRoute *route;

  GString *log;          /* what the route told, in order */
  GString *said;         /* the answer */
  const char *too_small; /* a model that nothing fits into */
  gboolean done;
} Fixture;

static const char *const from_a[] = { "I ", "am ", "a", NULL };
static const char *const from_b[] = { "I ", "am ", "b", NULL };
static const char *const nothing[] = { NULL };

static void
add_provider (Fixture *f, const char *name, const char *more)
{
  g_autofree char *json = g_strdup_printf ("{\"name\":\"%s\",\"kind\":\"%s\"%s}", name, name, more);

  bty_test_add_provider (f->service, json);
}

static BtyFakeProvider *
add_fake (Fixture *f, const char *name, const char *const *words, const char *more)
{
  BtyFakeProvider *fake = bty_fake_provider_new (words);

  g_hash_table_insert (f->fakes, g_strdup (name), fake);
  if (strcmp (name, "builtin") != 0)
    add_provider (f, name, more);
  return fake;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->store = bty_fake_store_new ();
  f->secrets = bty_secret_service_new ();
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  g_setenv ("BOTERNITY_CHAT_CONTEXT_WINDOW", FALLBACK_WINDOW, TRUE);
  f->settings = bty_test_settings_new ();
  f->router = bty_test_router_new (f->service, f->store, f->settings);
  f->fakes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  bty_provider_service_set_maker (f->service, bty_fake_provider_make, f->fakes);
  f->a = add_fake (f, "a", from_a, "");
  f->b = add_fake (f, "b", from_b, "");
  f->c = add_fake (f, "builtin", nothing, "");
  f->cancellable = g_cancellable_new ();
  f->log = g_string_new (NULL);
  f->said = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_settle ();
  g_assert_finalize_object (f->route); /* nothing keeps a route that has ended */
  g_object_unref (f->cancellable);
  g_assert_finalize_object (f->router);
  g_object_unref (f->settings);
  g_assert_finalize_object (f->service);
  g_object_unref (f->secrets);
  g_hash_table_unref (f->fakes);
  g_assert_finalize_object (f->store);
  g_string_free (f->log, TRUE);
  g_string_free (f->said, TRUE);
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  Fixture *f = data;
  BtyCompletionRequest *request;

  g_string_append_printf (f->log, "[%s %" G_GINT64_FORMAT "]", model->name, model->context_window);
  if (g_strcmp0 (f->too_small, model->name) == 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_OUT_OF_RANGE, "too long for %s", model->name);
      return NULL;
    }
  request = bty_completion_request_new ();
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
  return request;
}

static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  Fixture *f = data;

  g_string_append_printf (f->log, "(%s: %s)", model, error->message);
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  Fixture *f = data;

  g_string_append_len (f->said, delta->text, (gssize) delta->length);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  Fixture *f = data;

  g_assert_false (f->done);
  f->done = TRUE;
}

static const BtyRouteEvents events = {
  .on_model = on_model, .on_skipped = on_skipped, .on_delta = on_delta, .on_done = on_done
};

static void
begin (Fixture *f, const char *models)
{
  g_auto (GStrv) list = g_strsplit (models, " ", -1);
  g_autoptr (BtySpender) spender = NULL;

  g_clear_object (&f->route);
  f->done = FALSE;
  g_string_truncate (f->log, 0);
  g_string_truncate (f->said, 0);
  spender = bty_spender_new (bty_router_get_budgets (f->router), NULL, &(BtySpenderFor){ .purpose = "test" });
  f->route = bty_route_new (f->router, (const char *const *) list, spender, f->cancellable, &events, f);
  bty_route_start (f->route);
  g_assert_false (f->done);
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

static void
test_first_answers (Fixture *f, gconstpointer unused)
{
  ask (f, "a/large b/small");
  assert_answer (f, "a/large", "I am a");
  g_assert_cmpstr (f->log->str, ==, "[a/large 4321]");
  g_assert_cmpstr (f->a->request->model, ==, "large");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

/* A model's own name may hold slashes. */
static void
test_names (Fixture *f, gconstpointer unused)
{
  ask (f, "a/vendor/model:free");
  assert_answer (f, "a/vendor/model:free", "I am a");
  g_assert_cmpstr (f->a->request->model, ==, "vendor/model:free");
}

static void
test_falls_through (Fixture *f, gconstpointer unused)
{
  const BtyErrorCode through[] = { BTY_ERROR_RESOURCE_EXHAUSTED, BTY_ERROR_UNAVAILABLE,
                                   BTY_ERROR_DEADLINE_EXCEEDED,  BTY_ERROR_DATA_LOSS,
                                   BTY_ERROR_NOT_FOUND,          BTY_ERROR_FAILED_PRECONDITION,
                                   BTY_ERROR_UNAUTHENTICATED,    BTY_ERROR_PERMISSION_DENIED,
                                   BTY_ERROR_UNIMPLEMENTED,      BTY_ERROR_INTERNAL };

  f->a->words = nothing;
  for (guint i = 0; i < G_N_ELEMENTS (through); i++)
    {
      bty_fake_provider_fail (f->a, through[i], "not now");
      ask (f, "a/m b/m");
      assert_answer (f, "b/m", "I am b");
      g_assert_cmpstr (f->log->str, ==, "[a/m 4321](a/m: not now)[b/m 4321]");
    }
}

static void
test_own_mistakes (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_INVALID_ARGUMENT, "your mistake");
  ask (f, "a/m b/m");
  assert_failure (f, BTY_ERROR_INVALID_ARGUMENT, "your mistake");
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_FAILED);
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
test_fails_after_first_word (Fixture *f, gconstpointer unused)
{
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "cut off");
  ask (f, "a/m b/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "cut off");
  g_assert_cmpstr (f->said->str, ==, "I am a");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
test_nobody_answers (Fixture *f, gconstpointer unused)
{
  f->a->words = nothing;
  f->b->words = nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_RESOURCE_EXHAUSTED, "no quota");
  bty_fake_provider_fail (f->b, BTY_ERROR_UNAVAILABLE, "down");
  ask (f, "a/m b/n");
  assert_failure (f, BTY_ERROR_RESOURCE_EXHAUSTED, "a/m: no quota; b/n: down");
  g_assert_cmpstr (f->log->str, ==, "[a/m 4321](a/m: no quota)[b/n 4321]"); /* the last is told by the error */

  ask (f, "b/n");
  g_assert_cmpstr (bty_route_get_error (f->route)->message, ==, "down");
}

static void
test_window (Fixture *f, gconstpointer unused)
{
  add_fake (f, "told", from_a, ",\"context_window\":2000");
  f->a->window = 1000;
  ask (f, "a/small");
  g_assert_cmpstr (f->log->str, ==, "[a/small 1000]");
  ask (f, "a/unlisted");
  g_assert_cmpstr (f->log->str, ==, "[a/unlisted 4321]");
  g_assert_cmpuint (f->a->n_listed, ==, 1); /* asked once, not with every message */
  ask (f, "told/m");
  g_assert_cmpstr (f->log->str, ==, "[told/m 2000]");
}

/* What does not say what it offers is asked all the same, after a second at most. */
static void
test_silent_list (Fixture *f, gconstpointer unused)
{
  gint64 began = g_get_monotonic_time ();

  f->a->list_hangs = TRUE;
  ask (f, "a/m");
  assert_answer (f, "a/m", "I am a");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  f->b->models = NULL;
  ask (f, "b/m");
  assert_answer (f, "b/m", "I am b");
}

static void
test_default_model (Fixture *f, gconstpointer unused)
{
  add_fake (f, "named", from_b, ",\"default_model\":\"mine\"");
  ask (f, "named");
  assert_answer (f, "named/mine", "I am b");
  ask (f, "a");
  assert_answer (f, "a/small", "I am a");
  ask (f, "a/");
  assert_answer (f, "a/small", "I am a");

  f->b->models = "";
  ask (f, "b a");
  assert_answer (f, "a/small", "I am a");
  g_assert_nonnull (strstr (f->log->str, "(b: the provider “b” has no model: name one, as b/MODEL)"));
}

static void
test_does_not_fit (Fixture *f, gconstpointer unused)
{
  f->too_small = "a/m";
  ask (f, "a/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_cmpstr (f->log->str, ==, "[a/m 4321](a/m: too long for a/m)[b/m 4321]");
  g_assert_cmpuint (f->a->n_asked, ==, 0);
  ask (f, "a/m");
  assert_failure (f, BTY_ERROR_OUT_OF_RANGE, "too long for a/m");
}

static void
test_missing_key (Fixture *f, gconstpointer unused)
{
  add_fake (f, "locked", from_a, ",\"key_ref\":\"env:NOBODY_HAS_THIS\"");
  ask (f, "locked/m");
  assert_failure (f, BTY_ERROR_FAILED_PRECONDITION, "boternity-ctl provider update locked --key-stdin");
  ask (f, "locked/m b/m");
  assert_answer (f, "b/m", "I am b");
  g_assert_nonnull (strstr (f->log->str, "NOBODY_HAS_THIS"));
}

static void
test_unknown_provider (Fixture *f, gconstpointer unused)
{
  ask (f, "nobody/m");
  assert_failure (f, BTY_ERROR_NOT_FOUND, "there are a, b, builtin");
  ask (f, "nobody/m a/m");
  assert_answer (f, "a/m", "I am a");
}

static void
test_odd_lists (Fixture *f, gconstpointer unused)
{
  f->c->words = from_b;
  f->c->models = "helper";
  ask (f, "");
  assert_answer (f, "builtin/helper", "I am b");

  f->a->words = nothing;
  bty_fake_provider_fail (f->a, BTY_ERROR_UNAVAILABLE, "down");
  ask (f, "a/m a/m  a/m");
  assert_failure (f, BTY_ERROR_UNAVAILABLE, "down");
  g_assert_cmpuint (f->a->n_asked, ==, 1);
}

static void
test_cancelled_before (Fixture *f, gconstpointer unused)
{
  g_cancellable_cancel (f->cancellable);
  ask (f, "a/m b/m");
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_CANCELLED);
  g_assert_cmpuint (f->a->n_asked + f->b->n_asked, ==, 0);
}

static void
test_cancelled_while_answering (Fixture *f, gconstpointer unused)
{
  f->a->hangs = TRUE;
  begin (f, "a/m b/m");
  while (f->said->len < strlen ("I am a"))
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_false (f->done);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_CANCELLED);
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

/* A silent provider that nothing was said by yet: no other one is tried once the person gave up. */
static void
test_cancelled_before_first_word (Fixture *f, gconstpointer unused)
{
  f->a->hangs = TRUE;
  f->a->words = nothing;
  begin (f, "a/m b/m");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_asked, ==, 1);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
test_cancelled_while_looking (Fixture *f, gconstpointer unused)
{
  f->a->list_hangs = TRUE;
  begin (f, "a b/m");
  bty_test_settle ();
  g_assert_cmpuint (f->a->n_listed, ==, 1);
  g_cancellable_cancel (f->cancellable);
  bty_test_wait_for (&f->done);
  assert_failure (f, BTY_ERROR_CANCELLED, "");
  g_assert_cmpuint (f->b->n_asked, ==, 0);
}

static void
add_test (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/route/first-answers", test_first_answers);
  add_test ("/route/names", test_names);
  add_test ("/route/falls-through", test_falls_through);
  add_test ("/route/own-mistakes", test_own_mistakes);
  add_test ("/route/fails-after-first-word", test_fails_after_first_word);
  add_test ("/route/nobody-answers", test_nobody_answers);
  add_test ("/route/window", test_window);
  add_test ("/route/silent-list", test_silent_list);
  add_test ("/route/default-model", test_default_model);
  add_test ("/route/does-not-fit", test_does_not_fit);
  add_test ("/route/missing-key", test_missing_key);
  add_test ("/route/unknown-provider", test_unknown_provider);
  add_test ("/route/odd-lists", test_odd_lists);
  add_test ("/route/cancelled-before", test_cancelled_before);
  add_test ("/route/cancelled-while-answering", test_cancelled_while_answering);
  add_test ("/route/cancelled-before-first-word", test_cancelled_before_first_word);
  add_test ("/route/cancelled-while-looking", test_cancelled_while_looking);
  return g_test_run ();
}
