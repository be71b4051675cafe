/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interfaces of secret stores and skill runtimes: an implementation with all functions, and one with none. */
#include "config.h"

#include <boternity.h>
#include <string.h>

typedef GObject Full;
typedef GObjectClass FullClass;
typedef GObject Bare;
typedef GObjectClass BareClass;

static void init_secrets (BtySecretStoreInterface *iface);
static void init_runtime (BtySkillRuntimeInterface *iface);
static void init_nothing (gpointer iface);

static GType full_get_type (void);
static GType bare_get_type (void);
G_DEFINE_TYPE_WITH_CODE (Full, full, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, init_secrets)
                           G_IMPLEMENT_INTERFACE (BTY_TYPE_SKILL_RUNTIME, init_runtime))
G_DEFINE_TYPE_WITH_CODE (Bare, bare, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (BTY_TYPE_SECRET_STORE, init_nothing)
                           G_IMPLEMENT_INTERFACE (BTY_TYPE_SKILL_RUNTIME, init_nothing))

static void
full_class_init (FullClass *klass)
{
}

static void
full_init (Full *self)
{
}

static void
bare_class_init (BareClass *klass)
{
}

static void
bare_init (Bare *self)
{
}

static void
init_nothing (gpointer iface)
{
}

/* A secret store that is locked, and whose one secret is named by what it holds. */

static char *
describe_secrets (BtySecretStore *store)
{
  return g_strdup ("a drawer");
}

static gboolean
is_open (BtySecretStore *store, char **reason)
{
  *reason = g_strdup ("it is locked: turn the key");
  return FALSE;
}

static void
answer_name (BtySecretStore *store, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  g_task_return_pointer (task, bty_secret_new (name, strlen (name)), (GDestroyNotify) bty_secret_unref);
}

static BtySecret *
take_secret (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keep (BtySecretStore *store, const char *name, BtySecret *secret, GCancellable *cancellable,
      GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, data);

  g_task_return_boolean (task, bty_secret_equal (secret, name, strlen (name)));
}

static gboolean
take_boolean (BtySecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
init_secrets (BtySecretStoreInterface *iface)
{
  iface->describe = describe_secrets;
  iface->is_available = is_open;
  iface->get_async = answer_name;
  iface->get_finish = take_secret;
  iface->set_async = keep;
  iface->set_finish = take_boolean;
  iface->delete_async = answer_name; /* without its other half */
}

/* A runtime that says its arguments in two pieces. */

static void
say_arguments (BtySkillRuntime *runtime, const BtySkillRun *run, BtySkillOutput output, gpointer output_data,
               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (runtime, cancellable, callback, data);
  BtySkillResult *result = bty_skill_result_new ();

  output (runtime, run->arguments, 1, output_data);
  output (runtime, run->arguments + 1, strlen (run->arguments) - 1, output_data);
  result->result = g_strdup (run->arguments);
  g_task_return_pointer (task, result, bty_record_unref);
}

static BtySkillResult *
take_result (BtySkillRuntime *runtime, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
takes_all (BtySkillRuntime *runtime, const char *folder)
{
  return TRUE;
}

static void
init_runtime (BtySkillRuntimeInterface *iface)
{
  iface->takes = takes_all;
  iface->run_async = say_arguments;
  iface->run_finish = take_result;
}

/* Waiting. */

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
assert_unimplemented (GError *error, const char *function)
{
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED);
  g_assert_nonnull (strstr (error->message, function));
  g_error_free (error);
}

static void
test_secrets (void)
{
  g_autoptr (BtySecretStore) store = g_object_new (full_get_type (), NULL);
  g_autoptr (GAsyncResult) got = NULL;
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) deleted = NULL;
  g_autofree char *line = bty_secret_store_describe (store);
  g_autofree char *reason = NULL;
  g_autoptr (BtySecret) secret = NULL;
  GError *error = NULL;

  g_assert_cmpstr (line, ==, "a drawer");
  g_assert_false (bty_secret_store_is_available (store, NULL));
  g_assert_false (bty_secret_store_is_available (store, &reason));
  g_assert_cmpstr (reason, ==, "it is locked: turn the key");
  bty_secret_store_get_async (store, "sesame", NULL, on_done, &got);
  secret = bty_secret_store_get_finish (store, wait_for (&got), &error);
  g_assert_no_error (error);
  g_assert_true (bty_secret_equal (secret, "sesame", 6));
  bty_secret_store_set_async (store, "sesame", secret, NULL, on_done, &set);
  g_assert_true (bty_secret_store_set_finish (store, wait_for (&set), &error));
  g_assert_no_error (error);
  bty_secret_store_delete_async (store, "sesame", NULL, on_done, &deleted);
  g_assert_false (bty_secret_store_delete_finish (store, wait_for (&deleted), &error));
  assert_unimplemented (error, "delete");
}

