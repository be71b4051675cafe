/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * bty_time_limit_add:
 * @ms: how long from now, in milliseconds
 * @func: called once when the time is over, in the main context; what it returns is not looked at
 *
 * As g_timeout_add(), for what thousands have and hardly ever comes to pass: all limits together are one source, as the main context
 * looks at each source on every turn.
 *
 * Returns: for bty_time_limit_remove(), until @func is called; never 0
 */
guint bty_time_limit_add (gint64 ms, GSourceFunc func, gpointer data);
void bty_time_limit_remove (guint id);

G_END_DECLS
