/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-fake-provider.h"
#include "bty-fake-store.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "route/bty-provider-service.h"

typedef struct
{
  BtyStore *store;
  BtySecretService *secrets;
  BtyProviderService *service;
  GHashTable *fakes; /* kind -> BtyFakeProvider */
  GString *events;
  BtySettings *settings;
  BtyRouter *router;
} Fixture;

static const char *const hello[] = { "Hello ", "there", NULL };

static void
on_committed (BtyStore *store, GPtrArray *events, gpointer data)
{
  for (guint i = 0; i < events->len; i++)
    {
      const BtyEvent *event = events->pdata[i];

      g_string_append_printf (data, "%s %s\n", event->topic, event->data);
    }
}

/* As a daemon that was started again over the same store: what was kept in memory is gone. */
static void
start (Fixture *f)
{
  g_clear_object (&f->router);
  g_clear_object (&f->service);
  g_clear_object (&f->secrets);
  f->secrets = bty_secret_service_new ();
  f->service = bty_provider_service_new (f->store, NULL, f->secrets);
  bty_provider_service_set_maker (f->service, bty_fake_provider_make, f->fakes);
  f->router = bty_test_router_new (f->service, f->store, f->settings);
}

static BtyFakeProvider *
add_fake (Fixture *f, const char *kind)
{
  BtyFakeProvider *fake = bty_fake_provider_new (hello);

  g_hash_table_insert (f->fakes, g_strdup (kind), fake);
  return fake;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_unsetenv ("OPENAI_API_KEY");
  f->store = bty_fake_store_new ();
  f->settings = bty_test_settings_new ();
  f->fakes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  f->events = g_string_new (NULL);
  g_signal_connect (f->store, "committed", G_CALLBACK (on_committed), f->events);
  add_fake (f, "builtin");
  add_fake (f, "openai");
  start (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_settle ();
  g_assert_finalize_object (f->router);
  g_object_unref (f->settings);
  g_assert_finalize_object (f->service);
  g_assert_finalize_object (f->secrets);
  g_hash_table_unref (f->fakes);
  g_assert_finalize_object (f->store);
  g_string_free (f->events, TRUE);
}

/* Carries out an operation as the dispatcher does, and hands over its call once it has ended. */
static BtyCall *
run (Fixture *f, const char *name, const char *json)
{
  g_autoptr (BtyPrincipal) owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", (const char *const[]){ "*", NULL });
  const BtyOperation *operation = NULL;
  gpointer service = f->service;
  g_autoptr (GError) error = NULL;
  gpointer request = NULL;
  BtyCall *call;

  for (guint i = 0; i < bty_n_provider_operations; i++)
    if (strcmp (bty_provider_operations[i].name, name) == 0)
      operation = &bty_provider_operations[i];
  for (guint i = 0; operation == NULL && i < bty_n_router_operations; i++)
    if (strcmp (bty_router_operations[i].name, name) == 0)
      {
        operation = &bty_router_operations[i];
        service = f->router;
      }
  for (guint i = 0; operation == NULL && i < bty_n_model_operations; i++)
    if (strcmp (bty_model_operations[i].name, name) == 0)
      {
        operation = &bty_model_operations[i];
        service = f->router;
      }
  g_assert_nonnull (operation);
  if (operation->request != NULL)
    request = bty_record_from_json (operation->request, operation->request_view, json, -1, &error);
  g_assert_no_error (error);
  call = bty_call_new (operation, service, owner, request);
  operation->run (call);
  for (gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; bty_call_state (call) == BTY_CALL_RUNNING;)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
  return call;
}

/* The answer as a client sees it. */
static char *
answer (Fixture *f, const char *name, const char *json)
{
  g_autoptr (BtyCall) call = run (f, name, json);

  g_assert_no_error (bty_call_error (call));
  return bty_call_response (call) != NULL ? bty_record_to_json (bty_call_response (call), BTY_VIEW_READ) : NULL;
}

static char *
items (Fixture *f, const char *name, const char *json, const char *field)
{
  g_autoptr (BtyCall) call = run (f, name, json);
  GString *list = g_string_new (NULL);
  BtyItem item;

  g_assert_no_error (bty_call_error (call));
  for (guint64 n = 1; bty_item_log_get (bty_call_log (call), n, &item); n++)
    {
      const BtyRecord *record = item.record;
      int index = bty_schema_find (record->schema, field, -1, 0);

      g_string_append_printf (
        list, "%s%s", n > 1 ? " " : "",
        G_STRUCT_MEMBER (char *, record, bty_schema_get_field (record->schema, (guint) index)->offset));
    }
  return g_string_free (list, FALSE);
}

static void
fails (Fixture *f, const char *name, const char *json, BtyErrorCode code, const char *says)
{
  g_autoptr (BtyCall) call = run (f, name, json);

  g_assert_error (bty_call_error (call), BTY_ERROR, (gint) code);
  if (strstr (bty_call_error (call)->message, says) == NULL)
    g_error ("“%s” does not say “%s”", bty_call_error (call)->message, says);
}

static void
does (Fixture *f, const char *name, const char *json, const char *says)
{
  g_autofree char *text = answer (f, name, json);

  if (says != NULL && strstr (text, says) == NULL)
    g_error ("%s does not say %s", text, says);
}

static void
opening_fails (Fixture *f, const char *name, BtyErrorCode code, const char *says)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;

  bty_provider_service_open_async (f->service, name, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  g_assert_null (bty_provider_service_open_finish (f->service, result, NULL, &error));
  g_assert_error (error, BTY_ERROR, (gint) code);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
opens (Fixture *f, const char *name, const char *key)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyProviderConfig) config = NULL;
  g_autoptr (BtyProvider) provider = NULL;
  BtyFakeProvider *fake;

  bty_provider_service_open_async (f->service, name, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  provider = bty_provider_service_open_finish (f->service, result, &config, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (config->name, ==, name);
  fake = BTY_FAKE_PROVIDER (provider);
  g_assert_cmpstr (fake->key != NULL ? bty_secret_peek (fake->key) : NULL, ==, key);
}

static void
test_builtin (Fixture *f, gconstpointer unused)
{
  g_autofree char *names = items (f, "provider.list", NULL, "name");

  g_assert_cmpstr (names, ==, "builtin");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->store), &bty_provider_config_schema), ==, 0);
  does (f, "provider.get", "{\"name\":\"builtin\"}", "\"key_state\":\"not_needed\"");
  fails (f, "provider.delete", "{\"name\":\"builtin\"}", BTY_ERROR_FAILED_PRECONDITION, "--enabled false");
  fails (f, "provider.add", "{\"name\":\"builtin\"}", BTY_ERROR_ALREADY_EXISTS, "builtin");
  opens (f, "builtin", NULL);

  does (f, "provider.update", "{\"name\":\"builtin\",\"enabled\":false}", "\"enabled\":false");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->store), &bty_provider_config_schema), ==, 1);
  opening_fails (f, "builtin", BTY_ERROR_FAILED_PRECONDITION, "--enabled true");
  start (f);
  opening_fails (f, "builtin", BTY_ERROR_FAILED_PRECONDITION, "--enabled true");
  fails (f, "provider.delete", "{\"name\":\"builtin\"}", BTY_ERROR_FAILED_PRECONDITION, "cannot be deleted");
}

