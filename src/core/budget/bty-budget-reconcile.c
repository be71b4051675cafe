/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"
#include "budget/bty-budget-report.h"

#define A_PAGE 500

/*
 * What an earlier process left unsure is looked up in the ledger: what it has is spent for sure. The rest may be what calls cost that were
 * on their way when that process was killed, so it stays unsure, unless the owner says that it be given back. What was spent is what
 * the ledger says, or what is known otherwise, whichever is more. In order: all entries so far are brought to the disk; the rows that are unsure are found
 * and loaded; the ledger is added up to the last entry before it began; what is spent meanwhile comes on top by itself.
 */
typedef struct
{
  BtyBudgetAsk *ask;
  char *last;       /* entries up to this one are added up */
  GHashTable *sums; /* key of a node -> BtyAmounts */
  GArray
    *before; /* BtyAmounts: known spent of each node when it began, but for what the ledger was asked about before */
} Reconcile;

static void
reconcile_free (Reconcile *self)
{
  bty_budget_ask_free (self->ask);
  g_free (self->last);
  g_hash_table_unref (self->sums);
  g_array_unref (self->before);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reconcile, reconcile_free)

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reconcile) self = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->ask->nodes->len; i++)
    ((BtyBudgetNode *) self->ask->nodes->pdata[i])->n_writes -= 1;
  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      for (guint i = 0; i < self->ask->nodes->len; i++)
        ((BtyBudgetNode *) self->ask->nodes->pdata[i])->is_loaded = FALSE;
      bty_call_fail (self->ask->call, error);
    }
  else
    bty_budget_ask_answer (self->ask, NULL);
  bty_budget_raised (self->ask->budgets, self->ask->slug);
  bty_budget_pump (self->ask->budgets);
}

static void
correct_node (Reconcile *self, guint i)
{
  BtyBudgetNode *node = self->ask->nodes->pdata[i];
  const BtyAmounts *known = &g_array_index (self->before, BtyAmounts, i);
  const BtyAmounts *sum = g_hash_table_lookup (self->sums, node->key);
  gint64 before = node->spent.of[BTY_UNIT_USD] + node->unsure.of[BTY_UNIT_USD];
  const BtyBudgetReconcile *request = bty_call_request (self->ask->call);
  BtySpendReport *report;

  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      gint64 found = sum != NULL ? MAX (sum->of[unit] - known->of[unit] - node->found.of[unit], 0) : 0;

      node->spent.of[unit] += found;
      node->found.of[unit] += found;
      node->unsure.of[unit] = request->give_back ? 0 : MAX (node->unsure.of[unit] - found, 0);
    }
  report = bty_spend_report_of (node, NULL, node->slug);
  report->before = before;
  BTY_SET_NULL (report, BtySpendReport, before, FALSE);
  bty_budget_ask_add (self->ask, report);
}

static gboolean
is_over (Reconcile *self, const BtyBudgetNode *node)
{
  return node->until > 0 && node->until <= bty_budget_now (self->ask->budgets);
}

static void
correct (Reconcile *self)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  GPtrArray *nodes = self->ask->nodes;

  for (guint i = 0; i < nodes->len; i++)
    {
      BtyBudgetNode *node = nodes->pdata[i];
      g_autoptr (BtySpend) row = NULL;

      correct_node (self, i);
      /* Slabs stay as they are: what was handed out of them meanwhile stays covered. A period that is over needs none. */
      for (guint unit = 0; unit < BTY_N_UNITS; unit++)
        {
          gint64 used = bty_budget_node_used (node, unit);

          node->asked.of[unit] = is_over (self, node) ? used : MAX (node->asked.of[unit], used);
          node->durable.of[unit] = MIN (node->durable.of[unit], node->asked.of[unit]);
        }
      row = bty_budget_node_make_row (node, &node->asked);
      node->n_writes += 1;
      bty_batch_put (batch, row);
    }
  bty_store_apply_async (self->ask->budgets->store, batch, NULL, on_written, self);
}

static void
add_to (Reconcile *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period, const char *label,
        const BtyUsageEntry *entry)
{
  g_autofree char *key = bty_budget_key (scope, subject, period, label);
  BtyAmounts *sum = g_hash_table_lookup (self->sums, key);

  if (sum == NULL)
    return;
  sum->of[BTY_UNIT_USD] += MAX (entry->cost, 0);
  sum->of[BTY_UNIT_TOKENS] += MAX (entry->input_tokens, 0) + MAX (entry->output_tokens, 0);
  sum->of[BTY_UNIT_CALLS] += 1;
  sum->of[BTY_UNIT_TIME] += MAX (entry->time_ms, 0);
}

