/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bty-fake-secrets.h"
#include "bty-fake-store.h"
#include "bty-test-folder.h"
#include "bty-test-wait.h"
#include "bty-test-warnings.h"
#include "secret/bty-secret-redact.h"
#include "secret/bty-secret-service.h"

typedef struct
{
  char *folder;
  BtyStore *store;
  BtySettings *settings;
  BtyFakeSecrets *keyring;
  BtyFakeSecrets *vault;
  BtySecretService *service;
  BtyPrincipal *owner;
  GString *told;
} Fixture;

static void
on_used (BtySecretService *service, const char *name, const char *bot, const char *host, gint64 when, gpointer data)
{
  g_string_append_printf (data, "used %s by %s at %s\n", name, bot != NULL ? bot : "-", host != NULL ? host : "-");
}

static void
on_denied (BtySecretService *service, const char *name, const char *bot, const char *host, const char *reason,
           gpointer data)
{
  g_string_append_printf (data, "denied %s to %s at %s\n", name, bot != NULL ? bot : "-", host != NULL ? host : "-");
}

static void
on_changed (BtySecretService *service, const char *name, gpointer data)
{
  g_string_append_printf (data, "changed %s\n", name != NULL ? name : "any");
}

static void
start (Fixture *f)
{
  f->service = bty_secret_service_new ();
  bty_secret_service_add_store (f->service, "keyring", BTY_SECRET_STORE (f->keyring));
  bty_secret_service_add_store (f->service, "vault", BTY_SECRET_STORE (f->vault));
  g_signal_connect (f->service, "used", G_CALLBACK (on_used), f->told);
  g_signal_connect (f->service, "denied", G_CALLBACK (on_denied), f->told);
  g_signal_connect (f->service, "changed", G_CALLBACK (on_changed), f->told);
  bty_secret_service_open (f->service, f->store, NULL, f->settings, f->folder);
}

