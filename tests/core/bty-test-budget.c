/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "bty-test-budget.h"

#include "bty-test-wait.h"

struct _BtyLossyStore
{
  GObject parent_instance;
  BtyStore *disk;
  GQueue waiting; /* GTask with its BtyBatch */
  guint n_eager;
  gboolean is_auto;
  gboolean is_killed;
};

static void init_store (BtyStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BtyLossyStore, bty_lossy_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_STORE, init_store))

static void
bty_lossy_store_finalize (GObject *object)
{
  BtyLossyStore *self = BTY_LOSSY_STORE (object);

  g_assert (g_queue_is_empty (&self->waiting)); /* a task keeps its store */
  g_clear_object (&self->disk);
  G_OBJECT_CLASS (bty_lossy_store_parent_class)->finalize (object);
}

static void
bty_lossy_store_class_init (BtyLossyStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_lossy_store_finalize;
}

static void
bty_lossy_store_init (BtyLossyStore *self)
{
  g_queue_init (&self->waiting);
}

BtyStore *
bty_lossy_store_new (BtyStore *disk)
{
  BtyLossyStore *self = g_object_new (BTY_TYPE_LOSSY_STORE, NULL);

  self->disk = g_object_ref (disk);
  return BTY_STORE (self);
}

void
bty_lossy_store_set_auto (BtyLossyStore *self, gboolean is_auto)
{
  self->is_auto = is_auto;
  if (is_auto)
    bty_lossy_store_sync (self, self->waiting.length, TRUE);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_applied_untold (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;

  bty_store_apply_finish (BTY_STORE (source), result, NULL);
  g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "killed");
}

void
bty_lossy_store_sync (BtyLossyStore *self, guint n, gboolean is_told)
{
  for (; n > 0 && self->waiting.length > 0; n--)
    {
      GTask *task = g_queue_pop_head (&self->waiting);

      bty_store_apply_async (self->disk, g_task_get_task_data (task), NULL, is_told ? on_applied : on_applied_untold,
                             task);
    }
}

void
bty_lossy_store_kill (BtyLossyStore *self)
{
  GTask *task;

  self->is_killed = TRUE;
  while ((task = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_task_return_new_error (task, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "killed");
      g_object_unref (task);
    }
}

guint
bty_lossy_store_count_waiting (BtyLossyStore *self)
{
  return self->waiting.length;
}

guint
bty_lossy_store_count_eager (BtyLossyStore *self)
{
  return self->n_eager;
}

static void
apply_async (BtyStore *store, BtyBatch *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  BtyLossyStore *self = BTY_LOSSY_STORE (store);
  GTask *task = g_task_new (store, NULL, callback, data);

  g_task_set_task_data (task, bty_batch_ref (batch), (GDestroyNotify) bty_batch_unref);
  self->n_eager += !bty_batch_is_lazy (batch);
  g_queue_push_tail (&self->waiting, task);
  if (self->is_killed)
    bty_lossy_store_kill (self);
  else if (self->is_auto)
    bty_lossy_store_sync (self, 1, TRUE);
}

static gboolean
apply_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

typedef struct
{
  GAsyncReadyCallback callback;
  gpointer data;
  BtyStore *store;
} Reading;

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Reading *reading = data;
  g_autoptr (BtyStore) store = reading->store;

  reading->callback (G_OBJECT (store), result, reading->data);
}

static Reading *
reading_new (BtyStore *store, GAsyncReadyCallback callback, gpointer data)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->callback = callback;
  reading->data = data;
  reading->store = g_object_ref (store);
  return reading;
}

static void
get_async (BtyStore *store, const BtySchema *schema, const char *field, const char *value, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  bty_store_get_async (BTY_LOSSY_STORE (store)->disk, schema, field, value, cancellable, on_read,
                       reading_new (store, callback, data));
}

static gpointer
get_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return bty_store_get_finish (BTY_LOSSY_STORE (store)->disk, result, error);
}

static void
query_async (BtyStore *store, BtyQuery *query, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  bty_store_query_async (BTY_LOSSY_STORE (store)->disk, query, cancellable, on_read,
                         reading_new (store, callback, data));
}

static BtyPage *
query_finish (BtyStore *store, GAsyncResult *result, GError **error)
{
  return bty_store_query_finish (BTY_LOSSY_STORE (store)->disk, result, error);
}

static void
init_store (BtyStoreInterface *iface)
{
  iface->apply_async = apply_async;
  iface->apply_finish = apply_finish;
  iface->get_async = get_async;
  iface->get_finish = get_finish;
  iface->query_async = query_async;
  iface->query_finish = query_finish;
}

/* What tests say often. */

BtySettings *
bty_test_budget_settings (const char *key, ...)
{
  BtySettings *settings;
  va_list pairs;

  va_start (pairs, key);
  for (; key != NULL; key = va_arg (pairs, const char *))
    {
      g_autofree char *upper = g_ascii_strup (key, -1);
      g_autofree char *name = g_strconcat ("BOTERNITY_BUDGET_", upper, NULL);

      g_setenv (name, va_arg (pairs, const char *), TRUE);
    }
  va_end (pairs);
  settings = bty_settings_new ("/nonexistent");
  bty_budget_add_settings (settings);
  return settings;
}

BtySpender *
bty_test_spender_of (BtyBudgetService *budgets, const char *bot)
{
  const BtySpenderFor what = { .purpose = "chat", .bot = bot, .slug = bot };

  return bty_spender_new (budgets, NULL, &what);
}

BtyReservation *
bty_test_reserve (BtySpender *spender, gint64 least, gint64 most, GError **error)
{
  BtyAmounts from = { { least, 0, 1, 0 } };
  BtyAmounts to = { { most, 0, 1, 0 } };
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  bty_spender_reserve_async (spender, &from, &to, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  return bty_spender_reserve_finish (spender, result, error);
}

void
bty_test_settle_cost (BtyReservation *reservation, gint64 cost)
{
  g_autoptr (BtyUsageEntry) entry = bty_usage_entry_new ();

  entry->cost = cost;
  entry->pricing = BTY_PRICING_CATALOGUE;
  entry->provider = g_strdup ("fake");
  entry->model = g_strdup ("one");
  entry->outcome = g_strdup ("end");
  bty_reservation_settle (reservation, entry);
}
