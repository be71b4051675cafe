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
};

/** bty_budget_ask: finds out about @slug and @session (nullable), opens the budget, and goes on with @then; or fails the call */
void bty_budget_ask (BtyCall *call, const char *slug, const char *session, BtyBudgetThen then);
void bty_budget_ask_free (BtyBudgetAsk *ask);
/** bty_budget_ask_load: takes @ask; loads its nodes, then goes on with @then */
void bty_budget_ask_load (BtyBudgetAsk *ask, BtyBudgetThen then);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyBudgetAsk, bty_budget_ask_free)
