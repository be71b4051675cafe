/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-service-private.h"

typedef struct _BtyBudgetAsk BtyBudgetAsk;
/* Carries the operation out; takes @ask. */
typedef void (*BtyBudgetThen) (BtyBudgetAsk *ask);

/**
 * BtyBudgetAsk:
 * @bot: (nullable): id of the bot that was named, or of the session's; @slug: its slug
 * @session: (nullable): id of the session that was named
 * @nodes: (nullable) (element-type BtyBudgetNode): what it is about, once they are known
 * @items: what it answers with
 *
 * An operation that waits for what it is about.
 */
struct _BtyBudgetAsk
{
  BtyCall *call;
  BtyBudgetService *budgets;
  char *bot;
  char *slug;
  char *session;
  BtyBudgetThen then;
  GPtrArray *nodes;
  GPtrArray *items;
};

/** bty_budget_ask: finds out about @slug and @session (nullable), opens the budget, and goes on with @then; or fails the call */
void bty_budget_ask (BtyCall *call, const char *slug, const char *session, BtyBudgetThen then);
void bty_budget_ask_free (BtyBudgetAsk *ask);
/** bty_budget_ask_add: @record: (transfer full): an item of the answer */
void bty_budget_ask_add (BtyBudgetAsk *ask, gpointer record);
/** bty_budget_ask_answer: answers with all items; @cursor: (nullable): of the page that follows */
void bty_budget_ask_answer (BtyBudgetAsk *ask, const char *cursor);
/** bty_budget_ask_load: takes @ask; loads its nodes, then goes on with @then */
void bty_budget_ask_load (BtyBudgetAsk *ask, BtyBudgetThen then);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBudgetAsk, bty_budget_ask_free)
