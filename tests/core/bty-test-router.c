/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-router.h"
#include "bty-test-wait.h"

#include "chat/bty-chat-service.h"

/* Whatever the machine says that the test runs on. */
static gboolean
is_there (gpointer unused)
{
  return TRUE;
}

BtyRouter *
bty_test_router_new (BtyProviderService *providers, BtyStore *store, BtySettings *settings)
{
  g_autoptr (BtyModelBook) book = bty_model_book_new (settings, "/nonexistent");
  g_autoptr (BtyBudgetService) budgets = bty_budget_service_new (store, settings);

  BtyRouter *router = bty_router_new (providers, book, budgets, settings);

  bty_router_set_network (router, is_there, NULL);
  return router;
}

void
bty_test_add_provider (BtyProviderService *providers, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyProviderConfig) config = bty_record_from_json (&bty_provider_config_schema, BTY_VIEW_CREATE, json, -1,
                                                               &error);
  g_autoptr (BtyProviderConfig) added = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;

  g_assert_no_error (error);
  bty_provider_service_add_async (providers, config, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  added = bty_provider_service_add_finish (providers, result, &error);
  g_assert_no_error (error);
}

BtySettings *
bty_test_settings_new (void)
{
  BtySettings *settings = bty_settings_new ("/nonexistent");

  g_setenv ("BOTERNITY_ROUTE_RETRIES", "0", FALSE);
  g_setenv ("BOTERNITY_ROUTE_RETRY_MS", "1", FALSE);
  bty_chat_add_settings (settings);
  bty_budget_add_settings (settings);
  bty_router_add_settings (settings);
  return settings;
}
