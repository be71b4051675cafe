/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * builtin_search_async:
 * @session: id of the session that asks: only messages of its bot are found
 * @words: what to find
 *
 * Searches what was said to the bot, through the host's operations, with no more rights than to read sessions.
 */
void builtin_search_async (BtyHost *host, const char *session, const char *words, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
/** builtin_search_finish: Returns: (transfer full) (element-type BtyMessage) (nullable): best first */
GPtrArray *builtin_search_finish (BtyHost *host, GAsyncResult *result, GError **error);
