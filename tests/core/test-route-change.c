/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Routes with names: made, changed, deleted, taken in the place of models, tried without asking; and how providers are told of. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-provider.h"
#include "bty-fake-store.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "route/bty-model-listing.h"
#include "route/bty-route-changes.h"
#include "route/bty-route-status.h"
#include "route/bty-route-steps.h"

typedef struct
{
  BtyStore *store;
  BtySecretService *secrets;
  BtyProviderService *service;
  BtySettings *settings;
  BtyRouter *router;
  GHashTable *fakes;
} Fixture;

static const char *const nothing[] = { NULL };

static void
add_provider (Fixture *f, const char *name, const char *more, GError **error)
{
  g_autofree char *json = g_strdup_printf ("{\"name\":\"%s\",\"kind\":\"fake\",\"url\":\"http://127.0.0.1/\"%s}", name,
                                           more);
  g_autoptr (BtyProviderConfig) config = bty_record_from_json (&bty_provider_config_schema, BTY_VIEW_CREATE, json, -1,
                                                               error);
  g_autoptr (BtyProviderConfig) added = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  g_assert_nonnull (config);
  bty_provider_service_add_async (f->service, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  added = bty_provider_service_add_finish (f->service, result, error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->store = bty_fake_store_new ();
  f->secrets = bty_secret_service_new ();
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  f->settings = bty_test_settings_new ();
  f->router = bty_test_router_new (f->service, f->store, f->settings);
  f->fakes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_hash_table_insert (f->fakes, g_strdup ("fake"), bty_fake_provider_new (nothing));
  bty_provider_service_set_maker (f->service, bty_fake_provider_make, f->fakes);
  add_provider (f, "a", "", &error);
  g_assert_no_error (error);
  add_provider (f, "b", ",\"default_model\":\"m\",\"requests_per_minute\":5", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_settle ();
  g_assert_finalize_object (f->router);
  g_object_unref (f->settings);
  g_assert_finalize_object (f->service);
  g_object_unref (f->secrets);
  g_hash_table_unref (f->fakes);
  g_assert_finalize_object (f->store);
}

static BtyRouteConfig *
change (Fixture *f, BtyRouteChange what, const char *json, GError **error)
{
  static const BtyView views[] = { [BTY_ROUTE_CREATE] = BTY_VIEW_CREATE,
                                   [BTY_ROUTE_GET] = BTY_VIEW_KEY,
                                   [BTY_ROUTE_UPDATE] = BTY_VIEW_PATCH,
                                   [BTY_ROUTE_DELETE] = BTY_VIEW_KEY };
  g_autoptr (BtyRouteConfig) config = bty_record_from_json (&bty_route_config_schema, views[what], json, -1, error);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  g_assert_nonnull (config);
  bty_route_change_async (f->service, what, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_route_change_finish (f->service, result, error);
}

static void
assert_changed (Fixture *f, BtyRouteChange what, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRouteConfig) route = change (f, what, json, &error);

  g_assert_no_error (error);
  g_assert_true ((route == NULL) == (what == BTY_ROUTE_DELETE));
}

static void
assert_refused (Fixture *f, BtyRouteChange what, const char *json, BtyErrorCode code, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRouteConfig) route = change (f, what, json, &error);

  g_assert_null (route);
  g_assert_error (error, BTY_ERROR, (gint) code);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static char *
expand (Fixture *f, const char *name, gint64 *hedge_ms)
{
  const char *const texts[] = { name, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) steps = bty_route_expand (f->service, texts, hedge_ms, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *step = bty_route_step_print (steps->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", step);
    }
  return g_string_free (text, FALSE);
}

static void
test_life (Fixture *f, gconstpointer unused)
{
  g_autofree char *steps = NULL;
  g_autofree char *later = NULL;
  g_autofree char *gone = NULL;
  gint64 hedge_ms = 7;

  assert_refused (f, BTY_ROUTE_GET, "{\"name\":\"smart\"}", BTY_ERROR_NOT_FOUND, "boternity-ctl route create smart");
  assert_changed (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"a/m?tools\",\"b\"]}");
  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"a/m\"]}", BTY_ERROR_ALREADY_EXISTS,
                  "boternity-ctl route update smart");
  steps = expand (f, "smart?hour=0-24", &hedge_ms);
  g_assert_cmpstr (steps, ==, "a/m?tools&hour=0-24 b?hour=0-24");
  g_assert_cmpint (hedge_ms, ==, 7); /* it says nothing of its own */

  assert_changed (f, BTY_ROUTE_UPDATE, "{\"name\":\"smart\",\"steps\":[\"b/x\"],\"hedge_ms\":0}");
  later = expand (f, "smart", &hedge_ms);
  g_assert_cmpstr (later, ==, "b/x");
  g_assert_cmpint (hedge_ms, ==, 0);
  assert_refused (f, BTY_ROUTE_UPDATE, "{\"name\":\"smart\",\"revision\":9,\"steps\":[\"b\"]}", BTY_ERROR_ABORTED,
                  "at revision");

  assert_changed (f, BTY_ROUTE_DELETE, "{\"name\":\"smart\"}");
  gone = expand (f, "smart", NULL);
  g_assert_cmpstr (gone, ==, "smart"); /* a provider's name, as far as anyone knows */
}

static void
test_names (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"a\",\"steps\":[\"b\"]}", BTY_ERROR_ALREADY_EXISTS,
                  "a provider is called “a”");
  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"a/b\",\"steps\":[\"b\"]}", BTY_ERROR_INVALID_ARGUMENT, "a/b");
  assert_changed (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"b\"]}");
  add_provider (f, "smart", "", &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_nonnull (strstr (error->message, "a route is called “smart”"));
}

static void
test_unknown (Fixture *f, gconstpointer unused)
{
  static const char *const wrong[] = { "b/m", "nobody/m", NULL };
  static const char *const names[] = { "smart", "a", NULL };
  static const char *const route_of_model[] = { "smart/m", NULL };
  g_autoptr (GError) error = NULL;

  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"a\",\"nobody/m\"]}",
                  BTY_ERROR_INVALID_ARGUMENT, "/steps/1: no provider is called “nobody”: there are a, b, builtin");
  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"a?tool\"]}", BTY_ERROR_INVALID_ARGUMENT,
                  "/steps/0: “tool”: no such condition");
  assert_changed (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"b\"]}");
  assert_refused (f, BTY_ROUTE_CREATE, "{\"name\":\"other\",\"steps\":[\"smart\"]}", BTY_ERROR_INVALID_ARGUMENT,
                  "no provider is called “smart”");
  g_assert_false (bty_provider_service_check_steps (f->service, wrong, TRUE, "/route", &error));
  g_assert_nonnull (strstr (error->message, "/route/1: no provider is called “nobody”"));
  g_clear_error (&error);
  g_assert_true (bty_provider_service_check_steps (f->service, names, TRUE, "/route", &error));
  g_assert_false (bty_provider_service_check_steps (f->service, route_of_model, TRUE, "/route", &error));
}

