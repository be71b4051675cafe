/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/** bty_test_warnings_keep: from now on warnings are kept instead of ending the test; what is graver still ends it */
void bty_test_warnings_keep (void);
/** bty_test_warnings_take: Returns: (transfer full): the warnings since the last time, a line each */
char *bty_test_warnings_take (void);
