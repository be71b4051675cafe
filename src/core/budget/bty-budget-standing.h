/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-node.h"

/** bty_budget_standing_of: Returns: (transfer full): how a cap stands whose node is known */
BtyStanding *bty_budget_standing_of (BtyBudgetService *budgets, const BtyBudgetNode *node, BtyBudgetUnit unit);
