/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service-private.h"

/* How many periods are kept in memory before those that are over or lie idle are put away, and how long they lie idle. */
#define MANY_NODES 512
#define IDLE       (10 * 60 * G_USEC_PER_SEC)
#define SWEEP      (30 * G_USEC_PER_SEC)

static const BtyPeriodSpan no_span = { 0 };

BtyBudgetNode *
bty_budget_nodes_get (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
                      const BtySpenderFor *what)
{
  const BtyPeriodSpan *span = period == BTY_PERIOD_DAY     ? &self->day
                              : period == BTY_PERIOD_MONTH ? &self->month
                                                           : &no_span;
  g_autofree char *key = bty_budget_key (scope, subject, period, span->label);
  BtyBudgetNode *node = g_hash_table_lookup (self->nodes, key);

  if (node == NULL)
    {
      bty_budget_nodes_sweep (self);
      node = bty_budget_node_new (key, scope, subject, period, span);
      node->bot = what != NULL && scope != BTY_SCOPE_INSTALLATION ? g_strdup (what->bot) : NULL;
      g_hash_table_insert (self->nodes, node->key, node);
    }
  if (node->slug == NULL && what != NULL && scope != BTY_SCOPE_INSTALLATION)
    node->slug = g_strdup (what->slug);
  node->used_at = bty_budget_now (self);
  return node;
}

/* Loading. */

typedef struct
{
  BtyBudgetService *self;
  BtyBudgetNode *node;
  BtyAmounts known; /* of a session, when its entries began to be added up */
  guint generation; /* likewise, of the caps */
} Loading;

static void
loaded (Loading *loading, GError *error)
{
  loading->node->is_loading = FALSE;
  loading->node->error = error;
  bty_budget_pump (loading->self);
  bty_budget_node_unref (loading->node);
  g_object_unref (loading->self);
  g_free (loading);
}

/* What an earlier process left unsure of it is sure now. What is settled meanwhile is counted by itself. */
static void
on_added_up (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  GError *error = NULL;
  g_autofree BtyAmounts *sum = g_task_propagate_pointer (G_TASK (result), &error);
  BtyBudgetNode *node = loading->node;

  for (guint unit = 0; sum != NULL && unit < BTY_N_UNITS; unit++)
    {
      gint64 found = MAX (sum->of[unit] - loading->known.of[unit] - node->found.of[unit], 0);

      node->spent.of[unit] += found;
      node->found.of[unit] += found;
      node->unsure.of[unit] = MAX (node->unsure.of[unit] - found, 0);
    }
  if (sum != NULL)
    node->added_up_of = loading->generation;
  loaded (loading, error);
}

/* While it had no cap it was not on any path: what it spent then is in the ledger alone. */
static void
add_up (Loading *loading)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    loading->known.of[unit] = loading->node->spent.of[unit] - loading->node->found.of[unit];
  loading->generation = loading->self->generation;
  bty_budget_ledger_add_up (loading->self, loading->node->subject, on_added_up, loading);
}

static void
on_row (GObject *source, GAsyncResult *result, gpointer data)
{
  Loading *loading = data;
  BtyBudgetNode *node = loading->node;
  GError *error = NULL;
  g_autoptr (BtySpend) row = bty_store_get_finish (BTY_STORE (source), result, &error);
  gboolean is_new = g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);

  if (is_new)
    g_clear_error (&error);
  if (error == NULL)
    bty_budget_node_load (node, row);
  if (error == NULL && node->scope == BTY_SCOPE_SESSION)
    add_up (loading);
  else
    loaded (loading, error);
}

gboolean
bty_budget_nodes_load (BtyBudgetService *self, BtyBudgetNode *node)
{
  gboolean is_added_up = node->scope != BTY_SCOPE_SESSION || node->added_up_of == self->generation;
  Loading *loading;

  if (node->is_loaded && is_added_up)
    return TRUE;
  if (node->is_loading || (!node->is_loaded && node->n_writes > 0))
    return FALSE;
  loading = g_new0 (Loading, 1);
  loading->self = g_object_ref (self);
  loading->node = bty_budget_node_ref (node);
  node->is_loading = TRUE;
  if (node->is_loaded)
    add_up (loading);
  else
    bty_store_get_async (self->store, &bty_spend_schema, "key", node->key, NULL, on_row, loading);
  return FALSE;
}