/* As a daemon that was killed: what it was at is never finished. */
static void
start_again (Fixture *f)
{
  bty_test_settle ();
  g_clear_object (&f->service);
  start (f);
  bty_test_settle ();
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *config = NULL;

  f->folder = g_dir_make_tmp ("bty-secrets-XXXXXX", NULL);
  config = g_build_filename (f->folder, "config", NULL);
  g_mkdir (config, 0700);
  f->settings = bty_settings_new (config);
  bty_secret_add_settings (f->settings);
  f->store = bty_fake_store_new ();
  f->keyring = bty_fake_secrets_new ();
  f->vault = bty_fake_secrets_new ();
  f->owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", (const char *const[]){ "*", NULL });
  f->told = g_string_new (NULL);
  start (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_fake_secrets_answer (f->keyring); /* long after anyone waits for it */
  bty_test_settle ();
  g_assert_finalize_object (f->service);
  g_object_unref (f->keyring);
  g_object_unref (f->vault);
  g_object_unref (f->store);
  g_object_unref (f->settings);
  bty_principal_unref (f->owner);
  bty_test_folder_remove (f->folder);
  g_string_free (f->told, TRUE);
}

static BtyCall *
run (Fixture *f, const char *name, const char *json)
{
  const BtyOperation *operation = NULL;
  g_autoptr (GError) error = NULL;
  gpointer request = NULL;
  BtyCall *call;

  for (guint i = 0; i < bty_n_secret_operations; i++)
    if (g_str_equal (bty_secret_operations[i].name, name))
      operation = &bty_secret_operations[i];
  g_assert_nonnull (operation);
  if (operation->request != NULL)
    request = bty_record_from_json (operation->request, operation->request_view, json, -1, &error);
  g_assert_no_error (error);
  call = bty_call_new (operation, f->service, f->owner, request);
  operation->run (call);
  while (bty_call_state (call) == BTY_CALL_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  return call;
}

static void
does (Fixture *f, const char *name, const char *json, const char *says)
{
  g_autoptr (BtyCall) call = run (f, name, json);
  g_autofree char *text = NULL;

  g_assert_no_error (bty_call_error (call));
  if (says == NULL)
    return;
  text = bty_record_to_json (bty_call_response (call), BTY_VIEW_READ);
  if (strstr (text, says) == NULL)
    g_error ("“%s” does not say “%s”", text, says);
}

static void
fails (Fixture *f, const char *name, const char *json, BtyErrorCode code, const char *says)
{
  g_autoptr (BtyCall) call = run (f, name, json);

  g_assert_error (bty_call_error (call), BTY_ERROR, (gint) code);
  if (strstr (bty_call_error (call)->message, says) == NULL)
    g_error ("“%s” does not say “%s”", bty_call_error (call)->message, says);
}

/* Returns: the value, or the error's code as text */
static char *
resolve (Fixture *f, const char *reference, const char *bot, const char *url, gboolean previous)
{
  BtySecretUse use = { .bot = bot, .url = url, .plugin = "openai" };
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = NULL;

  bty_secret_service_resolve_async (f->service, reference, &use, previous, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  secret = bty_secret_service_resolve_finish (f->service, result, &error);
  if (secret != NULL)
    return g_strdup (bty_secret_peek (secret));
  g_assert_true (error->domain == BTY_ERROR);
  return g_strdup (bty_error_info ((BtyErrorCode) error->code)->name);
}

static void
assert_resolves (Fixture *f, const char *reference, const char *expected)
{
  g_autofree char *value = resolve (f, reference, NULL, "https://api.example/", FALSE);

  g_assert_cmpstr (value, ==, expected);
}

static void
put (BtyFakeSecrets *store, const char *name, const char *value)
{
  g_hash_table_replace (store->values, g_strdup (name), bty_secret_new (value, strlen (value)));
}

static void
assert_names (BtyFakeSecrets *store, const char *expected)
{
  g_autofree char *names = bty_fake_secrets_names (store);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_chain (Fixture *f, gconstpointer unused)
{
  put (f->vault, "both", "of-vault");
  put (f->keyring, "both", "of-keyring");
  put (f->vault, "one", "only-vault");
  g_setenv ("LAST", "of-environment", TRUE);
  assert_resolves (f, "secret:both", "of-keyring");
  assert_resolves (f, "vault:both", "of-vault");
  assert_resolves (f, "secret:one", "only-vault");
  assert_resolves (f, "secret:LAST", "of-environment");
  assert_resolves (f, "env:LAST", "of-environment");
  assert_resolves (f, "secret:none", "NOT_FOUND");
  assert_resolves (f, "keyring:one", "NOT_FOUND");
  assert_resolves (f, "strange:one", "NOT_FOUND");
  assert_resolves (f, "sk-a-key-in-the-wrong-place", "INVALID_ARGUMENT");
  assert_resolves (f, "secret:a~b", "INVALID_ARGUMENT"); /* values of ours that a rotation left */
  assert_resolves (f, ":", "INVALID_ARGUMENT");

  f->keyring->state = BTY_SECRET_STORE_ABSENT;
  assert_resolves (f, "secret:both", "of-vault");
  assert_resolves (f, "secret:none", "UNAVAILABLE");
  f->keyring->state = BTY_SECRET_STORE_LOCKED;
  assert_resolves (f, "secret:none", "FAILED_PRECONDITION");
  g_unsetenv ("LAST");
}

/* A store that takes a question and never answers costs its time, and nothing more. */
static void
test_hung (Fixture *f, gconstpointer unused)
{
  g_assert_true (bty_settings_set (f->settings, "secrets.timeout", "20", NULL));
  f->keyring->hangs = TRUE;
  put (f->vault, "one", "value-of-one");
  assert_resolves (f, "secret:one", "value-of-one");
  assert_resolves (f, "keyring:one", "UNAVAILABLE");
  does (f, "secret.status", NULL, "\"stores\"");
}

/* It answers in the very moment in which its time is over: what counts is that it was late. */
static void
test_late (Fixture *f, gconstpointer unused)
{
  g_assert_true (bty_settings_set (f->settings, "secrets.timeout", "20", NULL));
  f->keyring->hangs = TRUE;
  f->keyring->gives_up = TRUE;
  assert_resolves (f, "keyring:one", "UNAVAILABLE");
  f->keyring->hangs = FALSE;
  put (f->keyring, "one", "value-of-one");
  assert_resolves (f, "keyring:one", "value-of-one");
}

static void
test_set (Fixture *f, gconstpointer unused)
{
  g_autofree char *dump = NULL;

  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"first-value\",\"bots\":[\"ada\"]}", "\"store\":\"keyring\"");
  assert_names (f->keyring, "a");
  assert_resolves (f, "secret:a", "first-value");
  assert_resolves (f, "keyring:a", "first-value");
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"second-value\"}", "\"bots\":[\"ada\"]");
  assert_resolves (f, "secret:a", "second-value");
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 1);
  dump = bty_fake_store_dump (BTY_FAKE_STORE (f->store));
  g_assert_null (strstr (dump, "-value"));

  start_again (f);
  assert_resolves (f, "secret:a", "second-value");
  does (f, "secret.get", "{\"name\":\"a\"}", "\"name\":\"a\"");
  does (f, "secret.reveal", "{\"name\":\"a\"}", "second-value");
  does (f, "secret.delete", "{\"name\":\"a\"}", NULL);
  assert_names (f->keyring, "");
  assert_resolves (f, "secret:a", "NOT_FOUND");
  fails (f, "secret.get", "{\"name\":\"a\"}", BTY_ERROR_NOT_FOUND, "secret list");
  fails (f, "secret.delete", "{\"name\":\"a\"}", BTY_ERROR_NOT_FOUND, "secret list");
}

static void
test_bad_values (Fixture *f, gconstpointer unused)
{
  fails (f, "secret.set", "{\"name\":\"a~b\",\"value\":\"x\"}", BTY_ERROR_INVALID_ARGUMENT, "name a secret");
  fails (f, "secret.set", "{\"name\":\"sk=canary\",\"value\":\"x\"}", BTY_ERROR_INVALID_ARGUMENT, "name a secret");
  fails (f, "secret.set", "{\"name\":\"a\",\"value\":\"\"}", BTY_ERROR_INVALID_ARGUMENT, "empty");
  fails (f, "secret.set", "{\"name\":\"a\"}", BTY_ERROR_INVALID_ARGUMENT, "empty");
  fails (f, "secret.set", "{\"name\":\"a\",\"value\":\"x\",\"hosts\":[\"https://x/\"]}", BTY_ERROR_INVALID_ARGUMENT,
         "no host");
  fails (f, "secret.set", "{\"name\":\"a\",\"value\":\"x\",\"store\":\"nowhere\"}", BTY_ERROR_NOT_FOUND, "nowhere");
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->store), &bty_secret_entry_schema), ==, 0);
}

