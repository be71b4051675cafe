/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns: (transfer none) (nullable): that one of @names (char *) which @given was most likely meant to be */
const char *bty_ctl_nearest (GPtrArray *names, const char *given);
