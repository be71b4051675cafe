/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-budget-request.h"

#define CURSOR(T)                                                                                                      \
  BTY_FIELD_STRING (T, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),                 \
    BTY_FIELD_INT64 (T, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100")
#define TIMES(T)                                                                                                       \
  BTY_FIELD_TIME (T, since, BTY_NULLABLE, N_ ("Only from then on"), .fallback = "null"),                               \
    BTY_FIELD_TIME (T, until, BTY_NULLABLE, N_ ("Only before then"), .fallback = "null")

static const BtyField budget_show_fields[] = {
  BTY_FIELD_STRING (BtyBudgetShow, slug, 0, N_ ("Caps of this bot as well"), .max = 64),
  BTY_FIELD_STRING (BtyBudgetShow, session, 0, N_ ("Caps of this session and its bot as well"), .max = 36),
};
BTY_DEFINE_RECORD (BtyBudgetShow, bty_budget_show, "budget_show", N_ ("Which caps to show"), budget_show_fields)

static const BtyField budget_set_fields[] = {
  BTY_FIELD_STRING (BtyBudgetSet, slug, 0, N_ ("Cap of this bot"), .max = 64),
  BTY_FIELD_STRING (BtyBudgetSet, session, 0, N_ ("Cap of this session"), .max = 36),
  BTY_FIELD_STRING (BtyBudgetSet, workflow, 0, N_ ("Cap of this workflow"), .max = 64),
  BTY_FIELD_ENUM (BtyBudgetSet, period, 0, N_ ("For how long it lasts"), bty_budget_periods, .fallback = "\"day\""),
  BTY_FIELD_ENUM (BtyBudgetSet, unit, 0, N_ ("What is counted"), bty_budget_units, .fallback = "\"usd\""),
  BTY_FIELD_INT64 (BtyBudgetSet, amount, BTY_NULLABLE,
                   N_ ("Most that may be spent: micro-dollars, tokens, calls, milliseconds; null: no cap"), .min = 0,
                   .max = G_MAXINT64 / 4),
  BTY_FIELD_BOOL (BtyBudgetSet, remove, 0, N_ ("Take the cap away: what the settings say counts again")),
};
BTY_DEFINE_RECORD (BtyBudgetSet, bty_budget_set, "budget_set", N_ ("A cap to set or to take away"), budget_set_fields)

static const BtyField budget_history_fields[] = {
  BTY_FIELD_STRING (BtyBudgetHistory, slug, 0, N_ ("Only of this bot"), .max = 64),
  BTY_FIELD_ENUM (BtyBudgetHistory, period, 0, N_ ("By day or by month"), bty_budget_periods, .fallback = "\"day\""),
  CURSOR (BtyBudgetHistory),
};
BTY_DEFINE_RECORD (BtyBudgetHistory, bty_budget_history, "budget_history", N_ ("Which history"), budget_history_fields)

static const BtyField spend_report_fields[] = {
  BTY_FIELD_ENUM (BtySpendReport, scope, BTY_READ_ONLY, N_ ("Whose money it is"), bty_budget_scopes),
  BTY_FIELD_STRING (BtySpendReport, subject, BTY_READ_ONLY,
                    N_ ("Identifier of the bot or session, or the workflow's name"), .max = 64),
  BTY_FIELD_STRING (BtySpendReport, slug, BTY_READ_ONLY, N_ ("Slug of the bot"), .max = 64),
  BTY_FIELD_ENUM (BtySpendReport, period, BTY_READ_ONLY, N_ ("Which kind of period"), bty_budget_periods),
  BTY_FIELD_STRING (BtySpendReport, label, BTY_READ_ONLY, N_ ("The day or month, such as 2026-11-21"), .max = 16),
  BTY_FIELD_INT64 (BtySpendReport, usd, BTY_READ_ONLY, N_ ("Micro-dollars that were spent")),
  BTY_FIELD_INT64 (BtySpendReport, tokens, BTY_READ_ONLY, N_ ("Tokens that went in and out")),
  BTY_FIELD_INT64 (BtySpendReport, calls, BTY_READ_ONLY, N_ ("Calls of models")),
  BTY_FIELD_INT64 (BtySpendReport, time_ms, BTY_READ_ONLY, N_ ("Milliseconds that calls took")),
  BTY_FIELD_INT64 (BtySpendReport, unsure, BTY_READ_ONLY,
                   N_ ("Micro-dollars that may have been spent on top before the daemon was killed")),
  BTY_FIELD_INT64 (BtySpendReport, before, BTY_READ_ONLY | BTY_NULLABLE,
                   N_ ("When reconciled: micro-dollars that counted as spent before")),
};
BTY_DEFINE_RECORD (BtySpendReport, bty_spend_report, "spend_report", N_ ("What a period came to"), spend_report_fields)

static const BtyField budget_reconcile_fields[] = {
  BTY_FIELD_STRING (BtyBudgetReconcile, slug, 0, N_ ("Only of this bot"), .max = 64),
  BTY_FIELD_BOOL (
    BtyBudgetReconcile, give_back, 0,
    N_ ("Whether what the ledger does not have is given back, though calls that were cut off may have cost it")),
};
BTY_DEFINE_RECORD (BtyBudgetReconcile, bty_budget_reconcile, "budget_reconcile", N_ ("What to count again"),
                   budget_reconcile_fields)

static const BtyField usage_list_fields[] = {
  BTY_FIELD_STRING (BtyUsageList, slug, 0, N_ ("Only calls of this bot"), .max = 64),
  BTY_FIELD_STRING (BtyUsageList, session, 0, N_ ("Only calls of this session"), .max = 36),
  BTY_FIELD_STRING (BtyUsageList, turn, 0, N_ ("Only calls of this turn"), .max = 36),
  BTY_FIELD_STRING (BtyUsageList, provider, 0, N_ ("Only calls of this provider"), .max = 64),
  TIMES (BtyUsageList),
  CURSOR (BtyUsageList),
};
BTY_DEFINE_RECORD (BtyUsageList, bty_usage_list, "usage_list", N_ ("Which calls of models"), usage_list_fields)

const BtyEnumValue bty_usage_bys[] = {
  { BTY_USAGE_BY_BOT, "bot", N_ ("By bot") },
  { BTY_USAGE_BY_SESSION, "session", N_ ("By session") },
  { BTY_USAGE_BY_MODEL, "model", N_ ("By model") },
  { BTY_USAGE_BY_PROVIDER, "provider", N_ ("By provider") },
  { BTY_USAGE_BY_TOOL, "tool", N_ ("By tool") },
  { BTY_USAGE_BY_PURPOSE, "purpose", N_ ("By what it was for") },
  { BTY_USAGE_BY_DAY, "day", N_ ("By day in the owner's time zone") },
  { BTY_USAGE_BY_PRICING, "pricing", N_ ("By where the price comes from") },
  { 0 },
};

static const BtyField usage_summary_fields[] = {
  BTY_FIELD_ENUM (BtyUsageSummary, by, 0, N_ ("What to add up by"), bty_usage_bys, .fallback = "\"bot\""),
  BTY_FIELD_STRING (BtyUsageSummary, slug, 0, N_ ("Only calls of this bot"), .max = 64),
  TIMES (BtyUsageSummary),
};
BTY_DEFINE_RECORD (BtyUsageSummary, bty_usage_summary, "usage_summary", N_ ("What to add up"), usage_summary_fields)

static const BtyField usage_sum_fields[] = {
  BTY_FIELD_STRING (BtyUsageSum, name, BTY_READ_ONLY,
                    N_ ("Of what; empty: of none; null: of all together, which comes last"), .max = 400),
  BTY_FIELD_INT64 (BtyUsageSum, calls, BTY_READ_ONLY, N_ ("Calls of models")),
  BTY_FIELD_INT64 (BtyUsageSum, input_tokens, BTY_READ_ONLY, N_ ("Tokens that went in, cached ones included")),
  BTY_FIELD_INT64 (BtyUsageSum, cached_tokens, BTY_READ_ONLY, N_ ("Of these, read from the provider's cache")),
  BTY_FIELD_INT64 (BtyUsageSum, output_tokens, BTY_READ_ONLY, N_ ("Tokens that came out")),
  BTY_FIELD_INT64 (BtyUsageSum, time_ms, BTY_READ_ONLY, N_ ("Milliseconds that calls took")),
  BTY_FIELD_INT64 (BtyUsageSum, cost, BTY_READ_ONLY, N_ ("Micro-dollars that they cost")),
  BTY_FIELD_ENUM (BtyUsageSum, pricing, BTY_READ_ONLY, N_ ("How sure the least sure price is"), bty_pricings),
  BTY_FIELD_INT64 (BtyUsageSum, estimates, BTY_READ_ONLY, N_ ("Calls whose tokens were counted by us")),
  BTY_FIELD_INT64 (BtyUsageSum, unpriced, BTY_READ_ONLY, N_ ("Calls whose price nobody knows")),
};
BTY_DEFINE_RECORD (BtyUsageSum, bty_usage_sum, "usage_sum", N_ ("What calls came to"), usage_sum_fields)

static const BtyField usage_export_fields[] = {
  BTY_FIELD_STRING (BtyUsageExport, slug, 0, N_ ("Only calls of this bot"), .max = 64),
  TIMES (BtyUsageExport),
};
BTY_DEFINE_RECORD (BtyUsageExport, bty_usage_export, "usage_export", N_ ("Which calls to export"), usage_export_fields)

static const BtyField usage_text_fields[] = {
  BTY_FIELD_TEXT (BtyUsageText, text, BTY_READ_ONLY, N_ ("Lines of CSV")),
};
BTY_DEFINE_RECORD (BtyUsageText, bty_usage_text, "usage_text", N_ ("A piece of an export"), usage_text_fields)
