/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "bty-time-limit.h"
#include "budget/bty-budget-service-private.h"

/* After another's write came in between, it is worth trying again. */
#define MAX_TRIES 3
/* How many calls may be granted before one who waits for more than they need: then all wait for that one. */
#define MAX_PASSED 8

/* Waiting for what others hold. */

static void
stop_waiting (BtyBudgetService *budgets, BtyReserving *reserving)
{
  BtyBudgetWait *wait = g_steal_pointer (&reserving->wait);

  if (wait == NULL)
    return;
  g_clear_handle_id (&wait->timeout, bty_time_limit_remove);
  if (wait->cancelled != 0)
    g_signal_handler_disconnect (wait->cancellable, wait->cancelled);
  g_clear_object (&wait->cancellable);
  bty_budget_node_unref (wait->node);
  g_free (wait);
  budgets->n_waiting -= 1;
  bty_budget_pump_soon (budgets); /* who let it go first need not do so any more */
}

static gboolean
on_late (gpointer data)
{
  GTask *task = data;
  BtyReserving *reserving = g_task_get_task_data (task);

  reserving->wait->timeout = 0;
  reserving->wait->is_late = TRUE;
  bty_budget_pump_soon (((BtySpender *) g_task_get_source_object (task))->budgets);
  return G_SOURCE_REMOVE;
}

/* It leaves the queue from the main loop. */
static void
on_cancelled (GCancellable *cancellable, gpointer budgets)
{
  bty_budget_pump_soon (budgets);
}

static BtyBudgetWait *
begin_to_wait (BtyBudgetService *budgets, GTask *task, gint64 patience)
{
  BtyBudgetWait *wait = g_new0 (BtyBudgetWait, 1);

  wait->timeout = bty_time_limit_add (patience, on_late, task);
  if (g_task_get_cancellable (task) != NULL)
    {
      wait->cancellable = g_object_ref (g_task_get_cancellable (task));
      wait->cancelled = g_signal_connect (wait->cancellable, "cancelled", G_CALLBACK (on_cancelled), budgets);
    }
  budgets->n_waiting += 1;
  return wait;
}

/* Who was passed over often enough is next. */
static void
claim (BtyBudgetService *budgets, BtyBudgetWait *wait)
{
  wait->is_next = wait->is_next || wait->node->n_granted - wait->n_granted_before >= MAX_PASSED;
  if (wait->is_next)
    wait->node->claimed[wait->unit] = budgets->pass;
}

/* Returns: whether it waits; else it is refused. */
static gboolean
wait_for_room (BtyBudgetService *budgets, GTask *task, const BtyBudgetRefusal *refusal)
{
  BtyReserving *reserving = g_task_get_task_data (task);
  gint64 patience = bty_settings_get_int (budgets->settings, "budget", "reserve_wait_ms");
  BtyBudgetWait *wait;

  if (!refusal->may_wait || budgets->is_stopped || patience <= 0 ||
      (reserving->wait != NULL && reserving->wait->is_late))
    return FALSE;
  if (reserving->wait == NULL)
    reserving->wait = begin_to_wait (budgets, task, patience);
  wait = reserving->wait;
  if (wait->node != refusal->node)
    {
      g_clear_pointer (&wait->node, bty_budget_node_unref);
      wait->node = bty_budget_node_ref (refusal->node);
      wait->n_granted_before = refusal->node->n_granted;
    }
  wait->unit = refusal->unit;
  wait->generation = budgets->generation;
  wait->day_until = budgets->day.until;
  claim (budgets, wait);
  return TRUE;
}