/* Where new ones go, and why. */
static void
test_choice (Fixture *f, gconstpointer unused)
{
  g_autofree char *reference = NULL;
  g_autofree char *warnings = NULL;
  g_autoptr (BtySecret) value = bty_secret_new ("given-key", 9);
  GAsyncResult *place = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  f->keyring->state = BTY_SECRET_STORE_ABSENT;
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"x-value\"}", "\"store\":\"vault\"");
  does (f, "secret.status", NULL, "since keyring: there is no fake");
  f->vault->state = BTY_SECRET_STORE_LOCKED;
  fails (f, "secret.set", "{\"name\":\"b\",\"value\":\"x-value\"}", BTY_ERROR_FAILED_PRECONDITION,
         "the fake is locked");
  bty_secret_service_keep_async (f->service, "k", value, "h", NULL, bty_test_keep_result, &place);
  bty_test_warnings_keep ();
  result = bty_test_wait (&place);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "in memory alone"));
  reference = bty_secret_service_keep_finish (f->service, result, NULL);
  g_assert_cmpstr (reference, ==, "memory:k");
  assert_resolves (f, "memory:k", "given-key");
}

static void
test_rotation (Fixture *f, gconstpointer unused)
{
  g_autofree char *previous = NULL;
  g_autofree char *gone = NULL;

  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"old-value\"}", NULL);
  g_assert_false (bty_secret_service_has_previous (f->service, "secret:a"));
  does (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"new-value\",\"hours\":1}", "\"previous_until\":\"");
  assert_resolves (f, "secret:a", "new-value");
  g_assert_true (bty_secret_service_has_previous (f->service, "secret:a"));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 2);
  previous = resolve (f, "secret:a", NULL, NULL, TRUE);
  g_assert_cmpstr (previous, ==, "old-value");
  does (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"newest-value\",\"hours\":0}", NULL);
  g_assert_false (bty_secret_service_has_previous (f->service, "secret:a"));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 1);
  gone = resolve (f, "secret:a", NULL, NULL, TRUE);
  g_assert_cmpstr (gone, ==, "NOT_FOUND");
  fails (f, "secret.rotate", "{\"name\":\"b\",\"value\":\"x\"}", BTY_ERROR_NOT_FOUND, "b");
  fails (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"\"}", BTY_ERROR_INVALID_ARGUMENT, "empty");
  assert_resolves (f, "secret:a", "newest-value");
}