static void
test_records (Fixture *f, gconstpointer unused)
{
  g_autofree char *names = NULL;

  does (f, "provider.add", "{\"name\":\"zebra\",\"url\":\"http://127.0.0.1:1/v1\"}", "\"revision\":1");
  does (f, "provider.add", "{\"name\":\"ant\",\"url\":\"http://127.0.0.1:2/v1\",\"default_model\":\"m\"}",
        "\"kind\":\"openai\"");
  names = items (f, "provider.list", NULL, "name");
  g_assert_cmpstr (names, ==, "ant zebra builtin");
  fails (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"ant\"}", BTY_ERROR_ALREADY_EXISTS, "provider update ant");
  fails (f, "provider.get", "{\"name\":\"bee\"}", BTY_ERROR_NOT_FOUND, "there are ant, zebra, builtin");
  fails (f, "provider.update", "{\"name\":\"bee\"}", BTY_ERROR_NOT_FOUND, "bee");
  fails (f, "provider.delete", "{\"name\":\"bee\"}", BTY_ERROR_NOT_FOUND, "bee");
  fails (f, "provider.test", "{\"name\":\"bee\"}", BTY_ERROR_NOT_FOUND, "bee");
  fails (f, "model.list", "{\"provider\":\"bee\"}", BTY_ERROR_NOT_FOUND, "bee");
  opening_fails (f, "bee", BTY_ERROR_NOT_FOUND, "bee");

  does (f, "provider.update", "{\"name\":\"ant\",\"revision\":1,\"default_model\":\"n\"}", "\"default_model\":\"n\"");
  fails (f, "provider.update", "{\"name\":\"ant\",\"revision\":1}", BTY_ERROR_ABORTED, "revision 2");
  fails (f, "provider.delete", "{\"name\":\"ant\",\"revision\":1}", BTY_ERROR_ABORTED, "read it again");
  start (f);
  does (f, "provider.get", "{\"name\":\"ant\"}", "\"default_model\":\"n\"");
  does (f, "provider.delete", "{\"name\":\"ant\",\"revision\":2}", NULL);
  fails (f, "provider.get", "{\"name\":\"ant\"}", BTY_ERROR_NOT_FOUND, "zebra, builtin");
  g_assert_true (g_str_has_prefix (f->events->str, "provider.added {"));
  g_assert_nonnull (strstr (f->events->str, "\nprovider.updated {"));
  g_assert_nonnull (strstr (f->events->str, "\nprovider.deleted {"));
}

