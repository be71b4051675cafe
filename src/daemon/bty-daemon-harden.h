/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-settings.h"

G_BEGIN_DECLS

/* What is in memory stays there: no file of ours for others, no core dumps, no look from another process of the same user. It
 * may have as many descriptors as it is let. The first thing that the process does. */
void bty_daemon_harden (void);

/* Opens it again for somebody who looks for a fault and has set daemon.core_dumps; read once. */
void bty_daemon_harden_follow (BtySettings *settings);

G_END_DECLS
