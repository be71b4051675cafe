/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "budget/bty-budget-ask.h"
#include "budget/bty-budget-operations.h"
#include "budget/bty-budget-standing.h"

#define MANY_BOTS 1000

/* budget.show */

static const BtyBudgetPeriod periods[] = { BTY_PERIOD_DAY, BTY_PERIOD_MONTH, BTY_PERIOD_TOTAL };

static gboolean
has_cap (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (bty_budget_caps_find (self, scope, subject, period, unit, NULL) < BTY_UNCAPPED)
      return TRUE;
  return FALSE;
}

static void
add_nodes (BtyBudgetAsk *ask, BtyBudgetScope scope, const char *bot, const char *slug)
{
  const BtySpenderFor what = { .bot = bot, .slug = slug };

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    if (has_cap (ask->budgets, scope, bot, periods[i]))
      {
        BtyBudgetNode *node = bty_budget_nodes_get (ask->budgets, scope, bot, periods[i], &what);

        bty_budget_caps_fill (ask->budgets, node, NULL, 0);
        g_ptr_array_add (ask->nodes, bty_budget_node_ref (node));
      }
}

static void
emit_nodes (BtyBudgetAsk *ask)
{
  for (guint i = 0; i < ask->nodes->len; i++)
    for (guint unit = 0; unit < BTY_N_UNITS; unit++)
      {
        BtyBudgetNode *node = ask->nodes->pdata[i];

        if (node->caps.of[unit] < BTY_UNCAPPED)
          bty_budget_ask_add (ask, bty_budget_standing_of (ask->budgets, node, unit));
      }
}

/* Caps that begin anew with each call, turn or session. */
static void
emit_each (BtyBudgetAsk *ask, BtyBudgetScope scope, const char *subject, const char *slug)
{
  for (guint period = BTY_PERIOD_CALL; period <= BTY_PERIOD_SESSION; period++)
    for (guint unit = 0; unit < BTY_N_UNITS; unit++)
      {
        gboolean is_default;
        gint64 amount = bty_budget_caps_find (ask->budgets, scope, subject, period, unit, &is_default);
        BtyStanding *standing;

        if (amount >= BTY_UNCAPPED || (scope == BTY_SCOPE_SESSION && period == BTY_PERIOD_SESSION))
          continue;
        standing = bty_standing_new ();
        standing->scope = scope;
        standing->subject = g_strdup (subject);
        standing->slug = g_strdup (slug);
        standing->period = period;
        standing->unit = unit;
        standing->amount = standing->left = amount;
        standing->is_default = is_default;
        bty_budget_ask_add (ask, standing);
      }
}

static void
show_loaded (BtyBudgetAsk *own)
{
  g_autoptr (BtyBudgetAsk) ask = own;

  emit_nodes (ask);
  emit_each (ask, BTY_SCOPE_INSTALLATION, NULL, NULL);
  if (ask->bot != NULL)
    emit_each (ask, BTY_SCOPE_BOT, ask->bot, ask->slug);
  if (ask->session != NULL)
    emit_each (ask, BTY_SCOPE_SESSION, ask->session, ask->slug);
  bty_budget_ask_answer (ask, NULL);
}

static void
on_bots (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyBudgetAsk) ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (ask->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyBot *bot = page->items->pdata[i];

      add_nodes (ask, BTY_SCOPE_BOT, bot->record.id, bot->slug);
    }
  bty_budget_ask_load (g_steal_pointer (&ask), show_loaded);
}

static void
add_session_node (BtyBudgetAsk *ask)
{
  const BtyBudgetOwner owners[] = { { BTY_SCOPE_SESSION, ask->session },
                                    { BTY_SCOPE_BOT, ask->bot },
                                    { BTY_SCOPE_INSTALLATION, NULL } };
  const BtySpenderFor what = { .bot = ask->bot, .slug = ask->slug };
  BtyBudgetNode *node;

  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    if (bty_budget_caps_has (ask->budgets, owners[i].scope, owners[i].subject, BTY_PERIOD_SESSION))
      {
        node = bty_budget_nodes_get (ask->budgets, BTY_SCOPE_SESSION, ask->session, BTY_PERIOD_SESSION, &what);
        bty_budget_caps_fill (ask->budgets, node, owners, G_N_ELEMENTS (owners));
        g_ptr_array_add (ask->nodes, bty_budget_node_ref (node));
        return;
      }
}

static void
show (BtyBudgetAsk *ask)
{
  g_autoptr (BtyQuery) query = NULL;

  ask->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_budget_node_unref);
  add_nodes (ask, BTY_SCOPE_INSTALLATION, NULL, NULL);
  if (ask->session != NULL)
    add_session_node (ask);
  if (ask->bot != NULL)
    {
      add_nodes (ask, BTY_SCOPE_BOT, ask->bot, ask->slug);
      bty_budget_ask_load (ask, show_loaded);
      return;
    }
  query = bty_query_new (&bty_bot_schema);
  bty_query_order (query, "slug", FALSE);
  bty_query_limit (query, MANY_BOTS);
  bty_store_query_async (ask->budgets->store, query, bty_call_cancellable (ask->call), on_bots, ask);
}

static void
budget_show (BtyCall *call)
{
  const BtyBudgetShow *request = bty_call_request (call);

  bty_budget_ask (call, request->slug, request->session, show);
}

/* budget.set */

typedef struct
{
  BtyBudgetAsk *ask;
  BtyCap *cap;
  gboolean is_removed;
  guint tries;
} Setting;

/* Another one may set the same cap at the same time: the later one counts. */
#define MAX_TRIES 16

static void store_cap (BtyBudgetAsk *own, guint tries);

