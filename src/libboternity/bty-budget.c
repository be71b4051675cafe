/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-budget.h"
#include "bty-error.h"

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

static const BtyField standing_fields[] = {
  BTY_FIELD_ENUM (BtyStanding, scope, BTY_READ_ONLY, N_ ("Whose money it is"), bty_budget_scopes),
  BTY_FIELD_STRING (BtyStanding, subject, BTY_READ_ONLY,
                    N_ ("Identifier of the bot or session, or the workflow's name"), .max = 64),
  BTY_FIELD_STRING (BtyStanding, slug, BTY_READ_ONLY, N_ ("Slug of the bot"), .max = 64),
  BTY_FIELD_ENUM (BtyStanding, period, BTY_READ_ONLY, N_ ("For how long it lasts"), bty_budget_periods),
  BTY_FIELD_ENUM (BtyStanding, unit, BTY_READ_ONLY, N_ ("What is counted"), bty_budget_units),
  BTY_FIELD_INT64 (BtyStanding, amount, BTY_READ_ONLY,
                   N_ ("The cap: micro-dollars, tokens, calls or milliseconds, as all that follow")),
  BTY_FIELD_INT64 (BtyStanding, spent, BTY_READ_ONLY, N_ ("What calls are known to have used")),
  BTY_FIELD_INT64 (BtyStanding, unsure, BTY_READ_ONLY,
                   N_ ("What may have been spent on top before the daemon was killed, until it is reconciled")),
  BTY_FIELD_INT64 (BtyStanding, reserved, BTY_READ_ONLY, N_ ("What calls that are on their way may use at most")),
  BTY_FIELD_INT64 (BtyStanding, left, BTY_READ_ONLY, N_ ("What is left")),
  BTY_FIELD_INT64 (BtyStanding, percent, BTY_READ_ONLY, N_ ("Percent of the cap that counts as spent")),
  BTY_FIELD_TIME (BtyStanding, renews_at, BTY_READ_ONLY | BTY_NULLABLE, N_ ("When it begins anew; null: never")),
  BTY_FIELD_BOOL (BtyStanding, is_default, BTY_READ_ONLY, N_ ("Whether the settings give it")),
  BTY_FIELD_INT64 (BtyStanding, level, BTY_READ_ONLY,
                   N_ ("In a warning: the percents that are reached: 50, 80 or 100")),
};
BTY_DEFINE_RECORD (BtyStanding, bty_standing, "standing", N_ ("How a cap of the budget stands"), standing_fields)

/* No more than this can be told apart from no cap. */
#define MAX_DOLLARS (G_MAXINT64 / 4 / 1000000)

gboolean
bty_usd_parse (const char *text, gint64 *amount, GError **error)
{
  const char *c = text;
  gint64 dollars = 0;
  gint64 micro = 0;
  guint digits = 0;

  for (; g_ascii_isdigit (*c) && dollars < MAX_DOLLARS / 10; c++, digits++)
    dollars = dollars * 10 + g_ascii_digit_value (*c);
  if (digits > 0 && *c == '.' && g_ascii_isdigit (c[1]))
    {
      gint64 unit = 100000;

      for (c++; g_ascii_isdigit (*c) && unit > 0; c++, unit /= 10)
        micro += unit * g_ascii_digit_value (*c);
    }
  if (digits == 0 || *c != '\0')
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is no amount of US dollars: write digits with at most six behind a point, such as 2.50"),
                   text);
      return FALSE;
    }
  *amount = dollars * 1000000 + micro;
  return TRUE;
}

char *
bty_usd_format (gint64 amount)
{
  guint64 value = amount < 0 ? 0 - (guint64) amount : (guint64) amount;
  char *text = g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%06" G_GUINT64_FORMAT, amount < 0 ? "-" : "", value / 1000000,
                                value % 1000000);
  gsize length = strlen (text);

  for (guint spare = 4; spare > 0 && text[length - 1] == '0'; spare--)
    text[--length] = '\0';
  return text;
}
