/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/** bty_local_servers_add_settings: the group `providers` */
void bty_local_servers_add_settings (BtySettings *settings);

/**
 * bty_local_servers_find_async:
 * @patience_ms: for all of them together
 *
 * Looks which of the local services that are known in advance run: at their ports on the loopback interface alone, each by a path that
 * is its own, without a key. What answers there but is something else is passed over.
 */
void bty_local_servers_find_async (guint patience_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer data);
/** bty_local_servers_find_finish: Returns: (transfer full) (element-type BtyLocalServer) (nullable): */
GPtrArray *bty_local_servers_find_finish (GAsyncResult *result, GError **error);

/** bty_local_servers_is_answer: @answer: a whole HTTP answer; Returns: whether the service @name answers so */
gboolean bty_local_servers_is_answer (const char *name, const char *answer, gsize length);