static void
test_bad_values (Fixture *f, gconstpointer unused)
{
  const char *const names[] = { "a/b", "../x", "-a", ".a", "a b", "ä", "a\\\"" };
  const char *const urls[] = { "ftp://host/v1", "host:80",   "http://", "http://user:password@host/",
                               "javascript:x",  "http:///v1" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"name\":\"%s\"}", names[i]);

      fails (f, "provider.add", json, BTY_ERROR_INVALID_ARGUMENT, "cannot name a provider");
    }
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"name\":\"a\",\"url\":\"%s\"}", urls[i]);

      fails (f, "provider.add", json, BTY_ERROR_INVALID_ARGUMENT, "http or https URL");
    }
  does (f, "provider.add", "{\"name\":\"a.b_c-1\",\"url\":\"https://[::1]:8080/v1\"}", "\"name\":\"a.b_c-1\"");
  fails (f, "provider.update", "{\"name\":\"a.b_c-1\",\"url\":\"nonsense\"}", BTY_ERROR_INVALID_ARGUMENT,
         "http or https URL");
}

static void
test_key_stays_in_memory (Fixture *f, gconstpointer unused)
{
  g_autofree char *dump = NULL;

  does (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"a\",\"key\":\"sk-hidden\"}", "\"key_state\":\"ready\"");
  does (f, "provider.get", "{\"name\":\"a\"}", "\"key_ref\":\"memory:provider-a\"");
  opens (f, "a", "sk-hidden");
  does (f, "provider.update", "{\"name\":\"a\",\"key\":\"sk-other\"}", "\"key_state\":\"ready\"");
  opens (f, "a", "sk-other");
  dump = bty_fake_store_dump (BTY_FAKE_STORE (f->store));
  g_assert_nonnull (strstr (dump, "memory:provider-a"));
  g_assert_null (strstr (dump, "sk-"));
  g_assert_null (strstr (f->events->str, "sk-"));

  start (f);
  does (f, "provider.get", "{\"name\":\"a\"}", "\"key_state\":\"missing\"");
  opening_fails (f, "a", BTY_ERROR_FAILED_PRECONDITION, "boternity-ctl provider update a --key-stdin");
  does (f, "provider.update", "{\"name\":\"a\",\"key\":\"sk-again\"}", "\"key_state\":\"ready\"");
  opens (f, "a", "sk-again");
  does (f, "provider.update", "{\"name\":\"a\",\"key\":\"\"}", "\"key_state\":\"not_needed\"");
  opens (f, "a", NULL);
}

