/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/** bty_budget_history_run: the operation budget.history */
void bty_budget_history_run (BtyCall *call);
/** bty_budget_reconcile_run: the operation budget.reconcile */
void bty_budget_reconcile_run (BtyCall *call);
/** bty_usage_export_run: the operation usage.export */
void bty_usage_export_run (BtyCall *call);
/** bty_usage_summary_run: the operation usage.summary */
void bty_usage_summary_run (BtyCall *call);
