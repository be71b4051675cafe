/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-test-house.h"
#include "bty-test-router.h"
#include "bty-test-wait.h"
#include "route/bty-provider-service-private.h"

/* The operation model.embed: its keys, its turn in the queue, what it costs, and how it ends. */

typedef struct
{
  BtyTestHouse house;
  GString *asked;   /* the keys that vectors were asked for with, in order */
  GString *used;    /* the keys whose use was noted down, in order */
  const char *bad;  /* (nullable): what keys begin with that fail */
  GError *failure;  /* (nullable): how */
  gboolean hangs;   /* nothing is answered, until it is cancelled or released */
  GPtrArray *tasks; /* GTask: what hangs */
} Fixture;

/* A provider that makes vectors, with one key. */
#define TEST_TYPE_EMBEDDER (test_embedder_get_type ())
G_DECLARE_FINAL_TYPE (TestEmbedder, test_embedder, TEST, EMBEDDER, GObject)

struct _TestEmbedder
{
  GObject parent_instance;
  Fixture *f;
  char *key;
};

static void init_provider (BtyProviderInterface *iface);
static void init_embedder (BtyEmbedderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestEmbedder, test_embedder, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_PROVIDER, init_provider)
                                 G_IMPLEMENT_INTERFACE (BTY_TYPE_EMBEDDER, init_embedder))

static void
test_embedder_finalize (GObject *object)
{
  g_free (TEST_EMBEDDER (object)->key);
  G_OBJECT_CLASS (test_embedder_parent_class)->finalize (object);
}

static void
test_embedder_class_init (TestEmbedderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_embedder_finalize;
}

static void
test_embedder_init (TestEmbedder *self)
{
}

static gboolean
configure (BtyProvider *provider, const BtyProviderConfig *config, BtySecret *key, GError **error)
{
  TestEmbedder *self = TEST_EMBEDDER (provider);

  g_free (self->key);
  self->key = g_strdup (key != NULL ? bty_secret_peek (key) : "none");
  return TRUE;
}

static void
init_provider (BtyProviderInterface *iface)
{
  iface->configure = configure;
}

