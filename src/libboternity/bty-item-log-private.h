/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-item-log.h"

G_BEGIN_DECLS

/* Has everyone who watches woken in the next turn of the main loop. */
void bty_item_log_announce (BtyItemLog *log);

G_END_DECLS
