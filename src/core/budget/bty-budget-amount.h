/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_budget_amount_to_text: Returns: (transfer full): for people: `2.50 USD`, `1,204 tokens`, `3 calls`, `90 s` */
char *bty_budget_amount_to_text (gint64 amount, BtyBudgetUnit unit);
/** bty_budget_amount_to_argument: Returns: (transfer full): for a command line: `2.50`, `20k`, `3`, `90s` with its unit */
char *bty_budget_amount_to_argument (gint64 amount, BtyBudgetUnit unit);