/* Whether nothing has changed for it, at a glance: there may be many. */
static gboolean
has_to_wait_on (BtyBudgetService *budgets, const BtyReserving *reserving)
{
  BtyBudgetWait *wait = reserving->wait;
  gint64 least;
  gint64 unspent;

  if (wait == NULL || wait->is_late || g_cancellable_is_cancelled (wait->cancellable) ||
      wait->generation != budgets->generation || wait->day_until != budgets->day.until)
    return FALSE;
  least = MAX (MIN (reserving->least.of[wait->unit], reserving->most.of[wait->unit]), 1);
  unspent = bty_budget_node_unspent (wait->node, wait->unit);
  if (unspent < least || unspent - wait->node->reserved.of[wait->unit] >= least)
    return FALSE;
  claim (budgets, wait);
  return TRUE;
}

/* Reserving. */

static void
reserving_free (BtyReserving *reserving)
{
  g_clear_pointer (&reserving->reservation, bty_reservation_drop);
  g_free (reserving->marks);
  g_free (reserving);
}

/* Returns: whether all of its path is known. */
static gboolean
load_path (BtyBudgetService *budgets, GPtrArray *path, GError **error)
{
  gboolean is_loaded = TRUE;

  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];

      if (node->error != NULL)
        {
          *error = g_steal_pointer (&node->error);
          return FALSE;
        }
      is_loaded = bty_budget_nodes_load (budgets, node) && is_loaded;
    }
  return is_loaded;
}

static void
reserve_now (BtySpender *self, BtyReserving *reserving, GPtrArray *path)
{
  stop_waiting (self->budgets, reserving);
  reserving->reservation = bty_reservation_new (self, path, reserving);
  reserving->marks = g_new0 (BtyAmounts, path->len);
  for (guint i = 0; i < path->len; i++)
    for (guint unit = 0; unit < BTY_N_UNITS; unit++)
      reserving->marks[i].of[unit] = bty_budget_node_used (path->pdata[i], unit);
}

static gboolean
is_on_disk (const BtyReserving *reserving)
{
  GPtrArray *path = reserving->reservation->path;

  for (guint i = 0; i < path->len; i++)
    for (guint unit = 0; unit < BTY_N_UNITS; unit++)
      if (reserving->marks[i].of[unit] > ((BtyBudgetNode *) path->pdata[i])->durable.of[unit])
        return FALSE;
  return TRUE;
}

static gboolean
fail (BtyBudgetService *budgets, GTask *task, GError *error)
{
  stop_waiting (budgets, g_task_get_task_data (task));
  g_task_return_error (task, error);
  return TRUE;
}

static gboolean
refuse (BtyBudgetService *budgets, GTask *task, GPtrArray *path, const BtyBudgetRefusal *refusal)
{
  BtySpender *self = g_task_get_source_object (task);
  BtyCapHit *hit = bty_cap_hit_new (self, refusal->node, refusal->period, refusal->unit, refusal->left,
                                    refusal->needed);

  bty_spender_set_hit (self, hit);
  bty_budget_warn_of (budgets, self, path);
  return fail (budgets, task, bty_cap_hit_to_error (hit, self->what.slug, budgets->zone));
}

