/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-listing.h"
#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"

static void
where_text (BtyQuery *query, const char *field, const char *value)
{
  if (value != NULL && value[0] != '\0')
    bty_query_where (query, field, BTY_MATCH_EQUAL, value);
}

static void
list (BtyBudgetAsk *own)
{
  g_autoptr (BtyBudgetAsk) ask = own;
  const BtyUsageList *request = bty_call_request (ask->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_usage_entry_schema);

  where_text (query, "bot", ask->bot);
  where_text (query, "session", request->session);
  where_text (query, "turn", request->turn);
  where_text (query, "provider", request->provider);
  if (!BTY_IS_NULL (request, BtyUsageList, since))
    bty_listing_where_time (query, "created_at", BTY_MATCH_GREATER_OR_EQUAL, request->since);
  if (!BTY_IS_NULL (request, BtyUsageList, until))
    bty_listing_where_time (query, "created_at", BTY_MATCH_LESS, request->until);
  bty_query_order (query, "id", TRUE);
  bty_listing_answer (ask->call, ask->budgets->store, query, request->cursor, request->limit);
}

static void
usage_list (BtyCall *call)
{
  const BtyUsageList *request = bty_call_request (call);

  bty_budget_ask (call, request->slug, NULL, list);
}

const BtyOperation bty_usage_operations[] = {
  { .name = "usage.list",
    .summary = N_ ("List calls of models, the newest first"),
    .request = &bty_usage_list_schema,
    .item = &bty_usage_entry_schema,
    .response = &bty_page_schema,
    .http = "GET /usage",
    .scope = "budget:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = usage_list },
  { .name = "usage.summary",
    .summary = N_ ("Add up what calls of models used and cost"),
    .request = &bty_usage_summary_schema,
    .item = &bty_usage_sum_schema,
    .response = &bty_usage_sum_schema,
    .http = "GET /usage/summary",
    .scope = "budget:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bty_usage_summary_run },
  { .name = "usage.export",
    .summary = N_ ("Export calls of models as CSV"),
    .request = &bty_usage_export_schema,
    .item = &bty_usage_text_schema,
    .http = "GET /usage/export",
    .scope = "budget:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bty_usage_export_run },
};
const guint bty_n_usage_operations = G_N_ELEMENTS (bty_usage_operations);