/* They are there again after a start. */
static void
test_kept (Fixture *f, gconstpointer unused)
{
  g_autofree char *steps = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  assert_changed (f, BTY_ROUTE_CREATE, "{\"name\":\"smart\",\"steps\":[\"b/x\"]}");
  g_assert_finalize_object (f->router);
  g_assert_finalize_object (f->service);
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  f->router = bty_test_router_new (f->service, f->store, f->settings);
  g_assert_false (bty_provider_service_is_ready (f->service));
  bty_provider_service_ready_async (f->service, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  g_assert_true (bty_provider_service_ready_finish (f->service, result, NULL));
  steps = expand (f, "smart", NULL);
  g_assert_cmpstr (steps, ==, "b/x");
}

static GPtrArray *
report (Fixture *f, const char *json, GError **error)
{
  g_autoptr (BtyRouteTest) test = bty_record_from_json (&bty_route_test_schema, BTY_VIEW_CREATE, json, -1, error);

  g_assert_nonnull (test);
  return bty_route_report (f->router, test, error);
}

static void
test_reported (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) down = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE, "down");
  g_autoptr (GPtrArray) reports = NULL;
  static const struct
  {
    const char *model;
    BtyStepVerdict verdict;
    const char *reason;
  } expected[] = { { "a/x", BTY_STEP_SKIPPED, "“tools” does not hold" },
                   { "a/broken", BTY_STEP_SKIPPED, "failed 5 times in a row" },
                   { "locked/m", BTY_STEP_SKIPPED, "boternity-ctl provider update locked --key-stdin" },
                   { "b/m", BTY_STEP_TAKEN, NULL },
                   { "a/y", BTY_STEP_SPARE, NULL } };

  add_provider (f, "locked", ",\"key_ref\":\"env:NOBODY_HAS_THIS\"", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    bty_router_report (f->router, "a/broken", down);
  assert_changed (f, BTY_ROUTE_CREATE,
                  "{\"name\":\"smart\",\"steps\":[\"a/x?tools\",\"a/broken\",\"locked/m\",\"b\",\"a/y\"]}");
  reports = report (f, "{\"name\":\"smart\",\"tokens\":10}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reports->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < reports->len; i++)
    {
      const BtyRouteStepReport *step = reports->pdata[i];

      g_assert_cmpstr (step->model, ==, expected[i].model);
      g_assert_cmpint (step->verdict, ==, expected[i].verdict);
      g_assert_true ((step->reason == NULL) == (expected[i].reason == NULL));
      if (step->reason != NULL && strstr (step->reason, expected[i].reason) == NULL)
        g_error ("“%s” does not say “%s”", step->reason, expected[i].reason);
    }
  g_clear_pointer (&reports, g_ptr_array_unref);
  reports = report (f, "{\"name\":\"nobody\"}", &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "smart"));
}

