/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-amount.h"
#include "bty-ctl-budget.h"
#include "bty-ctl-command.h"
#include "bty-ctl-json.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"

/* budget show */

static char *
name_scope (BtyBudgetScope scope, const char *slug, const char *subject)
{
  if (scope == BTY_SCOPE_INSTALLATION)
    return g_strdup (_ ("all bots"));
  if (scope == BTY_SCOPE_SESSION)
    return g_strdup_printf (_ ("session %s"), subject);
  if (scope == BTY_SCOPE_WORKFLOW)
    return g_strdup_printf (_ ("workflow %s"), subject);
  return g_strdup (slug != NULL ? slug : subject);
}

static const char *
name_period (BtyBudgetPeriod period, BtyBudgetScope scope)
{
  switch (period)
    {
    case BTY_PERIOD_CALL:
      return _ ("each call");
    case BTY_PERIOD_TURN:
      return _ ("each turn");
    case BTY_PERIOD_SESSION:
      return scope == BTY_SCOPE_SESSION ? _ ("in all") : _ ("each session");
    case BTY_PERIOD_DAY:
      return _ ("a day");
    case BTY_PERIOD_MONTH:
      return _ ("a month");
    default:
      return _ ("in all");
    }
}

gboolean
bty_ctl_budget_is_full (const BtyStanding *standing)
{
  return standing->period >= BTY_PERIOD_DAY && standing->percent >= 100;
}

char *
bty_ctl_budget_tell (const BtyStanding *standing)
{
  g_autofree char *whose = name_scope (standing->scope, standing->slug, standing->subject);
  g_autofree char *spent = bty_ctl_amount_to_text (standing->spent + standing->unsure, standing->unit);
  g_autofree char *cap = bty_ctl_amount_to_text (standing->amount, standing->unit);

  return g_strdup_printf (_ ("%s, %s: %s of %s are spent"), whose, name_period (standing->period, standing->scope),
                          spent, cap);
}

static BtyCtlLine *
make_standing_line (const BtyStanding *standing)
{
  BtyCtlLine *line = bty_ctl_line_new ();
  gboolean has_figures = standing->period >= BTY_PERIOD_DAY ||
                         (standing->scope == BTY_SCOPE_SESSION && standing->period == BTY_PERIOD_SESSION);

  line->a = name_scope (standing->scope, standing->slug, standing->subject);
  line->b = g_strdup (name_period (standing->period, standing->scope));
  line->c = bty_ctl_amount_to_text (standing->amount, standing->unit);
  if (has_figures)
    {
      line->d = bty_ctl_amount_to_text (standing->spent + standing->unsure, standing->unit);
      line->e = bty_ctl_amount_to_text (standing->left, standing->unit);
      line->f = g_strdup_printf ("%lld %%", (long long) standing->percent);
    }
  if (!BTY_IS_NULL (standing, BtyStanding, renews_at))
    line->g = bty_ctl_field_to_text (
      standing,
      bty_schema_get_field (&bty_standing_schema, bty_schema_find (&bty_standing_schema, "renews_at", -1, 0)));
  return line;
}

static void
print_standings (GPtrArray *standings)
{
  static const char *const columns[] = { "a", N_ ("FOR"),  "b", N_ ("PERIOD"), "c", N_ ("CAP"),    "d", N_ ("SPENT"),
                                         "e", N_ ("LEFT"), "f", N_ ("USED"),   "g", N_ ("RENEWS"), NULL };
  g_autoptr (GPtrArray) lines = bty_record_list_new ();
  gboolean is_unsure = FALSE;

  for (guint i = 0; i < standings->len; i++)
    {
      const BtyStanding *standing = standings->pdata[i];

      g_ptr_array_add (lines, make_standing_line (standing));
      is_unsure = is_unsure || standing->unsure > 0;
    }
  if (lines->len == 0)
    puts (_ ("There is no cap on anything."));
  else
    bty_ctl_table_print (lines, columns);
  if (is_unsure)
    puts (_ ("Some of it was reserved when the daemon was killed and counts as spent: “boternity-ctl budget reconcile” "
             "counts again."));
}

static gboolean
run_show (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (GPtrArray) standings = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "session", bty_ctl_args_get (args, "session"));
  if (ctl->json)
    {
      answer = bty_ctl_call (ctl, "budget.show", bty_ctl_request_end (&request), error);
      if (answer != NULL)
        bty_ctl_print_json (answer);
      return answer != NULL;
    }
  standings = bty_ctl_call_records (ctl, "budget.show", bty_ctl_request_end (&request), &bty_standing_schema, 0, error);
  if (standings != NULL)
    print_standings (standings);
  return standings != NULL;
}

/* budget set */

static const struct
{
  const char *option;
  const char *nick;
} periods[] = {
  { "call", "call" }, { "turn", "turn" },   { "each-session", "session" },
  { "day", "day" },   { "month", "month" }, { "total", "total" },
};

