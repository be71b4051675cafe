/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service-private.h"
#include "budget/bty-budget-standing.h"

BtyStanding *
bty_budget_standing_of (BtyBudgetService *self, const BtyBudgetNode *node, BtyBudgetUnit unit)
{
  BtyStanding *standing = bty_standing_new ();

  standing->scope = node->scope;
  standing->subject = g_strdup (node->subject);
  standing->slug = g_strdup (node->slug);
  standing->period = node->period;
  standing->unit = unit;
  standing->amount = node->caps.of[unit];
  if (!bty_period_is_each (node->period))
    bty_budget_caps_find (self, node->scope, node->subject, node->period, unit, &standing->is_default);
  standing->spent = node->spent.of[unit];
  standing->unsure = node->unsure.of[unit];
  standing->reserved = node->reserved.of[unit];
  standing->left = MAX (standing->amount - bty_budget_node_used (node, unit), 0);
  standing->percent = standing->amount > 0
                        ? (gint64) ((double) (standing->spent + standing->unsure) * 100 / (double) standing->amount)
                        : 100;
  standing->renews_at = node->until;
  BTY_SET_NULL (standing, BtyStanding, renews_at, node->until == 0);
  return standing;
}
