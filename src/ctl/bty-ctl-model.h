/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns: (transfer full): dollars, such as 0.25 or 0.003625 */
char *bty_ctl_model_price (gint64 micro_dollars);