static GBytes *
make_set (const BtyCtlArgs *args, const char *period, const char *text, const char *unit_nick, BtyBudgetUnit unit,
          GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  gint64 amount;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "session", bty_ctl_args_get (args, "session"));
  bty_ctl_request_string (&request, "workflow", bty_ctl_args_get (args, "workflow"));
  bty_ctl_request_string (&request, "period", period);
  bty_ctl_request_string (&request, "unit", unit_nick);
  if (strcmp (text, "default") == 0)
    bty_json_writer_member_bool (&request.writer, "remove", TRUE);
  else if (strcmp (text, "none") == 0)
    {
      bty_json_writer_key (&request.writer, "amount");
      bty_json_writer_null (&request.writer);
    }
  else if (bty_ctl_amount_parse (text, unit, &amount, error))
    bty_json_writer_member_int (&request.writer, "amount", amount);
  else
    return NULL;
  return bty_ctl_request_end (&request);
}

static gboolean
find_unit (const BtyCtlArgs *args, const char **nick, BtyBudgetUnit *unit, GError **error)
{
  *nick = bty_ctl_args_get (args, "unit");
  if (*nick == NULL)
    *nick = "usd";
  for (guint i = 0; i < BTY_N_UNITS; i++)
    if (strcmp (bty_budget_units[i].nick, *nick) == 0)
      {
        *unit = (BtyBudgetUnit) bty_budget_units[i].value;
        return TRUE;
      }
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%s” is no unit: it is one of usd, tokens, calls, time"), *nick);
  return FALSE;
}

static void
tell_cap (BtyCtl *ctl, const BtyCap *cap, const char *answer, gboolean is_removed)
{
  g_autofree char *whose = name_scope (cap->scope, cap->slug, cap->subject);
  g_autofree char *amount = bty_ctl_amount_to_text (cap->amount, cap->unit);

  if (ctl->json)
    bty_ctl_print_json (answer);
  else if (is_removed)
    printf (_ ("%s, %s: what the settings say counts again\n"), whose, name_period (cap->period, cap->scope));
  else if (cap->amount >= G_MAXINT64 / 4)
    printf (_ ("%s, %s: no cap\n"), whose, name_period (cap->period, cap->scope));
  else
    printf (_ ("%s, %s: %s\n"), whose, name_period (cap->period, cap->scope), amount);
}

