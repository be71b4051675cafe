/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of providers as secrets: kept, bound to a host, refused to bots, rotated, given up. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-provider.h"
#include "bty-fake-secrets.h"
#include "bty-fake-store.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "bty-test-warnings.h"
#include "route/bty-route.h"

typedef struct
{
  BtyStore *store;
  BtyFakeSecrets *vault;
  BtySecretService *secrets;
  BtyProviderService *service;
  BtySettings *settings;
  BtyRouter *router;
  GHashTable *fakes;
  BtyFakeProvider *fake;
  BtyRoute *route;
  GString *log;
  gboolean done;
} Fixture;

static const char *const words[] = { "I ", "am ", "here", NULL };

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->store = bty_fake_store_new ();
  f->vault = bty_fake_secrets_new ();
  f->secrets = bty_secret_service_new ();
  bty_secret_service_add_store (f->secrets, "vault", BTY_SECRET_STORE (f->vault));
  bty_secret_service_open (f->secrets, f->store, NULL, NULL, NULL);
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  f->settings = bty_test_settings_new ();
  f->router = bty_test_router_new (f->service, f->store, f->settings);
  f->fakes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  f->fake = bty_fake_provider_new (words);
  g_hash_table_insert (f->fakes, g_strdup ("openai"), f->fake);
  bty_provider_service_set_maker (f->service, bty_fake_provider_make, f->fakes);
  f->log = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_secret_service_stop (f->secrets);
  bty_test_settle ();
  g_clear_object (&f->route);
  g_assert_finalize_object (f->router);
  g_object_unref (f->settings);
  g_assert_finalize_object (f->service);
  g_assert_finalize_object (f->secrets);
  g_hash_table_unref (f->fakes);
  g_object_unref (f->vault);
  g_assert_finalize_object (f->store);
  g_string_free (f->log, TRUE);
}

static BtyProviderConfig *
decode (BtyView view, const char *json)
{
  g_autoptr (GError) error = NULL;
  BtyProviderConfig *config = bty_record_from_json (&bty_provider_config_schema, view, json, -1, &error);

  g_assert_no_error (error);
  return config;
}

