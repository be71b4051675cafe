/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-node.h"

/** bty_spend_report_of: @node: (nullable): what is known now, else @row (nullable); Returns: (transfer full): what it came to */
BtySpendReport *bty_spend_report_of (const BtyBudgetNode *node, const BtySpend *row, const char *slug);
