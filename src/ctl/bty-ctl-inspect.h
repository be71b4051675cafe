/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* `plugin inspect FILE`: has boternity-plugin-scanner look at a file, and prints what it is. No daemon is needed. */
extern const BtyCtlOption bty_ctl_inspect_options[];
gboolean bty_ctl_inspect_run (BtyCtl *ctl, const BtyCtlArgs *args, GError **error);