static void
test_move (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"old-value\"}", NULL);
  does (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"new-value\"}", NULL);
  f->vault->spoils = TRUE;
  fails (f, "secret.move", "{\"name\":\"a\",\"store\":\"vault\"}", BTY_ERROR_DATA_LOSS, "stays where it is");
  f->vault->spoils = FALSE;
  assert_names (f->vault, "");
  assert_resolves (f, "secret:a", "new-value");
  does (f, "secret.move", "{\"name\":\"a\",\"store\":\"vault\"}", "\"store\":\"vault\"");
  assert_names (f->keyring, "");
  g_assert_cmpuint (g_hash_table_size (f->vault->values), ==, 2);
  assert_resolves (f, "secret:a", "new-value");
  fails (f, "secret.move", "{\"name\":\"a\",\"store\":\"vault\"}", BTY_ERROR_FAILED_PRECONDITION, "already");
  fails (f, "secret.move", "{\"name\":\"a\",\"store\":\"x\"}", BTY_ERROR_NOT_FOUND, "x");
}

/* Whatever fails on the way: all as before, and nothing left over. */
static void
test_failures (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"old-value\"}", NULL);
  f->keyring->n_failing = 1;
  fails (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"new-value\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "full");
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"new-value\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "disk");
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "secret.set", "{\"name\":\"b\",\"value\":\"new-value\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "disk");
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  fails (f, "secret.delete", "{\"name\":\"a\"}", BTY_ERROR_RESOURCE_EXHAUSTED, "disk");
  assert_resolves (f, "secret:a", "old-value");
  assert_names (f->keyring, "a");
  does (f, "secret.status", NULL, "\"unfinished\":0");
}

/* What a daemon that was killed left behind, as its journal tells. */
static void
test_repair (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->folder, "secrets.pending", NULL);
  g_autofree char *left = NULL;
  g_autofree char *warnings = NULL;

  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"kept-value\"}", NULL);
  put (f->keyring, "a~17", "half-written");
  put (f->keyring, "foreign", "somebody else's");
  g_assert_true (g_file_set_contents (path, "keyring\ta~17\nkeyring\ta\nkeyring\tnever\nnonsense\n", -1, NULL));
  start_again (f);
  assert_names (f->keyring, "a foreign");
  assert_resolves (f, "secret:a", "kept-value");
  g_assert_true (g_file_get_contents (path, &left, NULL, NULL));
  g_assert_cmpstr (left, ==, "");

  /* A store that cannot be asked now is asked at the next start. */
  put (f->keyring, "a~17", "half-written");
  g_assert_true (g_file_set_contents (path, "keyring\ta~17\n", -1, NULL));
  f->keyring->state = BTY_SECRET_STORE_LOCKED;
  bty_test_warnings_keep ();
  start_again (f);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "next start"));
  f->keyring->state = BTY_SECRET_STORE_OPEN;
  start_again (f);
  assert_names (f->keyring, "a foreign");
}