static BtyProviderConfig *
add (Fixture *f, const char *json)
{
  g_autoptr (BtyProviderConfig) config = decode (BTY_VIEW_CREATE, json);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  BtyProviderConfig *added;

  bty_provider_service_add_async (f->service, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  added = bty_provider_service_add_finish (f->service, result, &error);
  g_assert_no_error (error);
  return added;
}

static BtyProviderConfig *
update (Fixture *f, const char *json)
{
  g_autoptr (BtyProviderConfig) config = decode (BTY_VIEW_PATCH, json);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  BtyProviderConfig *updated;

  bty_provider_service_update_async (f->service, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  updated = bty_provider_service_update_finish (f->service, result, &error);
  g_assert_no_error (error);
  return updated;
}

static BtyCompletionRequest *
on_model (BtyRoute *route, const BtyModel *model, gpointer data, GError **error)
{
  BtyCompletionRequest *request = bty_completion_request_new ();

  request->messages = bty_record_list_new ();
  g_ptr_array_add (request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
  return request;
}

static void
on_skipped (BtyRoute *route, const char *model, const GError *error, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->log, "(%s)", error->message);
}

static void
on_delta (BtyRoute *route, const BtyDelta *delta, gpointer data)
{
  g_string_append_len (((Fixture *) data)->log, delta->text, (gssize) delta->length);
}

static void
on_done (BtyRoute *route, gpointer data)
{
  ((Fixture *) data)->done = TRUE;
}

static const BtyRouteEvents events = {
  .on_model = on_model, .on_skipped = on_skipped, .on_delta = on_delta, .on_done = on_done
};

static const GError *
ask (Fixture *f, const char *bot)
{
  static const char *const models[] = { "a/m", NULL };
  const BtySpenderFor what = { .purpose = "test", .slug = bot };
  g_autoptr (BtySpender) spender = bty_spender_new (bty_router_get_budgets (f->router), NULL, &what);

  g_clear_object (&f->route);
  f->done = FALSE;
  g_string_truncate (f->log, 0);
  f->route = bty_route_new (f->router, models, spender, NULL, &events, f);
  bty_route_start (f->route);
  bty_test_wait_for (&f->done);
  return bty_route_get_error (f->route);
}

static void
assert_key (Fixture *f, const char *key)
{
  const GError *error = ask (f, "ada");

  g_assert_no_error (error);
  g_assert_nonnull (strstr (f->log->str, "I am here"));
  g_assert_cmpstr (bty_secret_peek (f->fake->key), ==, key);
}

static void
assert_denied (Fixture *f, const char *bot, const char *says)
{
  const GError *error = ask (f, bot);

  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
change_secret (Fixture *f, const char *fields)
{
  g_autofree char *json = g_strdup_printf ("{\"name\":\"provider-a\",%s}", fields);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) changes = bty_record_from_json (&bty_secret_entry_schema, BTY_VIEW_PATCH, json, -1,
                                                             &error);
  g_autoptr (BtySecretEntry) changed = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  g_assert_no_error (error);
  bty_secret_service_update_async (f->secrets, changes, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  changed = bty_secret_service_change_finish (f->secrets, result, &error);
  g_assert_no_error (error);
}

static void
rotate (Fixture *f, const char *value)
{
  g_autoptr (BtySecret) secret = bty_secret_new (value, strlen (value));
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = NULL;

  bty_secret_service_rotate_async (f->secrets, "provider-a", secret, 1, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  entry = bty_secret_service_change_finish (f->secrets, result, &error);
  g_assert_no_error (error);
}

#define ADD "{\"name\":\"a\",\"url\":\"https://api.example/v1\",\"key\":\"key-one\"}"

static void
test_kept (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) added = add (f, ADD);
  g_autoptr (BtyProviderConfig) moved = NULL;
  g_autofree char *dump = bty_fake_store_dump (BTY_FAKE_STORE (f->store));

  g_assert_cmpstr (added->key_ref, ==, "secret:provider-a");
  g_assert_cmpint (added->key_state, ==, BTY_KEY_READY);
  g_assert_null (strstr (dump, "key-one"));
  assert_key (f, "key-one");

  /* Another host does not get it; a key that is given for that one does. */
  moved = update (f, "{\"name\":\"a\",\"url\":\"https://other.example/v1\"}");
  assert_denied (f, "ada", "other.example");
  bty_provider_config_unref (moved);
  moved = update (f, "{\"name\":\"a\",\"key\":\"key-two\"}");
  assert_key (f, "key-two");
}

static void
test_bots (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) added = add (f, ADD);
  guint n_asked;

  assert_key (f, "key-one");
  change_secret (f, "\"bots\":[\"ada\"]");
  assert_key (f, "key-one");
  n_asked = f->fake->n_asked;
  assert_denied (f, "bob", "bob"); /* also while a provider with the key is open */
  g_assert_cmpuint (f->fake->n_asked, ==, n_asked);
}

static void
test_rotated (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) added = add (f, ADD);
  g_autofree char *warnings = NULL;
  const GError *error;

  assert_key (f, "key-one");
  rotate (f, "key-two");
  assert_key (f, "key-two");

  /* The service does not know the new one yet. */
  f->fake->refuses = "key-two";
  bty_test_warnings_keep ();
  assert_key (f, "key-one");
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "the one before its rotation"));
  g_assert_nonnull (strstr (f->log->str, "the one before its rotation"));
  g_assert_null (strstr (warnings, "key-"));

  /* Neither counts: the error is the service's, and each was tried once. */
  rotate (f, "key-three");
  f->fake->refuses = "key-";
  f->fake->n_asked = 0;
  error = ask (f, "ada");
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED);
  g_assert_cmpuint (f->fake->n_asked, ==, 2);
}

/* An open provider holds its key no longer than the store is open. */
static void
test_given_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) added = add (f, ADD);
  guint n_configured;
  const GError *error;

  assert_key (f, "key-one");
  n_configured = f->fake->n_configured;
  assert_key (f, "key-one");
  g_assert_cmpuint (f->fake->n_configured, ==, n_configured);
  f->vault->state = BTY_SECRET_STORE_LOCKED;
  g_signal_emit_by_name (f->secrets, "changed", NULL);
  error = ask (f, "ada");
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  f->vault->state = BTY_SECRET_STORE_OPEN;
  assert_key (f, "key-one");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/secret-route/kept", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add ("/secret-route/bots", Fixture, NULL, set_up, test_bots, tear_down);
  g_test_add ("/secret-route/rotated", Fixture, NULL, set_up, test_rotated, tear_down);
  g_test_add ("/secret-route/given-up", Fixture, NULL, set_up, test_given_up, tear_down);
  return g_test_run ();
}
