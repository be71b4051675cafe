/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtySoulVisit: one version of a walk, the newest first
 *
 * Returns: whether to go on
 */
typedef gboolean (*BtySoulVisit) (const BtySoulVersion *version, gpointer data);

/**
 * bty_soul_walk_async:
 * @bot: id of the bot
 * @number: where to begin: no version is newer than this
 * @visit: is called for all versions of the bot from there down, until it has had enough. A version comes before those that it was made
 *   of, since their numbers are less.
 */
void bty_soul_walk_async (BtyStore *store, const char *bot, gint64 number, BtySoulVisit visit, gpointer visit_data,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean bty_soul_walk_finish (BtyStore *store, GAsyncResult *result, GError **error);
