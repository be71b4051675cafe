/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-budget.h"

const BtyEnumValue bty_budget_scopes[] = {
  { BTY_SCOPE_INSTALLATION, "installation", N_ ("All bots together") },
  { BTY_SCOPE_BOT, "bot", N_ ("One bot") },
  { BTY_SCOPE_SESSION, "session", N_ ("One session of a bot") },
  { BTY_SCOPE_WORKFLOW, "workflow", N_ ("One workflow") },
  { 0 },
};

const BtyEnumValue bty_budget_periods[] = {
  { BTY_PERIOD_CALL, "call", N_ ("One call of a model") },
  { BTY_PERIOD_TURN, "turn", N_ ("One turn") },
  { BTY_PERIOD_SESSION, "session", N_ ("Each session") },
  { BTY_PERIOD_DAY, "day", N_ ("A day in the owner's time zone") },
  { BTY_PERIOD_MONTH, "month", N_ ("A month in the owner's time zone") },
  { BTY_PERIOD_TOTAL, "total", N_ ("For ever") },
  { 0 },
};

const BtyEnumValue bty_budget_units[] = {
  { BTY_UNIT_USD, "usd", N_ ("Micro-dollars (US)") },
  { BTY_UNIT_TOKENS, "tokens", N_ ("Tokens, in and out") },
  { BTY_UNIT_CALLS, "calls", N_ ("Calls of models") },
  { BTY_UNIT_TIME, "time", N_ ("Milliseconds that calls took") },
  { 0 },
};

static const BtyField cap_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyCap, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("What it caps: scope, subject, period and unit"), .max = 200),
  BTY_FIELD_ENUM (BtyCap, scope, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whose money it is"), bty_budget_scopes),
  BTY_FIELD_STRING (BtyCap, subject, BTY_READ_ONLY | BTY_INDEXED,
                    N_ ("Identifier of the bot or session, or the workflow's name"), .max = 64),
  BTY_FIELD_STRING (BtyCap, slug, BTY_READ_ONLY, N_ ("Slug of the bot"), .max = 64),
  BTY_FIELD_ENUM (BtyCap, period, BTY_READ_ONLY, N_ ("For how long it lasts"), bty_budget_periods),
  BTY_FIELD_ENUM (BtyCap, unit, BTY_READ_ONLY, N_ ("What is counted"), bty_budget_units),
  BTY_FIELD_INT64 (BtyCap, amount, BTY_READ_ONLY,
                   N_ ("Most that may be spent: micro-dollars, tokens, calls, milliseconds"), .max = G_MAXINT64 / 4),
};
BTY_DEFINE_RECORD (BtyCap, bty_cap, "cap", N_ ("A cap on what may be spent"), cap_fields)

static const BtyField spend_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtySpend, key, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Which period of which scope"), .max = 200),
  BTY_FIELD_ENUM (BtySpend, scope, BTY_READ_ONLY | BTY_INDEXED, N_ ("Whose money it is"), bty_budget_scopes),
  BTY_FIELD_STRING (BtySpend, subject, BTY_READ_ONLY | BTY_INDEXED,
                    N_ ("Identifier of the bot or session, or the workflow's name"), .max = 64),
  BTY_FIELD_STRING (BtySpend, bot, BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of the bot"), .max = 36),
  BTY_FIELD_ENUM (BtySpend, period, BTY_READ_ONLY | BTY_INDEXED, N_ ("Which kind of period"), bty_budget_periods),
  BTY_FIELD_TIME (BtySpend, since, BTY_READ_ONLY | BTY_INDEXED, N_ ("Begin of the period")),
  BTY_FIELD_INT64 (BtySpend, usd, BTY_READ_ONLY, N_ ("Micro-dollars that were spent")),
  BTY_FIELD_INT64 (BtySpend, tokens, BTY_READ_ONLY, N_ ("Tokens that went in and out")),
  BTY_FIELD_INT64 (BtySpend, calls, BTY_READ_ONLY, N_ ("Calls of models")),
  BTY_FIELD_INT64 (BtySpend, time_ms, BTY_READ_ONLY, N_ ("Milliseconds that calls took")),
  BTY_FIELD_INT64 (BtySpend, slab_usd, BTY_READ_ONLY,
                   N_ ("Up to how many micro-dollars may be spent before it is written again")),
  BTY_FIELD_INT64 (BtySpend, slab_tokens, BTY_READ_ONLY, N_ ("Up to how many tokens")),
  BTY_FIELD_INT64 (BtySpend, slab_calls, BTY_READ_ONLY, N_ ("Up to how many calls")),
  BTY_FIELD_INT64 (BtySpend, slab_time_ms, BTY_READ_ONLY, N_ ("Up to how many milliseconds")),
};
BTY_DEFINE_RECORD (BtySpend, bty_spend, "spend", N_ ("What was spent in a period"), spend_fields)

