/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/** bty_fault_add_settings: declares the settings of the group `faults` */
void bty_fault_add_settings (BtySettings *settings);
/** bty_fault_are_on: whether any befalls anybody */
gboolean bty_fault_are_on (BtySettings *settings);
/** bty_fault_draw: @fault: (out): what is made to go wrong with the request @number of @provider: the same for the same seed */
void bty_fault_draw (BtySettings *settings, const char *provider, guint64 number, BtyFault *fault);
/** bty_fault_find_problem: Returns: (transfer full) (nullable): that faults are on, and how to switch them off; %NULL: they are not */
char *bty_fault_find_problem (BtySettings *settings);