static void
add_entry (Reconcile *self, const BtyUsageEntry *entry)
{
  static const BtyBudgetPeriod periods[] = { BTY_PERIOD_DAY, BTY_PERIOD_MONTH, BTY_PERIOD_TOTAL };

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    {
      BtyPeriodSpan span;

      bty_period_span_at (&span, periods[i], self->ask->budgets->zone, entry->record.created_at);
      add_to (self, BTY_SCOPE_INSTALLATION, NULL, periods[i], span.label, entry);
      if (entry->bot != NULL)
        add_to (self, BTY_SCOPE_BOT, entry->bot, periods[i], span.label, entry);
      if (entry->workflow != NULL)
        add_to (self, BTY_SCOPE_WORKFLOW, entry->workflow, periods[i], span.label, entry);
    }
  if (entry->session != NULL)
    add_to (self, BTY_SCOPE_SESSION, entry->session, BTY_PERIOD_SESSION, "", entry);
}

static void read_ledger (Reconcile *self, const char *cursor);

static void
on_entries (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reconcile) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (self->ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    add_entry (self, page->items->pdata[i]);
  if (page->next_cursor != NULL)
    read_ledger (g_steal_pointer (&self), page->next_cursor);
  else
    correct (g_steal_pointer (&self));
}

static void
read_ledger (Reconcile *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  bty_query_where (query, "id", BTY_MATCH_LESS_OR_EQUAL, self->last);
  if (self->ask->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, self->ask->bot);
  bty_query_limit (query, A_PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->ask->budgets->store, query, bty_call_cancellable (self->ask->call), on_entries, self);
}

static void
on_nodes (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reconcile) self = data;
  GPtrArray *nodes = self->ask->nodes;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      bty_call_fail (self->ask->call, error);
      return;
    }
  self->last = bty_id_new ();
  for (guint i = 0; i < nodes->len; i++)
    {
      BtyBudgetNode *node = nodes->pdata[i];
      BtyAmounts known = node->spent;

      for (guint unit = 0; unit < BTY_N_UNITS; unit++)
        known.of[unit] -= node->found.of[unit];
      g_array_append_val (self->before, known);
      g_hash_table_insert (self->sums, g_strdup (node->key), g_new0 (BtyAmounts, 1));
    }
  read_ledger (g_steal_pointer (&self), NULL);
}

static gboolean
is_unsure (const BtySpend *row, const BtyBudgetNode *node)
{
  BtyAmounts spent;
  BtyAmounts slabs;

  if (node != NULL && node->is_known)
    return node->unsure.of[BTY_UNIT_USD] + node->unsure.of[BTY_UNIT_TOKENS] + node->unsure.of[BTY_UNIT_CALLS] +
             node->unsure.of[BTY_UNIT_TIME] >
           0;
  bty_spend_amounts (row, FALSE, &spent);
  bty_spend_amounts (row, TRUE, &slabs);
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (slabs.of[unit] > spent.of[unit])
      return TRUE;
  return FALSE;
}

/* Returns: (transfer none): the node of a row that may be of a day that is over */
static BtyBudgetNode *
node_of (Reconcile *self, const BtySpend *row)
{
  BtyBudgetService *budgets = self->ask->budgets;
  BtyBudgetNode *node = g_hash_table_lookup (budgets->nodes, row->key);
  BtyPeriodSpan span;

  if (node != NULL)
    return node;
  bty_period_span_at (&span, row->period, budgets->zone, row->since);
  node = bty_budget_node_new (row->key, row->scope, row->subject, row->period, &span);
  node->bot = g_strdup (row->bot);
  node->slug = g_strdup (self->ask->slug);
  node->used_at = bty_budget_now (budgets);
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    node->caps.of[unit] = BTY_UNCAPPED;
  g_hash_table_insert (budgets->nodes, node->key, node);
  return node;
}

static void read_rows (Reconcile *self, const char *cursor);

static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reconcile) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (self->ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtySpend *row = page->items->pdata[i];

      if (is_unsure (row, g_hash_table_lookup (self->ask->budgets->nodes, row->key)))
        g_ptr_array_add (self->ask->nodes, bty_budget_node_ref (node_of (self, row)));
    }
  if (page->next_cursor != NULL)
    {
      read_rows (g_steal_pointer (&self), page->next_cursor);
      return;
    }
  bty_budget_nodes_look (self->ask->budgets, self->ask->nodes, on_nodes, self);
  g_steal_pointer (&self);
}

static void
read_rows (Reconcile *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_spend_schema);

  if (self->ask->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, self->ask->bot);
  bty_query_limit (query, A_PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->ask->budgets->store, query, bty_call_cancellable (self->ask->call), on_rows, self);
}

static void
on_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Reconcile) self = data;
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_fail (self->ask->call, error);
  else
    read_rows (g_steal_pointer (&self), NULL);
}

static void
reconcile (BtyBudgetAsk *ask)
{
  Reconcile *self = g_new0 (Reconcile, 1);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  self->ask = ask;
  self->sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->before = g_array_new (FALSE, FALSE, sizeof (BtyAmounts));
  ask->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_budget_node_unref);
  bty_store_apply_async (ask->budgets->store, batch, NULL, on_flushed, self);
}

void
bty_budget_reconcile_run (BtyCall *call)
{
  const BtyBudgetReconcile *request = bty_call_request (call);

  bty_budget_ask (call, request->slug, NULL, reconcile);
}
