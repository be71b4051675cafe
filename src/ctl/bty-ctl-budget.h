/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Whether nothing is left of the cap: what asks for more waits. */
gboolean bty_ctl_budget_is_full (const BtyStanding *standing);
/* Returns: (transfer full): such as `bo, a day: 2.00 USD of 2.00 USD are spent` */
char *bty_ctl_budget_tell (const BtyStanding *standing);