/* A provider that is deleted and added again must not find the old one's key. */
static void
test_key_goes_with_provider (Fixture *f, gconstpointer unused)
{
  does (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"a\",\"key\":\"sk-old\"}", NULL);
  g_free (answer (f, "provider.delete", "{\"name\":\"a\"}"));
  does (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"a\",\"key_ref\":\"memory:provider-a\"}",
        "\"key_state\":\"missing\"");
}

static void
test_usual_key (Fixture *f, gconstpointer unused)
{
  does (f, "provider.add", "{\"name\":\"local\",\"url\":\"http://127.0.0.1:11434/v1\"}",
        "\"key_state\":\"not_needed\"");
  does (f, "provider.add", "{\"name\":\"openai\"}", "\"key_ref\":\"env:OPENAI_API_KEY\",\"key_state\":\"missing\"");
  does (f, "provider.add", "{\"name\":\"router\",\"url\":\"https://openrouter.ai/api/v1\"}",
        "\"key_ref\":\"env:OPENROUTER_API_KEY\"");
  opening_fails (f, "openai", BTY_ERROR_FAILED_PRECONDITION, "OPENAI_API_KEY");

  /* Neither a host nobody knows nor a plain-text connection gets a key that was not meant for it. */
  does (f, "provider.add", "{\"name\":\"x\",\"url\":\"https://evil.example/v1\"}", "\"key_state\":\"not_needed\"");
  does (f, "provider.add", "{\"name\":\"y\",\"url\":\"http://api.openai.com/v1\"}", "\"key_state\":\"not_needed\"");
  does (f, "provider.update", "{\"name\":\"openai\",\"url\":\"https://evil.example/v1\"}",
        "\"key_state\":\"not_needed\"");
  does (f, "provider.update", "{\"name\":\"openai\",\"url\":\"https://api.openai.com/v1\"}",
        "\"key_ref\":\"env:OPENAI_API_KEY\"");

  g_setenv ("OPENAI_API_KEY", "sk-from-environment", TRUE);
  start (f);
  does (f, "provider.get", "{\"name\":\"openai\"}", "\"key_state\":\"ready\"");
  opens (f, "openai", "sk-from-environment");
}

/* A service that is known needs no more than its name; what is given counts for more. */
static void
test_presets (Fixture *f, gconstpointer unused)
{
  does (f, "provider.add", "{\"name\":\"openrouter\"}", "\"kind\":\"openai\",\"url\":\"https://openrouter.ai/api/v1\"");
  does (f, "provider.get", "{\"name\":\"openrouter\"}",
        "\"key_ref\":\"env:OPENROUTER_API_KEY\",\"key_state\":\"missing\"");
  does (f, "provider.get", "{\"name\":\"openrouter\"}", "\"cache_marks\":true");
  does (f, "provider.add", "{\"name\":\"gpu\",\"kind\":\"vllm\",\"url\":\"http://10.0.0.7:8000/v1\"}",
        "\"kind\":\"openai\",\"url\":\"http://10.0.0.7:8000/v1\",\"key_state\":\"not_needed\"");
  does (f, "provider.get", "{\"name\":\"gpu\"}", "\"continue\":\"vllm\"");
  does (f, "provider.add",
        "{\"name\":\"work\",\"kind\":\"mistral\",\"options\":{\"continue\":\"none\",\"organization\":\"o\"}}",
        "{\"stream_usage\":false,\"continue\":\"none\",\"organization\":\"o\"}");
  does (f, "provider.add", "{\"name\":\"gemini\"}", "\"kind\":\"gemini\",\"key_ref\":\"env:GEMINI_API_KEY\"");
  does (f, "provider.add", "{\"name\":\"ollama\"}", "\"kind\":\"ollama\",\"key_state\":\"not_needed\"");
  does (f, "provider.add", "{\"name\":\"lmstudio\",\"url\":\"http://127.0.0.1:9/v1\"}",
        "\"kind\":\"openai\",\"url\":\"http://127.0.0.1:9/v1\"");
  fails (f, "provider.add", "{\"name\":\"q\",\"kind\":\"mistral\",\"options\":[1]}", BTY_ERROR_INVALID_ARGUMENT,
         "object");
}