static void
answer (GTask *task)
{
  static const float numbers[] = { 0.5F };
  BtyEmbedding *made = bty_embedding_new ();

  made->dimensions = 1;
  made->n_inputs = 1;
  made->vectors = g_bytes_new_static (numbers, sizeof numbers);
  g_task_return_pointer (task, made, bty_record_unref);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer task)
{
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
embed_async (BtyEmbedder *embedder, const char *model, const char *const *inputs, gint64 dimensions,
             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  TestEmbedder *self = TEST_EMBEDDER (embedder);
  Fixture *f = self->f;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (GSource) source = NULL;

  g_string_append_printf (f->asked, "%s ", self->key);
  if (f->hangs)
    {
      source = g_cancellable_source_new (cancellable);
      g_task_attach_source (task, source, G_SOURCE_FUNC (on_cancelled));
      g_ptr_array_add (f->tasks, g_object_ref (task));
    }
  else if (f->bad != NULL && g_str_has_prefix (self->key, f->bad))
    g_task_return_error (task, g_error_copy (f->failure));
  else
    answer (task);
}

static BtyEmbedding *
embed_finish (BtyEmbedder *embedder, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
init_embedder (BtyEmbedderInterface *iface)
{
  iface->embed_async = embed_async;
  iface->embed_finish = embed_finish;
}

static BtyProvider *
make_provider (gpointer data, const char *kind, GError **error)
{
  TestEmbedder *self = g_object_new (TEST_TYPE_EMBEDDER, NULL);

  self->f = data;
  return BTY_PROVIDER (self);
}

/* The house. */

static void
on_used (BtySecretService *service, const char *name, const char *bot, const char *host, gint64 when, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->used, "%s ", name);
}

static void
add (Fixture *f, const char *json)
{
  bty_test_add_provider (f->house.providers, json);
}

#define PLACE "\"kind\":\"vectors\",\"url\":\"http://127.0.0.1:9/\""

static void
set_up (Fixture *f, gconstpointer unused)
{
  bty_test_house_open (&f->house, NULL);
  f->asked = g_string_new (NULL);
  f->used = g_string_new (NULL);
  f->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  bty_provider_service_set_maker (f->house.providers, make_provider, f);
  g_signal_connect (f->house.providers->secrets, "used", G_CALLBACK (on_used), f);
  add (f, "{\"name\":\"single\"," PLACE ",\"key_ref\":\"env:TEST_KEY_ONE\"}");
  add (f, "{\"name\":\"pool\"," PLACE ",\"key_ref\":\"env:TEST_KEY_ONE\",\"more_keys\":[\"env:TEST_KEY_TWO\"]}");
  add (f, "{\"name\":\"narrow\"," PLACE ",\"max_concurrent\":1}");
  add (f, "{\"name\":\"slow\"," PLACE ",\"requests_per_minute\":1}");
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_assert_true (bty_chat_service_is_idle (f->house.chat));
  bty_budget_service_stop (bty_router_get_budgets (f->house.router));
  bty_test_settle ();
  g_ptr_array_unref (f->tasks);
  g_clear_error (&f->failure);
  g_string_free (f->asked, TRUE);
  g_string_free (f->used, TRUE);
  bty_test_house_close (&f->house);
}

static void
set_failure (Fixture *f, const char *bad, BtyErrorCode code, gint64 retry_after_ms)
{
  g_clear_error (&f->failure);
  f->bad = bad;
  f->failure = g_error_new_literal (BTY_ERROR, (int) code, "the service does not want to");
  bty_error_set_retry_after (f->failure, retry_after_ms);
}

static BtyCall *
start (Fixture *f, const char *model)
{
  g_autofree char *json = g_strdup_printf (
    "{\"model\":\"%s\",\"inputs\":[{\"kind\":\"text\",\"text\":\"some words of a text\"}]}", model);

  return bty_test_start (&f->house, "model.embed", json);
}

static void
embed (Fixture *f, const char *model)
{
  g_autoptr (BtyCall) call = start (f, model);

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
}

/* Returns: what it says of waiting */
static gint64
embed_fails (Fixture *f, const char *model, BtyErrorCode code, const char *part)
{
  g_autoptr (BtyCall) call = start (f, model);

  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, (int) code);
  g_assert_nonnull (strstr (bty_call_error (call)->message, part));
  return bty_error_get_retry_after (bty_call_error (call));
}

