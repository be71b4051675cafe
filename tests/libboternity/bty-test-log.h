/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* g_test_expect_message() does not see structured messages; these do. Between the two calls exactly one warning or critical of
 * @domain that matches @pattern must come; any other still ends the test. */
void bty_test_expect_log (const char *domain, GLogLevelFlags level, const char *pattern);
void bty_test_assert_logged (void);

G_END_DECLS