static void
test_made_once (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *fake = g_hash_table_lookup (f->fakes, "openai");

  does (f, "provider.add", "{\"name\":\"a\",\"url\":\"http://127.0.0.1:1/\"}", NULL);
  opens (f, "a", NULL);
  opens (f, "a", NULL);
  g_assert_cmpuint (fake->n_configured, ==, 1);
  does (f, "provider.update", "{\"name\":\"a\",\"url\":\"http://127.0.0.1:2/\"}", NULL);
  opens (f, "a", NULL);
  g_assert_cmpuint (fake->n_configured, ==, 2);
  g_assert_cmpstr (fake->config->url, ==, "http://127.0.0.1:2/");

  fake->refusal = g_error_new_literal (BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "no such option");
  does (f, "provider.update", "{\"name\":\"a\",\"options\":{\"x\":1}}", NULL);
  opening_fails (f, "a", BTY_ERROR_INVALID_ARGUMENT, "no such option");
  does (f, "provider.add", "{\"name\":\"b\",\"kind\":\"strange\"}", NULL);
  opening_fails (f, "b", BTY_ERROR_NOT_FOUND, "strange");
}

static void
test_store_fails (Fixture *f, gconstpointer unused)
{
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_UNAVAILABLE, "the store is locked");
  fails (f, "provider.list", NULL, BTY_ERROR_UNAVAILABLE, "locked");
  g_free (items (f, "provider.list", NULL, "name")); /* and the next time it works */

  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"a\",\"key\":\"sk-1\"}", BTY_ERROR_RESOURCE_EXHAUSTED,
         "full");
  fails (f, "provider.get", "{\"name\":\"a\"}", BTY_ERROR_NOT_FOUND, "a");
  g_assert_null (bty_secret_service_find (f->secrets, "memory:provider-a", NULL));

  does (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"a\",\"key\":\"sk-1\"}", NULL);
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "provider.update", "{\"name\":\"a\",\"key\":\"sk-2\",\"default_model\":\"m\"}",
         BTY_ERROR_RESOURCE_EXHAUSTED, "full");
  opens (f, "a", "sk-1");
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "provider.delete", "{\"name\":\"a\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "full");
  opens (f, "a", "sk-1");
}

/* Two that are on their way at once: one gets the name, one the revision. */
static void
test_races (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyProviderConfig) config = bty_provider_config_new ();
  g_autoptr (BtyProviderConfig) stored = NULL;
  GAsyncResult *places[2] = { NULL, NULL };
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  config->name = g_strdup ("a");
  config->kind = g_strdup ("openai");
  config->url = g_strdup ("https://api.example/v1");
  config->enabled = TRUE;
  for (guint i = 0; i < 2; i++)
    bty_provider_service_add_async (f->service, config, NULL, bty_test_keep_result, &places[i]);
  first = bty_test_wait (&places[0]);
  second = bty_test_wait (&places[1]);
  stored = bty_provider_service_add_finish (f->service, first, &error);
  g_assert_no_error (error);
  g_assert_null (bty_provider_service_add_finish (f->service, second, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->store), &bty_provider_config_schema), ==, 1);
}

static void
test_models (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *fake = g_hash_table_lookup (f->fakes, "openai");
  BtyFakeProvider *other = add_fake (f, "other");
  BtyFakeProvider *builtin = g_hash_table_lookup (f->fakes, "builtin");
  g_autofree char *all = NULL, *again = NULL, *one = NULL, *changed = NULL;

  builtin->models = "helper";
  other->models = NULL;
  does (f, "provider.add", "{\"name\":\"a\",\"url\":\"http://127.0.0.1:1/\"}", NULL);
  does (f, "provider.add", "{\"name\":\"b\",\"kind\":\"other\"}", NULL);
  does (f, "provider.add", "{\"name\":\"c\",\"kind\":\"other\",\"enabled\":false}", NULL);
  all = items (f, "model.list", "{}", "name");
  g_assert_cmpstr (all, ==, "a/small a/large builtin/helper");
  g_assert_cmpuint (other->n_listed, ==, 1);
  again = items (f, "model.list", "{}", "provider");
  g_assert_cmpstr (again, ==, "a a builtin");
  g_assert_cmpuint (fake->n_listed, ==, 1); /* still fresh */
  one = items (f, "model.list", "{\"provider\":\"a\"}", "name");
  g_assert_cmpstr (one, ==, "a/small a/large");
  fails (f, "model.list", "{\"provider\":\"b\"}", BTY_ERROR_UNAVAILABLE, "no route to host");
  fails (f, "model.list", "{\"provider\":\"c\"}", BTY_ERROR_FAILED_PRECONDITION, "switched off");

  fake->models = "tiny";
  does (f, "provider.update", "{\"name\":\"a\",\"url\":\"http://127.0.0.1:2/\"}", NULL);
  changed = items (f, "model.list", "{\"provider\":\"a\"}", "name");
  g_assert_cmpstr (changed, ==, "a/tiny");
}