static gboolean
run_set (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *nick;
  BtyBudgetUnit unit = BTY_UNIT_USD;
  guint n_set = 0;

  if (!find_unit (args, &nick, &unit, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    {
      const char *text = bty_ctl_args_get (args, periods[i].option);
      g_autofree char *answer = NULL;
      g_autoptr (BtyCap) cap = NULL;
      GBytes *request;

      if (text == NULL)
        continue;
      request = make_set (args, periods[i].nick, text, nick, unit, error);
      answer = request != NULL ? bty_ctl_call (ctl, "budget.set", request, error) : NULL;
      cap = answer != NULL ? bty_ctl_read_record (&bty_cap_schema, answer, error) : NULL;
      if (cap == NULL)
        return FALSE;
      tell_cap (ctl, cap, answer, strcmp (text, "default") == 0);
      n_set += 1;
    }
  if (n_set == 0)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("nothing is set: give an amount with --day, --month, --total, --turn, --call or "
                            "--each-session"));
  return n_set > 0;
}

/* budget history, budget reconcile */

static BtyCtlLine *
make_report_line (const BtySpendReport *report)
{
  BtyCtlLine *line = bty_ctl_line_new ();

  line->a = g_strdup (report->label);
  line->b = name_scope (report->scope, report->slug, report->subject);
  line->c = bty_ctl_amount_to_text (report->usd, BTY_UNIT_USD);
  line->d = bty_ctl_amount_group (report->tokens);
  line->e = bty_ctl_amount_group (report->calls);
  if (report->unsure > 0)
    line->f = bty_ctl_amount_to_text (report->unsure, BTY_UNIT_USD);
  if (!BTY_IS_NULL (report, BtySpendReport, before))
    line->g = bty_ctl_amount_to_text (report->before, BTY_UNIT_USD);
  return line;
}

static gboolean
show_reports (BtyCtl *ctl, const char *operation, GBytes *request, const char *const *columns, guint most,
              const char *nothing, guint *n_shown, GError **error)
{
  g_autoptr (GPtrArray) reports = NULL;
  g_autoptr (GPtrArray) lines = bty_record_list_new ();

  if (ctl->json)
    return bty_ctl_show_list (ctl, operation, request, &bty_spend_report_schema, columns, most, nothing, error);
  reports = bty_ctl_call_records (ctl, operation, request, &bty_spend_report_schema, most, error);
  for (guint i = 0; reports != NULL && i < reports->len; i++)
    g_ptr_array_add (lines, make_report_line (reports->pdata[i]));
  if (reports != NULL && lines->len == 0)
    puts (nothing);
  else if (reports != NULL)
    bty_ctl_table_print (lines, columns);
  if (n_shown != NULL)
    *n_shown = lines->len;
  return reports != NULL;
}

static gboolean
run_history (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "a", N_ ("WHEN"),  "b", N_ ("FOR"),    "c", N_ ("COST"), "d", N_ ("TOKENS"),
                                         "e", N_ ("CALLS"), "f", N_ ("UNSURE"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  gint64 limit;

  if (!bty_ctl_request_init_list (&request, args, &limit, error))
    return FALSE;
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (&request, "period", bty_ctl_args_has (args, "months") ? "month" : "day");
  return show_reports (ctl, "budget.history", bty_ctl_request_end (&request), columns, (guint) limit,
                       _ ("Nothing was spent."), NULL, error);
}

static gboolean
run_reconcile (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "a", N_ ("WHEN"),   "b", N_ ("FOR"),   "g", N_ ("BEFORE"), "c", N_ ("NOW"),
                                         "d", N_ ("TOKENS"), "e", N_ ("CALLS"), "f", N_ ("UNSURE"), NULL };
  g_auto (BtyCtlRequest) request = { 0 };
  gboolean gives_back = bty_ctl_args_has (args, "give-back");
  guint n_shown = 0;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  if (gives_back)
    bty_json_writer_member_bool (&request.writer, "give_back", TRUE);
  if (!show_reports (ctl, "budget.reconcile", bty_ctl_request_end (&request), columns, 0,
                     _ ("All that was spent is known: there is nothing to count again."), &n_shown, error))
    return FALSE;
  if (n_shown > 0 && !gives_back)
    puts (
      _ ("What the ledger does not have may have been spent by calls that were cut off: it stays counted, until the "
         "period ends or “boternity-ctl budget reconcile --give-back” gives it back."));
  return TRUE;
}

static const BtyCtlOption show_options[] = {
  { "session", 's', N_ ("ID"), N_ ("caps of this session and its bot as well"), BTY_CTL_SESSION },
  { NULL },
};
static const BtyCtlOption set_options[] = {
  { "day", 'd', N_ ("AMOUNT"), N_ ("most a day"), BTY_CTL_NOTHING },
  { "month", 'm', N_ ("AMOUNT"), N_ ("most a month"), BTY_CTL_NOTHING },
  { "total", '\0', N_ ("AMOUNT"), N_ ("most in all, for ever"), BTY_CTL_NOTHING },
  { "turn", 't', N_ ("AMOUNT"), N_ ("most for each turn"), BTY_CTL_NOTHING },
  { "call", '\0', N_ ("AMOUNT"), N_ ("most for each call of a model"), BTY_CTL_NOTHING },
  { "each-session", '\0', N_ ("AMOUNT"), N_ ("most for each session"), BTY_CTL_NOTHING },
  { "unit", 'u', N_ ("usd|tokens|calls|time"), N_ ("what is counted (usd)"), BTY_CTL_NOTHING },
  { "session", 's', N_ ("ID"), N_ ("of this session"), BTY_CTL_SESSION },
  { "workflow", '\0', N_ ("NAME"), N_ ("of this workflow; kept for workflows, which do not exist yet"),
    BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption reconcile_options[] = {
  { "give-back", '\0', NULL, N_ ("count no more what the ledger does not have"), BTY_CTL_NOTHING },
  { NULL },
};
static const BtyCtlOption history_options[] = {
  { "months", '\0', NULL, N_ ("by month, not by day"), BTY_CTL_NOTHING },
  { "limit", 'n', N_ ("NUMBER"), N_ ("how many at most (100); 0: all"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand budget_commands[] = {
  { .name = "show",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Show the caps on what may be spent, and how they stand"),
    .options = show_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_show,
    .examples = N_ ("  boternity-ctl budget show\n  boternity-ctl budget show ada") },
  { .name = "set",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Set caps on what may be spent; turns that wait for it go on"),
    .text = N_ (
      "Without a bot the caps are those of all bots together. Amounts are US dollars (2.50); with --unit tokens or calls\n"
      "numbers (200k, 1.5M), with --unit time durations (90s, 10m, 2h). “none” is no cap at all, “default” what the\n"
      "settings say."),
    .options = set_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_set,
    .examples = N_ ("  boternity-ctl budget set --day 8 --month 80\n"
                    "  boternity-ctl budget set ada --day 3\n"
                    "  boternity-ctl budget set ada --day 200k --unit tokens\n"
                    "  boternity-ctl budget set ada --day default") },
  { .name = "history",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Show what was spent, by day or by month"),
    .options = history_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_history,
    .examples = N_ ("  boternity-ctl budget history ada --months") },
  { .name = "reconcile",
    .usage = N_ ("[BOT]"),
    .summary = N_ ("Count again what was spent, after the daemon was killed"),
    .text = N_ (
      "What was reserved when the daemon was killed counts as spent. What the ledger has of it is then known. The rest may\n"
      "have been spent by calls that were cut off, whose cost nobody told: it stays counted until its day or month ends,\n"
      "or until you give it back, for instance after a look at the provider's own bill."),
    .options = reconcile_options,
    .max = 1,
    .words = { BTY_CTL_BOT },
    .run = run_reconcile,
    .examples = N_ ("  boternity-ctl budget reconcile\n  boternity-ctl budget reconcile --give-back") },
  { 0 },
};

const BtyCtlVerb bty_ctl_budget_verb = { "budget", N_ ("see and set what may be spent"), budget_commands, FALSE };