static void
test_bare_secrets (void)
{
  g_autoptr (BtySecretStore) store = g_object_new (bare_get_type (), NULL);
  g_autoptr (BtySecret) secret = bty_secret_new ("sesame", 6);
  g_autoptr (GAsyncResult) got = NULL;
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) listed = NULL;
  g_autofree char *line = bty_secret_store_describe (store);
  char *reason = line;
  GError *error = NULL;

  g_assert_cmpstr (line, ==, "Bare");
  g_assert_true (bty_secret_store_is_available (store, &reason));
  g_assert_null (reason);
  bty_secret_store_get_async (store, "sesame", NULL, on_done, &got);
  g_assert_null (bty_secret_store_get_finish (store, wait_for (&got), &error));
  assert_unimplemented (g_steal_pointer (&error), "Bare has no function “get”");
  bty_secret_store_set_async (store, "sesame", secret, NULL, on_done, &set);
  g_assert_false (bty_secret_store_set_finish (store, wait_for (&set), &error));
  assert_unimplemented (g_steal_pointer (&error), "set");
  bty_secret_store_list_async (store, NULL, on_done, &listed);
  g_assert_null (bty_secret_store_list_finish (store, wait_for (&listed), &error));
  assert_unimplemented (g_steal_pointer (&error), "list");
}

static void
on_output (BtySkillRuntime *runtime, const char *text, gsize length, gpointer data)
{
  g_string_append_printf (data, "%.*s|", (int) length, text);
}

static BtySkillRun *
make_run (void)
{
  g_autoptr (GError) error = NULL;
  BtySkillRun *run = bty_record_from_json (&bty_skill_run_schema, BTY_VIEW_CREATE,
                                           "{\"folder\":\"/skills/a\",\"tool\":\"t\",\"arguments\":{\"n\":1}}", -1,
                                           &error);

  g_assert_no_error (error);
  return run;
}

static void
test_runtime (void)
{
  g_autoptr (BtySkillRuntime) runtime = g_object_new (full_get_type (), NULL);
  g_autoptr (BtySkillRun) run = make_run ();
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (BtySkillResult) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_skill_runtime_takes (runtime, "/skills/a"));
  bty_skill_runtime_run_async (runtime, run, on_output, said, NULL, on_done, &result);
  answer = bty_skill_runtime_run_finish (runtime, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (said->str, ==, "{|\"n\":1}|");
  g_assert_cmpstr (answer->result, ==, "{\"n\":1}");
}

static void
test_bare_runtime (void)
{
  g_autoptr (BtySkillRuntime) runtime = g_object_new (bare_get_type (), NULL);
  g_autoptr (BtySkillRun) run = make_run ();
  g_autoptr (GAsyncResult) checked = NULL;
  g_autoptr (GAsyncResult) ran = NULL;
  g_autofree char *line = bty_skill_runtime_describe (runtime);
  GError *error = NULL;

  g_assert_cmpstr (line, ==, "Bare");
  g_assert_true (bty_skill_runtime_is_available (runtime, NULL));
  g_assert_false (bty_skill_runtime_takes (runtime, "/skills/a"));
  bty_skill_runtime_check_async (runtime, "/skills/a", NULL, on_done, &checked);
  g_assert_null (bty_skill_runtime_check_finish (runtime, wait_for (&checked), &error));
  assert_unimplemented (g_steal_pointer (&error), "check");
  bty_skill_runtime_run_async (runtime, run, on_output, NULL, NULL, on_done, &ran);
  g_assert_null (bty_skill_runtime_run_finish (runtime, wait_for (&ran), &error));
  assert_unimplemented (g_steal_pointer (&error), "run");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/features/secrets", test_secrets);
  g_test_add_func ("/features/bare-secrets", test_bare_secrets);
  g_test_add_func ("/features/runtime", test_runtime);
  g_test_add_func ("/features/bare-runtime", test_bare_runtime);
  return g_test_run ();
}
