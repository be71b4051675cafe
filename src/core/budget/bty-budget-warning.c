/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "budget/bty-budget-amount.h"
#include "budget/bty-budget-standing.h"
#include "budget/bty-budget-service-private.h"

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    g_warning ("a warning of the budget could not be told: %s", error->message);
}

static void
tell (BtyBudgetService *self, BtySpender *spender, BtyBudgetNode *node, BtyBudgetUnit unit, guint level)
{
  g_autoptr (BtyStanding) standing = bty_budget_standing_of (self, node, unit);
  g_autofree char *cap = bty_budget_amount_to_text (standing->amount, unit);
  g_autofree char *text = NULL;
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  standing->level = level;
  if (node->scope == BTY_SCOPE_INSTALLATION)
    text = g_strdup_printf (_ ("%u %% of the cap of %s for all bots together is spent (%s)"), level, cap,
                            bty_enum_nick (bty_budget_periods, (int) node->period));
  else
    text = g_strdup_printf (_ ("%u %% of the cap of %s for “%s” is spent (%s)"), level, cap,
                            node->slug != NULL ? node->slug : node->subject,
                            bty_enum_nick (bty_budget_periods, (int) node->period));
  bty_batch_publish (batch, "budget.warning", standing);
  bty_batch_set_lazy (batch);
  bty_store_apply_async (self->store, batch, NULL, on_published, NULL);
  if (spender->warn != NULL)
    spender->warn (text, spender->warn_data);
  g_signal_emit_by_name (self, "warning", standing);
}

static guint
level_of (const BtyBudgetNode *node, BtyBudgetUnit unit)
{
  gint64 spent = node->spent.of[unit] + node->unsure.of[unit];
  gint64 cap = node->caps.of[unit];

  if (cap >= BTY_UNCAPPED || spent == 0)
    return 0;
  if (spent >= cap)
    return 100;
  if (spent >= cap - cap / 5)
    return 80;
  return spent >= cap - cap / 2 ? 50 : 0;
}

void
bty_budget_warn_of (BtyBudgetService *self, BtySpender *spender, GPtrArray *path)
{
  for (guint i = 0; i < path->len; i++)
    for (guint unit = 0; unit < BTY_N_UNITS; unit++)
      {
        BtyBudgetNode *node = path->pdata[i];
        guint level = level_of (node, unit);

        /* Of another cap it may be told anew. */
        if (node->warned_at[unit] != node->caps.of[unit])
          node->warned[unit] = MIN (node->warned[unit], level_of (node, unit));
        node->warned_at[unit] = node->caps.of[unit];
        if (level <= node->warned[unit])
          continue;
        node->warned[unit] = level;
        tell (self, spender, node, unit, level);
      }
}

void
bty_budget_warn_begin (GPtrArray *path)
{
  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];

      for (guint unit = 0; !node->has_warned && unit < BTY_N_UNITS; unit++)
        {
          node->warned[unit] = level_of (node, unit);
          node->warned_at[unit] = node->caps.of[unit];
        }
      node->has_warned = TRUE;
    }
}
