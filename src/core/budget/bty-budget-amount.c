/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-amount.h"

#include <glib/gi18n-lib.h>

char *
bty_budget_amount_to_text (gint64 amount, BtyBudgetUnit unit)
{
  g_autofree char *usd = NULL;

  switch (unit)
    {
    case BTY_UNIT_USD:
      usd = bty_usd_format (amount);
      return g_strdup_printf (_ ("%s USD"), usd);
    case BTY_UNIT_TOKENS:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lld token", "%lld tokens", (gulong) amount),
                              (long long) amount);
    case BTY_UNIT_CALLS:
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lld call", "%lld calls", (gulong) amount),
                              (long long) amount);
    default:
      return g_strdup_printf (_ ("%lld s"), (long long) (amount / 1000));
    }
}

char *
bty_budget_amount_to_argument (gint64 amount, BtyBudgetUnit unit)
{
  switch (unit)
    {
    case BTY_UNIT_USD:
      return bty_usd_format (amount);
    case BTY_UNIT_TOKENS:
      return g_strdup_printf ("%" G_GINT64_FORMAT " --unit tokens", amount);
    case BTY_UNIT_CALLS:
      return g_strdup_printf ("%" G_GINT64_FORMAT " --unit calls", amount);
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT "s --unit time", (amount + 999) / 1000);
    }
}
