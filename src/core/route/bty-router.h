/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"
#include "budget/bty-budget-service.h"
#include "model/bty-model-book.h"
#include "route/bty-provider-service.h"

/**
 * BtyRouter:
 *
 * What all routes share: the providers, what is known of models, the budget, and what was lately seen of each provider (breakers,
 * queues). Settings group `route`. Main context.
 */
#define BTY_TYPE_ROUTER (bty_router_get_type ())
G_DECLARE_FINAL_TYPE (BtyRouter, bty_router, BTY, ROUTER, GObject)

BtyRouter *bty_router_new (BtyProviderService *providers, BtyModelBook *book, BtyBudgetService *budgets,
                           BtySettings *settings);
/* Returns: (transfer none): its parts */
BtyProviderService *bty_router_get_providers (BtyRouter *router);
BtyModelBook *bty_router_get_book (BtyRouter *router);
BtyBudgetService *bty_router_get_budgets (BtyRouter *router);
BtySettings *bty_router_get_settings (BtyRouter *router);

/* provider.test, and what else asks a model */
extern const BtyOperation bty_router_operations[];
extern const guint bty_n_router_operations;

/* what is known of models, by a router */
extern const BtyOperation bty_model_operations[];
extern const guint bty_n_model_operations;