static BtyProviderStatus *
status_of (Fixture *f, const char *name)
{
  const BtyProviderEntry *entry = bty_provider_service_peek (f->service, name, NULL);

  return bty_provider_status_of (f->router, entry->config);
}

static void
test_status (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) down = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE, "down");
  g_autoptr (BtyProviderStatus) a = NULL;
  g_autoptr (BtyProviderStatus) b = NULL;
  g_autoptr (BtyProviderConfig) changed = NULL;
  const BtyBreakerInfo *info;

  for (guint i = 0; i < 5; i++)
    bty_router_report (f->router, "a/m", down);
  bty_router_note (f->router, "a", NULL);
  bty_router_note (f->router, "a", down);
  a = status_of (f, "a");
  g_assert_true (a->ready);
  g_assert_true (BTY_IS_NULL (a, BtyProviderStatus, requests_left));
  g_assert_cmpint (a->requests, ==, 2);
  g_assert_cmpint (a->failures, ==, 1);
  g_assert_cmpstr (a->last_error, ==, "down");
  g_assert_cmpuint (a->breakers->len, ==, 1);
  info = a->breakers->pdata[0];
  g_assert_cmpstr (info->model, ==, "a/m");
  g_assert_cmpint (info->state, ==, BTY_BREAKER_STATE_OPEN);
  g_assert_cmpint (info->until, >, g_get_real_time ());

  /* Whoever changed it has done something about that. */
  changed = bty_provider_config_edit (bty_provider_service_peek (f->service, "a", NULL)->config);
  changed->record.revision += 1;
  bty_router_get_limiter (f->router, changed);
  g_assert_null (bty_router_find_breaker (f->router, "a/m"));

  b = status_of (f, "b");
  g_assert_false (BTY_IS_NULL (b, BtyProviderStatus, requests_left));
  g_assert_cmpint (b->requests_left, ==, 5);
  g_assert_cmpuint (b->breakers->len, ==, 0);
}

