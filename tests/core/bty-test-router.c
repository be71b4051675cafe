/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-router.h"

#include "chat/bty-chat-service.h"

BtyRouter *
bty_test_router_new (BtyProviderService *providers, BtyStore *store, BtySettings *settings)
{
  g_autoptr (BtyModelBook) book = bty_model_book_new (settings, "/nonexistent");
  g_autoptr (BtyBudgetService) budgets = bty_budget_service_new (store, settings);

  return bty_router_new (providers, book, budgets, settings);
}

BtySettings *
bty_test_settings_new (void)
{
  BtySettings *settings = bty_settings_new ("/nonexistent");

  bty_chat_add_settings (settings);
  bty_budget_add_settings (settings);
  return settings;
}
