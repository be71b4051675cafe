/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-router.h"

struct _BtyRouter
{
  GObject parent_instance;
  BtyProviderService *providers;
  BtyModelBook *book;
  BtyBudgetService *budgets;
  BtySettings *settings;
  BtyRecorder *recorder;
};

G_DEFINE_FINAL_TYPE (BtyRouter, bty_router, G_TYPE_OBJECT)

static void
bty_router_finalize (GObject *object)
{
  BtyRouter *self = BTY_ROUTER (object);

  g_clear_object (&self->providers);
  g_clear_object (&self->book);
  g_clear_object (&self->budgets);
  g_clear_object (&self->settings);
  g_clear_object (&self->recorder);
  G_OBJECT_CLASS (bty_router_parent_class)->finalize (object);
}

static void
bty_router_class_init (BtyRouterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_router_finalize;
}

static void
bty_router_init (BtyRouter *self)
{
}

BtyRouter *
bty_router_new (BtyProviderService *providers, BtyModelBook *book, BtyBudgetService *budgets, BtySettings *settings)
{
  BtyRouter *self = g_object_new (BTY_TYPE_ROUTER, NULL);

  self->providers = g_object_ref (providers);
  self->book = g_object_ref (book);
  self->budgets = g_object_ref (budgets);
  self->settings = g_object_ref (settings);
  return self;
}

BtyProviderService *
bty_router_get_providers (BtyRouter *self)
{
  return self->providers;
}

BtyModelBook *
bty_router_get_book (BtyRouter *self)
{
  return self->book;
}

BtyBudgetService *
bty_router_get_budgets (BtyRouter *self)
{
  return self->budgets;
}

BtySettings *
bty_router_get_settings (BtyRouter *self)
{
  return self->settings;
}

void
bty_router_set_recorder (BtyRouter *self, BtyRecorder *recorder)
{
  g_set_object (&self->recorder, recorder);
}

BtyRecorder *
bty_router_get_recorder (BtyRouter *self)
{
  return self->recorder;
}
