/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-ask.h"

#include <glib/gi18n-lib.h>

void
bty_budget_ask_free (BtyBudgetAsk *ask)
{
  g_clear_pointer (&ask->nodes, g_ptr_array_unref);
  bty_call_unref (ask->call);
  g_free (ask->bot);
  g_free (ask->slug);
  g_free (ask->session);
  g_free (ask);
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetAsk) ask = data;
  g_autoptr (GError) error = NULL;

  if (!bty_budget_service_open_finish (BTY_BUDGET_SERVICE (source), result, &error))
    bty_call_fail (ask->call, error);
  else
    ask->then (g_steal_pointer (&ask));
}

static void
open_budget (BtyBudgetAsk *ask)
{
  bty_budget_service_open_async (ask->budgets, on_open, ask);
}

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetAsk) ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (ask->call, BTY_ERROR_NOT_FOUND,
                       _ ("there is no bot “%s”: “boternity-ctl bot list” shows them all"), ask->slug);
  else if (bot == NULL)
    bty_call_fail (ask->call, error);
  if (bot == NULL)
    return;
  ask->bot = g_strdup (bot->record.id);
  open_budget (g_steal_pointer (&ask));
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetAsk) ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySession) session = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (ask->call, BTY_ERROR_NOT_FOUND,
                       _ ("there is no session %s: “boternity-ctl session list” shows them all"), ask->session);
  else if (session == NULL)
    bty_call_fail (ask->call, error);
  else if (ask->slug != NULL && g_strcmp0 (ask->slug, session->slug) != 0)
    bty_call_fail_new (ask->call, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the session %s is one of the bot “%s”, not of “%s”"), ask->session, session->slug,
                       ask->slug);
  else
    {
      ask->bot = g_strdup (session->bot);
      bty_record_take_string (&ask->slug, g_strdup (session->slug));
      open_budget (g_steal_pointer (&ask));
    }
}

void
bty_budget_ask (BtyCall *call, const char *slug, const char *session, BtyBudgetThen then)
{
  BtyBudgetAsk *ask = g_new0 (BtyBudgetAsk, 1);

  ask->call = bty_call_ref (call);
  ask->budgets = bty_call_service (call);
  ask->slug = g_strdup (slug);
  ask->session = g_strdup (session);
  ask->then = then;
  if (session != NULL)
    bty_store_get_async (ask->budgets->store, &bty_session_schema, "id", session, bty_call_cancellable (call),
                         on_session, ask);
  else if (slug != NULL)
    bty_store_get_async (ask->budgets->store, &bty_bot_schema, "slug", slug, bty_call_cancellable (call), on_bot, ask);
  else
    open_budget (ask);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetAsk) ask = data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    bty_call_fail (ask->call, error);
  else
    ask->then (g_steal_pointer (&ask));
}

void
bty_budget_ask_load (BtyBudgetAsk *ask, BtyBudgetThen then)
{
  ask->then = then;
  bty_budget_nodes_look (ask->budgets, ask->nodes, on_loaded, ask);
}
