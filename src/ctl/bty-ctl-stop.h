/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* Ends the daemon if one runs, and waits for its end. Returns: whether none runs any more; @was_running: (out): whether one did */
gboolean bty_ctl_stop_daemon (BtyCtl *ctl, gboolean *was_running, GError **error);