/* Returns: whether @task is over. */
static gboolean
look_once (BtyBudgetService *self, GTask *task)
{
  GPtrArray *nodes = g_task_get_task_data (task);
  gboolean is_loaded = TRUE;

  for (guint i = 0; i < nodes->len; i++)
    {
      BtyBudgetNode *node = nodes->pdata[i];

      if (node->error != NULL)
        {
          g_task_return_error (task, g_steal_pointer (&node->error));
          return TRUE;
        }
      is_loaded = ((node->is_known && node->scope != BTY_SCOPE_SESSION) || bty_budget_nodes_load (self, node)) &&
                  is_loaded;
    }
  if (is_loaded)
    g_task_return_boolean (task, TRUE);
  return is_loaded;
}

void
bty_budget_nodes_look (BtyBudgetService *self, GPtrArray *nodes, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, bty_budget_nodes_look);
  g_task_set_task_data (task, g_ptr_array_ref (nodes), (GDestroyNotify) g_ptr_array_unref);
  if (!look_once (self, task))
    g_ptr_array_add (self->looking, g_steal_pointer (&task));
}

void
bty_budget_nodes_pump (BtyBudgetService *self)
{
  for (guint i = 0; i < self->looking->len;)
    {
      g_autoptr (GTask) task = g_object_ref (self->looking->pdata[i]);

      if (look_once (self, task))
        g_ptr_array_remove_index (self->looking, i);
      else
        i++;
    }
}

/* Slabs. */

typedef struct
{
  BtyBudgetService *self;
  GPtrArray *nodes;
  GArray *slabs; /* BtyAmounts, as many */
} Writing;

static void
writing_free (Writing *writing)
{
  g_ptr_array_unref (writing->nodes);
  g_array_unref (writing->slabs);
  g_object_unref (writing->self);
  g_free (writing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writing, writing_free)

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Writing) writing = data;
  BtyBudgetService *self = writing->self;
  g_autoptr (GError) error = NULL;
  gboolean is_done = bty_store_apply_finish (BTY_STORE (source), result, &error);
  g_autoptr (GHashTable) failed = g_hash_table_new (NULL, NULL);

  if (!is_done)
    g_warning ("what may be spent could not be written down: %s", error->message);
  for (guint i = 0; i < writing->nodes->len; i++)
    {
      BtyBudgetNode *node = writing->nodes->pdata[i];
      const BtyAmounts *slabs = &g_array_index (writing->slabs, BtyAmounts, i);

      node->n_writes -= 1;
      for (guint unit = 0; is_done && unit < BTY_N_UNITS; unit++)
        node->durable.of[unit] = MAX (node->durable.of[unit], slabs->of[unit]);
      if (is_done)
        continue;
      node->is_loaded = FALSE; /* nobody knows what the disk has: it is looked up again */
      g_hash_table_add (failed, node);
    }
  if (!is_done)
    bty_budget_fail_waiting (self, failed, error);
  bty_budget_pump (self);
}

static gint64
setting_of (BtyBudgetService *self, guint unit)
{
  static const char *const keys[] = { NULL, "slab_tokens", "slab_calls", "slab_seconds" };
  g_autofree char *text = NULL;
  gint64 amount;

  if (unit == BTY_UNIT_USD)
    {
      text = bty_settings_get (self->settings, "budget", "slab_usd");
      return text != NULL && bty_usd_parse (text, &amount, NULL) && amount > 0 ? amount : 50000;
    }
  amount = bty_settings_get_int (self->settings, "budget", keys[unit]);
  return unit == BTY_UNIT_TIME ? amount * 1000 : amount;
}

static const BtyAmounts *
settings_of (BtyBudgetService *self)
{
  for (guint unit = 0; self->slab_of != self->generation && unit < BTY_N_UNITS; unit++)
    self->slab.of[unit] = setting_of (self, unit);
  self->slab_of = self->generation;
  return &self->slab;
}

/* As much as a slab is ahead: more when calls are large, less when the cap is small. */
static gint64
step_of (BtyBudgetService *self, const BtyBudgetNode *node, guint unit)
{
  gint64 step = MAX (settings_of (self)->of[unit], 2 * MIN (node->largest.of[unit], BTY_UNCAPPED / 4));

  return MAX (MIN (step, node->caps.of[unit] / 10), 1);
}