static void
wait_until_asked (Fixture *f, guint n)
{
  while (f->tasks->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns: (transfer full): what stands in the ledger of the newest call */
static BtyUsageEntry *
read_ledger (Fixture *f)
{
  g_autoptr (BtyPage) page = NULL;

  bty_test_settle ();
  page = bty_test_call (&f->house, "usage.list", "{}");
  g_assert_cmpuint (page->items->len, >, 0);
  return bty_usage_entry_ref (page->items->pdata[0]);
}

/* Keys. */

static void
test_keys_take_turns (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 4; i++)
    embed (f, "pool/m");
  g_assert_cmpstr (f->asked->str, ==, "one two one two ");
  g_assert_cmpstr (f->used->str, ==, "env:TEST_KEY_ONE env:TEST_KEY_TWO env:TEST_KEY_ONE env:TEST_KEY_TWO ");
}

static void
test_a_key_used_too_fast (Fixture *f, gconstpointer unused)
{
  set_failure (f, "one", BTY_ERROR_RESOURCE_EXHAUSTED, 600000);
  for (guint i = 0; i < 3; i++)
    embed (f, "pool/m");
  g_assert_cmpstr (f->asked->str, ==, "one two two two ");
}

static void
test_a_key_that_is_refused (Fixture *f, gconstpointer unused)
{
  set_failure (f, "one", BTY_ERROR_UNAUTHENTICATED, -1);
  for (guint i = 0; i < 3; i++)
    embed (f, "pool/m");
  g_assert_cmpstr (f->asked->str, ==, "one two two two ");
}

/* One that nobody has does not keep the other from being used. */
static void
test_a_key_that_is_missing (Fixture *f, gconstpointer unused)
{
  add (f, "{\"name\":\"half\"," PLACE ",\"key_ref\":\"env:TEST_KEY_NOBODY\",\"more_keys\":[\"env:TEST_KEY_TWO\"]}");
  embed (f, "half/m");
  embed (f, "half/m");
  g_assert_cmpstr (f->asked->str, ==, "two two ");
}

static void
test_all_keys_too_fast (Fixture *f, gconstpointer unused)
{
  gint64 wait;

  set_failure (f, "", BTY_ERROR_RESOURCE_EXHAUSTED, 600000);
  wait = embed_fails (f, "pool/m", BTY_ERROR_RESOURCE_EXHAUSTED, "does not want to");
  g_assert_cmpint (wait, ==, 600000);
  g_assert_cmpstr (f->asked->str, ==, "one two ");
  wait = embed_fails (f, "pool/m", BTY_ERROR_RESOURCE_EXHAUSTED, "all 2 keys");
  g_assert_cmpint (wait, >, 0);
  g_assert_cmpint (wait, <=, 600000);
  g_assert_cmpstr (f->asked->str, ==, "one two ");
}

/* What it asks for holds for the requests to come. */
static void
test_a_single_key_too_fast (Fixture *f, gconstpointer unused)
{
  gint64 wait;

  set_failure (f, "one", BTY_ERROR_RESOURCE_EXHAUSTED, 600000);
  wait = embed_fails (f, "single/m", BTY_ERROR_RESOURCE_EXHAUSTED, "does not want to");
  g_assert_cmpint (wait, ==, 600000);
  wait = embed_fails (f, "single/m", BTY_ERROR_RESOURCE_EXHAUSTED, "asked for a pause");
  g_assert_cmpint (wait, >, 0);
  g_assert_cmpint (wait, <=, 600000);
  g_assert_cmpstr (f->asked->str, ==, "one ");
}

/* What is nobody's key's fault is not asked again. */
static void
test_a_failure (Fixture *f, gconstpointer unused)
{
  set_failure (f, "", BTY_ERROR_UNAVAILABLE, -1);
  g_assert_cmpint (embed_fails (f, "pool/m", BTY_ERROR_UNAVAILABLE, "does not want to"), ==, -1);
  g_assert_cmpstr (f->asked->str, ==, "one ");
}

/* The queue. */

static void
test_one_at_a_time (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;

  f->hangs = TRUE;
  first = start (f, "narrow/m");
  second = start (f, "narrow/m");
  wait_until_asked (f, 1);
  bty_test_settle ();
  g_assert_cmpuint (f->tasks->len, ==, 1);
  answer (f->tasks->pdata[0]);
  bty_test_end (first);
  g_assert_no_error (bty_call_error (first));
  wait_until_asked (f, 2);
  answer (f->tasks->pdata[1]);
  bty_test_end (second);
  g_assert_no_error (bty_call_error (second));
}

static void
test_whoever_waits_may_leave (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;
  BtyLimiter *limiter;

  f->hangs = TRUE;
  first = start (f, "narrow/m");
  wait_until_asked (f, 1);
  limiter = bty_router_find_limiter (f->house.router, "narrow");
  second = start (f, "narrow/m");
  while (bty_limiter_get_waiting (limiter) == 0)
    g_main_context_iteration (NULL, TRUE);
  bty_call_cancel (second);
  bty_test_end (second);
  g_assert_error (bty_call_error (second), BTY_ERROR, BTY_ERROR_CANCELLED);
  g_assert_cmpuint (bty_limiter_get_waiting (limiter), ==, 0);
  answer (f->tasks->pdata[0]);
  bty_test_end (first);
  g_assert_cmpuint (bty_limiter_get_running (limiter), ==, 0);
  g_assert_cmpuint (f->tasks->len, ==, 1);
}

static void
test_requests_in_a_minute (Fixture *f, gconstpointer unused)
{
  embed (f, "slow/m");
  embed_fails (f, "slow/m", BTY_ERROR_RESOURCE_EXHAUSTED, "its limit is reached");
  g_assert_cmpstr (f->asked->str, ==, "none ");
}

/* Money. */

static void
test_what_may_be_billed (Fixture *f, gconstpointer unused)
{
  const struct
  {
    BtyErrorCode code;
    gboolean is_cut_off, is_billed;
  } rows[] = { { BTY_ERROR_DEADLINE_EXCEEDED, FALSE, TRUE }, { BTY_ERROR_DATA_LOSS, FALSE, TRUE },
               { BTY_ERROR_UNAVAILABLE, TRUE, TRUE },        { BTY_ERROR_UNAVAILABLE, FALSE, FALSE },
               { BTY_ERROR_NOT_FOUND, FALSE, FALSE },        { BTY_ERROR_RESOURCE_EXHAUSTED, FALSE, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (BtyUsageEntry) entry = NULL;

      set_failure (f, "", rows[i].code, -1);
      if (rows[i].is_cut_off)
        bty_error_set_cut_off (f->failure);
      embed_fails (f, "single/m", rows[i].code, "");
      entry = read_ledger (f);
      g_assert_cmpstr (entry->purpose, ==, "embed");
      g_assert_cmpstr (entry->outcome, ==, bty_error_info (rows[i].code)->name);
      g_assert_cmpint (entry->estimated_tokens, >, 0);
      g_assert_cmpint (entry->input_tokens, ==, rows[i].is_billed ? entry->estimated_tokens : 0);
    }
}

static void
test_whoever_leaves_pays (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (BtyUsageEntry) entry = NULL;

  f->hangs = TRUE;
  call = start (f, "single/m");
  wait_until_asked (f, 1);
  bty_call_cancel (call);
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_CANCELLED);
  entry = read_ledger (f);
  g_assert_cmpstr (entry->outcome, ==, "CANCELLED");
  g_assert_cmpint (entry->input_tokens, >, 0);
  g_assert_true (entry->is_estimate);
}

static void
test_no_time_is_left (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;

  embed (f, "single/m");
  bty_record_unref (bty_test_call (&f->house, "budget.set", "{\"period\":\"day\",\"unit\":\"time\",\"amount\":500}"));
  call = start (f, "single/m");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_true (bty_error_is_cap (bty_call_error (call)));
  g_assert_cmpstr (f->asked->str, ==, "one ");
}

/* The end of the daemon: one that is asked, and one that waits. */

static void
test_the_end_of_the_daemon (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyCall) first = NULL;
  g_autoptr (BtyCall) second = NULL;

  f->hangs = TRUE;
  first = start (f, "narrow/m");
  second = start (f, "narrow/m");
  wait_until_asked (f, 1);
  bty_test_settle ();
  g_assert_false (bty_chat_service_is_idle (f->house.chat));
  bty_chat_service_stop (f->house.chat);
  bty_test_end (first);
  bty_test_end (second);
  g_assert_error (bty_call_error (first), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_error (bty_call_error (second), BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_true (bty_chat_service_is_idle (f->house.chat));
  embed_fails (f, "narrow/m", BTY_ERROR_UNAVAILABLE, "stopping");
  g_assert_cmpuint (f->tasks->len, ==, 1);
}

#define TEST(path, function) g_test_add ("/embed/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("TEST_KEY_ONE", "one", TRUE);
  g_setenv ("TEST_KEY_TWO", "two", TRUE);
  g_setenv ("BOTERNITY_ROUTE_QUEUE_MS", "20000", TRUE); /* less than the minute of a limit */
  g_test_init (&argc, &argv, NULL);
  TEST ("keys-take-turns", test_keys_take_turns);
  TEST ("a-key-used-too-fast", test_a_key_used_too_fast);
  TEST ("a-key-that-is-refused", test_a_key_that_is_refused);
  TEST ("a-key-that-is-missing", test_a_key_that_is_missing);
  TEST ("all-keys-too-fast", test_all_keys_too_fast);
  TEST ("a-single-key-too-fast", test_a_single_key_too_fast);
  TEST ("a-failure", test_a_failure);
  TEST ("one-at-a-time", test_one_at_a_time);
  TEST ("whoever-waits-may-leave", test_whoever_waits_may_leave);
  TEST ("requests-in-a-minute", test_requests_in_a_minute);
  TEST ("what-may-be-billed", test_what_may_be_billed);
  TEST ("whoever-leaves-pays", test_whoever_leaves_pays);
  TEST ("no-time-is-left", test_no_time_is_left);
  TEST ("the-end-of-the-daemon", test_the_end_of_the_daemon);
  return g_test_run ();
}