/* A person who asks for models is told when nobody gives any. */
static void
test_no_models (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *fake = g_hash_table_lookup (f->fakes, "fake");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *place = NULL;

  g_hash_table_insert (f->fakes, g_strdup ("builtin"), bty_fake_provider_new (nothing));
  fake->models = NULL;
  bty_model_listing_async (f->router, NULL, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  models = bty_model_listing_finish (f->router, result, &error);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "no route to host"));
  g_assert_null (models);
}

/* Keys of a pool are for the host that they were given for. */
static void
test_more_keys (Fixture *f, gconstpointer unused)
{
  static const struct
  {
    const char *changes;
    gboolean is_refused;
  } cases[] = {
    { "\"url\":\"https://elsewhere.example/\",\"key_ref\":\"env:NEW\"", TRUE },
    { "\"url\":\"http://127.0.0.1/v2\"", FALSE },
    { "\"url\":\"https://elsewhere.example/\",\"more_keys\":[\"env:THIRD\"]", FALSE },
  };
  g_autoptr (GError) failure = NULL;

  add_provider (f, "pool", ",\"more_keys\":[\"env:SECOND\"]", &failure);
  g_assert_no_error (failure);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"name\":\"pool\",%s}", cases[i].changes);
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyProviderConfig) changes = bty_record_from_json (&bty_provider_config_schema, BTY_VIEW_PATCH, json,
                                                                    -1, &error);
      g_autoptr (BtyProviderConfig) updated = NULL;
      g_autoptr (GAsyncResult) result = NULL;
      GAsyncResult *place = NULL;

      g_assert_no_error (error);
      bty_provider_service_update_async (f->service, changes, NULL, bty_test_keep_result, &place);
      result = bty_test_wait (&place);
      updated = bty_provider_service_update_finish (f->service, result, &error);
      if (!cases[i].is_refused)
        g_assert_no_error (error);
      else
        g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
      if (cases[i].is_refused)
        g_assert_nonnull (strstr (error->message, "“env:SECOND”"));
    }
}

static void
test_local (void)
{
  static const struct
  {
    const char *url;
    const char *kind;
    gboolean is_local;
  } cases[] = {
    { "http://127.0.0.1:11434/v1", "openai", TRUE },
    { "http://[::1]/", "openai", TRUE },
    { "http://localhost/", "openai", TRUE },
    { "http://box/", "openai", TRUE },
    { "http://box.local/", "openai", TRUE },
    { "http://192.168.1.7/", "openai", TRUE },
    { "http://10.0.0.7/", "openai", TRUE },
    { "https://api.openai.com/v1", "openai", FALSE },
    { "http://8.8.8.8/", "openai", FALSE },
    { NULL, "openai", FALSE },
    { NULL, "builtin", TRUE },
    { NULL, "ollama", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();

      config->url = g_strdup (cases[i].url);
      config->kind = g_strdup (cases[i].kind);
      if (bty_provider_entry_is_local (config) != cases[i].is_local)
        g_error ("%s, %s", cases[i].kind, cases[i].url);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/route-change/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/route-change/names", Fixture, NULL, set_up, test_names, tear_down);
  g_test_add ("/route-change/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
  g_test_add ("/route-change/kept", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add ("/route-change/reported", Fixture, NULL, set_up, test_reported, tear_down);
  g_test_add ("/route-change/status", Fixture, NULL, set_up, test_status, tear_down);
  g_test_add ("/route-change/no-models", Fixture, NULL, set_up, test_no_models, tear_down);
  g_test_add ("/route-change/more-keys", Fixture, NULL, set_up, test_more_keys, tear_down);
  g_test_add_func ("/route-change/local", test_local);
  return g_test_run ();
}
