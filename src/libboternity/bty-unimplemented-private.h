/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * What the callers of an interface do where an implementation left a function out: the asynchronous half reports UNIMPLEMENTED under
 * its own address, by which the other half knows the answer for its own.
 */
void bty_unimplemented_report (gpointer object, const char *function, gpointer tag, GAsyncReadyCallback callback,
                               gpointer data);

/* Returns: whether @result is such a report; then @error is set. */
gboolean bty_unimplemented_take (GAsyncResult *result, gpointer tag, GError **error);
