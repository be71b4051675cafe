/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "../example-secrets.h"

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
test_keep (void)
{
  g_autoptr (BtySecretStore) store = g_object_new (EXAMPLE_TYPE_SECRETS, NULL);
  g_autoptr (BtySecret) secret = bty_secret_new ("sesame", strlen ("sesame"));
  g_autoptr (BtySecret) found = NULL;
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) got = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  g_assert_true (bty_secret_store_is_available (store, NULL));
  bty_secret_store_set_async (store, "door", secret, NULL, on_done, &set);
  g_assert_true (bty_secret_store_set_finish (store, wait_for (&set), &error));
  bty_secret_store_get_async (store, "door", NULL, on_done, &got);
  found = bty_secret_store_get_finish (store, wait_for (&got), &error);
  g_assert_no_error (error);
  g_assert_true (bty_secret_equal (found, "sesame", strlen ("sesame")));
  bty_secret_store_list_async (store, NULL, on_done, &listed);
  names = bty_secret_store_list_finish (store, wait_for (&listed), &error);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpstr (names[0], ==, "door");
}

static void
test_forget (void)
{
  g_autoptr (BtySecretStore) store = g_object_new (EXAMPLE_TYPE_SECRETS, NULL);
  g_autoptr (GAsyncResult) deleted = NULL;
  g_autoptr (GError) error = NULL;

  bty_secret_store_delete_async (store, "door", NULL, on_done, &deleted);
  g_assert_false (bty_secret_store_delete_finish (store, wait_for (&deleted), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

static gboolean
unlock (BtySecretStore *store, const char *password, GError **error)
{
  g_autoptr (BtySecret) secret = password != NULL ? bty_secret_new (password, strlen (password)) : NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;

  bty_secret_store_unlock_async (store, secret, NULL, on_done, &unlocked);
  return bty_secret_store_unlock_finish (store, wait_for (&unlocked), error);
}

static void
test_lock (void)
{
  g_autoptr (BtySecretStore) store = g_object_new (EXAMPLE_TYPE_SECRETS, NULL);
  g_autoptr (BtySecret) password = bty_secret_new ("pass", strlen ("pass"));
  g_autoptr (GAsyncResult) changed = NULL;
  g_autoptr (GAsyncResult) got = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  bty_secret_store_set_password_async (store, NULL, password, NULL, on_done, &changed);
  g_assert_true (bty_secret_store_set_password_finish (store, wait_for (&changed), &error));
  bty_secret_store_lock (store);
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_LOCKED);
  g_assert_false (bty_secret_store_is_available (store, &reason));
  g_assert_nonnull (strstr (reason, "secret unlock"));
  bty_secret_store_get_async (store, "door", NULL, on_done, &got);
  g_assert_null (bty_secret_store_get_finish (store, wait_for (&got), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (unlock (store, "guess", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_true (unlock (store, "pass", &error));
  g_assert_cmpint (bty_secret_store_get_state (store), ==, BTY_SECRET_STORE_OPEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secrets/keep", test_keep);
  g_test_add_func ("/secrets/forget", test_forget);
  g_test_add_func ("/secrets/lock", test_lock);
  return g_test_run ();
}
