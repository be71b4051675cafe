/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <string.h>

#include "bty-listing.h"
#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"

#define A_PAGE 500
#define DAYS   30

typedef struct
{
  BtyBudgetAsk *ask;
  GHashTable *sums; /* name -> BtyUsageSum */
  BtyUsageSum *all;
  gint64 since;
} Summary;

static void
summary_free (Summary *self)
{
  bty_budget_ask_free (self->ask);
  g_hash_table_unref (self->sums);
  bty_usage_sum_unref (self->all);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Summary, summary_free)

/* (transfer full): what an entry counts for */
static char *
name_of (const Summary *self, const BtyUsageEntry *entry)
{
  const BtyUsageSummary *request = bty_call_request (self->ask->call);
  BtyPeriodSpan span;

  switch (request->by)
    {
    case BTY_USAGE_BY_BOT:
      return g_strdup (entry->slug);
    case BTY_USAGE_BY_SESSION:
      return g_strdup (entry->session);
    case BTY_USAGE_BY_MODEL:
      return g_strdup_printf ("%s/%s", entry->provider != NULL ? entry->provider : "",
                              entry->model != NULL ? entry->model : "");
    case BTY_USAGE_BY_PROVIDER:
      return g_strdup (entry->provider);
    case BTY_USAGE_BY_TOOL:
      return g_strdup (entry->tool);
    case BTY_USAGE_BY_PURPOSE:
      return g_strdup (entry->purpose);
    case BTY_USAGE_BY_PRICING:
      return g_strdup (bty_enum_nick (bty_pricings, (int) entry->pricing));
    default:
      bty_period_span_at (&span, BTY_PERIOD_DAY, self->ask->budgets->zone, entry->record.created_at);
      return g_strdup (span.label);
    }
}

static void
add (BtyUsageSum *sum, const BtyUsageEntry *entry)
{
  sum->pricing = sum->calls > 0 ? MIN (sum->pricing, entry->pricing) : entry->pricing;
  sum->calls += 1;
  sum->input_tokens += entry->input_tokens;
  sum->cached_tokens += entry->cached_tokens;
  sum->output_tokens += entry->output_tokens;
  sum->time_ms += entry->time_ms;
  sum->cost += entry->cost;
  sum->estimates += entry->is_estimate;
  sum->unpriced += entry->pricing == BTY_PRICING_UNKNOWN;
}

static void
add_entry (Summary *self, const BtyUsageEntry *entry)
{
  g_autofree char *name = name_of (self, entry);
  BtyUsageSum *sum;

  if (name == NULL)
    name = g_strdup ("");
  sum = g_hash_table_lookup (self->sums, name);
  if (sum == NULL)
    {
      sum = bty_usage_sum_new ();
      sum->name = g_strdup (name);
      g_hash_table_insert (self->sums, sum->name, sum);
    }
  add (sum, entry);
  add (self->all, entry);
}

/* The dearest first; days in their order. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const BtyUsageSum *left = *(BtyUsageSum *const *) a;
  const BtyUsageSum *right = *(BtyUsageSum *const *) b;

  if (left->cost != right->cost)
    return left->cost > right->cost ? -1 : 1;
  return strcmp (left->name, right->name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(BtyUsageSum *const *) a)->name, (*(BtyUsageSum *const *) b)->name);
}

static void
answer (Summary *self)
{
  const BtyUsageSummary *request = bty_call_request (self->ask->call);
  g_autoptr (GPtrArray) sums = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer sum;

  g_hash_table_iter_init (&iter, self->sums);
  while (g_hash_table_iter_next (&iter, NULL, &sum))
    g_ptr_array_add (sums, sum);
  g_ptr_array_sort (sums, request->by == BTY_USAGE_BY_DAY ? compare_names : compare);
  for (guint i = 0; i < sums->len; i++)
    bty_call_emit (self->ask->call, sums->pdata[i]);
  bty_call_return (self->ask->call, self->all);
}

static void read_page (Summary *self, const char *cursor);

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Summary) self = data;
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
    read_page (g_steal_pointer (&self), page->next_cursor);
  else
    answer (self);
}

static void
read_page (Summary *self, const char *cursor)
{
  const BtyUsageSummary *request = bty_call_request (self->ask->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  if (self->ask->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, self->ask->bot);
  bty_listing_where_time (query, "created_at", BTY_MATCH_GREATER_OR_EQUAL, self->since);
  if (!BTY_IS_NULL (request, BtyUsageSummary, until))
    bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, request->until);
  bty_query_limit (query, A_PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->ask->budgets->store, query, bty_call_cancellable (self->ask->call), on_page, self);
}

static void
sum_up (BtyBudgetAsk *ask)
{
  const BtyUsageSummary *request = bty_call_request (ask->call);
  Summary *self = g_new0 (Summary, 1);

  self->ask = ask;
  self->sums = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) bty_usage_sum_unref);
  self->all = bty_usage_sum_new ();
  self->all->pricing = BTY_PRICING_FREE;
  self->since = BTY_IS_NULL (request, BtyUsageSummary, since) ? bty_budget_now (ask->budgets) - DAYS * G_TIME_SPAN_DAY
                                                              : request->since;
  read_page (self, NULL);
}

void
bty_usage_summary_run (BtyCall *call)
{
  const BtyUsageSummary *request = bty_call_request (call);

  bty_budget_ask (call, request->slug, NULL, sum_up);
}