static void
test_trial (Fixture *f, gconstpointer unused)
{
  BtyFakeProvider *fake = g_hash_table_lookup (f->fakes, "openai");

  does (f, "provider.add", "{\"name\":\"a\",\"url\":\"http://127.0.0.1:1/\"}", NULL);
  does (f, "provider.test", "{\"name\":\"a\"}", "\"ok\":true,\"model\":\"a/small\",\"models\":2");
  does (f, "provider.test", "{\"name\":\"a\"}", "\"answer\":\"Hello there\"");
  g_assert_cmpuint (fake->n_listed, >=, 2); /* a test asks afresh */

  bty_fake_provider_fail (fake, BTY_ERROR_UNAUTHENTICATED, "the key was refused: give another");
  does (f, "provider.test", "{\"name\":\"a\"}", "\"ok\":false");
  does (f, "provider.test", "{\"name\":\"a\"}",
        "\"error_code\":\"UNAUTHENTICATED\",\"error\":\"the key was refused: give another\"");
  g_clear_error (&fake->failure);
  fake->models = NULL;
  does (f, "provider.test", "{\"name\":\"a\"}", "\"error\":\"no route to host\"");
  does (f, "provider.update", "{\"name\":\"a\",\"default_model\":\"m\"}", NULL);
  does (f, "provider.test", "{\"name\":\"a\"}", "\"ok\":true,\"model\":\"a/m\"");

  does (f, "provider.add", "{\"kind\":\"openai\",\"name\":\"nokey\"}", NULL);
  does (f, "provider.test", "{\"name\":\"nokey\"}", "provider update nokey --key-stdin");
}

/* A caller that gives up ends the test call and what it started. */
static void
test_trial_cancelled (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyPrincipal) owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", (const char *const[]){ "*", NULL });
  BtyFakeProvider *fake = g_hash_table_lookup (f->fakes, "builtin");
  BtyProviderConfig *request = bty_provider_config_new ();
  const BtyOperation *operation = bty_router_operations;
  g_autoptr (BtyCall) call = NULL;

  while (strcmp (operation->name, "provider.test") != 0)
    operation++;
  fake->hangs = TRUE;
  request->name = g_strdup ("builtin");
  call = bty_call_new (operation, f->router, owner, request);
  operation->run (call);
  bty_test_settle ();
  g_assert_cmpuint (fake->n_asked, ==, 1);
  g_assert_cmpint (bty_call_state (call), ==, BTY_CALL_RUNNING);
  bty_call_cancel (call);
  bty_test_settle ();
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_CANCELLED);
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
  add_test ("/provider-service/builtin", test_builtin);
  add_test ("/provider-service/records", test_records);
  add_test ("/provider-service/bad-values", test_bad_values);
  add_test ("/provider-service/key-stays-in-memory", test_key_stays_in_memory);
  add_test ("/provider-service/key-goes-with-provider", test_key_goes_with_provider);
  add_test ("/provider-service/usual-key", test_usual_key);
  add_test ("/provider-service/presets", test_presets);
  add_test ("/provider-service/made-once", test_made_once);
  add_test ("/provider-service/store-fails", test_store_fails);
  add_test ("/provider-service/races", test_races);
  add_test ("/provider-service/models", test_models);
  add_test ("/provider-service/trial", test_trial);
  add_test ("/provider-service/trial-cancelled", test_trial_cancelled);
  return g_test_run ();
}