static const BtyField usage_entry_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyUsageEntry, bot, BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of the bot"), .max = 36),
  BTY_FIELD_STRING (BtyUsageEntry, slug, BTY_READ_ONLY, N_ ("Its slug at that time"), .max = 64),
  BTY_FIELD_STRING (BtyUsageEntry, session, BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of the session"), .max = 36),
  BTY_FIELD_STRING (BtyUsageEntry, turn, BTY_READ_ONLY | BTY_INDEXED, N_ ("Identifier of the turn"), .max = 36),
  BTY_FIELD_STRING (BtyUsageEntry, workflow, BTY_READ_ONLY, N_ ("Name of the workflow"), .max = 64),
  BTY_FIELD_STRING (BtyUsageEntry, tool, BTY_READ_ONLY, N_ ("The tool that it was for"), .max = 128),
  BTY_FIELD_STRING (BtyUsageEntry, purpose, BTY_READ_ONLY,
                    N_ ("What it was for: chat, gateway, test, judge, embed, hedge"), .max = 16),
  BTY_FIELD_STRING (BtyUsageEntry, provider, BTY_READ_ONLY | BTY_INDEXED, N_ ("Name of the provider"), .max = 64),
  BTY_FIELD_STRING (BtyUsageEntry, model, BTY_READ_ONLY, N_ ("The provider's name of the model"), .max = 256),
  BTY_FIELD_INT64 (BtyUsageEntry, input_tokens, BTY_READ_ONLY, N_ ("Tokens that went in, cached ones included")),
  BTY_FIELD_INT64 (BtyUsageEntry, cached_tokens, BTY_READ_ONLY, N_ ("Of these, read from the provider's cache")),
  BTY_FIELD_INT64 (BtyUsageEntry, cache_write_tokens, BTY_READ_ONLY, N_ ("Of these, written to the provider's cache")),
  BTY_FIELD_INT64 (BtyUsageEntry, output_tokens, BTY_READ_ONLY, N_ ("Tokens that came out, reasoning included")),
  BTY_FIELD_INT64 (BtyUsageEntry, reasoning_tokens, BTY_READ_ONLY, N_ ("Of these, reasoning")),
  BTY_FIELD_INT64 (BtyUsageEntry, estimated_tokens, BTY_READ_ONLY,
                   N_ ("Tokens that the input was thought to be before the call")),
  BTY_FIELD_BOOL (BtyUsageEntry, is_estimate, BTY_READ_ONLY,
                  N_ ("Whether it was counted by us, since the provider did not say")),
  BTY_FIELD_INT64 (BtyUsageEntry, cost, BTY_READ_ONLY, N_ ("Micro-dollars that it cost")),
  BTY_FIELD_ENUM (BtyUsageEntry, pricing, BTY_READ_ONLY, N_ ("Where the price comes from"), bty_pricings),
  BTY_FIELD_INT64 (BtyUsageEntry, first_token_ms, BTY_READ_ONLY, N_ ("Milliseconds to the first token; 0: none came")),
  BTY_FIELD_INT64 (BtyUsageEntry, time_ms, BTY_READ_ONLY, N_ ("Milliseconds that it took")),
  BTY_FIELD_STRING (BtyUsageEntry, outcome, BTY_READ_ONLY, N_ ("Why the answer ended, or the code of what went wrong"),
                    .max = 64),
};
BTY_DEFINE_RECORD (BtyUsageEntry, bty_usage_entry, "usage_entry", N_ ("One call of a model"), usage_entry_fields)
