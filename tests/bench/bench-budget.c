/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a request costs more for its budget and its breaker: a spender, a reserve at all caps above it, the breaker's leave and its
 * report, the settling and the entry in the ledger. The store takes everything and keeps nothing: its work is another thread's.
 * Prints one JSON object; fails above the limit.
 */
#define G_LOG_DOMAIN "bty-bench"

#include "config.h"

#include <stdio.h>
#include <time.h>

#include "bty-test-router.h"

#define WARM_UP  2000
#define REQUESTS 20000
#define ROUNDS   7
#define BOTS     16
#define LIMIT    20.0 /* us of CPU a request */

/* A store that is done at once. */

#define BENCH_TYPE_STORE (bench_store_get_type ())
G_DECLARE_FINAL_TYPE (BenchStore, bench_store, BENCH, STORE, GObject)

struct _BenchStore
{
  GObject parent_instance;
};

static void init_store (BtyStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchStore, bench_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_STORE, init_store))

static void
bench_store_class_init (BenchStoreClass *klass)
{
}

static void
bench_store_init (BenchStore *self)
{
}

static void
apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, data);

  g_task_set_source_tag (task, apply_async);
  g_task_return_boolean (task, TRUE);
}

static gboolean
apply_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, data);

  g_task_set_source_tag (task, get_async);
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_NOT_FOUND, "it is empty");
}

static void
query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, data);
  BtyPage *page = bty_page_new ();

  g_task_set_source_tag (task, query_async);
  page->items = bty_record_list_new ();
  g_task_return_pointer (task, page, (GDestroyNotify) bty_page_unref);
}

static gpointer
take (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static BtyPage *
query_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return take (store, result, error);
}

static void
init_store (BtyStoreInterface *iface)
{
  iface->apply_async = apply_async;
  iface->apply_finish = apply_finish;
  iface->get_async = get_async;
  iface->get_finish = take;
  iface->query_async = query_async;
  iface->query_finish = query_finish;
}

/* One request. */

typedef struct
{
  BtyRouter *router;
  BtySpender *spender;
  guint n_done;
} Bench;

static void
on_reserved (GObject *source, GAsyncResult *result, gpointer data)
{
  Bench *b = data;
  g_autoptr (GError) error = NULL;
  BtyReservation *reservation = bty_spender_reserve_finish (BTY_SPENDER (source), result, &error);
  g_autoptr (BtyUsageEntry) entry = bty_usage_entry_new ();

  g_assert_no_error (error);
  entry->provider = g_strdup ("fake");
  entry->model = g_strdup ("one");
  entry->outcome = g_strdup ("end");
  entry->cost = 1;
  entry->input_tokens = entry->output_tokens = 10;
  entry->pricing = BTY_PRICING_CATALOGUE;
  bty_router_report (b->router, "fake/one", NULL);
  bty_reservation_settle (reservation, entry);
  b->n_done += 1;
}

static void
ask (Bench *b, guint number)
{
  static const char *const bots[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p" };
  const char *bot = bots[number % BOTS];
  const BtySpenderFor what = { .purpose = "gateway", .bot = bot, .slug = bot, .session = "s", .turn = "t" };
  g_autoptr (BtySpender) spender = bty_spender_new (bty_router_get_budgets (b->router), NULL, &what);
  BtyAmounts least = { { 1, 20, 1, 10 } };
  BtyAmounts most = { { 40, 400, 1, 1000 } };
  gboolean is_try;
  guint done = b->n_done;

  g_assert_true (bty_router_admit (b->router, "fake/one", &is_try, NULL));
  bty_spender_reserve_async (spender, &least, &most, NULL, on_reserved, b);
  while (b->n_done == done)
    g_main_context_iteration (NULL, TRUE);
}

static double
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

static double
measure (Bench *b, guint requests)
{
  double start = now_us ();

  for (guint i = 0; i < requests; i++)
    ask (b, i);
  return (now_us () - start) / requests;
}

int
main (void)
{
  g_autoptr (BtyStore) store = g_object_new (BENCH_TYPE_STORE, NULL);
  g_autoptr (BtySettings) settings = NULL;
  g_autoptr (BtySecretService) secrets = bty_secret_service_new ();
  g_autoptr (BtyProviderService) providers = bty_provider_service_new (store, NULL, secrets);
  Bench b = { 0 };
  double best = G_MAXDOUBLE;

  g_setenv ("BOTERNITY_BUDGET_DAY_USD", "1000000", TRUE);
  g_setenv ("BOTERNITY_BUDGET_MONTH_USD", "1000000", TRUE);
  g_setenv ("BOTERNITY_BUDGET_BOT_DAY_USD", "1000000", TRUE);
  settings = bty_test_settings_new ();
  b.router = bty_test_router_new (providers, store, settings);
  measure (&b, WARM_UP);
  for (guint round = 0; round < ROUNDS; round++)
    best = MIN (best, measure (&b, REQUESTS));
  bty_budget_service_stop (bty_router_get_budgets (b.router));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  printf ("{\"cpu_us_a_request\":%.2f,\"limit\":%.1f}\n", best, LIMIT);
  g_object_unref (b.router);
  return best <= LIMIT ? 0 : 1;
}
