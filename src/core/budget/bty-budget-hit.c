/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "budget/bty-budget-amount.h"
#include "budget/bty-budget-service-private.h"

void
bty_cap_hit_free (BtyCapHit *hit)
{
  g_free (hit->subject);
  g_free (hit->command);
  g_free (hit);
}

/* Somewhat more than there was, and enough for what is wanted now. */
static gint64
propose (gint64 cap, gint64 left, gint64 needed, BtyBudgetUnit unit)
{
  gint64 least = MAX (cap + cap / 2, cap - MIN (left, cap) + 2 * needed);
  gint64 round = unit == BTY_UNIT_USD ? 10000 : unit == BTY_UNIT_TIME ? 1000 : 1;

  while (round * 20 <= least)
    round *= 10;
  return MAX ((least + round - 1) / round * round, round);
}

static char *
make_command (const BtyCapHit *hit, const char *slug)
{
  gint64 amount = propose (hit->cap, hit->left, hit->needed, hit->unit);
  g_autofree char *text = bty_budget_amount_to_argument (amount, hit->unit);
  GString *command = g_string_new ("boternity-ctl budget set");

  if (hit->scope == BTY_SCOPE_BOT)
    g_string_append_printf (command, " %s", slug != NULL ? slug : hit->subject);
  else if (hit->scope == BTY_SCOPE_SESSION)
    g_string_append_printf (command, " --session %s", hit->subject);
  else if (hit->scope == BTY_SCOPE_WORKFLOW)
    g_string_append_printf (command, " --workflow %s", hit->subject);
  if (hit->period == BTY_PERIOD_SESSION)
    g_string_append_printf (command, " --each-session %s", text);
  else
    g_string_append_printf (command, " --%s %s", bty_enum_nick (bty_budget_periods, (int) hit->period), text);
  return g_string_free (command, FALSE);
}

BtyCapHit *
bty_cap_hit_new (BtySpender *spender, BtyBudgetNode *node, BtyBudgetPeriod period, BtyBudgetUnit unit, gint64 left,
                 gint64 needed)
{
  BtyBudgetOwner owners[BTY_BUDGET_MAX_OWNERS];
  guint n = bty_spender_list_owners (spender, owners);
  guint whose = n - 1;
  BtyCapHit *hit = g_new0 (BtyCapHit, 1);

  hit->period = period;
  hit->unit = unit;
  hit->left = MAX (left, 0);
  hit->needed = needed;
  if (bty_period_is_each (period))
    {
      hit->cap = bty_budget_caps_of_each (spender->budgets, owners, n, period, unit, &whose);
      hit->scope = owners[whose].scope;
      hit->subject = g_strdup (owners[whose].subject);
    }
  else
    {
      hit->cap = node->caps.of[unit];
      hit->scope = node->scope;
      hit->subject = g_strdup (node->subject);
      hit->renews_at = node->until;
    }
  hit->command = make_command (hit, node != NULL && node->slug != NULL ? node->slug : spender->what.slug);
  return hit;
}

char *
bty_cap_hit_name (const BtyCapHit *hit, const char *slug)
{
  g_autofree char *amount = bty_budget_amount_to_text (hit->cap, hit->unit);
  g_autofree char *whose = NULL;

  if (hit->scope == BTY_SCOPE_BOT)
    whose = g_strdup_printf (_ ("the bot “%s”"), slug != NULL ? slug : hit->subject);
  else if (hit->scope == BTY_SCOPE_SESSION)
    whose = g_strdup_printf (_ ("the session %s"), hit->subject);
  else if (hit->scope == BTY_SCOPE_WORKFLOW)
    whose = g_strdup_printf (_ ("the workflow “%s”"), hit->subject);
  else
    whose = g_strdup (_ ("all bots together"));
  switch (hit->period)
    {
    case BTY_PERIOD_CALL:
      return g_strdup_printf (_ ("the cap of %s for each call of %s"), amount, whose);
    case BTY_PERIOD_TURN:
      return g_strdup_printf (_ ("the cap of %s for each turn of %s"), amount, whose);
    case BTY_PERIOD_SESSION:
      return g_strdup_printf (_ ("the cap of %s for each session of %s"), amount, whose);
    case BTY_PERIOD_DAY:
      return g_strdup_printf (_ ("the cap of %s a day for %s"), amount, whose);
    case BTY_PERIOD_MONTH:
      return g_strdup_printf (_ ("the cap of %s a month for %s"), amount, whose);
    default:
      return g_strdup_printf (_ ("the cap of %s in all for %s"), amount, whose);
    }
}

static char *
tell_renewal (const BtyCapHit *hit, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) here = NULL;
  g_autofree char *time = NULL;

  if (hit->renews_at == 0)
    return g_strdup (_ ("it does not renew by itself"));
  utc = g_date_time_new_from_unix_utc (hit->renews_at / G_USEC_PER_SEC);
  here = g_date_time_to_timezone (utc, zone);
  time = g_date_time_format (here, "%Y-%m-%d %H:%M");
  return g_strdup_printf (_ ("it renews at %s"), time);
}

GError *
bty_cap_hit_to_error (const BtyCapHit *hit, const char *slug, GTimeZone *zone)
{
  g_autofree char *cap = bty_cap_hit_name (hit, slug);
  g_autofree char *left = bty_budget_amount_to_text (hit->left, hit->unit);
  g_autofree char *needed = bty_budget_amount_to_text (hit->needed, hit->unit);
  g_autofree char *renewal = tell_renewal (hit, zone);
  GError *error;

  error = g_error_new (BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                       _ ("%s is reached (left: %s, needed at least: %s); %s; “%s” raises it"), cap, left, needed,
                       renewal, hit->command);
  bty_error_set_cap (error);
  return error;
}
