/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/** bty_test_keep_result: a GAsyncReadyCallback whose data is a place (GAsyncResult **) for the result */
void bty_test_keep_result (GObject *object, GAsyncResult *result, gpointer place);

/** bty_test_wait: Returns: (transfer full): the result, once it is there; fails the test after ten seconds */
GAsyncResult *bty_test_wait (GAsyncResult **place);

/** bty_test_wait_for: runs the main loop until *@flag is set; fails the test after ten seconds */
void bty_test_wait_for (const gboolean *flag);

/** bty_test_settle: runs what is ready in the main loop, and what that makes ready */
void bty_test_settle (void);
