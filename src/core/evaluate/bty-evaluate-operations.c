/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-evaluate"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-listing.h"
#include "evaluate/bty-evaluate-service.h"
#include "soul/bty-soul-operations.h"

static void
on_item (const BtySoulTestItem *item, gpointer call)
{
  if (bty_call_state (call) == BTY_CALL_RUNNING)
    bty_call_emit (call, item);
}

static void
on_tested (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulTestReport) report = bty_evaluate_service_test_finish (BTY_EVALUATE_SERVICE (source), result,
                                                                           &error);

  if (report != NULL)
    bty_call_return (call, report);
  else
    bty_call_fail (call, error);
}

static void
soul_test (BtyCall *call)
{
  const BtySoulTestRun *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_PROPOSE)) /* it costs its owner's tokens */
    bty_evaluate_service_test_async (bty_call_service (call), request, on_item, call, bty_call_cancellable (call),
                                     on_tested, bty_call_ref (call));
}

static void
on_bot_to_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtySoulTestList *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);
  g_autoptr (BtyQuery) query = NULL;

  if (bot == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  query = bty_query_new (&bty_soul_test_schema);
  bty_query_where (query, "bot", BTY_MATCH_EQUAL, bot->record.id);
  bty_query_order (query, "id", TRUE);
  bty_listing_answer (call, bty_bot_service_get_store (BTY_BOT_SERVICE (source)), query, request->cursor,
                      request->limit);
}

static void
soul_tests (BtyCall *call)
{
  const BtySoulTestList *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ))
    bty_bot_service_get_async (bty_evaluate_service_get_bots (bty_call_service (call)), request->slug,
                               bty_call_cancellable (call), on_bot_to_list, bty_call_ref (call));
}

const BtyOperation bty_evaluate_operations[] = {
  { .name = "soul.test",
    .summary = N_ ("Ask a bot its golden questions, perhaps two versions of its soul side by side"),
    .request = &bty_soul_test_run_schema,
    .item = &bty_soul_test_item_schema,
    .response = &bty_soul_test_report_schema,
    .http = "POST /souls/{slug}/tests",
    .scope = "souls:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, DATA_LOSS),
    .run = soul_test },
  { .name = "soul.tests",
    .summary = N_ ("List how a bot did at its golden questions, the latest first"),
    .request = &bty_soul_test_list_schema,
    .item = &bty_soul_test_schema,
    .response = &bty_page_schema,
    .http = "GET /souls/{slug}/tests",
    .scope = "souls:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = soul_tests },
};

const guint bty_n_evaluate_operations = G_N_ELEMENTS (bty_evaluate_operations);
