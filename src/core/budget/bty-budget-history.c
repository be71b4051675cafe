/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-listing.h"
#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"
#include "budget/bty-budget-report.h"

#define MANY_BOTS 1000

typedef struct
{
  BtyBudgetAsk *ask;
  GHashTable *slugs; /* id of a bot -> slug */
} History;

static void
history_free (History *history)
{
  bty_budget_ask_free (history->ask);
  g_hash_table_unref (history->slugs);
  g_free (history);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (History, history_free)

BtySpendReport *
bty_spend_report_of (const BtyBudgetNode *node, const BtySpend *row, const char *slug)
{
  BtySpendReport *report = bty_spend_report_new ();
  const char *key = node != NULL ? node->key : row->key;
  BtyAmounts spent;

  if (node != NULL)
    spent = node->spent;
  else
    bty_spend_amounts (row, FALSE, &spent);
  report->scope = node != NULL ? node->scope : row->scope;
  report->subject = g_strdup (node != NULL ? node->subject : row->subject);
  report->slug = g_strdup (slug);
  report->period = node != NULL ? node->period : row->period;
  report->label = g_strdup (strrchr (key, '/') + 1);
  report->usd = spent.of[BTY_UNIT_USD];
  report->tokens = spent.of[BTY_UNIT_TOKENS];
  report->calls = spent.of[BTY_UNIT_CALLS];
  report->time_ms = spent.of[BTY_UNIT_TIME];
  report->unsure = node != NULL ? node->unsure.of[BTY_UNIT_USD] : MAX (row->slab_usd - row->usd, 0);
  return report;
}

static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (History) history = data;
  BtyBudgetAsk *ask = history->ask;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyPage) answer = bty_page_new ();

  if (page == NULL)
    {
      bty_call_fail (ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtySpend *row = page->items->pdata[i];
      BtyBudgetNode *node = g_hash_table_lookup (ask->budgets->nodes, row->key);
      const char *slug = row->bot != NULL ? g_hash_table_lookup (history->slugs, row->bot) : NULL;
      g_autoptr (BtySpendReport) report = bty_spend_report_of (node != NULL && node->is_known ? node : NULL, row,
                                                               slug);

      bty_call_emit (ask->call, report);
    }
  answer->next_cursor = g_strdup (page->next_cursor);
  bty_call_return (ask->call, answer);
}

static void
read_rows (History *history)
{
  const BtyBudgetHistory *request = bty_call_request (history->ask->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_spend_schema);

  bty_query_where (query, "period", BTY_MATCH_EQUAL, bty_enum_nick (bty_budget_periods, (int) request->period));
  if (history->ask->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, history->ask->bot);
  bty_query_order (query, "since", TRUE);
  bty_query_limit (query, (guint) request->limit);
  bty_query_after (query, request->cursor);
  bty_store_query_async (history->ask->budgets->store, query, bty_call_cancellable (history->ask->call), on_rows,
                         history);
}

static void
on_bots (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (History) history = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (history->ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyBot *bot = page->items->pdata[i];

      g_hash_table_insert (history->slugs, g_strdup (bot->record.id), g_strdup (bot->slug));
    }
  read_rows (g_steal_pointer (&history));
}

static void
list (BtyBudgetAsk *ask)
{
  History *history = g_new0 (History, 1);
  g_autoptr (BtyQuery) query = NULL;

  history->ask = ask;
  history->slugs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (ask->bot != NULL)
    {
      g_hash_table_insert (history->slugs, g_strdup (ask->bot), g_strdup (ask->slug));
      read_rows (history);
      return;
    }
  query = bty_query_new (&bty_bot_schema);
  bty_query_limit (query, MANY_BOTS);
  bty_store_query_async (ask->budgets->store, query, bty_call_cancellable (ask->call), on_bots, history);
}

void
bty_budget_history_run (BtyCall *call)
{
  const BtyBudgetHistory *request = bty_call_request (call);

  if (request->period == BTY_PERIOD_DAY || request->period == BTY_PERIOD_MONTH)
    bty_budget_ask (call, request->slug, NULL, list);
  else
    bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT, _ ("the history is by day or by month: the period is one of "
                                                            "them"));
}