/* Returns: whether there is anything to ask for; @slabs: what. */
static gboolean
plan (BtyBudgetService *self, BtyBudgetNode *node, gboolean is_urgent, BtyAmounts *slabs)
{
  gboolean is_needed = FALSE;

  *slabs = node->asked;
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      gint64 used = bty_budget_node_used (node, unit);
      gint64 step = step_of (self, node, unit);
      gint64 most = MAX (used, MIN (used + step, node->caps.of[unit]));

      if (used > node->asked.of[unit] ||
          (used > 0 && most > node->asked.of[unit] && node->asked.of[unit] - used < step / 2))
        is_needed = TRUE;
      slabs->of[unit] = MAX (slabs->of[unit], most);
    }
  return is_needed;
}

void
bty_budget_nodes_extend (BtyBudgetService *self, GPtrArray *path, gboolean is_urgent)
{
  g_autoptr (BtyBatch) batch = NULL;
  Writing *writing = NULL;

  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];
      g_autoptr (BtySpend) row = NULL;
      BtyAmounts slabs;

      if (!node->is_loaded || !plan (self, node, is_urgent, &slabs))
        continue;
      if (writing == NULL)
        {
          batch = bty_batch_new ();
          writing = g_new0 (Writing, 1);
          writing->self = g_object_ref (self);
          writing->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_budget_node_unref);
          writing->slabs = g_array_new (FALSE, FALSE, sizeof (BtyAmounts));
        }
      row = bty_budget_node_make_row (node, &slabs);
      bty_batch_put (batch, row);
      node->asked = slabs;
      node->n_writes += 1;
      g_ptr_array_add (writing->nodes, bty_budget_node_ref (node));
      g_array_append_val (writing->slabs, slabs);
    }
  if (writing == NULL)
    return;
  if (!is_urgent)
    bty_batch_set_lazy (batch);
  bty_store_apply_async (self->store, batch, NULL, on_written, writing);
}

/* Putting away. */

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_warning ("what was spent could not be written down exactly: %s", error->message);
}

void
bty_budget_nodes_close (BtyBudgetService *self, BtyBudgetNode *node, gboolean is_lazy)
{
  g_autoptr (BtyBatch) batch = NULL;
  BtyAmounts slabs;
  gboolean is_exact = node->row != NULL;
  g_autoptr (BtySpend) row = NULL;

  if (!node->is_loaded)
    return;
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      slabs.of[unit] = bty_budget_node_used (node, unit);
      is_exact = is_exact && slabs.of[unit] == node->asked.of[unit];
    }
  if (is_exact || (node->row == NULL && slabs.of[BTY_UNIT_CALLS] == 0))
    return;
  batch = bty_batch_new ();
  row = bty_budget_node_make_row (node, &slabs);
  bty_batch_put (batch, row);
  if (is_lazy)
    bty_batch_set_lazy (batch);
  bty_store_apply_async (self->store, batch, NULL, on_closed, NULL);
}

static gboolean
is_idle (BtyBudgetService *self, const BtyBudgetNode *node)
{
  gint64 now = bty_budget_now (self);

  if (node->references > 1 || node->is_loading || node->n_writes > 0)
    return FALSE;
  return (node->until > 0 && node->until <= now) || node->used_at + IDLE < now;
}

void
bty_budget_nodes_sweep (BtyBudgetService *self)
{
  gint64 now = bty_budget_now (self);
  GHashTableIter iter;
  gpointer value;

  if (g_hash_table_size (self->nodes) < MANY_NODES || (now >= self->swept_at && now - self->swept_at < SWEEP))
    return;
  self->swept_at = now;
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (!is_idle (self, value))
        continue;
      bty_budget_nodes_close (self, value, TRUE);
      g_hash_table_iter_remove (&iter);
    }
}

/* Who still has it in hand writes nothing of it: all that it may spend is there already, as it were. */
static void
cut_off (BtyBudgetNode *node)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    node->asked.of[unit] = node->durable.of[unit] = G_MAXINT64;
}

void
bty_budget_nodes_forget (BtyBudgetService *self, const char *bot)
{
  g_autoptr (GHashTable) subjects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_add (subjects, g_strdup (bot));
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BtyBudgetNode *node = value;

      if (g_strcmp0 (node->bot, bot) != 0 && g_strcmp0 (node->subject, bot) != 0)
        continue;
      g_hash_table_add (subjects, g_strdup (node->subject));
      cut_off (node);
      g_hash_table_iter_remove (&iter);
    }
  g_hash_table_iter_init (&iter, self->caps);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((const BtyCap *) value)->subject != NULL &&
        g_hash_table_contains (subjects, ((const BtyCap *) value)->subject))
      g_hash_table_iter_remove (&iter);
}
