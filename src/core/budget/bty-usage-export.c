/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <string.h>

#include "bty-listing.h"
#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"
#include "budget/bty-usage-csv.h"

#define A_PAGE 500

/* The next page is read when the one before has gone out. */
typedef struct
{
  BtyBudgetAsk *ask;
  char *cursor;
} Export;

static void
export_free (Export *self)
{
  bty_budget_ask_free (self->ask);
  g_free (self->cursor);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void read_page (Export *self);

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (GString) lines = g_string_new (NULL);

  if (page == NULL)
    {
      bty_call_fail (self->ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    bty_usage_csv_append (lines, page->items->pdata[i]);
  if (lines->len > 0)
    bty_call_emit_text (self->ask->call, lines->str, lines->len);
  bty_record_take_string (&self->cursor, g_strdup (page->next_cursor));
  if (self->cursor != NULL)
    read_page (g_steal_pointer (&self));
  else
    bty_call_return (self->ask->call, NULL);
}

static void
read_page (Export *self)
{
  const BtyUsageExport *request = bty_call_request (self->ask->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  if (self->ask->bot != NULL)
    bty_query_where (query, "bot", BTY_MATCH_EQUAL, self->ask->bot);
  if (!BTY_IS_NULL (request, BtyUsageExport, since))
    bty_listing_where_time (query, "created_at", BTY_MATCH_GREATER_OR_EQUAL, request->since);
  if (!BTY_IS_NULL (request, BtyUsageExport, until))
    bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, request->until);
  bty_query_limit (query, A_PAGE);
  bty_query_after (query, self->cursor);
  bty_store_query_async (self->ask->budgets->store, query, bty_call_cancellable (self->ask->call), on_page, self);
}

static void
begin (BtyBudgetAsk *ask)
{
  Export *self = g_new0 (Export, 1);
  g_autoptr (GString) head = g_string_new (NULL);

  self->ask = ask;
  bty_usage_csv_append_head (head);
  bty_call_emit_text (ask->call, head->str, head->len);
  read_page (self);
}

void
bty_usage_export_run (BtyCall *call)
{
  const BtyUsageExport *request = bty_call_request (call);

  bty_budget_ask (call, request->slug, NULL, begin);
}
