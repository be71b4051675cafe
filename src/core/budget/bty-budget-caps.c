/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service-private.h"

#define A_PAGE 500

/* The caps that the settings give; all in dollars. */
static const struct
{
  BtyBudgetScope scope;
  BtyBudgetPeriod period;
  const char *key;
} defaults[] = {
  { BTY_SCOPE_INSTALLATION, BTY_PERIOD_DAY, "day_usd" },
  { BTY_SCOPE_INSTALLATION, BTY_PERIOD_MONTH, "month_usd" },
  { BTY_SCOPE_BOT, BTY_PERIOD_DAY, "bot_day_usd" },
  { BTY_SCOPE_INSTALLATION, BTY_PERIOD_TURN, "turn_usd" },
};

static void read_page (BtyBudgetService *self, const char *cursor);

static void
opened (BtyBudgetService *self, const GError *error)
{
  g_autoptr (GPtrArray) opening = g_steal_pointer (&self->opening);

  self->opening = g_ptr_array_new_with_free_func (g_object_unref);
  self->is_opening = FALSE;
  self->is_open = error == NULL;
  self->generation += 1;
  for (guint i = 0; i < opening->len; i++)
    {
      if (error != NULL)
        g_task_return_error (opening->pdata[i], g_error_copy (error));
      else
        g_task_return_boolean (opening->pdata[i], TRUE);
    }
  bty_budget_pump (self);
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetService) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      g_warning ("the caps of the budget could not be read: %s", error->message);
      bty_budget_fail_waiting (self, NULL, error);
      opened (self, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      BtyCap *cap = page->items->pdata[i];

      g_hash_table_replace (self->caps, cap->key, bty_cap_ref (cap));
    }
  if (page->next_cursor != NULL)
    read_page (self, page->next_cursor);
  else
    opened (self, NULL);
}

static void
read_page (BtyBudgetService *self, const char *cursor)
{
  g_autoptr (BtyQuery) query = bty_query_new (&bty_cap_schema);

  bty_query_limit (query, A_PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, NULL, on_page, g_object_ref (self));
}

void
bty_budget_caps_load (BtyBudgetService *self)
{
  if (self->is_open || self->is_opening)
    return;
  self->is_opening = TRUE;
  read_page (self, NULL);
}

static gint64
find_default (BtyBudgetService *self, BtyBudgetScope scope, BtyBudgetPeriod period, BtyBudgetUnit unit)
{
  for (guint i = 0; unit == BTY_UNIT_USD && i < G_N_ELEMENTS (defaults); i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      gint64 amount = BTY_UNCAPPED;

      if (defaults[i].scope != scope || defaults[i].period != period)
        continue;
      text = bty_settings_get (self->settings, "budget", defaults[i].key);
      if (text == NULL || text[0] == '\0')
        return BTY_UNCAPPED;
      if (bty_usd_parse (text, &amount, &error))
        return amount;
      /* Nobody wants to be without a cap for a slip of the pen. */
      g_warning ("the setting budget.%s is no amount, so that nothing may be spent: %s", defaults[i].key,
                 error->message);
      return 0;
    }
  return BTY_UNCAPPED;
}

static const BtyCap *
find_record (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
             BtyBudgetUnit unit)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (self->caps) == 0)
    return NULL;
  key = bty_budget_key (scope, subject, period, bty_enum_nick (bty_budget_units, (int) unit));
  return g_hash_table_lookup (self->caps, key);
}

gint64
bty_budget_caps_find (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
                      BtyBudgetUnit unit, gboolean *is_default)
{
  const BtyCap *cap = find_record (self, scope, subject, period, unit);

  if (is_default != NULL)
    *is_default = cap == NULL;
  return cap != NULL ? MIN (cap->amount, BTY_UNCAPPED) : find_default (self, scope, period, unit);
}

gint64
bty_budget_caps_of_each (BtyBudgetService *self, const BtyBudgetOwner *owners, guint n, BtyBudgetPeriod period,
                         BtyBudgetUnit unit, guint *whose)
{
  gint64 least = BTY_UNCAPPED;
  gboolean has_record = FALSE;

  for (guint i = 0; i < n; i++)
    {
      const BtyCap *cap = find_record (self, owners[i].scope, owners[i].subject, period, unit);

      has_record = has_record || cap != NULL;
      if (cap == NULL || cap->amount >= least)
        continue;
      least = cap->amount;
      if (whose != NULL)
        *whose = i;
    }
  if (has_record)
    return least;
  if (whose != NULL)
    *whose = n - 1; /* the installation */
  return find_default (self, BTY_SCOPE_INSTALLATION, period, unit);
}

gboolean
bty_budget_caps_has (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (find_record (self, scope, subject, period, unit) != NULL)
      return TRUE;
  return FALSE;
}

void
bty_budget_caps_fill (BtyBudgetService *self, BtyBudgetNode *node, const BtyBudgetOwner *owners, guint n)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    node->caps.of[unit] = node->period == BTY_PERIOD_SESSION
                            ? bty_budget_caps_of_each (self, owners, n, node->period, unit, NULL)
                            : bty_budget_caps_find (self, node->scope, node->subject, node->period, unit, NULL);
}
