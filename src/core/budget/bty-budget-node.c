/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-node.h"

char *
bty_budget_key (BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period, const char *last)
{
  return g_strconcat (bty_enum_nick (bty_budget_scopes, (int) scope), ":", subject != NULL ? subject : "", "/",
                      bty_enum_nick (bty_budget_periods, (int) period), "/", last, NULL);
}

BtyBudgetNode *
bty_budget_node_new (const char *key, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
                     const BtyPeriodSpan *span)
{
  BtyBudgetNode *self = g_new0 (BtyBudgetNode, 1);

  self->references = 1;
  self->key = g_strdup (key);
  self->scope = scope;
  self->subject = g_strdup (subject);
  self->period = period;
  self->since = span->since;
  self->until = span->until;
  return self;
}

BtyBudgetNode *
bty_budget_node_ref (BtyBudgetNode *self)
{
  self->references += 1;
  return self;
}

void
bty_budget_node_unref (BtyBudgetNode *self)
{
  if (--self->references > 0)
    return;
  g_free (self->key);
  g_free (self->subject);
  g_free (self->bot);
  g_free (self->slug);
  g_clear_pointer (&self->row, bty_spend_unref);
  g_clear_error (&self->error);
  g_free (self);
}

gint64
bty_budget_node_used (const BtyBudgetNode *self, BtyBudgetUnit unit)
{
  return self->spent.of[unit] + self->unsure.of[unit] + self->reserved.of[unit];
}

gint64
bty_budget_node_unspent (const BtyBudgetNode *self, BtyBudgetUnit unit)
{
  return self->caps.of[unit] - self->spent.of[unit] - self->unsure.of[unit];
}

void
bty_spend_amounts (const BtySpend *row, gboolean slabs, BtyAmounts *amounts)
{
  if (slabs)
    *amounts = (BtyAmounts){ { row->slab_usd, row->slab_tokens, row->slab_calls, row->slab_time_ms } };
  else
    *amounts = (BtyAmounts){ { row->usd, row->tokens, row->calls, row->time_ms } };
}

void
bty_budget_node_load (BtyBudgetNode *self, const BtySpend *row)
{
  BtyAmounts spent = { 0 };
  BtyAmounts slabs = { 0 };

  g_clear_pointer (&self->row, bty_spend_unref);
  if (row != NULL)
    {
      self->row = bty_spend_ref (row);
      bty_spend_amounts (row, FALSE, &spent);
      bty_spend_amounts (row, TRUE, &slabs);
    }
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      spent.of[unit] = CLAMP (spent.of[unit], 0, BTY_UNCAPPED);
      slabs.of[unit] = CLAMP (slabs.of[unit], 0, BTY_UNCAPPED);
      self->durable.of[unit] = self->asked.of[unit] = slabs.of[unit];
      if (!self->is_known)
        {
          self->spent.of[unit] += spent.of[unit];
          self->unsure.of[unit] = MAX (slabs.of[unit] - spent.of[unit], 0);
        }
    }
  self->is_known = TRUE;
  self->is_loaded = TRUE;
}

BtySpend *
bty_budget_node_make_row (BtyBudgetNode *self, const BtyAmounts *slabs)
{
  BtySpend *row = self->row != NULL ? bty_spend_edit (self->row) : bty_spend_new ();

  if (self->row == NULL)
    {
      row->key = g_strdup (self->key);
      row->scope = self->scope;
      row->subject = g_strdup (self->subject);
      row->bot = g_strdup (self->bot);
      row->period = self->period;
      row->since = self->since;
    }
  row->usd = self->spent.of[BTY_UNIT_USD];
  row->tokens = self->spent.of[BTY_UNIT_TOKENS];
  row->calls = self->spent.of[BTY_UNIT_CALLS];
  row->time_ms = self->spent.of[BTY_UNIT_TIME];
  row->slab_usd = slabs->of[BTY_UNIT_USD];
  row->slab_tokens = slabs->of[BTY_UNIT_TOKENS];
  row->slab_calls = slabs->of[BTY_UNIT_CALLS];
  row->slab_time_ms = slabs->of[BTY_UNIT_TIME];
  g_clear_pointer (&self->row, bty_spend_unref);
  self->row = bty_spend_ref (row);
  return row;
}