static void
assert_use (Fixture *f, const char *reference, const char *bot, const char *url, const char *says)
{
  BtySecretUse use = { .bot = bot, .url = url, .plugin = "openai" };
  g_autoptr (GError) error = NULL;
  gboolean is_allowed = bty_secret_service_use (f->service, reference, &use, &error);

  if (says == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (is_allowed);
      return;
    }
  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_reach (Fixture *f, gconstpointer unused)
{
  g_autofree char *denied = NULL;

  does (f, "secret.set",
        "{\"name\":\"a\",\"value\":\"a-value\",\"bots\":[\"ada\"],\"hosts\":[\"api.example\",\"*.sub.example\"]}",
        NULL);
  assert_use (f, "secret:a", "ada", "https://api.example/v1", NULL);
  assert_use (f, "secret:a", "ada", "https://API.example.:443/v1", NULL);
  assert_use (f, "secret:a", "ada", "https://x.sub.example/", NULL);
  assert_use (f, "secret:a", NULL, "https://api.example/v1", NULL);
  assert_use (f, "secret:a", "bob", "https://api.example/v1", "secret update a --bot bob");
  assert_use (f, "secret:a", "ada", "https://sub.example/", "sub.example");
  assert_use (f, "secret:a", "ada", "https://evilsub.example/", "evilsub.example");
  assert_use (f, "secret:a", "ada", "https://api.example.evil/", "api.example.evil");
  assert_use (f, "secret:a", "ada", "http://api.example/v1", "https");
  assert_use (f, "secret:a", "ada", NULL, "url");
  assert_use (f, "keyring:a", "bob", "https://api.example/v1", "bob"); /* the same by another name */
  assert_use (f, "env:X", "bob", "http://other.example/v1", "https");
  assert_use (f, "env:X", "bob", "http://127.0.0.1:1/v1", NULL);
  denied = resolve (f, "secret:a", "bob", "https://api.example/", FALSE);
  g_assert_cmpstr (denied, ==, "PERMISSION_DENIED");
  g_assert_nonnull (strstr (f->told->str, "used a by ada at api.example\n"));
  g_assert_nonnull (strstr (f->told->str, "denied a to bob at api.example\n"));
  g_assert_null (strstr (f->told->str, "a-value"));

  does (f, "secret.update", "{\"name\":\"a\",\"plugins\":[\"other\"],\"bots\":[]}", NULL);
  assert_use (f, "secret:a", "bob", "https://api.example/v1", "--plugin");
  fails (f, "secret.update", "{\"name\":\"a\",\"value\":\"x\"}", BTY_ERROR_INVALID_ARGUMENT, "rotate");
}

/* The first host that it is used for is the only one from then on. */
static void
test_first_host (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"a-value\"}", NULL);
  assert_use (f, "secret:a", NULL, "https://first.example/", NULL);
  assert_use (f, "secret:a", NULL, "https://second.example/", "second.example");
  bty_secret_service_stop (f->service);
  start_again (f);
  assert_use (f, "secret:a", NULL, "https://second.example/", "second.example");
  does (f, "secret.get", "{\"name\":\"a\"}", "\"hosts\":[\"first.example\"]");

  put (f->vault, "foreign", "somebody's value");
  assert_resolves (f, "secret:foreign", "somebody's value");
  assert_use (f, "secret:foreign", NULL, "https://first.example/", NULL);
  assert_use (f, "secret:foreign", NULL, "https://second.example/", "second.example");
}

/* Uses are counted at once and written down later, together. */
static void
test_uses (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"a-value\"}", NULL);
  for (guint i = 0; i < 100; i++)
    assert_use (f, "secret:a", "ada", "https://api.example/v1", NULL);
  does (f, "secret.get", "{\"name\":\"a\"}", "\"uses\":100");
  does (f, "secret.rotate", "{\"name\":\"a\",\"value\":\"b-value\"}", "\"uses\":100");
  assert_use (f, "secret:a", "bob", "https://api.example/v1", NULL);
  bty_secret_service_stop (f->service);
  start_again (f);
  does (f, "secret.get", "{\"name\":\"a\"}", "\"last_used_bot\":\"bob\"");
  does (f, "secret.get", "{\"name\":\"a\"}", "\"uses\":101");
}

static void
test_import (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"OLD\",\"value\":\"old-value\"}", NULL);
  does (f, "secret.import",
        "{\"text\":\"# keys\\nA_KEY=value-a\\nexport B_KEY=\\\"value b\\\"\\nOLD=other\\nA_KEY=again-a\\n\"}",
        "{\"names\":[\"B_KEY\",\"A_KEY\"],\"store\":\"keyring\",\"skipped\":[{\"name\":\"A_KEY\",\"line\":2,");
  assert_resolves (f, "secret:A_KEY", "again-a");
  assert_resolves (f, "secret:B_KEY", "value b");
  assert_resolves (f, "secret:OLD", "old-value");
  does (f, "secret.import", "{\"text\":\"OLD=newer\",\"replace\":true}", "[\"OLD\"]");
  assert_resolves (f, "secret:OLD", "newer");
  fails (f, "secret.import", "{\"text\":\"GOOD=x\\nsk-canary in a line\\n\"}", BTY_ERROR_INVALID_ARGUMENT, "line 2");
  assert_resolves (f, "secret:GOOD", "NOT_FOUND");
}