static gboolean
check_place (const BtyBudgetSet *request, GError **error)
{
  BtyBudgetPeriod period = request->period;

  if ((request->workflow != NULL) + (request->slug != NULL || request->session != NULL) > 1)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("a cap is of a bot, of a session or of a workflow: name one of them"));
  else if (request->session != NULL && !bty_period_is_each (period))
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
      _ ("a session has caps for a call, a turn and the session as a whole: the period is one of call, turn, "
         "session"));
  else if (request->workflow != NULL && period == BTY_PERIOD_SESSION)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("a workflow has no sessions: the period is one of call, turn, day, month, total"));
  else if (!request->remove && !BTY_HAS (request, BtyBudgetSet, amount))
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                 _ ("the amount is missing: give one, or null for no cap, or take the cap away with “remove”"));
  else
    return TRUE;
  return FALSE;
}

static void
on_cap_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Setting *setting = data;
  g_autoptr (BtyBudgetAsk) ask = setting->ask;
  g_autoptr (BtyCap) cap = setting->cap;
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    {
      gboolean is_overtaken = g_error_matches (error, BTY_ERROR, BTY_ERROR_ABORTED) ||
                              g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);

      if (is_overtaken && setting->tries < MAX_TRIES)
        store_cap (g_steal_pointer (&ask), setting->tries + 1);
      else
        bty_call_fail (ask->call, error);
      return;
    }
  if (setting->is_removed)
    g_hash_table_remove (ask->budgets->caps, cap->key);
  else
    g_hash_table_replace (ask->budgets->caps, cap->key, bty_cap_ref (cap));
  bty_call_return (ask->call, cap);
  bty_budget_raised (ask->budgets, ask->slug);
}

static BtyCap *
make_cap (const BtyBudgetAsk *ask, const BtyBudgetSet *request)
{
  BtyCap *cap = bty_cap_new ();

  cap->scope = request->workflow != NULL ? BTY_SCOPE_WORKFLOW
               : ask->session != NULL    ? BTY_SCOPE_SESSION
               : ask->bot != NULL        ? BTY_SCOPE_BOT
                                         : BTY_SCOPE_INSTALLATION;
  cap->subject = g_strdup (cap->scope == BTY_SCOPE_WORKFLOW  ? request->workflow
                           : cap->scope == BTY_SCOPE_SESSION ? ask->session
                                                             : ask->bot);
  cap->slug = g_strdup (ask->slug);
  cap->period = request->period;
  cap->unit = request->unit;
  cap->key = bty_budget_key (cap->scope, cap->subject, cap->period, bty_enum_nick (bty_budget_units, (int) cap->unit));
  return cap;
}

static void
store_cap (BtyBudgetAsk *own, guint tries)
{
  g_autoptr (BtyBudgetAsk) ask = own;
  const BtyBudgetSet *request = bty_call_request (ask->call);
  g_autoptr (BtyCap) cap = make_cap (ask, request);
  const BtyCap *before = g_hash_table_lookup (ask->budgets->caps, cap->key);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  Setting *setting;

  if (request->remove && before == NULL)
    {
      bty_call_fail_new (ask->call, BTY_ERROR_NOT_FOUND,
                         _ ("there is no such cap: “boternity-ctl budget show” shows those there are; those of the "
                            "settings are taken away there"));
      return;
    }
  if (before != NULL)
    {
      bty_cap_unref (cap);
      cap = bty_cap_edit (before);
    }
  if (request->remove)
    bty_batch_delete (batch, before);
  else
    {
      cap->amount = BTY_IS_NULL (request, BtyBudgetSet, amount) ? BTY_UNCAPPED : request->amount;
      bty_batch_put (batch, cap);
    }
  bty_batch_publish (batch, "budget.changed", cap);
  setting = g_new0 (Setting, 1);
  setting->is_removed = request->remove;
  setting->cap = g_steal_pointer (&cap);
  setting->ask = g_steal_pointer (&ask);
  setting->tries = tries;
  bty_store_apply_async (setting->ask->budgets->store, batch, NULL, on_cap_stored, setting);
}

static void
set (BtyBudgetAsk *ask)
{
  store_cap (ask, 0);
}

static void
budget_set (BtyCall *call)
{
  const BtyBudgetSet *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;

  if (check_place (request, &error))
    bty_budget_ask (call, request->slug, request->session, set);
  else
    bty_call_fail (call, error);
}

const BtyOperation bty_budget_operations[] = {
  { .name = "budget.show",
    .summary = N_ ("Show the caps on what may be spent, and how they stand"),
    .request = &bty_budget_show_schema,
    .item = &bty_standing_schema,
    .response = &bty_page_schema,
    .http = "GET /budget",
    .scope = "budget:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = budget_show },
  { .name = "budget.set",
    .summary = N_ ("Set a cap on what may be spent, or take it away; turns that wait for it go on"),
    .request = &bty_budget_set_schema,
    .response = &bty_cap_schema,
    .http = "PUT /budget",
    .scope = "budget:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = budget_set },
  { .name = "budget.history",
    .summary = N_ ("Show what was spent, by day or by month"),
    .request = &bty_budget_history_schema,
    .item = &bty_spend_report_schema,
    .response = &bty_page_schema,
    .http = "GET /budget/history",
    .scope = "budget:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = bty_budget_history_run },
  { .name = "budget.reconcile",
    .summary = N_ ("Count again what was spent, from the ledger: after a crash what was reserved counts as spent"),
    .request = &bty_budget_reconcile_schema,
    .item = &bty_spend_report_schema,
    .response = &bty_page_schema,
    .http = "POST /budget/reconcile",
    .scope = "budget:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = bty_budget_reconcile_run },
};
const guint bty_n_budget_operations = G_N_ELEMENTS (bty_budget_operations);