/* Returns: whether @task is over. */
static gboolean
step (BtyBudgetService *budgets, GTask *task)
{
  BtySpender *self = g_task_get_source_object (task);
  BtyReserving *reserving = g_task_get_task_data (task);
  GPtrArray *path;
  BtyBudgetRefusal refusal;
  g_autoptr (GError) error = NULL;
  gboolean is_loaded;

  if (has_to_wait_on (budgets, reserving))
    return FALSE;
  if (reserving->wait != NULL && g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    return fail (budgets, task, g_steal_pointer (&error));
  path = reserving->reservation != NULL ? reserving->reservation->path : bty_spender_find_path (self);
  is_loaded = load_path (budgets, path, &error);
  if (error != NULL)
    return fail (budgets, task, g_steal_pointer (&error));
  if (reserving->reservation == NULL && !is_loaded)
    return FALSE;
  if (reserving->reservation == NULL)
    {
      bty_budget_warn_begin (path);
      if (!bty_spender_grant (self, path, reserving, &refusal))
        return !wait_for_room (budgets, task, &refusal) && refuse (budgets, task, path, &refusal);
      reserve_now (self, reserving, path);
    }
  bty_budget_nodes_extend (budgets, path, !is_on_disk (reserving));
  if (!is_on_disk (reserving))
    return FALSE;
  g_task_return_pointer (task, g_steal_pointer (&reserving->reservation), (GDestroyNotify) bty_reservation_drop);
  return TRUE;
}

void
bty_budget_pump (BtyBudgetService *budgets)
{
  if (!budgets->is_open || budgets->is_pumping)
    return;
  bty_budget_nodes_pump (budgets);
  budgets->is_pumping = TRUE;
  budgets->pass += 1;
  if (budgets->n_waiting > 0)
    bty_budget_look_at_clock (budgets);
  for (guint i = 0; i < budgets->reserving->len;)
    {
      g_autoptr (GTask) task = g_object_ref (budgets->reserving->pdata[i]);

      if (step (budgets, task))
        g_ptr_array_remove_index (budgets->reserving, i);
      else
        i++;
    }
  budgets->is_pumping = FALSE;
}

static gboolean
on_pump (gpointer data)
{
  BtyBudgetService *self = data;

  self->pump_source = 0;
  bty_budget_pump (self);
  return G_SOURCE_REMOVE;
}

void
bty_budget_pump_soon (BtyBudgetService *self)
{
  if (self->n_waiting > 0 && self->pump_source == 0)
    self->pump_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_pump, g_object_ref (self), g_object_unref);
}

void
bty_budget_fail_waiting (BtyBudgetService *budgets, GHashTable *nodes, const GError *error)
{
  for (guint i = 0; i < budgets->reserving->len;)
    {
      g_autoptr (GTask) task = g_object_ref (budgets->reserving->pdata[i]);
      BtyReserving *reserving = g_task_get_task_data (task);
      gboolean is_hit = nodes == NULL;

      for (guint k = 0; !is_hit && reserving->reservation != NULL && k < reserving->reservation->path->len; k++)
        is_hit = g_hash_table_contains (nodes, reserving->reservation->path->pdata[k]);
      if (!is_hit || (g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) && reserving->tries++ < MAX_TRIES))
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (budgets->reserving, i);
      g_clear_pointer (&reserving->reservation, bty_reservation_drop);
      fail (budgets, task, g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE, error->message));
    }
}

void
bty_budget_stop_waiting (BtyBudgetService *budgets, const GError *error)
{
  for (guint i = 0; i < budgets->reserving->len;)
    {
      g_autoptr (GTask) task = g_object_ref (budgets->reserving->pdata[i]);

      if (((BtyReserving *) g_task_get_task_data (task))->wait == NULL)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (budgets->reserving, i);
      fail (budgets, task, g_error_copy (error));
    }
  g_clear_handle_id (&budgets->pump_source, g_source_remove);
}

void
bty_spender_reserve_async (BtySpender *self, const BtyAmounts *least, const BtyAmounts *most, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  BtyBudgetService *budgets = self->budgets;
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  BtyReserving *reserving = g_new0 (BtyReserving, 1);
  gboolean is_first = budgets->n_waiting == 0; /* who came before, and waits for the same, is looked at first */

  g_task_set_source_tag (task, bty_spender_reserve_async);
  g_task_set_task_data (task, reserving, (GDestroyNotify) reserving_free);
  reserving->least = *least;
  reserving->most = *most;
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    reserving->most.of[unit] = CLAMP (most->of[unit], 0, BTY_UNCAPPED / 16);
  bty_budget_caps_load (budgets);
  if (is_first)
    budgets->pass += 1;
  if (!budgets->is_open || budgets->is_pumping || !is_first || !step (budgets, task))
    g_ptr_array_add (budgets->reserving, g_steal_pointer (&task));
  if (!is_first)
    bty_budget_pump_soon (budgets);
}

BtyReservation *
bty_spender_reserve_finish (BtySpender *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
