/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service.h"

struct _BtyBudgetService
{
  GObject parent_instance;
  BtyStore *store;
  BtySettings *settings;
};

G_DEFINE_FINAL_TYPE (BtyBudgetService, bty_budget_service, G_TYPE_OBJECT)

static void
bty_budget_service_finalize (GObject *object)
{
  BtyBudgetService *self = BTY_BUDGET_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bty_budget_service_parent_class)->finalize (object);
}

static void
bty_budget_service_class_init (BtyBudgetServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_budget_service_finalize;
}

static void
bty_budget_service_init (BtyBudgetService *self)
{
}

BtyBudgetService *
bty_budget_service_new (BtyStore *store, BtySettings *settings)
{
  BtyBudgetService *self = g_object_new (BTY_TYPE_BUDGET_SERVICE, NULL);

  self->store = g_object_ref (store);
  self->settings = g_object_ref (settings);
  return self;
}