static void
test_lock (Fixture *f, gconstpointer unused)
{
  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"a-value\"}", NULL);
  g_assert_true (bty_secret_service_knows (f->service, "secret:a"));
  does (f, "secret.lock", "{\"store\":\"keyring\"}", NULL);
  g_assert_nonnull (strstr (f->told->str, "changed any\n"));
  g_assert_false (bty_secret_service_knows (f->service, "secret:a"));
  assert_resolves (f, "secret:a", "FAILED_PRECONDITION");
  fails (f, "secret.unlock", "{\"store\":\"keyring\",\"password\":\"wrong\"}", BTY_ERROR_PERMISSION_DENIED, "no");
  does (f, "secret.unlock", "{\"store\":\"keyring\",\"password\":\"open sesame\"}", NULL);
  assert_resolves (f, "secret:a", "a-value");
  fails (f, "secret.recovery", "{\"store\":\"keyring\"}", BTY_ERROR_UNIMPLEMENTED, "");
}

/* Two at once are made one after the other. */
static void
test_at_once (Fixture *f, gconstpointer unused)
{
  GAsyncResult *places[8] = { NULL };

  does (f, "secret.set", "{\"name\":\"a\",\"value\":\"value-0\"}", NULL);
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *text = g_strdup_printf ("value-%u", i + 1);
      g_autoptr (BtySecret) value = bty_secret_new (text, strlen (text));

      bty_secret_service_rotate_async (f->service, "a", value, 0, NULL, bty_test_keep_result, &places[i]);
    }
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GAsyncResult) result = bty_test_wait (&places[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (f->service, result, &error);

      g_assert_no_error (error);
    }
  assert_resolves (f, "secret:a", "value-8");
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 1);
}

static void
write_commands (Fixture *f, const char *text, guint mode)
{
  g_autofree char *path = g_build_filename (f->folder, "config", "secret-commands.conf", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (chmod (path, mode), ==, 0);
}

static void
test_commands (Fixture *f, gconstpointer unused)
{
  assert_resolves (f, "cmd:one", "NOT_FOUND");
  write_commands (f,
                  "[commands]\n"
                  "one=/bin/echo 'the first; line'\n"
                  "more=/bin/sh -c 'echo first; yes | head -c 300000'\n"
                  "hang=/bin/sleep 60\n"
                  "fail=/bin/sh -c 'echo x; exit 1'\n"
                  "empty=/bin/true\n"
                  "relative=echo x\n"
                  "env=/bin/sh -c 'echo \"[$CANARY_VARIABLE]\"'\n"
                  "long=/bin/sh -c 'head -c 70000 /dev/zero | tr \"\\\\\\\\0\" x'\n",
                  0600);
  g_setenv ("CANARY_VARIABLE", "seen", TRUE);
  assert_resolves (f, "cmd:one", "the first; line");
  assert_resolves (f, "cmd:more", "first");
  assert_resolves (f, "cmd:fail", "UNAVAILABLE");
  assert_resolves (f, "cmd:empty", "UNAVAILABLE");
  assert_resolves (f, "cmd:relative", "INVALID_ARGUMENT");
  assert_resolves (f, "cmd:env", "[]");
  assert_resolves (f, "cmd:long", "UNAVAILABLE");
  assert_resolves (f, "cmd:none", "NOT_FOUND");
  g_assert_true (bty_settings_set (f->settings, "secrets.command_timeout", "50", NULL));
  assert_resolves (f, "cmd:hang", "DEADLINE_EXCEEDED");
  write_commands (f, "[commands]\none=/bin/echo x\n", 0622);
  assert_resolves (f, "cmd:one", "FAILED_PRECONDITION");
}

/* What was resolved once is taken out of text from then on. */
static void
test_redaction (Fixture *f, gconstpointer unused)
{
  g_autofree char *clean = NULL;

  bty_secret_redact_forget ();
  put (f->vault, "one", "canary-of-the-vault");
  assert_resolves (f, "secret:one", "canary-of-the-vault");
  clean = bty_secret_redact ("it is canary-of-the-vault");
  g_assert_cmpstr (clean, ==, "it is [secret]");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *f, gconstpointer unused);
  } tests[] = {
    { "chain", test_chain },
    { "hung", test_hung },
    { "late", test_late },
    { "set", test_set },
    { "bad-values", test_bad_values },
    { "choice", test_choice },
    { "rotation", test_rotation },
    { "move", test_move },
    { "failures", test_failures },
    { "repair", test_repair },
    { "reach", test_reach },
    { "first-host", test_first_host },
    { "uses", test_uses },
    { "import", test_import },
    { "lock", test_lock },
    { "at-once", test_at_once },
    { "commands", test_commands },
    { "redaction", test_redaction },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/secret-chain/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
    }
  return g_test_run ();
}
