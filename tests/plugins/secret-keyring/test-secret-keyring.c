/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "../bty-test-host.h"
#include "bty-test-keyring.h"

#define KEY "sk-test-the-value-of-a-secret"

static BtyTestHost *host;

/* What a call of the store gave, awaited in the main loop. */
static GAsyncResult *awaited;

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  awaited = g_object_ref (result);
}

static GAsyncResult *
wait_for_result (void)
{
  while (awaited == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&awaited);
}

static BtySecretStore *
new_store (void)
{
  g_autoptr (GPtrArray) made = bty_host_make_features (BTY_HOST (host), BTY_FEATURE_SECRETS);

  g_assert_cmpuint (made->len, ==, 1);
  return g_object_ref (made->pdata[0]);
}

static void
set (const char *setting)
{
  g_autoptr (GError) error = NULL;

  bty_test_host_set (host, setting, &error);
  g_assert_no_error (error);
}

/* For a machine that has other things to do; less than the time that the whole test has. */
static void
be_patient (void)
{
  set ("keyring.timeout=60000");
  set ("keyring.unlock_timeout=60000");
}

static gboolean
keep (BtySecretStore *store, const char *name, const char *value, gsize length, GError **error)
{
  g_autoptr (BtySecret) secret = bty_secret_new (value, length);
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_set_async (store, name, secret, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_set_finish (store, result, error);
}

static BtySecret *
get (BtySecretStore *store, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_get_async (store, name, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_get_finish (store, result, error);
}

static gboolean
forget (BtySecretStore *store, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_delete_async (store, name, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_delete_finish (store, result, error);
}

static GStrv
list (BtySecretStore *store, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_list_async (store, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_list_finish (store, result, error);
}

static gboolean
unlock (BtySecretStore *store, BtySecret *password, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  bty_secret_store_unlock_async (store, password, NULL, on_result, NULL);
  result = wait_for_result ();
  return bty_secret_store_unlock_finish (store, result, error);
}

/* Asked again and again, as the core does; each look must come back at once. */
static void
wait_for_state (BtySecretStore *store, BtySecretStoreState state)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (bty_secret_store_get_state (store) != state && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpint (bty_secret_store_get_state (store), ==, state);
}

static void
assert_is (BtySecret *secret, const char *value, gsize length)
{
  g_assert_nonnull (secret);
  g_assert_true (bty_secret_equal (secret, value, length));
}

static void
test_unlocked (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (BtySecret) first = NULL, second = NULL, odd = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL, none = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *words = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  none = list (store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  first = get (store, "openai", &error);
  g_assert_no_error (error);
  assert_is (first, KEY, strlen (KEY));
  keep (store, "openai", "another", 7, &error); /* in place of the first */
  g_assert_no_error (error);
  second = get (store, "openai", &error);
  assert_is (second, "another", 7);
  seen = bty_test_keyring_look_up (keyring, "openai");
  g_assert_cmpstr (seen, ==, "another");
  keep (store, "Schlüssel für später", "a\0b\xff", 4, &error);
  g_assert_no_error (error);
  odd = get (store, "Schlüssel für später", &error);
  assert_is (odd, "a\0b\xff", 4);
  names = list (store, &error);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_true (g_strv_contains ((const char *const *) names, "Schlüssel für später"));
  forget (store, "openai", &error);
  g_assert_no_error (error);
  g_assert_false (forget (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (get (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  words = bty_secret_store_describe (store);
  g_assert_nonnull (strstr (words, "unlocked"));
}

static void
test_greatest (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autofree char *value = g_strnfill (64 * 1024, 'x');
  g_autofree char *name = g_strnfill (256, 'n');
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "big", value, 64 * 1024, &error);
  g_assert_no_error (error);
  secret = get (store, "big", &error);
  assert_is (secret, value, 64 * 1024);
  g_assert_false (keep (store, name, "v", 1, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (keep (store, "a\nb", "v", 1, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
}

static void
test_installations (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (BtySecret) mine = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  set ("keyring.installation=another");
  g_assert_null (get (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  keep (store, "openai", "theirs", 6, &error);
  g_assert_no_error (error);
  names = list (store, &error);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  set ("keyring.installation=");
  mine = get (store, "openai", &error);
  assert_is (mine, KEY, strlen (KEY));
}

static void
assert_locked (BtySecretStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  g_assert_null (get (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_null (get (store, "no such", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (keep (store, "new", KEY, strlen (KEY), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (forget (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_null (list (store, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_false (bty_secret_store_is_available (store, &reason));
  g_assert_nonnull (strstr (reason, "secret unlock"));
}

/* A prompter that counts how often it is begun with: GNOME Keyring asks for it by this name. */
static guint n_prompts;

static GDBusMessage *
count_prompts (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  if (incoming && g_strcmp0 (g_dbus_message_get_member (message), "BeginPrompting") == 0)
    g_atomic_int_inc (&n_prompts);
  return message;
}

static void
test_locked (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  GDBusConnection *connection = bty_test_keyring_get_connection (keyring);
  g_autoptr (BtySecret) secret = NULL, password = bty_secret_new ("x", 1);
  g_autoptr (GError) error = NULL;
  guint owner;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  g_dbus_connection_add_filter (connection, count_prompts, NULL, NULL);
  owner = g_bus_own_name_on_connection (connection, "org.gnome.keyring.SystemPrompter", G_BUS_NAME_OWNER_FLAGS_NONE,
                                        NULL, NULL, NULL, NULL);
  bty_test_keyring_lock (keyring);
  wait_for_state (store, BTY_SECRET_STORE_LOCKED); /* which it tells of: well before keyring.refresh */
  assert_locked (store);
  g_assert_cmpuint (g_atomic_int_get (&n_prompts), ==, 0);
  g_assert_false (unlock (store, password, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (g_atomic_int_get (&n_prompts), ==, 0);
  g_assert_false (unlock (store, NULL, &error)); /* nobody is there to answer the prompt */
  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_cmpuint (g_atomic_int_get (&n_prompts), ==, 1);
  bty_test_keyring_unlock (keyring);
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  g_assert_true (unlock (store, NULL, &error));
  g_assert_no_error (error);
  secret = get (store, "openai", &error);
  assert_is (secret, KEY, strlen (KEY));
  g_bus_unown_name (owner);
}

static void
test_shut (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *seen = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  bty_secret_store_lock (store);
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_LOCKED);
  assert_locked (store);
  seen = bty_test_keyring_look_up (keyring, "openai"); /* others are not locked out */
  g_assert_cmpstr (seen, ==, KEY);
  g_assert_true (unlock (store, NULL, &error));
  secret = get (store, "openai", &error);
  assert_is (secret, KEY, strlen (KEY));
}

static void
assert_absent (BtySecretStore *store, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  g_assert_null (get (store, "openai", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, word));
  wait_for_state (store, BTY_SECRET_STORE_ABSENT);
  g_assert_false (bty_secret_store_is_available (store, &reason));
  g_assert_nonnull (strstr (reason, word));
}

static void
test_no_bus (void)
{
  g_autoptr (BtySecretStore) store = new_store ();

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_ABSENT); /* known at once */
  assert_absent (store, "no session bus");
}

static void
test_no_service (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();

  assert_absent (store, "org.freedesktop.secrets");
}

static void
test_bus_that_is_none (void)
{
  g_autoptr (BtySecretStore) store = new_store ();

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  assert_absent (store, "keyring");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "no address at all", TRUE);
  assert_absent (store, "keyring");
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
}

/* Runs in the connection's thread: what comes for the keyring is swallowed. */
static GDBusMessage *
swallow (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  if (incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    {
      g_atomic_int_inc ((int *) data);
      g_object_unref (message);
      return NULL;
    }
  return message;
}

static gboolean
count_tick (gpointer data)
{
  *(guint *) data += 1;
  return G_SOURCE_CONTINUE;
}

static void
test_hangs (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  GDBusConnection *connection = bty_test_keyring_get_connection (keyring);
  g_autoptr (BtySecretStore) store = NULL;
  g_autoptr (GError) error = NULL;
  static int n_swallowed;
  guint owner, ticks = 0;
  guint timer = g_timeout_add (10, count_tick, &ticks);

  g_dbus_connection_add_filter (connection, swallow, &n_swallowed, NULL);
  owner = g_bus_own_name_on_connection (connection, "org.freedesktop.secrets", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL,
                                        NULL, NULL);
  set ("keyring.timeout=300");
  set ("keyring.unlock_timeout=300");
  store = new_store ();
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_OPEN); /* being asked */
  wait_for_state (store, BTY_SECRET_STORE_ABSENT);
  assert_absent (store, "did not answer within 300 ms");
  g_assert_false (keep (store, "openai", KEY, strlen (KEY), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (unlock (store, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_atomic_int_get (&n_swallowed), >, 0);
  g_assert_cmpuint (ticks, >, 10); /* nobody else was held up */
  g_source_remove (timer);
  g_bus_unown_name (owner);
  be_patient ();
}

static void
test_cancelled (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  bty_secret_store_get_async (store, "openai", cancellable, on_result, NULL);
  g_cancellable_cancel (cancellable);
  first = wait_for_result ();
  g_assert_null (bty_secret_store_get_finish (store, first, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_CANCELLED);
  g_clear_error (&error);
  bty_secret_store_get_async (store, "openai", cancellable, on_result, NULL);
  second = wait_for_result ();
  g_assert_null (bty_secret_store_get_finish (store, second, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_CANCELLED);
}

/* Begins one of the four and breaks it off after @delay microseconds, wherever it is then. */
static void
break_off (BtySecretStore *store, guint kind, gint64 delay)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (BtySecret) secret = bty_secret_new (KEY, strlen (KEY));
  g_autoptr (GAsyncResult) result = NULL;
  gint64 until = g_get_monotonic_time () + delay;

  if (kind == 0)
    bty_secret_store_get_async (store, "openai", cancellable, on_result, NULL);
  else if (kind == 1)
    bty_secret_store_set_async (store, "openai", secret, cancellable, on_result, NULL);
  else if (kind == 2)
    bty_secret_store_list_async (store, cancellable, on_result, NULL);
  else
    bty_secret_store_delete_async (store, "openai", cancellable, on_result, NULL);
  while (awaited == NULL && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  result = wait_for_result ();
}

/* As a time-out does: libsecret must bear it in the middle of anything, the opening of its session included. */
static void
test_broken_off (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) kept = new_store ();
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (BtySecretStore) fresh = i % 2 == 0 ? new_store () : NULL;

      break_off (fresh != NULL ? fresh : kept, i / 2 % 4, (i % 40) * 250);
    }
  keep (kept, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  secret = get (kept, "openai", &error);
  g_assert_no_error (error);
  assert_is (secret, KEY, strlen (KEY));
}

static void
test_vanishes (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  bty_secret_store_get_async (store, "openai", NULL, on_result, NULL); /* under way when it dies */
  bty_test_keyring_kill (keyring);
  result = wait_for_result ();
  secret = bty_secret_store_get_finish (store, result, &error);
  g_assert_true (secret != NULL || g_error_matches (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE));
  g_clear_pointer (&secret, bty_secret_unref);
  assert_absent (store, "org.freedesktop.secrets");
  bty_test_keyring_start (keyring); /* another one, with another session: noticed by itself */
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  g_clear_error (&error);
  secret = get (store, "openai", &error);
  g_assert_no_error (error);
  assert_is (secret, KEY, strlen (KEY));
}

static void
test_bus_vanishes (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) store = new_store ();
  g_autoptr (BtySecret) secret = NULL;
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (store, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  wait_for_state (store, BTY_SECRET_STORE_OPEN);
  bty_test_keyring_kill (keyring);
  bty_test_keyring_stop_bus (keyring); /* this process must live on */
  wait_for_state (store, BTY_SECRET_STORE_ABSENT);
  assert_absent (store, "keyring");
}

/* Many at once on a store that has not been asked anything yet. */
static guint n_left;

static void
on_one_of_many (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecret) secret = bty_secret_store_get_finish (BTY_SECRET_STORE (source), result, &error);

  g_assert_no_error (error);
  assert_is (secret, KEY, strlen (KEY));
  n_left -= 1;
}

static void
test_many (void)
{
  g_autoptr (BtyTestKeyring) keyring = bty_test_keyring_new ();
  g_autoptr (BtySecretStore) first = new_store (), store = new_store ();
  g_autoptr (GError) error = NULL;

  if (!bty_test_keyring_start (keyring))
    return;
  keep (first, "openai", KEY, strlen (KEY), &error);
  g_assert_no_error (error);
  n_left = 50;
  for (guint i = 0; i < 50; i++)
    bty_secret_store_get_async (store, "openai", NULL, on_one_of_many, NULL);
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_unsetenv ("XDG_RUNTIME_DIR"); /* where the bus of whoever runs this may be */
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_test_init (&argc, &argv, NULL);
  host = bty_test_host_new (g_get_tmp_dir ());
  bty_test_host_load (host, g_getenv ("BTY_TEST_PLUGIN"), &error);
  g_assert_no_error (error);
  be_patient ();
  g_test_add_func ("/keyring/unlocked", test_unlocked);
  g_test_add_func ("/keyring/greatest", test_greatest);
  g_test_add_func ("/keyring/installations", test_installations);
  g_test_add_func ("/keyring/many", test_many);
  g_test_add_func ("/keyring/locked", test_locked);
  g_test_add_func ("/keyring/shut", test_shut);
  g_test_add_func ("/keyring/no-bus", test_no_bus);
  g_test_add_func ("/keyring/no-service", test_no_service);
  g_test_add_func ("/keyring/bus-that-is-none", test_bus_that_is_none);
  g_test_add_func ("/keyring/hangs", test_hangs);
  g_test_add_func ("/keyring/cancelled", test_cancelled);
  g_test_add_func ("/keyring/broken-off", test_broken_off);
  g_test_add_func ("/keyring/vanishes", test_vanishes);
  g_test_add_func ("/keyring/bus-vanishes", test_bus_vanishes);
  status = g_test_run ();
  g_object_unref (host);
  return status;
}
