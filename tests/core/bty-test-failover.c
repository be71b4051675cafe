/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-store.h"
#include "bty-test-failover.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"

const char *const bty_failover_from_a[] = { "I ", "am ", "a", NULL };
const char *const bty_failover_from_b[] = { "I ", "am ", "b", NULL };
const char *const bty_failover_nothing[] = { NULL };

static BtyProvider *
make_provider (gpointer data, const char *kind, GError **error)
{
  BtyFailover *f = data;
  BtyFakeProvider *fake;

  if (strcmp (kind, "pool") != 0)
    return bty_fake_provider_make (f->fakes, kind, error);
  fake = bty_fake_provider_new (bty_failover_from_a);
  fake->refuses = f->a->refuses;
  fake->exhausts = f->a->exhausts;
  g_ptr_array_add (f->made, g_object_ref (fake));
  return BTY_PROVIDER (fake);
}

static gboolean
is_online (gpointer data)
{
  return !((BtyFailover *) data)->is_offline;
}

void
bty_failover_add_provider (BtyFailover *f, const char *json)
{
  bty_test_add_provider (f->service, json);
}

BtyFakeProvider *
bty_failover_add_fake (BtyFailover *f, const char *name, const char *const *words, const char *more)
{
  BtyFakeProvider *fake = bty_fake_provider_new (words);
  g_autofree char *json = g_strdup_printf (
    "{\"name\":\"%s\",\"kind\":\"%s\",\"url\":\"http://127.0.0.1:9/\",\"context_window\":1000%s}", name, name, more);

  g_hash_table_insert (f->fakes, g_strdup (name), fake);
  bty_failover_add_provider (f, json);
  return fake;
}

/* Settings are those of the environment, which counts before every file. */
void
bty_failover_set_up (BtyFailover *f, const char *retries, const char *hedge_ms)
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
  f->a = bty_failover_add_fake (f, "a", bty_failover_from_a, "");
  f->b = bty_failover_add_fake (f, "b", bty_failover_from_b, "");
  f->cancellable = g_cancellable_new ();
  f->log = g_string_new (NULL);
  f->said = g_string_new (NULL);
}

void
bty_failover_tear_down (BtyFailover *f, gconstpointer unused)
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
  BtyFailover *f = data;
  BtyCompletionRequest *request = bty_completion_request_new ();

  g_string_append_printf (f->log, "[%s]", model->name);
  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
  return request;
}

static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  g_string_append_printf (((BtyFailover *) data)->log, "(%s: %s)", model, error->message);
}

static void
on_restarted (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  BtyFailover *f = data;

  g_string_append_printf (f->log, "{%s: %s}", model, error->message);
  g_string_truncate (f->said, 0);
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  g_string_append_len (((BtyFailover *) data)->said, delta->text, (gssize) delta->length);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  g_assert_false (((BtyFailover *) data)->done);
  ((BtyFailover *) data)->done = TRUE;
}

static void
on_chosen (BtyRoute *route, const char *model, gpointer data)
{
  g_string_append_printf (((BtyFailover *) data)->log, "<%s>", model);
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

void
bty_failover_begin (BtyFailover *f, const char *models)
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

void
bty_failover_ask (BtyFailover *f, const char *models)
{
  bty_failover_begin (f, models);
  bty_test_wait_for (&f->done);
}

void
bty_failover_assert_answer (BtyFailover *f, const char *model, const char *text)
{
  g_assert_no_error (bty_route_get_error (f->route));
  g_assert_cmpstr (bty_route_get_model (f->route), ==, model);
  g_assert_cmpstr (f->said->str, ==, text);
  g_assert_cmpint (bty_route_get_stop_reason (f->route), ==, BTY_STOP_END);
}

void
bty_failover_assert_failure (BtyFailover *f, BtyErrorCode code, const char *says)
{
  g_assert_error (bty_route_get_error (f->route), BTY_ERROR, (gint) code);
  if (strstr (bty_route_get_error (f->route)->message, says) == NULL)
    g_error ("“%s” does not say “%s”", bty_route_get_error (f->route)->message, says);
}
